"""Logging in and out where something changes or fails meanwhile."""

import os
import subprocess
import sys
from collections.abc import Callable
from errno import EIO

import pytest

from sysmgmt.domain.errors import AccountLocked, BoxBusy
from sysmgmt.domain.model import Cost, Pending, Returned, Session
from sysmgmt.engine import attempt, audit_seeds, departure, login
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.ports import Clock
from sysmgmt.engine.request import Caller, Request
from tests.support.box import ADMIN_PASSWORD, BOB, CHEAP, STRANGER, TestBox
from tests.support.hashers import CountingHasher
from tests.support.kernel import refusing

PERSON = Caller(origin="10.0.0.1", endpoint="ssh")
pytestmark = pytest.mark.embedded_only("the engine itself is called, and looked at while it works")


def hooked(box: TestBox, act: Callable[[], object]) -> House:
    """The engine with a hasher that has something done before it compares."""
    return box.house(CountingHasher(box.folder, box.folder.parent / "log", lambda: (act(), None)[1]))


def waiting(box: TestBox, act: Callable[[], object]) -> House:
    """The engine with a clock that has something done where somebody waits."""
    house = box.house()
    clock = house.box.clock
    return house._replace(box=house.box._replace(clock=Clock(clock.now, lambda seconds: (act(), None)[1], clock.token)))


def test_every_wrong_password_takes_as_long_as_the_others(box: TestBox) -> None:
    house, waits = box.house(), list[float]()
    clock = house.box.clock
    held = house._replace(box=house.box._replace(clock=Clock(clock.now, waits.append, clock.token)))
    for name in ("bob", "nobody"):
        assert login.authenticate(held, PERSON, name, "wrong").code == "LoginFailed"
    assert len(waits) == 2 and waits[0] == waits[1] > 0.4, "no time passes on this clock but that"
    assert login.authenticate(held, PERSON, "bob", BOB).code == "Done" and len(waits) == 2


def test_a_password_is_checked_without_a_session_for_those_who_open_one_themselves(box: TestBox) -> None:
    right = login.authenticate(box.house(), PERSON, "BOB", BOB)
    assert (right.code, right.status, right.fatal) == ("Done", 0, False)
    wrong = login.authenticate(box.house(), PERSON, "bob", "wrong")
    assert (wrong.code, wrong.status) == ("LoginFailed", 4)
    assert [one.user for one in box.state.sessions.values()] == ["admin"]
    assert [(one["user"], one["code"], one["origin"]) for one in box.audit() if one["command"] == "log_in"][-2:] == [
        ("bob", "Done", "10.0.0.1"), ("bob", "LoginFailed", "10.0.0.1")]


@pytest.mark.parametrize("line", ["remove_user name=bob", "lock_user name=bob", "set_user name=bob new_name=rob"])
def test_whoever_is_removed_or_locked_while_the_password_is_compared_learns_nothing(box: TestBox, line: str) -> None:
    admin = box.admin()
    answer = box.client(house=hooked(box, lambda: admin.do(line))).log_in("bob", BOB)
    assert (answer.code, answer.message) == ("LoginFailed", "Login failed.")
    assert [one.user for one in box.state.sessions.values() if not one.ended] == ["admin", "admin"]


def test_whoever_is_removed_while_he_waits_for_his_turn_learns_nothing(box: TestBox) -> None:
    admin = box.admin()
    house = waiting(box, lambda: admin.do("remove_user name=bob"))
    mine = f"{house.box.machine.process()}/{int(box.clock.now)}"
    box.replace("bob", pending=tuple(f"{mine}/{number}" for number in range(3)))
    assert box.client(house=house).log_in("bob", BOB).code == "LoginFailed"
    assert "bob" not in box.state.accounts


@pytest.mark.parametrize("age, taken", [(0, False), (120, False), (121, True), (-1, True)])
def test_an_attempt_that_nobody_answers_is_given_up_after_two_minutes(box: TestBox, age: int, taken: bool) -> None:
    """It becomes a strike; so does one from a time that has not come yet."""
    house = box.house()
    began = int(box.clock.now) - age
    box.replace("bob", pending=(f"{house.box.machine.process()}/{began}/token",))
    account = box.state.accounts.get("bob")
    assert account
    settled = attempt.settled(house.box.machine, account, box.clock.now, attempt.rules_of(box.state.settings))
    assert (settled.strikes, len(settled.pending)) == ((1, 0) if taken else (0, 1))


