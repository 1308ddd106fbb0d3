"""Users: adding, changing, locking, removing (R042-R066, R088-R095)."""

import pytest

from tests.support.box import TestBox
from tests.support.clock import HOUR

BOB = "bob-first-1"
FIELDS = {"name", "type", "role", "groups", "locked", "locked_since", "must_change_password", "password_changed_at",
          "password_expires_at", "last_login_at", "last_login_from", "failed_logins", "ssh_keys"}
DETAILS = {"locked_since", "last_login_at", "last_login_from", "failed_logins", "ssh_keys"}


@pytest.fixture
def box(basic: TestBox) -> TestBox:
    """A box with the user bob, who may look, and a second Security user, sue."""
    admin = basic.admin()
    assert admin.do(f'add_user name=bob role=monitor password="{BOB}" must_change=no').code == "Done"
    assert admin.do(f'add_user name=sue role=sysmgmt password="{BOB}" must_change=no').code == "Done"
    return basic


@pytest.mark.parametrize("name", ["İ", "İs", "a,b", "(ops)", "x" * 65])
def test_what_nobody_can_be_called_is_refused_with_the_rule_for_entries_of_any_kind(box: TestBox, name: str) -> None:
    for line in ('remove_user name="{}" --yes', 'unlock_user name="{}"'):
        answer = box.admin().do(line.format(name))
        assert answer.code == "InvalidValue" and "a user or of a group of the directory" in (answer.message or "")
    assert box.admin().do("unlock_user name=_x").code == "UnknownUser", "a name that fits, and that nobody has"


REFUSALS = [
    ('add_user name=bob role=monitor password="eve-first-1"', "UserExists"),
    ('add_user name=BOB role=monitor password="eve-first-1"', "UserExists"),
    ('add_user name=admin role=monitor password="eve-first-1"', "UserExists"),
    ('add_user name=eve role=nosuch password="eve-first-1"', "UnknownRole"),
    ('add_user name=eve role=monitor password="abcd"', "PasswordTooWeak"),
    ('add_user name=eve role=monitor password=""', "PasswordTooWeak"),
    ('add_user name="e ve" role=monitor password="eve-first-1"', "InvalidValue"),
    ('add_user name=root role=monitor password="eve-first-1"', "InvalidValue"),
    ('add_user name=SE role=monitor password="eve-first-1"', "InvalidValue"),
    ('add_user name=security-admin role=monitor password="eve-first-1"', "InvalidValue"),
    ('add_user name=boxmgmt role=monitor password="eve-first-1"', "InvalidValue"),
    ('add_user name=eve role=monitor password="eve-first-1" groups=nosuch', "UnknownGroup"),
    ('add_user name=eve role=monitor password="eve-first-1" groups=""', "InvalidValue"),
    ('add_user name=eve role=monitor password="eve-first-1" must_change=maybe', "InvalidValue"),
    ('add_user name=eve role=monitor password="eve-first-1" uid=0', "InvalidValue"),
    ('add_user name=eve role=monitor', "MissingValue"),
    ('add_user role=monitor password="eve-first-1"', "MissingValue"),
    ("get_users name=nobody-here", "UnknownUser"),
    ("set_user name=nobody-here role=monitor", "UnknownUser"),
    ("set_user name=admin role=monitor", "PredefinedUser"),
    ("set_user name=admin new_name=boss", "PredefinedUser"),
    ("set_user name=admin groups=all", "PredefinedUser"),
    ("set_user name=bob role=nosuch", "UnknownRole"),
    ("set_user name=bob groups=nosuch", "UnknownGroup"),
    ("set_user name=bob new_name=sue", "UserExists"),
    ("set_user name=bob new_name=admin", "UserExists"),
    ("set_user name=bob new_name=root", "InvalidValue"),
    ('set_user name=bob new_name="x y"', "InvalidValue"),
    ("set_user name=bob password=abc", "PasswordTooWeak"),
    ("set_user name=bob password_history=x", "InvalidValue"),
    ("remove_user name=admin", "PredefinedUser"),
    ("remove_user name=nobody-here", "UnknownUser"),
    ("lock_user name=nobody-here", "UnknownUser"),
    ("unlock_user name=nobody-here", "UnknownUser"),
]


