"""The members of groups of a directory are known before they come, and dismissed when they are in none."""

import time
from collections.abc import Iterator

import pytest

from sysmgmt.service.duties.ldap_groups import LdapSync
from tests.support import slapd
from tests.support.box import TestBox
from tests.support.ldap_box import log_in, prepared, run
from tests.support.slapd import PASSWORD, Slapd, at, group, of, user

ENTRIES = "".join([*(user(one) for one in ("alice", "bob", "carol", "root", "ivy")),
                   group("inner", [at("bob"), at("ivy")]), group("ops", [at("alice"), at("root"), of("inner")])])


@pytest.fixture
def server() -> Iterator[Slapd]:
    """A directory that a test may change."""
    with slapd.running(ENTRIES) as one:
        yield one


@pytest.fixture
def box(basic: TestBox, server: Slapd) -> TestBox:
    """A box that gives numbers, as a deployed one does."""
    basic.configure(uids=(70000, 70009, 70001))
    box = prepared(basic, server, "sync_minutes=5")
    run(box, "add_user type=ldap_group name=ops role=monitor", "add_user type=ldap_user name=carol role=monitor")
    return box


def numbers(box: TestBox) -> dict[str, int | None]:
    """The users of the directory with their numbers."""
    return {one.name: one.uid for one in box.state.accounts.values() if one.type == "ldap_user"}


def shut(server: Slapd, name: str, lock: str) -> None:
    """Have the directory lock or disable somebody."""
    server.do(f"dn: {at(name)}\nchangetype: modify\nreplace: pwdAccountLockedTime\npwdAccountLockedTime: {lock}\n",
              "ldapmodify")


def without(server: Slapd, name: str, member: str) -> None:
    """Take somebody out of a group."""
    server.do(f"dn: {of(name)}\nchangetype: modify\ndelete: member\nmember: {at(member)}\n", "ldapmodify")


def test_members_are_known_before_they_come_and_keep_their_numbers(box: TestBox, server: Slapd) -> None:
    passed = [0.0]
    sync, house = LdapSync(lambda: passed[0]), box.house()
    sync.look(house)
    known = numbers(box)
    assert sorted(known) == ["alice", "bob", "carol", "ivy"], "root is a name that nobody may have"
    assert len(set(known.values())) == 4 and None not in known.values()
    alice, bob, carol = (box.client(one, PASSWORD) for one in ("alice", "bob", "carol"))
    without(server, "ops", "alice")
    server.do(f"dn: {at('carol')}\nchangetype: delete\n", "ldapmodify")
    sync.look(house)
    assert alice.do("get_current_user").code == "Done", "it is not time yet"
    assert log_in(box, "alice") == log_in(box, "carol") == "LoginFailed", "but for a login it is"
    passed[0] += 300
    sync.look(house)
    assert [one.do("get_current_user").code for one in (alice, bob, carol)] == ["SessionEnded", "Done", "SessionEnded"]
    assert sorted(numbers(box)) == ["bob", "carol", "ivy"]
    server.do(f"dn: {of('ops')}\nchangetype: modify\nadd: member\nmember: {at('alice')}\n", "ldapmodify")
    assert log_in(box, "alice") == "Done" and numbers(box)["alice"] == known["alice"], "the number is the old one"


def test_a_new_entry_is_looked_at_at_once_and_a_directory_that_is_gone_dismisses_nobody(
        box: TestBox, server: Slapd) -> None:
    sync, house = LdapSync(time.monotonic), box.house()
    run(box, "remove_user name=ops")
    sync.look(house)
    assert sorted(numbers(box)) == ["carol"]
    run(box, "add_user type=ldap_group name=inner role=monitor")
    sync.look(house)
    assert sorted(numbers(box)) == ["bob", "carol", "ivy"]
    run(box, "lock_user name=ivy", "set_user name=inner role=auditor")
    without(server, "inner", "ivy")
    sync.look(house)
    assert sorted(numbers(box)) == ["bob", "carol", "ivy"], "who is locked stays locked"
    bob = box.client("bob", PASSWORD)
    server.end()
    run(box, "set_user name=inner role=monitor")
    with pytest.raises(Exception, match="localhost"):
        sync.look(house)
    assert bob.do("get_current_user").code == "Done" and log_in(box, "bob") == "LoginFailed"


def test_the_sessions_of_who_is_disabled_end_and_nothing_of_his_is_forgotten(box: TestBox, server: Slapd) -> None:
    sync, house = LdapSync(lambda: 0.0), box.house()
    sync.look(house)
    alice, bob, carol = (box.client(one, PASSWORD) for one in ("alice", "bob", "carol"))
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGKDQ8ZVdTrVbTyRU+Vu0yPVTi6rBjWqbFCvj7fQDJxo"
    assert alice.do(f'add_ssh_key key="{key}"').code == "Done"
    known = numbers(box)
    shut(server, "alice", "000001010000Z")
    shut(server, "carol", "000001010000Z")
    shut(server, "bob", "20260101000000Z")
    LdapSync(lambda: 0.0).look(house)
    assert [one.do("get_current_user").code for one in (alice, carol)] == ["SessionEnded"] * 2
    assert bob.do("get_current_user").code == "Done", "a stranger could end sessions with wrong passwords"
    assert numbers(box) == known and len(box.state.ssh_keys) == 1
