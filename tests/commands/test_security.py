"""Security level, passwords over time, session policy (R065, R076-R092, R125)."""

import pytest

from sysmgmt.engine.request import Request
from sysmgmt.screen.ask import Asker, run_confirmed
from tests.support.box import ADMIN_PASSWORD, CHEAP, Client, TestBox, own_change
from tests.support.clock import DAY, HOUR, MINUTE

BOB = "bobBOB12"


@pytest.fixture
def box(high: TestBox) -> TestBox:
    """A box at the level high, with bob, who has chosen his password just now."""
    high.admin().do('add_user name=bob role=monitor password="givenGIVEN12"')
    assert own_change(high.client("bob", "givenGIVEN12"), "givenGIVEN12", BOB) == "Done"
    return high


@pytest.mark.requirement(17)
def test_an_own_change_waits_for_24_hours(box: TestBox) -> None:
    bob = box.client("bob", BOB)
    box.clock.move(24 * HOUR - MINUTE)
    assert own_change(bob, BOB, "nextNEXT12") == "PasswordTooYoung"
    box.clock.move(MINUTE - 1)
    for new in ("nextNEXT12", "weak"):
        assert own_change(bob, BOB, new) == "PasswordTooYoung", "whatever the new one is"
    box.clock.move(1)
    assert own_change(bob, BOB, "nextNEXT12") == "Done"
    assert own_change(bob, "nextNEXT12", "moreMORE12") == "PasswordTooYoung"


@pytest.mark.requirement(17)
def test_a_reset_and_the_forced_change_after_it_do_not_wait(box: TestBox) -> None:
    admin = box.admin()
    for number in range(3):
        given, chosen = f"givenNOW{number}1", f"chosenNOW{number}1"
        assert admin.do(f"set_user name=bob password={given}").code == "Done"
        bob = box.client("bob", given)
        assert bob.do("get_users").code == "MustChangePassword"
        assert own_change(bob, given, chosen) == "Done"
        assert own_change(bob, chosen, "laterLATER12") == "PasswordTooYoung"


@pytest.mark.requirement(18)
def test_after_90_days_a_change_is_due_and_does_not_wait(box: TestBox) -> None:
    box.clock.move(90 * DAY - 1)
    assert box.client("bob", BOB).do("get_users").code == "Done"
    box.clock.move(1)
    bob = box.client("bob", BOB)
    assert bob.do("get_users").code == "MustChangePassword"
    assert own_change(bob, BOB, "nextNEXT12") == "Done"
    assert bob.do("get_users").code == "Done"


@pytest.mark.parametrize("left, words", [(14 * DAY + 1, None), (14 * DAY, "in 14 days"), (3 * DAY, "in 3 days"),
                                         (DAY, "tomorrow"), (HOUR, "today")])
def test_expiry_is_announced_at_the_login(box: TestBox, left: float, words: str | None) -> None:
    box.clock.move(90 * DAY - left)
    warnings = box.client().log_in("bob", BOB).warnings
    assert warnings == (() if words is None else (
        f"Your password expires {words}; change it with set_password.",))


@pytest.mark.requirement(20)
def test_none_of_the_last_ten_can_be_chosen_again_and_the_eleventh_can(box: TestBox) -> None:
    used = ["givenGIVEN12", BOB]
    for number in range(9):
        box.clock.move(DAY)
        bob = box.client("bob", used[-1])
        assert own_change(bob, used[-1], f"numberNUM{number:02}") == "Done"
        bob.door.log_out("over")
        used.append(f"numberNUM{number:02}")
    assert len(used) == 11
    box.clock.move(DAY)
    bob = box.client("bob", used[-1])
    assert own_change(bob, used[-1], used[-1]) == "PasswordReused"
    for old in used[1:]:
        assert own_change(bob, used[-1], old) == "PasswordReused", old
    assert own_change(bob, used[-1], used[0]) == "Done"


@pytest.mark.requirement(20)
def test_a_reset_does_not_tell_whether_a_guess_is_the_password(box: TestBox) -> None:
    admin = box.admin()
    assert admin.do(f"set_user name=bob password={BOB} --dry-run").code == "Done"
    assert admin.do("set_user name=bob password=someSOME12 --dry-run").code == "Done"


def test_resets_count_in_the_history_too(box: TestBox) -> None:
    admin = box.admin()
    assert admin.do("set_user name=bob password=resetRESET12").code == "Done"
    bob = box.client("bob", "resetRESET12")
    assert own_change(bob, "resetRESET12", "resetRESET12") == "PasswordReused"
    assert own_change(bob, "resetRESET12", "givenGIVEN12") == "PasswordReused"


def test_the_history_of_basic_is_known_when_the_level_is_raised(basic: TestBox) -> None:
    admin = basic.admin()
    admin.do('add_user name=bob role=monitor password="firstFIRST12"')
    bob = basic.client("bob", "firstFIRST12")
    assert own_change(bob, "firstFIRST12", "otherOTHER12") == "Done"
    assert own_change(bob, "otherOTHER12", "otherOTHER12") == "Done", "basic has no rule about the past"
    assert admin.do("set_security_level level=high --yes").code == "Done"
    basic.configure(hashing=CHEAP)
    bob = basic.client("bob", "otherOTHER12")
    assert own_change(bob, "otherOTHER12", "firstFIRST12") == "PasswordReused"
    assert own_change(bob, "otherOTHER12", "thirdTHIRD12") == "Done"