def test_a_hash_that_cannot_be_made_anew_now_is_made_anew_at_a_later_login(box: TestBox) -> None:
    class Crowded(CountingHasher):
        def encode(self, text: str, cost: Cost) -> str:
            raise BoxBusy()
    box.configure(hashing=CHEAP._replace(passes=2))
    account = box.state.accounts.get("bob")
    crowded = box.house(Crowded(box.folder, box.folder.parent / "log"))
    assert box.client(house=crowded).log_in("bob", BOB).code == "Done"
    again = box.state.accounts.get("bob")
    assert account and again and again.password == account.password
    assert box.client().log_in("bob", BOB).code == "Done"
    later = box.state.accounts.get("bob")
    assert later and later.password != account.password and "t=2" in later.password


def test_a_login_at_a_damaged_box_says_so_and_does_not_record_the_name(box: TestBox) -> None:
    state = box.folder / "state.json"
    state.write_bytes(b"x" + state.read_bytes())
    answer = box.client().log_in("bob", BOB)
    assert (answer.code, answer.status) == ("StateDamaged", 6)
    assert (box.audit()[-1]["user"], box.audit()[-1]["code"]) == ("***", "StateDamaged")


def test_users_with_security_are_told_once_of_a_recovery(box: TestBox) -> None:
    box.clock.move(10)
    box.configure(recovered_at=box.clock.now)
    box.clock.move(10)
    assert not [one for one in box.client().log_in("bob", BOB).warnings if "recovered" in one]
    told = [[one for one in box.client().log_in("admin", ADMIN_PASSWORD).warnings if "recovered" in one]
            for _ in range(2)]
    assert told == [["The password of admin was recovered on the console on 2025-06-15T15:06:50Z."], []]


def test_a_box_whose_audit_cannot_be_opened_lets_people_in_without_an_anchor(box: TestBox) -> None:
    assert audit_seeds.anchor(box.house().box).count(":") == 1
    box.configure(audit=box.state.settings.audit._replace(guarantee=False))
    (box.folder / "audit.journal").rename(box.folder / "elsewhere")
    (box.folder / "audit.journal").symlink_to("elsewhere")
    assert audit_seeds.anchor(box.house().box) == ""
    answer = box.client().log_in("admin", ADMIN_PASSWORD)
    assert answer.code == "Done" and (answer.result or {})["audit_anchor"] is None


@pytest.mark.parametrize("stranger, signed", [
    (PERSON, 1), (Caller(endpoint="console", console=True), 1), (STRANGER, 0)])
def test_the_audit_is_signed_at_the_end_of_a_session_of_a_person(
        box: TestBox, stranger: Caller, signed: int) -> None:
    client = box.client("bob", BOB, stranger)
    before = [one["command"] for one in box.audit()].count("sign_audit")
    client.door.log_out("he left")
    assert [one["command"] for one in box.audit()].count("sign_audit") - before == signed
    assert "bob" not in [one.user for one in box.state.sessions.values()]
    assert client.door.caller == stranger


def test_logging_out_folds_what_was_changed_and_nobody_hears_where_that_is_not_possible(box: TestBox) -> None:
    client = box.admin()
    client.do("add_group name=planned")
    with refusing("fdatasync", EIO):
        client.door.log_out("he left")
    assert client.door.caller == STRANGER and "admin" in [one.user for one in box.state.sessions.values()]
    client = box.admin()
    client.do("add_group name=orders")
    client.door.log_out("he left")
    assert box.files()["state.journal"].count(b"\n") == 1, "the header alone"
    assert b"orders" in box.files()["state.json"] and b"planned" in box.files()["state.json"]


def test_whoever_only_looked_writes_no_state_file_anew(box: TestBox) -> None:
    written = box.files()["state.json"]
    client = box.admin()
    client.do("get_users")
    client.do("add_group name=planned --dry-run")
    client.door.log_out("he left")
    assert box.files()["state.json"] == written and box.files()["state.journal"].count(b"\n") > 1


