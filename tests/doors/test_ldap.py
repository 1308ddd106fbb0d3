"""Users of a directory come in over SSH and at the console, with a real OpenLDAP in the network of the machine."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pexpect
import pytest

from tests.doors.site import PASSWORDS, Site
from tests.support import slapd
from tests.support.slapd import (
    BASE, PASSWORD, ROOT, SERVICE, SERVICE_PASSWORD, Ports, Slapd, Wish, at, group, of, user)
from tests.support.waiting import wait_until

ENTRIES = "".join([*map(user, ("alice", "dave", "erin", "kim@lab.test")), group("inner", [at("dave"), at("erin")]),
                   group("Box Operators", [at("alice"), of("inner")])])
PORTS = Ports(389, 636)


@pytest.fixture(scope="module")
def directory(site: Site) -> Iterator[Slapd]:
    """A directory of which the box knows a user and a group."""
    with slapd.running(ENTRIES, Wish(network=site.machine.network), PORTS) as one:
        site.as_admin("add_trusted_certificate name=dir purposes=ldap pem=-", ROOT.pem)
        site.as_admin(f"config_ldap server=localhost bind_dn={SERVICE} bind_password=- base_dn={BASE} "
                      "search_time_limit=2", SERVICE_PASSWORD)
        site.as_admin("enable_ldap", "add_user type=ldap_user name=alice role=monitor",
                      "add_user type=ldap_user name=kim@lab.test role=monitor",
                      'add_user type=ldap_group name="Box Operators" role=monitor')
        wait_until(lambda: "dave:" in site.machine.do("/usr/bin/cat", "/var/lib/extrausers/passwd"))
        yield one


def shown(child: Any) -> str:
    """What get_current_user says in a shell that has just opened."""
    child.expect(r"> ")
    child.sendline("get_current_user")
    child.expect(r"Granted by: ([^\r\n]+)")
    granted = str(child.match[1])
    child.sendline("quit")
    child.expect(pexpect.EOF)
    return granted


@pytest.mark.parametrize("name, entry", [("alice", "alice"), ("dave", "box operators")])
def test_a_user_and_a_member_of_a_group_come_in_at_both_doors(
        site: Site, directory: Slapd, name: str, entry: str) -> None:
    for door in (site.by_password, site.at_console):
        before = directory.binds(at(name))
        child = door(name)
        child.sendline(PASSWORD)
        child.expect(rf"Logged in as {name} \(monitor\)")
        assert shown(child) == entry
        assert directory.binds(at(name)) == before + 1, "one bind for one attempt"


def test_a_user_comes_in_by_a_name_with_a_domain(site: Site, directory: Slapd) -> None:
    child = site.by_password("kim@lab.test")
    child.sendline(PASSWORD)
    child.expect(r"Logged in as kim@lab.test \(monitor\)")
    assert shown(child) == "kim@lab.test"


def test_a_wrong_password_counts_once_and_whoever_has_left_is_refused_at_once(site: Site, directory: Slapd) -> None:
    child = site.by_password("dave", options=("-o", "NumberOfPasswordPrompts=1"))
    child.sendline("Wrong-Lamp-12")
    child.expect(pexpect.EOF)
    (dave,) = json.loads(site.as_admin("get_users name=dave --json"))["result"]["users"]
    assert dave["failed_logins"] == 1 and dave["type"] == "ldap_user"
    assert site.by_key("dave", "get_current_user").returncode == 0
    directory.do(f"dn: {of('inner')}\nchangetype: modify\ndelete: member\nmember: {at('dave')}\n", "ldapmodify")
    assert site.by_key("dave", "get_current_user").returncode == 255, "a key is asked about, too"
    child = site.by_password("dave", options=("-o", "NumberOfPasswordPrompts=1"))
    child.sendline(PASSWORD)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 255


def test_a_lock_of_the_directory_shuts_keys_out_too(site: Site, directory: Slapd) -> None:
    modify = f"dn: {at('alice')}\nchangetype: modify\n"
    for lock in ("000001010000Z", "20260101000000Z"):
        assert site.by_key("alice", "get_current_user").returncode == 0
        directory.do(f"{modify}replace: pwdAccountLockedTime\npwdAccountLockedTime: {lock}\n", "ldapmodify")
        assert site.by_key("alice", "get_current_user").returncode == 255
        directory.do(f"{modify}delete: pwdAccountLockedTime\n", "ldapmodify")


def seconds(site: Site) -> float:
    """How long a local user waits from the password to the prompt."""
    child = site.by_password("bob")
    began = time.monotonic()
    child.sendline(PASSWORDS["bob"])
    child.expect("> ")
    took = time.monotonic() - began
    child.close(force=True)
    return took


@pytest.mark.requirement(36)
def test_a_silent_directory_keeps_no_local_user_waiting(site: Site, directory: Slapd) -> None:
    usual = seconds(site)
    with directory.silent():
        erin = site.at_console("erin")
        erin.sendline(PASSWORD)
        assert seconds(site) < usual + 1
        erin.expect("The directory cannot be used now")
        erin.close(force=True)


def test_open_sessions_end_when_the_directory_is_disabled(site: Site, directory: Slapd) -> None:
    child = site.by_password("alice")
    child.sendline(PASSWORD)
    child.expect("> ")
    site.as_admin("disable_ldap")
    child.expect("the directory is not in use any more")
    child.expect(pexpect.EOF)
    site.as_admin("enable_ldap")


def test_without_the_directory_local_users_come_in_and_its_users_are_told(site: Site, directory: Slapd) -> None:
    directory.end()
    child = site.at_console("erin")
    child.sendline(PASSWORD)
    child.expect("The directory cannot be used now")
    child.close(force=True)
    assert site.by_key("bob", "get_current_user").returncode == 0
