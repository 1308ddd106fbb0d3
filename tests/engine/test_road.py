"""The one road: what every request has in common, whatever it is about."""

import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sysmgmt.commands.catalog import CATALOG
from sysmgmt.domain import errors, events
from sysmgmt.domain.errors import AuditDamaged, Refusal, ServiceRefused, StateDamaged, StorageFailed, StorageFull
from sysmgmt.engine.catalog import Catalog
from sysmgmt.engine.declaration import OWN_WORK, Act, Call, Change, Shown, Word, command
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.request import Answer, Request
from tests.support.box import ADMIN_PASSWORD, EMBEDDED, SERVICE, Client, TestBox, deployed

ROOT = Path(__file__).parents[2]
CANARY = "Canary-SECRET-99"
BOB = "bob-first-1"


@pytest.fixture
def box(basic: TestBox) -> TestBox:
    """A box with bob and some roles and groups."""
    admin = basic.admin()
    for line in (f'add_user name=bob role=monitor password="{BOB}" must_change=no', "add_group name=g1",
                 "add_role name=spare permissions=upgrade", "lock_user name=bob"):
        assert admin.do(line).code == "Done"
    return basic


CHANGES = ["set_box_name name=Other", "set_login_banner text=hello", "add_role name=r permissions=view",
           "modify_role name=spare permissions=se", "remove_role name=spare", "add_group name=g2",
           "remove_group name=g1",
           f"add_user name=eve role=monitor password={CANARY}", "set_user name=bob role=auditor",
           f"set_user name=bob password={CANARY}", "set_user name=bob new_name=rob", "remove_user name=bob",
           "unlock_user name=bob", "set_security_level level=high --yes", "set_session_policy idle_timeout=5",
           "create_system_certificate common_name=box1", "create_certificate_request common_name=box1",
           "set_certificate_renewal automatic=no"]


@pytest.mark.parametrize("line", CHANGES)
def test_a_dry_run_leaves_the_state_byte_for_byte_and_is_recorded(box: TestBox, line: str) -> None:
    admin = box.admin()
    before = box.files()
    answer = admin.do(line + " --dry-run")
    assert (answer.code, answer.dry_run) == ("Done", True)
    assert box.files() == before
    record = box.audit()[-1]
    assert record["command"] == line.split()[0] and record["dry_run"] is True and record["code"] == "Done"
    assert admin.do(line).code == "Done" and box.files() != before, "without --dry-run it would have happened"


@pytest.mark.parametrize("text", ["\ud800", "a\0"])
def test_a_value_that_is_no_text_is_refused_also_where_it_is_only_checked(box: TestBox, text: str) -> None:
    answer = box.admin().door.check("add_revocation_list", "pem", {"name": "a", "pem": text})
    assert answer is not None and answer.code == "InvalidValue"


@pytest.mark.requirement(8)
@pytest.mark.requirement(73)
@pytest.mark.requirement(77)
def test_every_request_leaves_a_record_with_actor_session_and_outcome(box: TestBox) -> None:
    admin = box.admin()
    endpoint = {EMBEDDED: "batch", SERVICE: "local"}[box.mode]
    seen = len(box.audit())
    lines = {"get_users": "Done", "add_group name=g3": "Done", "add_group name=g1": "GroupExists",
             "add_group name=x/y": "InvalidValue", "add_group": "MissingValue", "nosuch": "UnknownCommand",
             "remove_role name=admin": "PredefinedRole", "reboot_box": "ServiceRefused", "unlock_user name=bob": "Done",
             "unlock_user": "Unchanged", "get_users --dry-run": "Done"}
    for line, code in lines.items():
        answer = admin.do(line)
        assert answer.code in (code, "ConfirmationNeeded"), line
        records = box.audit()[seen:]
        seen += len(records)
        last = records[-1]
        assert (last["command"], last["code"], last["status"]) == (line.split()[0], answer.code, answer.status)
        assert all(one["user"] == "admin" and one["session"] and one["origin"] == "local"
                   and one["endpoint"] == endpoint
                   and one["time"].endswith("Z") and one["id"] == last["id"] for one in records)