@pytest.mark.requirement(64)
@pytest.mark.requirement(70)
@pytest.mark.parametrize("line, code", REFUSALS)
def test_a_refused_line_names_its_reason_and_changes_nothing(box: TestBox, line: str, code: str) -> None:
    admin = box.admin()
    before = box.state
    answer = admin.do(line)
    assert (answer.code, answer.result) == (code, None)
    assert answer.message and answer.message.endswith(".")
    assert box.state == before


ACCEPTED = [
    ('add_user name=eve role=monitor password="eve-first-1"', "Done"),
    ('add_user name=EVE role=MONITOR password="eve-first-1" groups=ALL', "Done"),
    ("set_user name=bob role=auditor", "Done"),
    ("set_user name=bob role=monitor", "Unchanged"),
    ("set_user name=bob", "InvalidValue"),
    ("set_user name=bob groups=all", "Unchanged"),
    ("set_user name=bob new_name=rob", "Done"),
    ("set_user name=bob password=another-one", "Done"),
    ("remove_user name=bob", "Done"),
    ("remove_user name=Bob", "Done"),
    ("lock_user name=bob", "Done"),
    ("unlock_user name=bob", "Unchanged"),
]


@pytest.mark.parametrize("line, code", ACCEPTED)
def test_a_line_does_what_it_says_and_again_it_changes_nothing(box: TestBox, line: str, code: str) -> None:
    admin = box.admin()
    before = box.state
    assert admin.do(line).code == code
    after = box.state
    changed = (after.accounts, after.roles, after.groups, after.settings) != (
        before.accounts, before.roles, before.groups, before.settings)
    assert changed == (code == "Done")


def test_ones_own_account_is_left_alone(box: TestBox) -> None:
    sue = box.client("sue", BOB)
    for line in ("set_user name=sue role=monitor", "set_user name=SUE groups=all", "set_user name=sue new_name=ann",
                 "set_user name=sue password=another-one", "remove_user name=sue"):
        assert sue.do(line).code == "OwnAccount", line
    assert sue.do("set_user name=bob role=auditor").code == "Done"


@pytest.mark.requirement(30)
def test_only_security_changes_others_and_everybody_changes_himself(box: TestBox) -> None:
    bob = box.client("bob", BOB)
    assert bob.do("set_user name=sue password=another-one").code == "PermissionDenied"
    assert bob.do(f"set_password current_password={BOB} new_password=another-one").code == "Done"
    assert box.client().log_in("bob", "another-one").code == "Done"
    assert box.client().log_in("bob", BOB).code == "LoginFailed"


@pytest.mark.requirement(70)
@pytest.mark.parametrize("role, sees", [("monitor", False), ("admin", False), ("auditor", True), ("sysmgmt", True)])
def test_details_of_others_are_for_security_and_audit(box: TestBox, role: str, sees: bool) -> None:
    box.admin().do(f'add_user name=eve role={role} password="{BOB}" must_change=no')
    box.client().log_in("bob", "wrong")
    users = {one["name"]: one for one in box.client("eve", BOB).facts("get_users")["users"]}
    assert all(set(one) == FIELDS for one in users.values())
    told = {key for key in DETAILS if users["bob"][key] is not None}
    assert told == ({"failed_logins", "ssh_keys"} if sees else set())
    assert users["eve"]["last_login_at"] is not None and users["eve"]["failed_logins"] == 0
    assert users["bob"]["locked"] is False


def test_a_user_who_is_added_must_choose_a_password(basic: TestBox) -> None:
    basic.admin().do(f'add_user name=eve role=sysmgmt password="{BOB}"')
    eve = basic.client("eve", BOB)
    for line in ("get_users", "add_role name=x permissions=view", "get_security_settings", "who_can command=help",
                 "get_users --dry-run"):
        assert eve.do(line).code == "MustChangePassword", line
    for line in ("get_current_user", "help", "help command=set_password"):
        assert eve.do(line).code == "Done", line
    assert [one.code for one in eve.together("get_users")] == ["MustChangePassword"]
    line = f"set_password current_password={BOB} new_password=another-one"
    assert eve.do(line + " --dry-run").code == "Done"
    assert eve.do("get_users").code == "MustChangePassword"
    assert eve.do(line).code == "Done"
    assert eve.do("get_users").code == "Done"
    assert eve.do("quit").code == "Done"


def test_a_batch_that_begins_with_set_password_goes_on(basic: TestBox) -> None:
    basic.admin().do(f'add_user name=eve role=sysmgmt password="{BOB}"')
    eve = basic.client("eve", BOB)
    answers = eve.together(f"set_password current_password={BOB} new_password=another-one", "add_group name=g1")
    assert [one.code for one in answers] == ["Done", "Done"]