@pytest.mark.requirement(32)
def test_raising_the_level_makes_everybody_choose_a_new_password(basic: TestBox) -> None:
    admin = basic.admin()
    admin.do('add_user name=bob role=monitor password="bob-first-1" must_change=no')
    asked = admin.do("set_security_level level=high")
    assert asked.code == "ConfirmationNeeded" and "you and 1 other user must choose" in str(asked.message), asked
    answer = admin.do("set_security_level level=high --yes")
    assert answer.result == {"level": "high", "must_change_password": ["admin", "bob"]}
    basic.configure(hashing=CHEAP)
    assert admin.do("get_users").code == "Done", "the session that did it goes on"
    for name, password in (("admin", ADMIN_PASSWORD), ("bob", "bob-first-1")):
        client = basic.client(name, password)
        assert client.do("get_users").code == "MustChangePassword"
        assert own_change(client, password, "weakweak") == "PasswordTooWeak"
        assert own_change(client, password, "strongSTRONG12") == "Done"
    record = [one for one in basic.audit() if one["command"] == "set_security_level"][-1]
    assert record["parameters"] == {"level": "high"} and record["user"] == "admin"


def test_lowering_the_level_forces_nobody(high: TestBox) -> None:
    assert high.admin().do("set_security_level level=basic --yes").code == "Done"
    assert high.client("admin").do("get_users").code == "Done"
    assert high.admin().do("set_security_level level=basic").code == "Unchanged"


@pytest.mark.parametrize("old,new,asked", [
    ("stig", "basic", True), ("nist", "high", True), ("high", "basic", True), ("stig", "nist", True),
    ("nist", "stig", False), ("basic", "nist", False), ("high", "stig", False), ("high", "high", False)])
def test_a_level_that_asks_for_less_has_to_be_confirmed(basic: TestBox, old: str, new: str, asked: bool) -> None:
    admin = basic.admin()
    basic.configure(level=old)
    answer = admin.do(f"set_security_level level={new}")
    assert (answer.code == "ConfirmationNeeded") is asked, answer
    assert not asked or f"takes the security level from {old} to {new}:" in str(answer.message)
    assert (basic.state.settings.level == old) is (asked or old == new)
    assert admin.do(f"set_security_level level={new} --yes").code in ("Done", "Unchanged")


class Reader(Asker):
    """Somebody who says yes to all that he reads, while somebody else changes the level."""

    def __init__(self, meanwhile: Client) -> None:
        self.read: list[str] = []
        self._meanwhile = meanwhile

    def confirm(self, question: str) -> None:
        """Yes."""
        self.read.append(question)
        if len(self.read) == 1:
            assert self._meanwhile.do("set_security_level level=nist --yes").code == "Done"


def test_a_question_that_has_changed_while_somebody_read_it_is_asked_anew(basic: TestBox) -> None:
    basic.configure(level="stig")
    reader, admin = Reader(basic.admin()), basic.admin()
    request = Request("set_security_level", {"level": "basic"})
    answer = run_confirmed(reader, admin.door, request)
    assert [one.partition(" to basic")[0].split()[-1] for one in reader.read] == ["stig", "nist"]
    assert (answer.code, answer.confirmed, basic.state.settings.level) == ("Done", True, "basic")
    again = request._replace(answered=reader.read[0], texts={"level": "high"})
    basic.configure(level="stig")
    assert admin.door.run(again).code == "ConfirmationNeeded", "a yes to one question is none to another"


def test_hashes_are_made_anew_at_the_login_after_their_cost_changed(basic: TestBox) -> None:
    before = basic.state.accounts.get("admin")
    basic.configure(hashing=CHEAP._replace(memory=16))
    basic.admin()
    after = basic.state.accounts.get("admin")
    assert before and "m=8," in before.password and after and "m=16," in after.password
    basic.admin()
    again = basic.state.accounts.get("admin")
    assert again and again.password == after.password


def test_a_login_never_brings_an_old_password_back(basic: TestBox) -> None:
    """The hash is made anew while somebody else sets another password: that one stays."""
    basic.admin().do('add_user name=bob role=monitor password="bob-first-1" must_change=no')
    basic.configure(hashing=CHEAP._replace(memory=16))
    house = basic.house()
    real = house.box.hasher

    class Interrupted:
        """Encodes, but not before bob has got another password."""

        matches, outdated, waste = real.matches, real.outdated, real.waste

        def encode(self, text: str, cost: object) -> str:
            """What the login does when the stored hash is outdated."""
            assert basic.admin().do("set_user name=bob password=given-by-admin").code == "Done"
            return real.encode(text, CHEAP._replace(memory=16))
    client = basic.client(house=basic.house(Interrupted()))
    client.log_in("bob", "bob-first-1")
    assert basic.client().log_in("bob", "bob-first-1").code == "LoginFailed"
    assert basic.client().log_in("bob", "given-by-admin").code == "Done"