@pytest.mark.requirement(1)
@pytest.mark.requirement(2)
@pytest.mark.parametrize("line", CHANGES)
def test_a_change_is_announced_before_and_concluded_after(box: TestBox, line: str) -> None:
    admin = box.admin()
    seen = len(box.audit())
    admin.do(line)
    intent, outcome = box.audit()[seen:]
    assert (intent["phase"], outcome["phase"]) == ("intent", "outcome")
    assert "code" not in intent and outcome["code"] == "Done"
    assert {key: intent[key] for key in ("id", "user", "session", "command", "parameters")} == {
        key: outcome[key] for key in ("id", "user", "session", "command", "parameters")}
    assert intent["seq"] + 1 == outcome["seq"]


def test_logins_and_logouts_are_recorded_with_their_session(box: TestBox) -> None:
    box.client().log_in("admin", "wrong")
    box.client().log_in("nobody-here", "wrong")
    box.client().log_in("not a name", "wrong")
    admin = box.admin()
    session = admin.door.caller.session
    admin.door.log_out("it was enough")
    logins = [(one["user"], one["code"]) for one in box.audit() if one["command"] == "log_in"][-4:]
    assert logins == [("admin", "LoginFailed"), ("***", "LoginFailed"), ("***", "LoginFailed"),
                      ("admin", "Done")]
    opened = [one for one in box.audit() if one["command"] == "open_session"][-1]
    closed = [one for one in box.audit() if one["command"] == "close_session"][-1]
    assert opened["session"] == closed["session"] == session
    assert closed["parameters"]["reason"] == "it was enough"


@pytest.mark.requirement(26)
@pytest.mark.requirement(74)
def test_secrets_are_in_no_answer_and_in_no_file(box: TestBox) -> None:
    admin = box.admin()
    lines = [f'add_user name=eve role=monitor password="{CANARY}"',
             f'add_user name=eve role=monitor password="{CANARY}"',
             f'add_user name=ann role=nosuch password="{CANARY}"',
             f'add_user name=ann role=monitor password="{CANARY}" --dry-run',
             f'add_user name=ann role=monitor pasword="{CANARY}"',
             f'set_user name=bob password="{CANARY}"',
             f'set_password current_password="{CANARY}" new_password="{CANARY}1"',
             f'set_password current_password="{ADMIN_PASSWORD}" new_password="{CANARY}2"',
             f'get_users password="{CANARY}"',
             f'no_such_command password="{CANARY}"',
             f'help password="{CANARY}"',
             "enable_advanced_support_commands", "export_state", "check_state", "get_users", "get_security_settings"]
    answers = [admin.do(line) for line in lines]
    answers += admin.together(*(line for line in lines if CANARY in line))
    answers.append(box.client().log_in("eve", CANARY + "x"))
    answers.append(box.client().log_in("eve", CANARY))
    assert answers[-1].code == "Done", "the canary is a real password"
    assert CANARY not in repr(answers) and "$argon2" not in repr(answers)
    assert CANARY.encode() not in box.everything()
    assert b"$argon2" in box.everything(), "the search would find what is there"
    audit = (box.folder / "audit.journal").read_bytes()
    assert b"$argon2" not in audit and b'"password":"***"' in audit


def test_salts_are_unique(box: TestBox) -> None:
    admin = box.admin()
    for number in range(5):
        admin.do(f'add_user name=u{number} role=monitor password="{CANARY}"')
    hashes = [one.password for one in box.state.accounts.values()]
    assert len(set(hashes)) == len(hashes) == 7


@pytest.mark.requirement(70)
@pytest.mark.requirement(118)
def test_no_command_takes_a_parameter_that_it_does_not_declare(box: TestBox) -> None:
    admin = box.client("admin", house=deployed(box))
    admin.do("enable_advanced_support_commands")
    for one in CATALOG:
        if one.needs != OWN_WORK and one.name != "install":
            answer = admin.do(f"{one.name} uid=0 --dry-run --yes")
            if one.name in ("reboot_box", "shut_down_box") and answer.code == "ServiceRefused":
                continue  # there is no systemd here
            assert (answer.code, answer.status) == ("InvalidValue", 2), one.name
            assert answer.message == f"{one.name} has no parameter uid."