def test_whoever_never_logged_in_folds_only_a_box_that_was_just_installed(fresh: TestBox) -> None:
    installer = fresh.client()
    installer.do(f'install name=box1 level=basic password="{ADMIN_PASSWORD}"')
    assert fresh.state.generation == 1 and fresh.files()["state.journal"].count(b"\n") > 1
    installer.door.log_out("it is installed")
    assert fresh.files()["state.journal"].count(b"\n") == 1
    fresh.configure(hashing=CHEAP)
    fresh.client().door.log_out("nothing was done")
    assert fresh.files()["state.journal"].count(b"\n") > 1


DEAD = "from sysmgmt.host import processes; print(processes.own())"


def test_sessions_of_processes_that_are_gone_are_closed_by_the_next_login(box: TestBox) -> None:
    done = subprocess.run([sys.executable, "-c", DEAD], capture_output=True, text=True, check=True)
    process = done.stdout.strip()
    bob = box.client("bob", BOB)
    login.open_session(box.house(), Caller("bob", origin="here", endpoint="batch"), login.Login(process))
    gone = [one for one in box.state.sessions.values() if one.process == process]
    assert len(gone) == 1
    departure.close_dead(box.house())
    assert gone[0].id not in box.state.sessions and bob.door.caller.session in box.state.sessions
    last = [one for one in box.audit() if one["command"] == "close_session"][-1]
    assert (last["session"], last["parameters"]["reason"]) == (gone[0].id, "disconnected")


@pytest.mark.parametrize("reason, kept", [("he left", "he left"), ("\x1b[2J", "disconnected")])
def test_a_reason_that_cannot_be_shown_is_none(box: TestBox, reason: str, kept: str) -> None:
    bob = box.client("bob", BOB)
    departure.close(box.house(), bob.door.caller, reason)
    assert [one for one in box.audit() if one["command"] == "close_session"][-1]["parameters"]["reason"] == kept


def test_a_session_that_was_idle_ends_once(box: TestBox) -> None:
    bob = box.client("bob", BOB)
    for _ in range(2):
        departure.end_idle(box.house(), bob.door.caller)
        found = box.state.sessions.get(bob.door.caller.session)
        assert found and (found.ended, found.ended_at) == ("it was idle for too long", box.clock.now)
        box.clock.move(0)
    assert bob.do("get_users").code == "SessionEnded"


def test_the_caller_of_a_session_is_who_opened_it() -> None:
    one = Session("s", "bob", "p", 1.0, "tty1", "console")
    assert departure.of(one) == Caller("bob", "s", "tty1", "console", True)
    assert departure.of(one._replace(endpoint="ssh")) == Caller("bob", "s", "tty1", "ssh", False)


def test_a_box_that_is_not_installed_has_no_session_to_close(fresh: TestBox) -> None:
    departure.close(fresh.house(), Caller("bob", "s"), "he left")
    assert not fresh.state.installed and not len(fresh.state.sessions)


def test_a_password_whose_history_grew_meanwhile_is_compared_with_the_new_one_too(box: TestBox) -> None:
    """It is slow work, which is not done under the lock: the request goes back to where it began."""
    high = box.admin()
    assert high.do("set_password_policy history=3").code == "Done"
    wanted = "bob-second-2"
    new = box.house().box.hasher.encode(wanted, CHEAP)
    acts = iter([lambda: None, lambda: box.replace("bob", password_history=(new,))])
    bob = box.client("bob", BOB)
    other = box.client(house=hooked(box, lambda: next(acts, lambda: None)()))
    assert other.log_in("bob", BOB).code == "Done"
    acts = iter([lambda: None, lambda: box.replace("bob", password_history=(new,))])
    line = f'set_password current_password={BOB} new_password="{wanted}"'
    assert other.do(line).code == "PasswordReused"
    box.replace("bob", password_history=())
    acts = iter([lambda: None, lambda: box.replace("bob", password_history=(new,))])
    assert [one.code for one in other.together("get_groups", line)] == ["NotApplied", "PasswordReused"]
    assert bob.do("get_groups").code == "Done"


def test_what_there_is_nothing_to_choose_for_is_no_failure_of_a_batch(box: TestBox) -> None:
    answers = box.admin().together("add_group name=g1", "unlock_user", "get_groups")
    assert [(one.code, one.status) for one in answers] == [("Done", 0), ("Unchanged", 0), ("Done", 0)]
    assert answers[1].message == "No users to unlock." and "g1" in box.state.groups


