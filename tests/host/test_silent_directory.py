"""A directory that falls silent, at whatever step of a login: nobody waits for long, and local users not at all."""

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle

import pytest

from tests.support import ldap_peer
from tests.support.box import ADMIN_PASSWORD, TestBox
from tests.support.ldap_box import log_in, run
from tests.support.ldap_peer import BIND, EXTENDED, SEARCH, Answers
from tests.support.slapd import BASE, SERVICE
from tests.support.waiting import wait_until

NOTHING = 0
SETTINGS = ("config_ldap server=127.0.0.1 port={} protocol={} insecure=yes bind_dn=" + SERVICE
            + " bind_password=x base_dn=" + BASE + " search_time_limit=1")


def silent(kind: int, who: str = "") -> Answers:
    """A directory with alice that does not answer one kind of request, of the binds perhaps only that of `who`."""
    binds = cycle(["service", "user"])

    def answers(asked: int, number: bytes) -> bytes:
        if asked == kind and who in ("", next(binds)):
            return b""
        found = ldap_peer.entry(number, "alice") if asked == SEARCH else b""
        return found + ldap_peer.result(asked, number)
    return answers


@pytest.mark.requirement(36)
@pytest.mark.parametrize("protocol, kind, who", [
    ("ldaps", NOTHING, ""), ("starttls", EXTENDED, ""), ("starttls", NOTHING, ""), ("ldap", BIND, "service"),
    ("ldap", SEARCH, ""), ("ldap", BIND, "user")])
def test_a_login_ends_in_time_at_whatever_step_the_directory_falls_silent(
        basic: TestBox, protocol: str, kind: int, who: str) -> None:
    with ldap_peer.listening(silent(NOTHING)) as (port, _):
        run(basic, SETTINGS.format(port, "ldap"), "enable_ldap", "add_user type=ldap_user name=alice role=monitor")
        assert log_in(basic, "alice") == "Done", "the control: without TLS it answers to all of that"
    with ldap_peer.listening(silent(kind, who)) as (port, told), ThreadPoolExecutor() as others:
        run(basic, SETTINGS.format(port, protocol))
        began = time.monotonic()
        waits = others.submit(lambda: (log_in(basic, "alice"), time.monotonic() - began))
        wait_until(lambda: told, 5)  # until it has been asked something
        begins = time.monotonic()
        assert log_in(basic, "admin", ADMIN_PASSWORD) == "Done" and time.monotonic() - begins < 1
        code, took = waits.result()
    assert code == "LoginFailed" and 1 <= took < 3
    (alice,) = basic.admin().facts("get_users name=alice")["users"]
    assert (alice["locked"], alice["failed_logins"]) == (False, 0), "nobody has judged that password"