@pytest.mark.requirement(118)
@pytest.mark.parametrize("bad", ["\x00", "\x1b[2J", "\x7f", "\x9b31m", "\r", "\u2028", "\udcff", "\ud800"])
def test_no_value_holds_control_characters_whichever_way_it_came(box: TestBox, bad: str) -> None:
    admin = box.admin()
    for name, texts in (("set_login_banner", {"text": f"a{bad}b"}), ("get_users", {"name": f"bob{bad}"}),
                        ("add_user", {"name": "eve", "role": "monitor", "password": f"eve-first-1{bad}"})):
        assert admin.door.run(Request(name, texts)).code == "InvalidValue"
    assert admin.door.run(Request("set_login_banner", {"text": "a\n\tb \u202e"})).code == "Done"


def test_a_confirmation_is_asked_for_before_anything_happens(box: TestBox) -> None:
    before = box.state
    answer = box.admin().do("reset_system_settings")
    assert (answer.code, answer.status, answer.hint) == ("ConfirmationNeeded", 2, "Add --yes to confirm.")
    assert box.state.settings == before.settings


@pytest.mark.parametrize("line", ["reboot_box", "shut_down_box", "enable_root_access minutes=5"])
def test_nothing_is_asked_about_what_would_be_refused(box: TestBox, line: str) -> None:
    assert {box.admin().do(line + more).code for more in ("", " --yes", " --dry-run")} == {"ServiceRefused"}


def test_a_refusal_of_what_is_no_more_is_none(box: TestBox) -> None:
    client, other = with_commands(box), box.admin()
    for number, asked in enumerate((lambda: client.do("doubt"), lambda: client.together("get_users", "doubt")[1])):
        MEANWHILE.append(partial(other.do, f"add_group name=late{number}"))
        assert asked().code == "ConfirmationNeeded" and not MEANWHILE
        MEANWHILE.append(lambda: None)
        assert asked().code == "ServiceRefused", "nothing has changed meanwhile"


@command(needs="anyone")
def explode(call: Call) -> Shown:
    """Fail."""
    raise RuntimeError(f"{CANARY} in a text")


@command(needs="anyone")
def explode_later(call: Call) -> Change:
    """Fail as a change."""
    raise ZeroDivisionError(CANARY)


ACTED: list[str] = []
BoxName = Annotated[str, Word("Name", lambda text, reading: text)]
Reason = Annotated[str, Word("Why", lambda text, reading: text, unless=lambda texts: texts["name"] == "Unasked")]


@command(needs="anyone")
def act(call: Call) -> Act:
    """Act outside the state."""
    return Act(lambda: ACTED.append("acted"))


@command(needs="anyone")
def rename(call: Call, name: BoxName, why: Reason) -> Change:
    """Rename the box, and look at it afterwards."""
    state = call.state._replace(settings=call.state.settings._replace(name=name))

    if why == "refused":
        raise ServiceRefused(service="the web", words="never")

    def look() -> dict[str, str]:
        if why == "afterwards-refused":
            raise ServiceRefused(service="the web", words="no")
        if why == "afterwards-full":
            raise StorageFull(folder="here")
        return {"seen": call.box.store.read().settings.name}
    return Change(state, {"why": why}, notes={"former": call.state.settings.name}, afterwards=look)


MEANWHILE: list[Callable[[], object]] = []


@command(needs="anyone", asks="Sure?")
def doubt(call: Call) -> Change:
    """Find that what somebody else has changed meanwhile does not fit."""
    if MEANWHILE:
        MEANWHILE.pop()()
        raise ServiceRefused(service="the web", words="that is no more")
    return Change(call.state)


def with_commands(box: TestBox) -> Client:
    """Admin of an engine that also knows the commands above."""
    house, more = box.house(), (explode, explode_later, act, rename, doubt)
    client = box.client(house=house._replace(catalog=Catalog({one.name: one for one in (*CATALOG, *more)})))
    assert client.log_in("admin", ADMIN_PASSWORD).code == "Done"
    return client


@pytest.mark.requirement(111)
@pytest.mark.parametrize("name", ["explode", "explode_later"])
def test_an_unforeseen_failure_shows_an_id_that_the_journal_explains(box: TestBox, name: str) -> None:
    client = with_commands(box)
    for answer in (client.do(name), client.together("get_users", name)[1]):
        assert (answer.code, answer.status, answer.command) == ("InternalError", 70, name)
        records = [one for one in box.audit() if one["id"] in str(answer.message)]
        failure = next(one for one in records if one.get("phase") == "error")
        assert failure["type"] in ("RuntimeError", "ZeroDivisionError") and name in failure["frames"][-1]
        assert any(one.get("code") == "InternalError" for one in records)
    assert CANARY.encode() not in box.everything()
    assert client.do("get_users").code == "Done", "the session goes on"