def test_a_value_is_checked_as_far_as_that_is_known_at_once(box: TestBox) -> None:
    admin = box.admin()
    assert admin.door.check("add_user", "name", {"name": "eve"}) is None
    taken = admin.door.check("add_user", "name", {"name": "bob"})
    assert taken and taken.code == "UserExists"
    unknown = admin.door.check("add_user", "nosuch", {"nosuch": "x"})
    assert unknown and "nosuch" in (unknown.message or "")
    assert admin.door.check("set_password", "current_password", {"current_password": "wrong"}) is None
    account = box.state.accounts.get("admin")
    assert account and account.strikes == 0, "nothing slow was done"
    assert admin.door.check("unlock_user", "name", {}) is None, "there is nothing to choose"


def test_a_value_that_was_only_checked_leaves_the_record_that_the_command_would_have_left(box: TestBox) -> None:
    admin, bob = box.admin(), box.client("bob", BOB)
    for client, command, texts in ((admin, "add_user", {"name": "bob", "password": "Canary-12"}),
                                   (admin, "add_user", {"nosuch": "Canary-12"}),
                                   (bob, "add_user", {"name": "eve"}), (bob, "nosuch", {"name": "eve"})):
        answer = client.door.check(command, next(iter(texts)), texts)
        run = client.door.run(Request(command, texts))
        assert answer and (answer.code, answer.message) == (run.code, run.message)
        checked, ran = box.audit()[-2:]
        told = {"user", "session", "command", "parameters", "code", "status"}
        assert {one: checked[one] for one in told} == {one: ran[one] for one in told}
    assert b"Canary" not in box.everything()


def test_a_check_tells_of_no_group_that_is_not_the_callers(box: TestBox) -> None:
    admin = box.admin()
    for line in ("add_group name=g1", "add_group name=g2",
                 'add_user name=gina role=sysmgmt groups=g1 password="Ginas-pass-1" must_change=no'):
        assert admin.do(line).code == "Done"
    gina = box.client("gina", "Ginas-pass-1")
    refused = gina.door.check("remove_group", "name", {"name": "g2"})
    assert refused and refused.code == "PermissionDenied"
    assert gina.door.check("remove_group", "name", {"name": "g1"}) is None


def test_an_unknown_piece_of_own_work_is_refused(box: TestBox) -> None:
    from sysmgmt.domain.errors import UnknownCommand
    from sysmgmt.engine.dispatch import carry_out

    with pytest.raises(UnknownCommand):
        carry_out(box.house(), PERSON, Request("no_such_work"), own_work=True)


def test_a_session_whose_time_is_over_ends_at_the_next_look(box: TestBox) -> None:
    bob = box.client("bob", BOB)
    session = bob.door.caller.session
    departure.end_overdue(box.house(), box.state, session)
    assert not [one for one in box.state.sessions.values() if one.ended]
    box.replace("bob", ends_at=box.clock.now)
    for looked in ("unknown", session, session):
        departure.end_overdue(box.house(), box.state, looked)
    found = box.state.sessions.get(session)
    assert found and (found.ended, found.ended_at) == ("the time of the user is over", box.clock.now)
    assert [one["command"] for one in box.audit()].count("end_overdue_session") == 2, "an intent and an outcome"


def test_what_somebody_else_has_to_be_asked_for_is_not_offered_while_it_cannot_be(box: TestBox) -> None:
    assert box.admin().door.offers("config_ldap", "base_dn", {}) == []


def test_who_is_turned_away_leaves_a_record_with_the_reason(basic: TestBox) -> None:
    login.turn_away(basic.house(), Caller("admin", origin="192.0.2.1", endpoint="ssh"), AccountLocked())
    last = basic.audit()[-1]
    assert (last["command"], last["user"], last["origin"], last["code"]) == (
        "log_in", "admin", "192.0.2.1", "AccountLocked")


def told(box: TestBox, name: str, password: str, words: str) -> int:
    """How many warnings of a login have these words."""
    return sum(words in one for one in box.client().log_in(name, password).warnings)