def test_must_change_no_is_possible_at_the_level_basic_and_audited(basic: TestBox) -> None:
    line = 'add_user name=eve role=monitor password="eveEVE12" must_change=no'
    assert basic.admin().do(line).code == "Done"
    assert basic.client("eve", "eveEVE12").do("get_users").code == "Done"
    record = [one for one in basic.audit() if one["command"] == "add_user"][-1]
    assert record["parameters"]["must_change"] == "no"


def test_must_change_no_is_refused_at_the_level_high(high: TestBox) -> None:
    answer = high.admin().do('add_user name=eve role=monitor password="eveEVE12" must_change=no')
    assert (answer.code, answer.status) == ("InvalidValue", 2)


@pytest.mark.requirement(31)
def test_a_reset_forces_a_new_choice(box: TestBox) -> None:
    box.admin().do("set_user name=bob password=given-by-sue")
    assert box.client().log_in("bob", BOB).code == "LoginFailed"
    bob = box.client("bob", "given-by-sue")
    assert bob.do("get_users").code == "MustChangePassword"
    assert bob.do("set_password current_password=given-by-sue new_password=chosen-by-bob").code == "Done"
    assert box.client("bob", "chosen-by-bob").do("get_users").code == "Done"


def test_a_renamed_user_keeps_everything_and_the_old_name_is_unknown(box: TestBox) -> None:
    admin = box.admin()
    for _ in range(2):
        box.client().log_in("bob", "wrong")
    before = box.state.accounts.get("bob")
    assert admin.do("set_user name=bob new_name=rob").code == "Done"
    assert before and box.state.accounts.get("rob") == before._replace(name="rob")
    assert box.client().log_in("bob", BOB).code == "LoginFailed"
    assert box.client().log_in("rob", "wrong").code == "LoginFailed"
    assert box.client().log_in("rob", BOB).code == "LoginFailed", "the strikes moved with the name"


def test_naming_a_user_as_before_ends_no_session(box: TestBox) -> None:
    bob = box.client("bob", BOB)
    assert box.admin().do("set_user name=bob new_name=bob").code == "Unchanged"
    assert bob.do("get_users").code == "Done"


def test_the_last_security_user_stays(box: TestBox) -> None:
    admin = box.admin()
    assert admin.do("lock_user name=sue").code == "Done"
    answer = admin.do("lock_user name=admin")
    assert (answer.code, answer.status) == ("LastSecurityUser", 1)
    assert [one.code for one in admin.together("unlock_user name=sue", "set_user name=sue role=monitor",
                                               "lock_user name=admin")] == ["NotApplied"] * 2 + ["LastSecurityUser"]
    assert box.state.accounts.get("admin") and box.admin().do("unlock_user name=sue").code == "Done"


def test_no_sequence_of_commands_takes_the_last_security_user_away(box: TestBox) -> None:
    box.admin().do("add_role name=keepers permissions=security")
    box.admin().do("set_user name=sue role=keepers")
    sue = box.client("sue", BOB)
    assert sue.do("lock_user name=admin").code == "Done"
    for line in ("lock_user name=sue", "modify_role name=keepers permissions=view", "remove_user name=sue",
                 "set_user name=sue role=monitor"):
        assert sue.do(line).code in ("LastSecurityUser", "OwnAccount"), line
    assert sue.do("unlock_user name=admin").code == "Done"
    assert sue.do("lock_user name=sue --yes").code == "Done", "with admin back, sue may go"


@pytest.mark.parametrize("logged_in,who", [(False, "sue (who has never logged in)."), (True, "sue.")])
def test_whoever_locks_himself_is_asked_and_told_who_can_unlock(box: TestBox, logged_in: bool, who: str) -> None:
    if logged_in:
        box.client("sue", BOB)
    admin = box.admin()
    assert admin.do("lock_user name=admin --dry-run").code == "Done"
    answer = admin.do("lock_user name=ADMIN")
    assert (answer.code, answer.status) == ("ConfirmationNeeded", 2)
    assert f"you depend on somebody else to unlock it: {who} Lock it?" in str(answer.message)
    assert admin.do("get_users").code == "Done"
    assert admin.do("lock_user name=bob").code == "Done", "nothing is asked about others"
    assert admin.do("lock_user name=admin --yes").code == "Done"
    assert admin.do("get_users").code == "SessionEnded"