def test_what_is_shown_may_be_looked_at_once_the_machine_has_followed(box: TestBox) -> None:
    client = with_commands(box)
    assert client.facts("rename name=Other why=because") == {"seen": "Other"}
    assert box.audit()[-1]["notes"] == {"former": "box1"}
    assert client.do("rename name=Third").code == "MissingValue"
    assert client.facts("rename name=Unasked --dry-run") == {"why": ""}, "it has not followed"
    assert client.together("rename name=Unasked")[0].result == {"why": ""}


def test_what_fails_after_a_change_says_that_the_change_is_stored(box: TestBox) -> None:
    answer = with_commands(box).do("rename name=Other why=afterwards-refused")
    assert (answer.code, answer.message) == (
        "ServiceRefused", "The change is stored; what follows it failed: the web refused: no.")
    assert box.state.settings.name == "Other"


def test_a_service_that_refuses_is_an_event_where_it_refuses_a_change(box: TestBox) -> None:
    def told() -> list[tuple[str, str | None]]:
        return [(one["name"], one["details"]) for one in client.facts("get_events_log topic=system")["events"]]
    client = with_commands(box)
    for line in ("get_host_keys", "get_host_keys --dry-run", "regenerate_host_keys --dry-run",
                 "regenerate_host_keys --yes", "rename name=Other why=refused --dry-run"):
        answer = client.do(line)
        assert (answer.code, box.audit()[-1]["code"]) == ("ServiceRefused", "ServiceRefused"), line
        assert told() == [], f"{line}: nothing was to be changed, or nothing of it is there"
    client.do("rename name=Other why=refused")
    client.do("rename name=Other why=afterwards-refused")
    assert told() == [("ServiceRefused", "the web refused: never."), (
        "ServiceRefused", "The change is stored; what follows it failed: the web refused: no.")]
    client.do("explode --dry-run")
    assert told()[-1][0] == "InternalError", "that is wrong whoever finds it"


@pytest.mark.parametrize("wrong,name", [
    (StateDamaged(what="x"), "StateUnreadable"), (StorageFailed(what="x"), "StorageRefused"),
    (StorageFull(folder="x"), "StorageRefused"), (AuditDamaged(number=1, reason="x"), "AuditDamaged")])
def test_what_is_wrong_with_the_box_is_told_whoever_finds_it(wrong: Refusal, name: str) -> None:
    for changes in (False, True):
        assert [one.kind.name for one in events.of_refusal(wrong, changes)] == [name]


def test_storage_that_fails_after_a_change_does_not_say_that_nothing_was_changed(box: TestBox) -> None:
    answer = with_commands(box).do("rename name=Other why=afterwards-full")
    assert (answer.code, answer.status, answer.message) == (
        "StorageUncertain", 6, "The change is stored; what follows it failed, as the storage of the box takes no more.")
    assert box.state.settings.name == "Other"


def test_what_acts_outside_is_not_atomic_and_not_done_in_a_dry_run(box: TestBox) -> None:
    client = with_commands(box)
    ACTED.clear()
    assert [one.code for one in client.together("get_users", "act")] == ["NotApplied", "NotAtomic"]
    assert client.do("act --dry-run").code == "Done" and ACTED == []
    before = len(box.audit())
    assert client.do("act").code == "Done" and ACTED == ["acted"]
    assert [one["phase"] for one in box.audit()[before:] if one["command"] == "act"] == ["intent", "outcome"]


def test_an_atomic_batch_saves_once_and_sees_its_own_changes(box: TestBox) -> None:
    admin = box.admin()
    before = box.state.generation
    answers = admin.together("add_role name=crew permissions=se", f"add_user name=eve role=crew password={CANARY}",
                             "get_users name=eve", "remove_user name=eve --dry-run", "get_users name=eve")
    assert [one.code for one in answers] == ["Done"] * 5
    assert box.state.generation == before + 1
    assert answers[2].result and answers[2].result["users"][0]["role"] == "crew"
    changed = [one["command"] for one in box.audit() if one.get("phase") == "outcome" and "changes" in one]
    assert changed[-2:] == ["add_role", "add_user"]


