"""The appliance itself: vCenters, registration, back to the beginning, erased (R129, R137, R220, R221, R244)."""

import os
from pathlib import Path

import pytest

from sysmgmt.commands.appliance import STAYS
from sysmgmt.domain.erasure import PATIENCE
from tests.support import tls_server
from tests.support.authorities import CA, LEAF, NOW, make
from tests.support.box import ADMIN_PASSWORD, Client, TestBox
from tests.support.clock import DAY

PASSWORD = "VCenter-Canary-31"
ROOT = make("company", wish=CA)
TRUSTED = make("vcenter", ROOT, LEAF._replace(names=("localhost",)))
STRANGER = make("stranger", wish=LEAF._replace(names=("localhost",)))
LOGIN = f'user="admin@vsphere.local" password={PASSWORD}'


@pytest.fixture
def basic(basic: TestBox) -> TestBox:
    """A box that was installed in the time of the certificates."""
    basic.clock.now = NOW.timestamp()
    basic.configure(installed_at=basic.clock.now)
    return basic


@pytest.fixture
def admin(basic: TestBox) -> Client:
    return basic.admin()


@pytest.mark.checklist("R129")
@pytest.mark.checklist("R137")
@pytest.mark.checklist("R220")
def test_a_vcenter_is_taken_that_the_truststore_vouches_for(basic: TestBox, admin: Client) -> None:
    with tls_server.showing(TRUSTED) as port:
        line = f"set_vcenter server=localhost port={port} {LOGIN}"
        assert admin.do(line).code == "ConfirmationNeeded"
        assert admin.do(f'add_trusted_certificate name=c purposes=vcenter pem="{ROOT.pem}"').code == "Done"
        assert admin.do(line).code == "Done"
        (found,) = admin.facts("get_vcenters")["vcenters"]
        assert (found["server"], found["port"], found["user"], found["trusted_by"], found["password_configured"]) == (
            "localhost", port, "admin@vsphere.local", "truststore", True)
        assert PASSWORD.encode() not in basic.everything() and PASSWORD not in repr(found)
        again = f'set_vcenter server=localhost port={port} user="admin@vsphere.local"'
        assert admin.do(again).code in ("Done", "Unchanged"), "the same login keeps its password"
        assert admin.do(again.replace("admin@", "other@")).code == "MissingValue"
    assert admin.do(line).code == "ServerUnreachable"
    assert basic.house().box.sealer.unseal(
        next(basic.state.vcenters.values()).password, "vcenters localhost password") == PASSWORD
    assert admin.do("remove_vcenter server=localhost").code == "Done"
    assert admin.facts("get_vcenters")["vcenters"] == []


@pytest.mark.checklist("R221")
def test_an_untrusted_certificate_is_accepted_by_its_fingerprint_and_no_other(basic: TestBox, admin: Client) -> None:
    with tls_server.showing(STRANGER) as port:
        line = f"set_vcenter server=localhost port={port} {LOGIN}"
        asked = admin.do(line)
        assert asked.code == "ConfirmationNeeded" and "SHA-256 fingerprint" in str(asked.message)
        shown = asked.confirms["fingerprint"]
        other = ":".join(["AA"] * 32)
        assert admin.do(f"{line} fingerprint={other}").code == "ServerRefused"
        assert basic.state.vcenters.get("localhost") is None
        assert admin.do(f"{line} fingerprint={shown}").code == "Done"
    (found,) = admin.facts("get_vcenters")["vcenters"]
    assert (found["trusted_by"], found["fingerprint"]) == ("fingerprint", shown)


@pytest.mark.parametrize("wrong", [
    "server=-x", 'server="a b"', "server=localhost port=0", 'server=localhost user=""', "server=localhost port=x"])
def test_what_is_no_vcenter_is_refused_in_a_sentence(admin: Client, wrong: str) -> None:
    more = "" if "user" in wrong else LOGIN
    assert admin.do(f"set_vcenter {wrong} {more or 'password=x'}").code in ("InvalidValue", "ServerUnreachable")