def test_wrong_passwords_are_counted_even_for_the_last_security_user(basic: TestBox) -> None:
    for _ in range(3):
        basic.client().log_in("admin", "wrong")
    account = basic.state.accounts.get("admin")
    assert account and account.locked_by == "attempts"


@pytest.mark.requirement(10)
def test_a_login_tells_of_the_last_one_and_of_failures_since(box: TestBox) -> None:
    first = box.client().log_in("bob", BOB)
    assert first.result and first.result["last_login_at"] is None and first.result["failed_logins"] == 0
    box.clock.move(HOUR)
    box.client().log_in("bob", "wrong")
    box.client().log_in("bob", "wrong")
    second = box.client().log_in("bob", BOB)
    assert second.result and second.result["failed_logins"] == 2 and second.result["last_login_from"] == "local"
    third = box.client().log_in("bob", BOB)
    assert third.result and third.result["failed_logins"] == 0


@pytest.mark.requirement(53)
def test_sessions_are_limited_and_a_closed_one_frees_its_place(box: TestBox) -> None:
    box.admin().do("set_session_policy sessions_per_user=2")
    clients = [box.client("bob", BOB) for _ in range(2)]
    answer = box.client().log_in("bob", BOB)
    assert (answer.code, answer.status) == ("TooManySessions", 4)
    assert box.client().log_in("bob", "wrong").code == "LoginFailed"
    clients[0].door.log_out("over")
    assert box.client().log_in("bob", BOB).code == "Done"


def test_a_users_groups_are_shown_and_a_group_in_use_stays(box: TestBox) -> None:
    admin = box.admin()
    assert admin.do("add_group name=g1").code == "Done"
    assert admin.do("add_group name=G1").code == "GroupExists"
    assert admin.do("set_user name=bob groups=g1").code == "Done"
    assert admin.facts("get_users name=bob")["users"][0]["groups"] == ["g1"]
    answer = admin.do("remove_group name=g1")
    assert answer.code == "GroupInUse" and "bob" in str(answer.message)
    assert admin.do("set_user name=bob groups=all").code == "Done"
    assert admin.do("remove_group name=g1").code == "Done"
    assert admin.do("remove_group name=g1").code == "UnknownGroup"
    assert admin.do("remove_group").message == "There are no consistency groups."


def test_a_user_limited_to_a_group_acts_on_no_other(box: TestBox) -> None:
    admin = box.admin()
    admin.do("add_group name=g1")
    admin.do("add_group name=g2")
    admin.do(f'add_user name=eve role=sysmgmt groups=g1 password="{BOB}" must_change=no')
    eve = box.client("eve", BOB)
    refused = [eve.do(f"remove_group name={name}") for name in ("g2", "G2", "nosuch")]
    assert {one.code for one in refused} == {"PermissionDenied"}, "nobody learns which groups exist"
    assert admin.do("set_user name=eve groups=g1,g2").code == "Done"
    assert eve.do("remove_group name=g2 --dry-run").code == "GroupInUse"


def test_adding_a_user_who_exists_tells_nothing_of_that_users_password(box: TestBox) -> None:
    admin = box.admin()
    assert admin.do("add_user name=kim role=monitor password=Kims-pass-11").code == "Done"
    for guess in ("Kims-pass-11", "Other-pass-22", "x"):
        assert admin.do(f"add_user name=kim role=monitor password={guess}").code == "UserExists"


def test_a_reset_of_somebody_locked_says_that_unlocking_is_still_due(box: TestBox) -> None:
    admin = box.admin()
    admin.do("lock_user name=bob")
    answer = admin.do("set_user name=bob password=Fresh-pass-33")
    assert answer.warnings == ("User bob is still locked; unlock_user name=bob unlocks.",)
    admin.do("unlock_user name=bob")
    assert admin.do("set_user name=bob password=Fresh-pass-44").warnings == ()


def test_a_password_that_has_to_be_changed_becomes_another_one(basic: TestBox) -> None:
    basic.admin().do("add_user name=dora role=monitor password=dora-first-1")
    dora = basic.client("dora", "dora-first-1")
    same = dora.do("set_password current_password=dora-first-1 new_password=dora-first-1")
    assert same.code == "PasswordReused" and basic.state.accounts.get("dora").must_change_password  # type: ignore
    assert dora.do("set_password current_password=dora-first-1 new_password=dora-second-2").code == "Done"
    assert dora.do("get_current_user").code == "Done"