@pytest.mark.requirement(112)
def test_an_atomic_batch_that_fails_leaves_the_state_byte_for_byte(box: TestBox) -> None:
    admin = box.admin()
    before = box.files()
    answers = admin.together("add_group name=g8", "set_box_name name=Other", "add_group name=g1", "get_users")
    assert [one.code for one in answers] == ["NotApplied", "NotApplied", "GroupExists", "NotApplied"]
    assert box.files() == before


def test_an_answer_that_was_refused_before_it_came_fails_an_atomic_batch(box: TestBox) -> None:
    admin = box.admin()
    bad = Answer("add_group", "InvalidValue", 2, message="It cannot be read.")
    answers = admin.door.run_together([Request("add_group", {"name": "g8"}), bad])
    assert [one.code for one in answers] == ["NotApplied", "InvalidValue"]
    assert "g8" not in box.state.groups


class FullJournal:
    """An audit on a full disk: only what may use the reserve is written."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.kept: list[dict[str, object]] = []

    def append(self, record: dict[str, object], durable: bool, reserve: bool = False,
               is_modest: Callable[[], bool] = lambda: False) -> None:
        """Append, if there is room."""
        if len(self.kept) >= self.room and not reserve:
            raise StorageFull(folder="/full")
        self.kept.append(dict(record))

    def sync(self) -> None:
        """Nothing is kept back."""

    def checkpoint(self) -> None:
        """There is no room for one."""
        raise StorageFull(folder="/full")

    def anchor(self) -> tuple[int, str]:
        """The number of records; no chain proves them."""
        return len(self.kept), ""


def with_journal(box: TestBox, journal: FullJournal) -> House:
    """The engine over this box with another audit."""
    house = box.house()
    return house._replace(box=house.box._replace(audit=journal))  # type: ignore[arg-type]  # what the road asks of it


def test_without_room_for_the_audit_nothing_is_changed(box: TestBox) -> None:
    client = box.client(house=with_journal(box, FullJournal(0)))
    assert client.log_in("admin", ADMIN_PASSWORD).code == "Done", "logging in is possible on a full disk"
    before = box.state
    assert client.do("add_group name=g8").code == "StorageFull"
    assert client.do("unlock_user name=bob").code == "Done", "and so is unlocking"
    assert box.state.groups == before.groups


def test_a_change_that_was_announced_is_not_denied_for_want_of_room_to_conclude(box: TestBox) -> None:
    journal = FullJournal(1)
    client = box.client(house=with_journal(box, journal))
    client.log_in("admin", ADMIN_PASSWORD)
    journal.room = len(journal.kept) + 1
    assert client.do("add_group name=g8").code == "Done"
    assert [one["phase"] for one in journal.kept[-2:]] == ["intent", "outcome"]
    assert client.do("add_group name=g9").code == "StorageFull" and "g9" not in box.state.groups


def test_on_a_full_disk_mistakes_and_reading_are_answered_as_ever(box: TestBox) -> None:
    client = box.client(house=with_journal(box, FullJournal(0)))
    client.log_in("admin", ADMIN_PASSWORD)
    mistake = Answer("get_users", "InvalidValue", 2, message="A quoted value does not end.")
    assert client.door.run(mistake) == mistake
    assert client.do("get_groups").code == "Done"
    assert client.do("nosuch").code == "UnknownCommand"
    assert [one.code for one in client.together("get_groups", "nosuch")] == ["NotApplied", "UnknownCommand"]
    assert client.together("add_group name=g8")[0].code == "StorageFull"
    assert client.door.report_failure(ValueError("no secret")), "the failure has an id even if it could not be written"


REACHED_ELSEWHERE = {
    "IdleLogout": "by the shells' clocks: tests/terminal/test_idle_logout.py",
    "Cancelled": "at a question: tests/acceptance/test_first_day.py",
    "SecretOnCommandLine": "with -c: tests/sessions/first_login.txt",
    "StateDamaged": "by damaged files: tests/store", "StateNewer": "by files of a newer release: tests/store",
    "StorageFailed": "by failing disks: tests/faults",
    "StorageUncertain": "by disks that fail for good: tests/store/test_refused_calls.py",
    "ServiceRefused": "where there is no systemd: tests/engine/test_commit.py",
    "BoxBusy": "by hanging holders: tests/store, tests/vault",
    "ServiceLost": "by a boxmgmtd that is gone: tests/service",
    "UidsExhausted": "in service mode: tests/domain/test_uids.py",
    "KeyExists": "tests/commands/test_ssh_keys.py", "UnknownKey": "tests/commands/test_ssh_keys.py",
    "TooManyKeys": "tests/domain/test_ssh_keys.py",
    "UnknownSession": "tests/commands/test_sessions.py",
    "CertificateRefused": "tests/commands/test_truststore.py", "KeyMismatch": "tests/commands/test_certificates.py",
    "RequestOutstanding": "tests/commands/test_certificates.py", "TrustExists": "tests/commands/test_truststore.py",
    "ServerRefused": "tests/vault/test_outgoing.py", "ServerUnreachable": "tests/vault/test_outgoing.py",
    "DeliveryFailed": "tests/commands/test_mail.py",
    "DirectoryFailed": "tests/host/test_directory.py", "LdapNotInstalled": "tests/host/test_directory.py",
    "SnmpUserInUse": "tests/commands/test_snmp.py",
    "PartnerExists": "tests/commands/test_partners.py", "ClusterIsolated": "tests/commands/test_partners.py",
    "PartnerFailed": "tests/service/test_partners.py",
    **dict.fromkeys(("AnchorNotHeld", "AuditDamaged"), "tests/commands/test_logs.py"),
    **dict.fromkeys(("ArchiveTooLarge", "CollectionRuns", "DownloadBrokenOff", "NotForTerminals"),
                    "tests/commands/test_collections.py"),
    **dict.fromkeys(("TargetExists", "UploadFailed", "UploadNotInstalled"), "tests/host/test_uploads.py"),
    **dict.fromkeys(("NoWebServer", "UnknownLink"), "tests/service/test_downloads.py"),
    "MasterKeyMissing": "tests/vault/test_sealing.py", "MasterKeyWrong": "tests/vault/test_sealing.py",
    "KeysNotProven": "tests/commands/test_regeneration.py",
    **dict.fromkeys(("DirectoryUnreachable", "KeptInDirectory", "NotInDirectory", "PasswordDueInDirectory"),
                    "tests/commands/test_ldap_users.py"),
    "ChangePending": "tests/commands/test_pending.py", "SameLogin": "tests/commands/test_pending.py",
    "HstsNeedsAuthority": "tests/commands/test_web.py",
    **dict.fromkeys(("BackupExists", "NotABackup", "BackupNewer", "BackupDamaged", "BackupPasswordWrong",
                     "BackupTooLarge", "NotInBackup"), "tests/commands/test_backups.py"),
    "TargetInUse": "tests/commands/test_backup_targets.py",
    "AdministratorsChanged": "tests/commands/test_appliance.py",
    "NotAState": "tests/commands/test_imported_state.py",
    "SelfTestFailed": "tests/commands/test_updates.py", "SafeState": "tests/commands/test_updates.py",
    "PackageRefused": "tests/commands/test_packages.py", "NotNewer": "tests/commands/test_packages.py",
}
"""Refusals that a request alone cannot bring about."""
REACHED = {
    "ProbeFailed": "test_connectivity host=127.0.0.1 port=1",
    "UnknownCommand": "nosuch", "MissingValue": "add_group", "InvalidValue": "add_group name=x/y",
    "ConfirmationNeeded": "reset_system_settings", "UserExists": f"add_user name=bob role=monitor password={CANARY}",
    "UnknownUser": "get_users name=nobody-here", "RoleExists": "add_role name=spare permissions=view",
    "UnknownRole": "remove_role name=nosuch", "PredefinedRole": "remove_role name=admin",
    "PredefinedUser": "remove_user name=admin", "LastSecurityUser": "lock_user name=admin",
    "PermissionNotAssignable": "add_role name=r permissions=boxmgmt", "PasswordTooWeak": "set_user name=bob password=x",
    "PasswordWrong": "set_password current_password=x new_password=abcdefgh", "GroupExists": "add_group name=g1",
    "UnknownGroup": "remove_group name=g9", "AlreadyInstalled": "install",
    "NoRequest": "cancel_certificate_request", "NoCertificate": "export_root_certificate",
    "UnknownTrust": "remove_trusted_certificate name=nobody",
    "UnknownFile": "add_trusted_certificate name=a purposes=ldap file=ca.pem",
    "NotConfigured": "test_email", "ClearText": "config_syslog server=a.example protocol=udp",
    "UnknownTarget": "remove_upload_target target=nobody",
    "UnknownArchive": "remove_collected_info name=box1-20260131T143000Z",
    "UnknownSnmpUser": "remove_snmp_user name=nobody",
    "UnknownPartner": "remove_partner name=nobody", "CommunicationInsecure": "set_communication_security level=none",
    "UnknownVCenter": "remove_vcenter server=nowhere", "UnknownLicense": "remove_license license=none",
    "OtherBox": f"erase_box name=other password={ADMIN_PASSWORD} --yes",
    "UnknownBackup": "remove_backup name=nothing --yes",
    "LevelForbids": "set_password_policy min_length=4", "NotCompliant": "check_compliance profile=stig",
    "NothingPending": "confirm_change", "LegacyTls": "set_tls_minimum version=1.0",
}
SHOWN_BY_A_TEST = {
    "PermissionDenied", "LoginFailed", "LoginNeeded", "AccountLocked", "TooManySessions", "SessionEnded", "RoleInUse",
    "OwnAccount", "PasswordReused", "PasswordTooYoung", "PasswordTooCommon", "PasswordTooSimilar",
    "MustChangePassword", "NotInstalled", "GroupInUse",
    "NotApplied",
    "NotAtomic", "StorageFull", "InternalError", "TooManyFailedLogins"}
"""Refusals that a test of tests/commands or tests/engine brings about on a longer way."""


def test_where_a_refusal_is_reached_elsewhere_its_name_or_its_words_stand() -> None:
    known = {one.__name__: one for one in errors.refusals()}
    for code, where in REACHED_ELSEWHERE.items():
        words = ".*".join(map(re.escape, re.split(r"\{\w+\}", known[code].__doc__ or "")))
        found = [one for named in re.findall(r"tests/[\w./]+", where) for path in [ROOT / named]
                 for one in (path.rglob("*.*") if path.is_dir() else [path]) if one.suffix in (".py", ".txt")]
        texts = [one.read_text(encoding="utf-8") for one in found]
        assert any(re.search(rf"\b{code}\b|{words}", one) for one in texts), (code, where)


def test_every_refusal_there_is_can_be_reached() -> None:
    known = {one.__name__ for one in errors.refusals() if not one.__module__.startswith("tests")}
    assert known == set(REACHED) | SHOWN_BY_A_TEST | set(REACHED_ELSEWHERE)


@pytest.mark.parametrize("code", REACHED)
def test_a_line_brings_its_refusal_about(box: TestBox, code: str) -> None:
    answer = box.admin().do(REACHED[code])
    assert answer.code == code and answer.message and "{" not in answer.message + (answer.hint or "")


STATUS = {0: {"Done"}, 2: {"UnknownCommand", "MissingValue", "InvalidValue", "ConfirmationNeeded",
                           "SecretOnCommandLine", "NotAtomic"},
          3: {"PermissionDenied"},
          4: {"LoginFailed", "AccountLocked", "TooManySessions", "LoginNeeded", "DirectoryUnreachable",
              "PasswordDueInDirectory", "TooManyFailedLogins"},
          5: {"IdleLogout", "SessionEnded"},
          6: {"StateDamaged", "StateNewer", "StorageFull", "StorageFailed", "StorageUncertain", "ServiceRefused",
              "BoxBusy", "ServiceLost", "MasterKeyMissing", "MasterKeyWrong", "KeysNotProven",
              "AnchorNotHeld", "AuditDamaged", "LdapNotInstalled", "UploadNotInstalled", "SelfTestFailed", "SafeState"},
          70: {"InternalError"}}


def test_every_code_has_the_status_of_the_contract() -> None:
    found = {one.__name__: one.status for one in errors.refusals()}
    wanted = {code: status for status, codes in STATUS.items() for code in codes}
    assert found == {code: wanted.get(code, 1) for code in found}


TEXT = st.text(max_size=40)
ASKED = [one.name for one in CATALOG if one.needs != OWN_WORK and one.name != "await_throughput"]
"""All commands but the one that does what it is for: it waits a minute for somebody."""


@pytest.mark.requirement(115)
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(name=st.one_of(st.sampled_from(ASKED), TEXT),
       texts=st.dictionaries(st.one_of(st.sampled_from(["name", "role", "password", "groups", "level", "text"]), TEXT),
                             TEXT, max_size=4), dry=st.booleans())
def test_any_request_is_answered_and_the_answer_serialises(
        basic: TestBox, name: str, texts: dict[str, str], dry: bool) -> None:
    client = FUZZED.get(basic.folder) or FUZZED.setdefault(basic.folder, basic.admin())
    answer = client.door.run(Request(name, texts, dry_run=dry))
    if answer.status == 5 or answer.code == "AccountLocked":
        FUZZED.clear()
    assert answer.code != "InternalError", (name, texts)
    assert json.dumps(answer)


FUZZED: dict[Path, Client] = {}
"""The session in which one box is asked everything."""


def test_a_misplaced_secret_is_neither_repeated_nor_recorded(basic: TestBox) -> None:
    """A secret whose command forgot `password=-` stands where a command was due."""
    client = basic.admin()
    answer = client.do("Violet-95-Lamp")
    assert answer.message == "There is no command of that name."
    assert b"Violet" not in basic.everything()
    assert client.do("no_such_command").message == "There is no command no_such_command."
    assert b"no_such_command" in basic.everything()


@pytest.mark.parametrize("typed, near", [("ad_user", "add_user"), ("get_user", "get_users"), ("GET_USERS", None),
                                         ("set_pasword", "set_password"), ("xyzzy", None), ("close_sesion", None)])
def test_a_slip_is_answered_with_the_names_that_may_have_been_meant(
        basic: TestBox, typed: str, near: str | None) -> None:
    hint = basic.admin().do(typed).hint or ""
    assert hint.endswith("Enter help for the list of commands.")
    assert ("Did you mean" in hint) == (near is not None) and (near or "") in hint


@pytest.mark.parametrize("line, said, meant", [
    ("add_user name=bob role=montor password=bob-first-1", "There is no role montor.", "monitor"),
    ("set_user name=admni must_change=yes", "There is no user admni.", "admin"),
    ("get_users name=amdin", "There is no user amdin.", "admin"),
    ("remove_group name=g11", "There is no group g11.", "g1"),
    ("set_user name=bob2 groups=g11", "There is no group g11.", "g1"),
    ("set_security_level level=hihg", "Expected one of basic, high, stig, nist.", "high"),
    ("add_role name=ops permissions=security,adit", "There is no permission adit; expected are permissions", "audit"),
    ("config_email server=mx.example sender=a@x.example recipients=me@x.example:warning:secruity",
     "After me@x.example stands secruity, which is no level (", "security"),
    ("add_trusted_certificate name=corp purposes=ldap,sylog",
     "There is no purpose sylog; expected are purposes", "syslog")])
def test_a_value_that_is_near_one_that_there_is_asks_whether_that_was_meant(
        basic: TestBox, line: str, said: str, meant: str) -> None:
    admin = basic.admin()
    admin.do("add_group name=g1")
    admin.do("add_user name=bob2 role=monitor password=bob-first-1")
    answer = admin.do(line)
    assert answer.status and (answer.message or "").startswith(said), answer
    assert (answer.hint or "").startswith(f"Did you mean {meant}?"), answer.hint
    assert "boxmgmt" not in str(answer.message), "no permission that no role can get"


def test_a_batch_that_changes_the_password_twice_checks_the_second_against_the_first(basic: TestBox) -> None:
    client = basic.admin()
    first = f'set_password current_password="{ADMIN_PASSWORD}" new_password="Second-pass-22"'
    answers = client.together(first, 'set_password current_password="Second-pass-22" new_password="Third-pass-33"')
    assert [one.code for one in answers] == ["Done", "Done"]
    assert basic.client("admin", "Third-pass-33")
    wrong = client.together('set_password current_password="Third-pass-33" new_password="Fourth-pass-44"',
                            'set_password current_password="Third-pass-33" new_password="Fifth-pass-55"')
    assert [one.code for one in wrong] == ["NotApplied", "PasswordWrong"]