SETTINGS = {
    "basic": {"min_length": 5, "min_lower_case": 0, "min_upper_case": 0, "min_non_alphabetical": 0, "min_digits": 0,
              "min_special": 0, "history": 0, "max_age": None, "min_age": None, "changed_positions": 0,
              "common": "warn"},
    "high": {"min_length": 8, "min_lower_case": 2, "min_upper_case": 2, "min_non_alphabetical": 2, "min_digits": 0,
             "min_special": 0, "history": 10, "max_age": 90 * 86400, "min_age": 86400, "changed_positions": 0,
             "common": "warn"},
}


@pytest.mark.parametrize("level", SETTINGS)
def test_the_settings_tell_the_rules_of_the_level(basic: TestBox, level: str) -> None:
    basic.configure(level=level)
    told = dict(basic.admin().facts("get_security_settings"))
    del told["standards"]
    assert told == {
        "level": level, "idle_timeout": 1800, "lockout_threshold": 3, "unlock_after": None, "origin_threshold": None,
        "sessions_per_user": 10,
        "session_lifetime": None, "unused_after": None, "banner_acknowledged": False,
        "tls_minimum": "1.2", "hsts": "off", "password_rules": SETTINGS[level], "root_access": None,
        "communication_level": "authenticated_encrypted", "isolation": "off"}


@pytest.mark.requirement(48)
@pytest.mark.parametrize("given, seconds", [("1", 60), ("30", 1800), ("15", 900), ("0", 1800), ("31", None),
                                            ("-1", None), ("1.5", None), ("", None), ("٣", None), ("1e1", None),
                                            ("9" * 5000, None), (" 5", None), ("0x1", None)])
def test_the_idle_timeout_is_one_to_thirty_minutes(basic: TestBox, given: str, seconds: int | None) -> None:
    admin = basic.admin()
    answer = admin.do(f'set_session_policy idle_timeout="{given}"')
    if seconds is None:
        assert answer.code == "InvalidValue" and admin.door.sign().idle_timeout == 1800
    else:
        assert answer.status == 0 and admin.door.sign().idle_timeout == seconds
        assert admin.facts("get_security_settings")["idle_timeout"] == seconds


@pytest.mark.requirement(6)
def test_a_new_box_has_no_password_that_works(fresh: TestBox) -> None:
    for name in ("admin", "root", "security-admin", "boxmgmt", "se"):
        for password in ("", name, "admin", "password", "boxmgmt"):
            assert fresh.client().log_in(name, password).code == "NotInstalled"
    line = 'install name=Box-1 level=high password="{}"'
    assert fresh.client().do(line.format("admin")).code == "PasswordTooWeak"
    assert fresh.client().do(line.format(ADMIN_PASSWORD) + " --dry-run").code == "Done"
    assert not fresh.state.installed
    assert fresh.client().do(line.format(ADMIN_PASSWORD)).code == "Done"
    assert fresh.client().do(line.format(ADMIN_PASSWORD)).code == "AlreadyInstalled"
    assert fresh.state.settings.name == "Box-1" and list(fresh.state.accounts) == ["admin"]
    assert fresh.client().log_in("admin", "admin").code == "LoginFailed"
    assert fresh.client("admin").facts("get_current_user")["role"] == "administrator"


@pytest.mark.parametrize("line, code", [
    ("install name=box1 level=strict password=abcdefgh", "InvalidValue"),
    ("install name=box1 level=stig password=abcdefgh", "PasswordTooWeak"),
    ('install name="b x" level=basic password=abcdefgh', "InvalidValue"),
    ("install name=box1 level=basic password=abcd", "PasswordTooWeak"),
    ("install level=basic password=abcdefgh", "MissingValue"),
    ("install name=box1 level=basic", "MissingValue"),
    ("install name=box1 level=basic password=abcdefgh user=x", "InvalidValue")])
def test_a_refused_installation_installs_nothing(fresh: TestBox, line: str, code: str) -> None:
    assert fresh.client().do(line).code == code
    assert not fresh.state.installed


@pytest.mark.parametrize("line, code", [
    ("install name=oldmill level=nist password=oldmilloldmill2026", "PasswordTooCommon"),
    ("install name=oldmill level=nist password=adminadminadmin", "PasswordTooCommon"),
    ("install name=oldmill level=nist password=passwordpassword", "PasswordTooCommon"),
    ('install name=oldmill level=nist password="seven odd geese fly"', "Done")])
def test_the_first_password_is_none_that_a_guesser_would_try(fresh: TestBox, line: str, code: str) -> None:
    assert fresh.client().do(line).code == code


def test_easy_passwords_only_warn(basic: TestBox) -> None:
    admin = basic.admin()
    answer = admin.do('add_user name=bob role=monitor password="password"')
    assert answer.code == "Done" and answer.warnings == ("This password is easy to guess.",)
    assert admin.do('add_user name=eve role=monitor password="eve12"').warnings
    assert not admin.do('add_user name=ann role=monitor password="gh7-kkwq-zz"').warnings