def test_the_registration_is_kept_field_by_field(admin: Client) -> None:
    assert admin.facts("get_registration") == {"serial_number": None, "account_id": None, "licenses": []}
    assert admin.do("set_registration serial_number=CK123/4").code == "Done"
    assert admin.do("set_registration account_id=A-77").code == "Done"
    for one in ("L-1", "L-2", "L-1"):
        admin.do(f"add_license license={one}")
    assert admin.facts("get_registration") == {"serial_number": "CK123/4", "account_id": "A-77",
                                               "licenses": ["L-1", "L-2"]}
    assert admin.do("remove_license license=L-1").code == "Done"
    assert admin.do('set_registration serial_number=""').code == "Done"
    assert admin.facts("get_registration") == {"serial_number": None, "account_id": "A-77", "licenses": ["L-2"]}
    assert admin.do('add_license license="a b"').code == "InvalidValue"


def test_the_settings_go_back_and_nothing_else(basic: TestBox, admin: Client) -> None:
    for line in ("set_login_banner text=hello", "set_session_policy idle_timeout=5", "add_group name=g",
                 "config_syslog server=log.example what=events", "set_registration serial_number=S1",
                 "create_system_certificate common_name=box1", "add_role name=crew permissions=se",
                 f'add_trusted_certificate name=c purposes=syslog pem="{ROOT.pem}"'):
        assert admin.do(line).code == "Done", line
    before = basic.files()
    shown = admin.do("reset_system_settings --dry-run")
    assert "settings banner: hello -> nothing" in (shown.result or {})["differences"] and basic.files() == before
    assert admin.do("reset_system_settings").code == "ConfirmationNeeded"
    assert admin.do("reset_system_settings --yes").code == "Done"
    state = basic.state
    assert (state.settings.banner, state.settings.idle_timeout, len(state.syslog)) == ("", 1800, 0)
    assert state.settings.registration.serial_number == "S1" and state.settings.name == "box1"
    assert "g" in state.groups and "crew" in state.roles and "system" in state.identities
    assert "c" in state.trusted_certificates and admin.do("verify_audit_log").code == "Done"
    assert admin.do("reset_system_settings --yes").code == "Unchanged"


@pytest.mark.parametrize("level", ["high", "stig", "nist"])
def test_the_settings_go_back_to_those_of_a_new_box_of_the_level(admin: Client, level: str) -> None:
    assert admin.do(f"set_security_level level={level} --yes").code in ("Done", "MustChangePassword")
    change = f'set_password current_password="{ADMIN_PASSWORD}" new_password="Quartz-Lantern-77-Meadow"'
    assert admin.do(change).code == "Done"
    assert admin.do("reset_system_settings --yes").code in ("Done", "Unchanged")
    assert admin.facts("get_security_settings")["level"] == level


def test_what_needs_security_is_reset_by_those_alone_who_have_it_and_the_reach_returns(
        basic: TestBox, admin: Client) -> None:
    for line in ("set_login_banner text=hello", "set_password_policy min_length=12", "set_audit_policy keep=9",
                 "config_syslog server=log.example what=both", "set_tls_minimum version=1.3 confirm_minutes=0 --yes",
                 "set_registration serial_number=S1", "add_role name=cleaner permissions=group_clear_settings",
                 "add_user name=cleo role=cleaner password=Cleo-first-12 must_change=no"):
        assert admin.do(line).code == "Done", line
    before = basic.state
    cleo = basic.client("cleo", "Cleo-first-12")
    answer = cleo.do("reset_system_settings --yes")
    assert (answer.code, answer.warnings) == ("Unchanged", (STAYS,))
    after = basic.state
    assert (after.settings, after.syslog) == (before.settings, before.syslog)
    assert admin.do("reset_system_settings --yes").code == "Done"
    assert basic.state.settings.policy.min_length == 0 and not basic.state.syslog
    assert (waits := basic.state.settings.pending) and waits.before.tls_minimum == "1.3"
    for line in ("undo_change", "confirm_change"):
        denied = basic.client("cleo", "Cleo-first-12").do(line)
        assert denied.code == "PermissionDenied", "cleo may not change the reach by a reset of others either"
    assert basic.admin().do("undo_change").code == "Done"


ERASE = f"erase_box name=box1 password={ADMIN_PASSWORD} --yes"