def test_a_recovery_since_the_last_login_is_told_once_to_who_has_security(box: TestBox) -> None:
    box.configure(recovered_at=box.clock.now)
    assert told(box, "admin", ADMIN_PASSWORD, "was recovered") == 0, "the login came after it"
    box.configure(recovered_at=box.clock.now + 1)
    box.clock.move(2)
    assert [told(box, *who, "was recovered") for who in (("bob", BOB), ("admin", ADMIN_PASSWORD))] == [0, 1]
    assert told(box, "admin", ADMIN_PASSWORD, "was recovered") == 0


@pytest.mark.parametrize("person", [PERSON, Caller(endpoint="console", console=True)])
def test_what_is_told_once_is_told_to_a_person_also_after_a_batch_has_shown_it(box: TestBox, person: Caller) -> None:
    def told_to(who: Caller) -> list[str]:
        box.clock.move(1)
        answer = box.client(stranger=who).log_in("admin", ADMIN_PASSWORD)
        return [one[:7] for one in answer.warnings if "was recovered" in one or "Nobody confirmed" in one]
    assert told_to(person) == []
    box.configure(recovered_at=box.clock.now + 1, returned=Returned(("hsts",), "eve", "security", box.clock.now + 1))
    box.clock.move(2)
    both = ["The pas", "Nobody "]
    assert [told_to(one) for one in (STRANGER, STRANGER, person, person, STRANGER)] == [both, [], both, [], []]


def test_a_change_that_returned_since_the_last_login_is_told_once_to_who_might_have_confirmed_it(box: TestBox) -> None:
    returned = Returned(("hsts",), "eve", "security", box.clock.now)
    box.configure(returned=returned)
    assert told(box, "admin", ADMIN_PASSWORD, "Nobody confirmed the change of hsts by eve") == 0
    box.configure(returned=returned._replace(at=box.clock.now + 1))
    box.clock.move(2)
    assert [told(box, *who, "Nobody confirmed") for who in (("bob", BOB), ("admin", ADMIN_PASSWORD))] == [0, 1]
    assert told(box, "admin", ADMIN_PASSWORD, "Nobody confirmed") == 0


def test_all_that_waits_is_told_at_a_login_and_what_is_overdue_returns_before_it(box: TestBox) -> None:
    before, now = box.state.settings.reach, box.clock.now
    after = before._replace(tls_minimum="1.3", name_servers=("192.0.2.1",))
    box.configure(reach=after, pending=Pending("p", "set_dns", "eve", "security", now, now + 60, before, after))
    assert told(box, "admin", ADMIN_PASSWORD, "eve has changed the lowest version of TLS and the name servers; that is "
                "undone on") == 1
    box.clock.move(60)
    assert told(box, "admin", ADMIN_PASSWORD, "change of the lowest version of TLS and the name servers by eve in "
                "time: it was undone") == 1
    assert box.state.settings.reach == before


def test_what_is_recorded_of_a_logout_is_durable_at_once(box: TestBox) -> None:
    client, real, synced = box.admin(), os.fdatasync, list[int]()
    journal = box.folder / "audit.journal"

    def sync(descriptor: int) -> None:
        if os.path.samestat(os.fstat(descriptor), journal.stat()):
            synced.append(os.fstat(descriptor).st_size)
        real(descriptor)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fdatasync", sync)
        client.door.log_out("done")
    assert synced[-1] == journal.stat().st_size and box.audit()[-1]["command"] == "close_session"


def test_a_login_tells_where_the_last_one_came_from(box: TestBox) -> None:
    first, second = (box.client(stranger=PERSON).log_in("bob", BOB).result or {} for _ in range(2))
    assert (first["last_login_from"], second["last_login_from"]) == (None, "10.0.0.1")


def test_a_wrong_password_of_one_with_a_cheaper_hash_costs_as_much(box: TestBox) -> None:
    box.configure(hashing=CHEAP._replace(passes=2))
    wasted: list[Cost] = []

    class Wasting(CountingHasher):
        """A hasher that tells what was computed for nothing."""

        def waste(self, text: str, cost: Cost) -> None:
            """As the real one."""
            wasted.append(cost)
            super().waste(text, cost)
    house = box.house(Wasting(box.folder, box.folder.parent / "log"))
    assert box.client(house=house).log_in("bob", "wrong").code == "LoginFailed"
    assert wasted == [CHEAP._replace(passes=2)]
