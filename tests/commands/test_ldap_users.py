"""Users and groups of a directory beside local users, with a real OpenLDAP (R043, R094, R095)."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sysmgmt.commands.accounts import add_user
from sysmgmt.domain.errors import UnknownUser
from sysmgmt.engine import ldap_users
from sysmgmt.engine.request import Caller
from sysmgmt.screen.ask import lacking
from tests.support import hashers, ldap_peer, slapd
from tests.support.box import ADMIN_PASSWORD, TestBox
from tests.support.boxmgmtd import running
from tests.support.ldap_box import config, log_in, prepared, run
from tests.support.ports import free_ports
from tests.support.slapd import PASSWORD, SERVICE, Slapd, at, group, of, user

PEOPLE = ("alice", "bob", "carol", "dave", "erin", "frank", "gina", "hugo", "ivan")
ENTRIES = "".join([
    *(user(one, more=["objectClass: shadowAccount"]) for one in PEOPLE), user("admin"),
    group("inner", [at("carol")]), group("ops", [at("alice"), at("dave"), of("inner")]),
    group("backup", [at("dave"), at("admin")]), group("late", [at("gina")]),
    group("crew", [at("alice"), at("hugo")]), group("Büro (Backup) Admins", [at("frank"), at("al ice")]),
    user("al ice"), user("kim@lab.test")])
UNREACHABLE = ("LoginFailed",
               "Login failed. The directory cannot be used now, so that none of its users can log in.",
               "Local users can log in; get_ldap_status tells what is wrong with the directory.")
"""What a stranger is told whose password was not found right while the directory is gone."""
RESET = f"dn: {at('erin')}\nchangetype: modify\nreplace: pwdReset\npwdReset: TRUE\n"


@pytest.fixture(scope="module")
def server() -> Iterator[Slapd]:
    """A directory with people and groups within groups."""
    with slapd.running(ENTRIES) as one:
        one.do(RESET, "ldapmodify")
        yield one


@pytest.fixture
def box(basic: TestBox, server: Slapd) -> TestBox:
    """A box that lets users of the directory in, of whom none is known yet."""
    return prepared(basic, server)


def codes_of_logins(box: TestBox) -> list[str]:
    """What the audit says of all logins."""
    return [one["code"] for one in box.audit() if one["command"] == "log_in"]


def who(box: TestBox, name: str) -> tuple[object, ...]:
    """What a user of the directory has."""
    found = box.client(name, PASSWORD).facts("get_current_user")
    return tuple(found[one] for one in ("type", "role", "groups", "granted_by", "must_change_password"))


@contextmanager
def counted(server: Slapd, name: str) -> Iterator[list[int]]:
    """How many binds of a user there were meanwhile."""
    before, found = server.binds(at(name)), [0]
    yield found
    found[0] = server.binds(at(name)) - before


@contextmanager
def disabled(server: Slapd, name: str) -> Iterator[None]:
    """Meanwhile the directory has disabled a user."""
    change = "dn: {}\nchangetype: modify\nreplace: shadowExpire\nshadowExpire: {}\n"
    server.do(change.format(at(name), 1), "ldapmodify")
    yield
    server.do(change.format(at(name), -1), "ldapmodify")


@pytest.mark.attack(45)
def test_a_user_of_the_directory_logs_in_by_exactly_one_bind(box: TestBox, server: Slapd) -> None:
    run(box, "add_group name=g1", "add_user type=ldap_user name=alice role=monitor groups=g1")
    with counted(server, "alice") as binds:
        assert who(box, "alice") == ("ldap_user", "monitor", ["g1"], "alice", False)
    assert binds == [1]
    with counted(server, "alice") as binds:
        assert log_in(box, "ALICE", "Wrong-Lamp-12") == "LoginFailed"
    assert binds == [1]
    with counted(server, "alice") as binds:
        assert log_in(box, "alice", "") == "LoginFailed"
    assert binds == [0], "an empty password is never sent"
    assert PASSWORD.encode() not in box.everything()


@pytest.mark.checklist("R094")
@pytest.mark.checklist("R095")
def test_a_user_without_an_entry_has_what_the_first_group_in_the_alphabet_has(box: TestBox) -> None:
    run(box, "add_group name=g1", "add_user type=ldap_group name=ops role=monitor groups=g1",
        "add_user type=ldap_group name=backup role=administrator")
    assert who(box, "carol") == ("ldap_user", "monitor", ["g1"], "ops", False), "by a group within the group"
    assert who(box, "dave") == ("ldap_user", "administrator", None, "backup", False)
    run(box, "add_user name=eve type=local role=monitor password=eve-first-1 must_change=no")
    assert log_in(box, "bob") == "LoginFailed" == log_in(box, "ops"), "neither a stranger nor a group comes in"
    shown = {one["name"]: (one["type"], one.get("granted_by")) for one in box.admin().facts("get_users")["users"]}
    assert shown == {"admin": ("local", None), "eve": ("local", None), "ops": ("ldap_group", None),
                     "backup": ("ldap_group", None), "carol": ("ldap_user", "ops"), "dave": ("ldap_user", "backup")}


def test_what_a_group_has_its_members_have_and_an_own_entry_stands(box: TestBox) -> None:
    run(box, "add_user type=ldap_group name=ops role=monitor", "add_user type=ldap_group name=backup role=auditor")
    alice, dave = box.client("alice", PASSWORD), box.client("dave", PASSWORD)
    run(box, "set_user name=ops role=auditor", "set_user name=dave role=monitor")
    assert alice.facts("get_current_user")["role"] == "auditor"
    assert dave.facts("get_current_user")["granted_by"] == "dave" and who(box, "dave")[1] == "monitor"
    run(box, "remove_user name=backup", "set_user name=ops role=admin")
    assert dave.do("get_current_user").code == "Done"
    assert alice.do("get_current_user").code == "SessionEnded", "another role has another shell"
    run(box, "remove_user name=ops")
    assert log_in(box, "alice") == "LoginFailed"
    assert "alice" not in box.state.accounts and "dave" in box.state.accounts


def test_open_sessions_end_with_the_entry_that_granted_them(box: TestBox) -> None:
    run(box, "add_user type=ldap_group name=ops role=monitor", "add_user type=ldap_user name=bob role=monitor")
    carol, bob = box.client("carol", PASSWORD), box.client("bob", PASSWORD)
    run(box, "remove_user name=ops", "remove_user name=bob")
    assert [one.do("get_current_user").code for one in (carol, bob)] == ["SessionEnded"] * 2


@pytest.mark.parametrize("line", ["disable_ldap", "clear_ldap_configuration --yes"])
def test_the_sessions_of_the_directory_end_with_its_use(box: TestBox, line: str) -> None:
    run(box, "add_user type=ldap_group name=ops role=monitor", "add_user type=ldap_user name=bob role=administrator")
    carol, bob, admin = box.client("carol", PASSWORD), box.client("bob", PASSWORD), box.admin()
    assert bob.do(line).code == "Done", "his own session is one of them"
    assert [one.do("get_current_user").code for one in (carol, bob, admin)] == ["SessionEnded", "SessionEnded", "Done"]
    found = admin.facts("get_users")["users"]
    assert {"carol", "bob", "ops"} < {one["name"] for one in found}, "the entries stay"


@pytest.mark.requirement(11)
@pytest.mark.checklist("R043")
@pytest.mark.attack(14)
def test_the_same_name_here_and_there_never_merges(box: TestBox, server: Slapd) -> None:
    run(box, "add_user name=bob role=monitor password=bob-first-1 must_change=no",
        "add_user type=ldap_group name=backup role=monitor")
    assert box.admin().do("add_user type=ldap_user name=bob role=monitor").code == "UserExists"
    with counted(server, "bob") as binds, counted(server, "admin") as of_admin:
        assert log_in(box, "bob") == "LoginFailed", "the password in the directory is that of somebody else"
        assert box.client("bob", "bob-first-1").facts("get_current_user")["type"] == "local"
        assert log_in(box, "admin") == "LoginFailed", "who is admin in the directory is nobody here"
    assert binds == of_admin == [0]


@pytest.mark.requirement(11)
def test_nobody_inherits_from_an_entry_that_was_made_anew(box: TestBox, server: Slapd) -> None:
    run(box, "add_user type=ldap_user name=ivan role=monitor", "add_user type=ldap_group name=late role=monitor")
    ivan, gina = box.client("ivan", PASSWORD), box.client("gina", PASSWORD)
    assert ivan.do("get_current_user").code == gina.do("get_current_user").code == "Done"
    for dn, entry in ((at("ivan"), user("ivan")), (of("late"), group("late", [at("gina")]))):
        server.do(f"dn: {dn}\nchangetype: delete\n", "ldapmodify")
        server.do(entry)
    with counted(server, "ivan") as binds, counted(server, "gina") as others:
        assert log_in(box, "ivan") == log_in(box, "gina") == "LoginFailed"
    assert binds == others == [0]


def test_a_member_whose_name_somebody_else_has_now_leaves_nothing_to_him(box: TestBox, server: Slapd) -> None:
    run(box, "add_user type=ldap_group name=crew role=monitor")
    hugo = box.client("hugo", PASSWORD)
    before = box.state.accounts.get("hugo")
    server.do(f"dn: {at('hugo')}\nchangetype: delete\n", "ldapmodify")
    server.do(user("hugo"))
    server.do(f"dn: {of('crew')}\nchangetype: modify\nadd: member\nmember: {at('hugo')}\n", "ldapmodify")
    assert log_in(box, "hugo") == "Done"
    after = box.state.accounts.get("hugo")
    assert before and after and before.directory_id != after.directory_id
    assert hugo.do("get_current_user").code == "SessionEnded"


def test_our_counter_counts_and_a_locked_user_reaches_the_directory_no_more(box: TestBox, server: Slapd) -> None:
    run(box, "add_user type=ldap_group name=inner role=monitor")
    with counted(server, "carol") as binds:
        assert {log_in(box, "carol", "Wrong-Lamp-12") for _ in range(2)} == {"LoginFailed"}
        assert who(box, "carol")[0] == "ldap_user", "the directory counts on its own, and so do we"
        assert {log_in(box, "carol", "") for _ in range(3)} == {"LoginFailed"}
        assert log_in(box, "carol") == "LoginFailed"
    assert binds == [3], "two wrong ones and a right one; then empty ones that count here alone"
    run(box, "unlock_user name=carol")
    assert log_in(box, "carol") == "Done"
    run(box, "lock_user name=carol")
    assert log_in(box, "carol") == "LoginFailed"
    assert box.admin().do("lock_user name=inner").code == "InvalidValue"


def test_what_the_directory_says_of_an_account_is_told_to_who_has_the_password(box: TestBox, server: Slapd) -> None:
    run(box, "add_user type=ldap_user name=erin role=monitor", "add_user type=ldap_user name=dave role=monitor")
    answer = box.client().log_in("erin", PASSWORD)
    assert answer.code == "PasswordDueInDirectory" and answer.status == 4 and "Change it there" in (answer.hint or "")
    assert log_in(box, "erin", "Wrong-Lamp-12") == "LoginFailed"
    server.do(f"dn: {at('dave')}\nchangetype: modify\nreplace: pwdAccountLockedTime\n"
              "pwdAccountLockedTime: 000001010000Z\n", "ldapmodify")
    assert log_in(box, "dave") == "LoginFailed", "whoever guesses is not told that an account is locked"
    found = [one for one in box.audit() if one["command"] == "count_wrong_password"]
    assert [one["parameters"].get("verdict") for one in found if one["user"] == "dave"][-1] == "locked"
    server.do(f"dn: {at('dave')}\nchangetype: modify\ndelete: pwdAccountLockedTime\n", "ldapmodify")
    assert log_in(box, "dave") == "Done"


def verdicts(box: TestBox, name: str) -> set[str]:
    """What the directory said of the passwords of somebody, as the audit tells."""
    return {one["parameters"]["verdict"] for one in box.audit()
            if one["command"] == "count_wrong_password" and one["user"] == name}


def test_a_right_password_of_a_disabled_account_is_refused(box: TestBox, server: Slapd) -> None:
    """OpenLDAP itself takes the passwords of accounts whose shadowExpire is over."""
    run(box, "add_user type=ldap_user name=bob role=monitor", "add_user type=ldap_group name=backup role=monitor")
    for name in ("bob", "dave"):
        assert log_in(box, name) == "Done"
        server.do(f"dn: {at(name)}\nchangetype: modify\nreplace: shadowExpire\nshadowExpire: 1\n", "ldapmodify")
        assert log_in(box, name) == "LoginFailed" and verdicts(box, name) == {"disabled"}
        server.do(f"dn: {at(name)}\nchangetype: modify\nreplace: shadowExpire\nshadowExpire: -1\n", "ldapmodify")
        assert log_in(box, name) == "Done"


@pytest.mark.requirement(77)
@pytest.mark.embedded_only("boxmgmtd is started here")
def test_who_comes_by_a_key_and_is_disabled_in_the_directory_leaves_a_record(box: TestBox, server: Slapd) -> None:
    run(box, "add_user type=ldap_user name=bob role=monitor")
    with running(box) as daemon:
        raw = daemon.connect()

        def comes_in() -> tuple[bool, list[tuple[str, str]]]:
            before = len(box.audit())
            told = raw.call("Account", name="bob", service="sshd", rhost="192.0.2.1", tty="ssh")["parameters"]
            return told["accepted"], [(one["command"], one["code"]) for one in box.audit()[before:] if
                                      one["user"] == "bob"]
        assert comes_in() == (True, []), "the control"
        server.do(f"dn: {at('bob')}\nchangetype: modify\nreplace: shadowExpire\nshadowExpire: 1\n", "ldapmodify")
        assert comes_in() == (False, [("log_in", "LoginFailed")])
        server.do(f"dn: {at('bob')}\nchangetype: modify\nreplace: shadowExpire\nshadowExpire: -1\n", "ldapmodify")
        assert comes_in() == (True, [])


@pytest.mark.requirement(77)
@pytest.mark.embedded_only("the engine itself is asked, as boxmgmtd does for sshd")
def test_who_has_proven_who_he_is_comes_in_as_long_as_the_directory_lets_him(box: TestBox, server: Slapd) -> None:
    run(box, "add_user type=ldap_user name=bob role=monitor")
    house = box.house()
    ldap_users.check_in(house, Caller("bob"))
    with disabled(server, "bob"), pytest.raises(UnknownUser):
        ldap_users.check_in(house, Caller("bob"))
    ldap_users.check_in(house, Caller("bob"))
    run(box, "add_user type=ldap_group name=backup role=monitor")
    for name in ("carol", "admin"):  # of no group that lets in; of one, but with the name of somebody of the box
        with pytest.raises(UnknownUser):
            ldap_users.check_in(house, Caller(name))


def test_a_directory_that_falls_silent_before_the_password_takes_no_attempt(basic: TestBox) -> None:
    codes = iter((0, 0, 52))  # the service account twice, then the user

    def answers(kind: int, number: bytes) -> bytes:
        if kind == ldap_peer.BIND:
            return ldap_peer.result(kind, number, next(codes))
        return ldap_peer.entry(number, "alice") + ldap_peer.result(kind, number)
    with ldap_peer.listening(answers) as (port, _):
        run(basic, f"config_ldap server=127.0.0.1 port={port} protocol=ldap insecure=yes bind_dn={SERVICE} "
                   f"bind_password=x base_dn={slapd.BASE}", "enable_ldap",
            "add_user type=ldap_user name=alice role=monitor")
        assert (log_in(basic, "alice"), codes_of_logins(basic)[-1]) == ("LoginFailed", "DirectoryUnreachable")
    alice = basic.state.accounts.get("alice")
    assert alice and (alice.strikes, alice.pending, alice.failed_logins) == (0, (), 0)


@pytest.mark.parametrize("data, code, verdict", [
    ("52e", "LoginFailed", "wrong"), ("533", "LoginFailed", "disabled"), ("775", "LoginFailed", "locked"),
    ("532", "PasswordDueInDirectory", None), ("773", "PasswordDueInDirectory", None)])
def test_the_words_of_active_directory_reach_whom_they_are_for(
        basic: TestBox, data: str, code: str, verdict: str | None) -> None:
    """A stranger hears the same of wrong, disabled and locked; the audit tells them apart."""
    codes = iter((0, 0, 49))  # the service account twice, then the user

    def answers(kind: int, number: bytes) -> bytes:
        if kind == ldap_peer.BIND:
            return ldap_peer.result(kind, number, next(codes), f"AcceptSecurityContext error, data {data}, v3839")
        return ldap_peer.entry(number, "alice") + ldap_peer.result(kind, number)
    with ldap_peer.listening(answers) as (port, _):
        run(basic, f"config_ldap server=127.0.0.1 port={port} protocol=ldap insecure=yes bind_dn={SERVICE} "
                   f"bind_password=x base_dn={slapd.BASE}", "enable_ldap",
            "add_user type=ldap_user name=alice role=monitor")
        assert log_in(basic, "alice") == code
    assert verdicts(basic, "alice") == ({verdict} if verdict else set())
    alice = basic.state.accounts.get("alice")
    assert alice and (alice.pending, alice.strikes) == ((), 1 if verdict else 0), "a right password is given back"


@pytest.mark.requirement(35)
@pytest.mark.requirement(36)
def test_without_a_directory_local_users_come_in_at_once_and_nobody_else_does(basic: TestBox) -> None:
    with slapd.running(ENTRIES) as server:
        box = prepared(basic, server, "secondary_server=127.0.0.2")
        run(box, "add_user type=ldap_user name=alice role=monitor")
        assert log_in(box, "alice") == "Done"
    began = time.monotonic()
    assert log_in(box, "admin", ADMIN_PASSWORD) == "Done" and time.monotonic() - began < 1
    answers = [box.client().log_in(name, PASSWORD) for name in ("alice", "nobody", "admin")]
    assert {(one.code, one.message, one.hint) for one in answers} == {UNREACHABLE}, "a stranger sees no difference"
    assert codes_of_logins(box)[-3:] == ["DirectoryUnreachable"] * 2 + ["LoginFailed"], "the audit does"
    admin = box.admin()
    failed = {one["name"]: one["failed_logins"] for one in admin.facts("get_users")["users"]}
    assert failed["alice"] == 0, "nobody has looked at that password"
    assert [one["usable"] for one in admin.facts("get_ldap_status")["servers"]] == [False, False]
    run(box, "disable_ldap")
    assert log_in(box, "alice") == log_in(box, "nobody") == "LoginFailed"


@pytest.mark.requirement(36)
def test_without_a_directory_every_failed_login_costs_one_hash_whoever_was_meant(basic: TestBox) -> None:
    run(basic, f"config_ldap server=127.0.0.1 port=9 protocol=ldap insecure=yes bind_dn={SERVICE} bind_password=x "
               f"base_dn={slapd.BASE}", "enable_ldap", "add_user name=alice role=monitor password=alice-first-1",
        "add_user name=eve role=monitor password=eve-first-1", "lock_user name=eve")
    basic.replace("alice", type="ldap_user", password="")
    costs = {}
    for name in ("admin", "eve", "alice", "nobody"):
        log = basic.folder.parent / f"hashes-of-{name}"
        answer = basic.client(house=basic.house(hashers.WastingHasher(basic.folder, log))).log_in(name, PASSWORD)
        assert (answer.code, answer.message, answer.hint) == UNREACHABLE
        costs[name] = hashers.counted(log)
    assert costs == dict.fromkeys(costs, 1)


@pytest.mark.requirement(36)
def test_the_second_server_lets_in_when_the_first_one_is_gone(basic: TestBox) -> None:
    ports = slapd.Ports(*free_ports(2))
    with slapd.running(ENTRIES, slapd.Wish(address="127.0.0.2"), ports) as second:
        with slapd.running(ENTRIES, ports=ports) as first:
            box = prepared(basic, first, "secondary_server=127.0.0.2")
        run(box, "add_user type=ldap_user name=alice role=monitor")
        assert log_in(box, "alice") == "Done" and second.binds(at("alice")) == 1


def test_passwords_and_names_of_the_directory_are_kept_there(box: TestBox) -> None:
    run(box, "add_user type=ldap_user name=alice role=monitor")
    alice, admin = box.client("alice", PASSWORD), box.admin()
    assert alice.do(f"set_password current_password={PASSWORD} new_password=Other-Lamp-12").code == "KeptInDirectory"
    for change in ("password=Other-Lamp-12", "must_change=yes", "new_name=alicia"):
        assert admin.do(f"set_user name=alice {change}").code == "KeptInDirectory"
    run(box, "set_security_level level=high")
    assert who(box, "alice")[4] is False, "her password is not ours to be changed"
    assert box.client("alice", PASSWORD).do("get_users").code == "Done"


def test_a_group_has_a_name_as_people_give_them(box: TestBox, server: Slapd) -> None:
    name = "Büro (Backup) Admins"
    run(box, f'add_user type=ldap_group name="{name}" role=monitor')
    assert who(box, "frank") == ("ldap_user", "monitor", None, name.lower(), False)
    with counted(server, "al ice") as binds:
        assert log_in(box, "al ice") == "LoginFailed", "sshd and login could not know him"
    assert binds == [0]
    admin = box.admin()
    assert admin.door.offers("remove_user", "name", {}) == ["admin", name.lower(), "frank"]
    assert admin.do(f'add_user type=ldap_group name="{name.upper()}" role=monitor').code == "UserExists"
    run(box, f'set_user name="{name}" role=auditor')
    assert who(box, "frank")[1] == "auditor"
    (shown,) = admin.facts(f'get_users name="{name}"')["users"]
    assert (shown["name"], shown["type"]) == (name.lower(), "ldap_group")
    run(box, f'remove_user name="{name}"')
    assert log_in(box, "frank") == "LoginFailed"


def test_a_user_is_known_by_a_name_with_a_domain(box: TestBox, server: Slapd) -> None:
    run(box, "add_user type=ldap_user name=kim@lab.test role=monitor")
    with counted(server, "kim@lab.test") as binds:
        assert who(box, "Kim@Lab.test") == ("ldap_user", "monitor", None, "kim@lab.test", False)
    assert binds == [1]
    run(box, "lock_user name=kim@lab.test", "unlock_user name=kim@lab.test", "remove_user name=kim@lab.test")
    assert box.admin().do("add_user name=kim@lab.test role=monitor password=kim-first-1").code == "InvalidValue"


@pytest.mark.parametrize("line, code, words", [
    ("type=ldap_user name=nosuch", "NotInDirectory", "no user nosuch"),
    ("type=ldap_group name=alice", "NotInDirectory", "no group alice"),
    ("type=ldap_user name=ali*", "InvalidValue", "and '@'"),
    ('type=ldap_user name="al ice"', "InvalidValue", "and '@'"), ("type=ldap_group name=o*", "InvalidValue", "blanks"),
    ('type=ldap_group name="ops "', "InvalidValue", "blanks"), ('name="al ice"', "InvalidValue", "A name begins"),
    ('type=ldap_group name="Back up"', "NotInDirectory", "no group back up"),
    ("type=ldap_user name=alice password=Some-Lamp-12", "InvalidValue", "neither password"),
    ("type=ldap_group name=ops valid_hours=2", "InvalidValue", "single user"),
    ("type=person name=alice", "InvalidValue", "Expected one of"), ("name=alice", "MissingValue", "password")])
def test_what_cannot_be_added_is_refused_in_a_sentence(box: TestBox, line: str, code: str, words: str) -> None:
    answer = box.admin().do(f"add_user role=monitor {line}")
    assert answer.code == code and words in (answer.message or ""), answer


def test_only_local_users_keep_the_box_manageable(box: TestBox) -> None:
    run(box, "add_user type=ldap_user name=alice role=administrator")
    alice = box.client("alice", PASSWORD)
    assert alice.do("lock_user name=admin").code == "LastSecurityUser"
    assert alice.do("add_user name=eve role=monitor password=eve-first-1").code == "Done", "authorization is the same"


def test_a_group_has_no_keys_and_no_sessions(box: TestBox) -> None:
    run(box, "add_user type=ldap_group name=ops role=monitor")
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGKDQ8ZVdTrVbTyRU+Vu0yPVTi6rBjWqbFCvj7fQDJxo"
    assert box.admin().do(f'add_ssh_key name=ops key="{key}"').code == "InvalidValue"


def test_a_password_is_asked_for_where_it_is_kept_here(basic: TestBox) -> None:
    door, required = basic.admin().door, [one for one in add_user.parameters if one.required]
    for type_, asked in (("local", ["name", "role", "password"]), ("ldap_user", ["name", "role"]),
                         ("ldap_group", ["name", "role"])):
        assert [one.name for one, _ in lacking(door, add_user, {"type": type_}, required)] == asked


def test_nobody_is_looked_up_before_the_directory_is_set_up(basic: TestBox) -> None:
    assert basic.admin().do("add_user type=ldap_user name=alice role=monitor").code == "NotConfigured"


def test_a_service_account_without_rights_tells_a_stranger_nothing_of_it(box: TestBox, server: Slapd) -> None:
    run(box, config(server, password="Canary-Wrong-1"))
    answer = box.client().log_in("alice", PASSWORD)
    assert (answer.code, answer.message, answer.hint) == UNREACHABLE