@pytest.mark.checklist("R244")
def test_the_last_administrator_erases_the_box_and_its_keys_at_once(basic: TestBox, admin: Client) -> None:
    (basic.folder / "import").mkdir()
    (basic.folder / "import" / "link").symlink_to(basic.folder.parent / "outside")
    (basic.folder.parent / "outside").write_text("stays")
    admin.do("backup_settings name=one password=Violet-95-Lamp")
    held = {name: os.open(basic.folder / name, os.O_RDONLY) for name in ("master.key", "state.json", "audit.journal")}
    written = {name: os.pread(descriptor, 99, 0) for name, descriptor in held.items()}
    assert all(any(data) for data in written.values())
    for line, code in ((ERASE.replace("box1", "box2"), "OtherBox"), (ERASE[:-6], "ConfirmationNeeded"),
                       (ERASE + " --dry-run", "Done"),
                       (ERASE.replace(ADMIN_PASSWORD, "wrong"), "PasswordWrong")):
        assert admin.do(line).code == code
    assert os.pread(held["master.key"], 99, 0) == written["master.key"]
    assert admin.do(ERASE).code == "Done"
    assert not any(os.pread(held["master.key"], 99, 0)), "the key is overwritten where it stood"
    assert admin.do("get_users").code == "SessionEnded"
    basic.house()  # whoever opens the folder next goes on
    assert [any(os.pread(one, os.fstat(one).st_size, 0)) for one in held.values()] == [False] * 3
    assert not basic.state.installed and names(basic) == []
    assert (basic.folder.parent / "outside").read_text() == "stays"
    for one in held.values():
        os.close(one)


def names(box: TestBox) -> list[str]:
    """What lies in the folder but for locks."""
    return [one.name for one in Path(box.folder).iterdir() if one.suffix != ".lock"]


@pytest.mark.requirement(67)
def test_with_another_administrator_both_have_to_wish_it_within_a_time(basic: TestBox, admin: Client) -> None:
    assert admin.do("add_user name=kim role=administrator password=Kim-first-1 must_change=no").code == "Done"
    kim, wish = basic.client("kim", "Kim-first-1"), ERASE.replace(ADMIN_PASSWORD, "Kim-first-1")
    first = admin.do(ERASE)
    assert first.result == {"erased": False, "administrators": ["kim"]} and "Nothing is erased yet" in first.warnings[0]
    assert admin.do(ERASE).result == first.result, "one person is not two"
    basic.clock.move(PATIENCE + 1)
    assert (kim.do(wish).result or {})["erased"] is False, "too late: it is the first wish again"
    assert basic.state.installed
    assert (admin.do(ERASE).result or {})["erased"] is True
    assert kim.do("get_users").code == "SessionEnded"
    basic.house()
    assert not basic.state.installed


@pytest.mark.checklist("R244")
@pytest.mark.parametrize("line", [
    "lock_user name=kim", "remove_user name=kim --yes", "set_user name=kim role=monitor"])
def test_whoever_had_to_agree_is_not_made_unnecessary(basic: TestBox, admin: Client, line: str) -> None:
    assert admin.do("add_user name=kim role=administrator password=Kim-first-1 must_change=no").code == "Done"
    assert (admin.do(ERASE).result or {})["erased"] is False
    assert admin.do(line).code == "Done"
    left = [] if "remove" in line else ["kim"]
    assert admin.do(ERASE).result == {"erased": False, "administrators": left}
    assert basic.state.installed and basic.state.settings.erasure is not None
    basic.clock.move(PATIENCE + 1)
    refused = basic.admin().do(ERASE)
    assert refused.code == "AdministratorsChanged" and " to kim:" in (refused.message or "")
    assert basic.state.installed
    basic.clock.move(DAY)
    assert (basic.admin().do(ERASE).result or {})["erased"] is True, "kim had a day to tell, and nobody else is left"


TOUCHED = ("lock_user name=kim", "remove_user name=kim --yes", "set_user name=kim role=monitor",
           "set_user name=kim password=Eve-Pass-1234", "modify_role name=boss permissions=se")


@pytest.mark.checklist("R244")
@pytest.mark.parametrize("line", TOUCHED)
def test_nobody_prepares_an_erasure_alone_shortly_before_he_wishes_it(
        basic: TestBox, admin: Client, line: str) -> None:
    role = "boss" if "role name" in line else "administrator"
    for one in ("add_role name=boss permissions=security", f"add_user name=kim role={role} password=Kim-first-1"):
        assert admin.do(one).code == "Done"
    basic.clock.move(2 * DAY)
    admin = basic.admin()
    assert admin.do(line).code == "Done"
    basic.clock.move(PATIENCE + 1)
    assert basic.admin().do(ERASE).code == "AdministratorsChanged"
    assert basic.state.installed


@pytest.mark.checklist("R244")
def test_an_account_of_his_own_making_agrees_to_nothing_for_a_day(basic: TestBox, admin: Client) -> None:
    assert admin.do("add_user name=kim role=administrator password=Kim-first-1 must_change=no").code == "Done"
    basic.clock.move(2 * DAY)
    assert basic.admin().do("add_user name=eve role=administrator password=Eve-first-1 must_change=no").code == "Done"
    basic.clock.move(PATIENCE)
    eve, wish = basic.client("eve", "Eve-first-1"), ERASE.replace(ADMIN_PASSWORD, "Eve-first-1")
    assert eve.do(wish).code == "AdministratorsChanged", "he cannot begin it as somebody else either"
    assert basic.admin().do(ERASE).result == {"erased": False, "administrators": ["kim"]}
    assert eve.do(wish).code == "AdministratorsChanged"
    kim = basic.client("kim", "Kim-first-1")
    change = "set_password current_password=Kim-first-1 new_password=Kim-second-2"
    assert kim.do(change).code == "Done", "her own doing keeps nobody from agreeing later"
    basic.clock.move(PATIENCE + 1)
    assert basic.admin().do(ERASE).result == {"erased": False, "administrators": ["kim"]}
    assert (kim.do(ERASE.replace(ADMIN_PASSWORD, "Kim-second-2")).result or {})["erased"] is True


@pytest.mark.checklist("R244")
def test_who_has_to_agree_may_choose_a_password_of_her_own_before(basic: TestBox, admin: Client) -> None:
    assert admin.do("add_user name=kim role=administrator password=Kim-first-1 must_change=yes").code == "Done"
    admin.do(ERASE)
    kim = basic.client("kim", "Kim-first-1")
    basic.clock.move(1)
    assert kim.do("set_password current_password=Kim-first-1 new_password=Kim-second-2").code == "Done"
    assert (kim.do(ERASE.replace(ADMIN_PASSWORD, "Kim-second-2")).result or {})["erased"] is True


def test_the_question_before_an_erasure_says_what_a_yes_will_do(basic: TestBox, admin: Client) -> None:
    asking = ERASE.removesuffix(" --yes")
    assert str(admin.do(asking).message).endswith("backups. Erase it?")
    assert admin.do("add_user name=kim role=administrator password=Kim-first-1 must_change=no").code == "Done"
    wishing = str(admin.do(asking).message)
    assert wishing.endswith("Nothing is erased before another administrator gives the same command. Wish for it?")
    admin.do(ERASE)
    kim = basic.client("kim", "Kim-first-1")
    assert str(kim.do(asking.replace(ADMIN_PASSWORD, "Kim-first-1")).message).endswith("Erase it?")


def test_a_wish_to_which_nobody_may_agree_any_more_says_so(basic: TestBox, admin: Client) -> None:
    assert admin.do("add_user name=kim role=administrator password=Kim-first-1 must_change=no").code == "Done"
    admin.do(ERASE)
    basic.clock.move(1)
    assert admin.do("set_user name=kim password=Kim-third-3").code == "Done"
    answer = admin.do(ERASE)
    assert answer.result == {"erased": False, "administrators": []}
    assert "nobody who may agree is left: give the command again after 20" in answer.warnings[0]


@pytest.mark.checklist("R244")
@pytest.mark.parametrize("name, lines", [
    ("eve", ["add_user name=eve role=administrator password=Kim-first-1 must_change=no"]),
    ("kim", ["remove_user name=kim --yes",
             "add_user name=kim role=administrator password=Kim-first-1 must_change=no"])])
def test_an_account_made_after_the_wish_does_not_agree(
        basic: TestBox, admin: Client, name: str, lines: list[str]) -> None:
    assert admin.do("add_user name=kim role=administrator password=Kim-first-1 must_change=no").code == "Done"
    admin.do(ERASE)
    basic.clock.move(1)
    assert [admin.do(line).code for line in lines] == ["Done"] * len(lines)
    second = basic.client(name, "Kim-first-1")
    answer = second.do(ERASE.replace(ADMIN_PASSWORD, "Kim-first-1"))
    assert answer.code == "AdministratorsChanged" or (answer.result or {})["erased"] is False
    assert basic.state.installed
