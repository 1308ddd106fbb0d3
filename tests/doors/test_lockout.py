"""One counter for all doors, and a lock that shuts them all at once."""

import time

import pexpect
import pytest

from tests.doors.guesses import right_over_ssh, wrong_at_console, wrong_over_ssh
from tests.doors.site import PASSWORDS, Site
from tests.support.waiting import wait_until


@pytest.mark.requirement(37)
def test_two_wrong_over_ssh_and_one_at_the_console_lock_the_account(site: Site) -> None:
    key = site.key("bob")
    assert site.by_key("bob", "get_current_user").returncode == 0, "the control"
    wrong_over_ssh(site, "bob", 2)
    assert right_over_ssh(site, "bob") is True, "two are not enough, and a right one begins anew"
    wrong_over_ssh(site, "bob", 2)
    wrong_at_console(site, "bob")
    assert right_over_ssh(site, "bob") is False
    done = site.machine.run("/usr/bin/ssh", "-F", "/dev/null", "-o", "BatchMode=yes", "-o",
                            "StrictHostKeyChecking=no", "-i", key, "bob@127.0.0.1", "get_current_user")
    assert done.returncode == 255, "a key does not help"
    site.as_admin("unlock_user name=bob")
    assert right_over_ssh(site, "bob") is True


def test_a_stranger_learns_nothing_from_the_text(site: Site) -> None:
    site.as_admin("lock_user name=bob")
    texts = {name: wrong_over_ssh(site, name, 1).replace(name, "NAME") for name in ("bob", "carol", "mallory")}
    site.as_admin("unlock_user name=bob", "unlock_user name=carol")
    assert len(set(texts.values())) == 1, texts


def test_locking_on_purpose_shuts_the_key_out_and_ends_the_open_session(site: Site) -> None:
    child = site.by_password("bob")
    child.sendline(PASSWORDS["bob"])
    child.expect("> ")
    assert site.by_key("bob", "get_current_user").returncode == 0
    site.as_admin("lock_user name=bob")
    assert site.by_key("bob", "get_current_user").returncode == 255
    child.expect(pexpect.EOF, timeout=5)
    site.as_admin("unlock_user name=bob")
    assert site.by_key("bob", "get_current_user").returncode == 0


def test_a_removed_user_is_nobody_at_once(site: Site) -> None:
    site.as_admin('add_user name=frank role=monitor password="Frank-Pass-1" must_change=no')
    assert site.by_key("frank", "get_current_user").returncode == 0
    uid = site.machine.do("/usr/bin/id", "-u", "frank").strip()
    site.as_admin("remove_user name=frank --yes")
    key = "/root/key-frank"
    done = site.machine.run("/usr/bin/ssh", "-F", "/dev/null", "-o", "BatchMode=yes", "-o",
                            "StrictHostKeyChecking=no", "-i", key, "frank@127.0.0.1", "get_current_user")
    assert done.returncode == 255
    assert site.machine.run("/usr/bin/id", "-u", "frank").returncode == 1
    site.as_admin('add_user name=frank2 role=monitor password="Frank-Pass-1" must_change=no')
    assert site.machine.do("/usr/bin/id", "-u", "frank2").strip() != uid, "no number is given twice"


def test_a_change_of_role_changes_the_shell(site: Site) -> None:
    site.as_admin('add_user name=gina role=monitor password="Gina-Pass-12" must_change=no')
    assert site.machine.do("/usr/bin/getent", "passwd", "gina").strip().endswith("/sysmgmt")
    site.as_admin("set_user name=gina role=admin")
    wait_until(lambda: site.machine.do("/usr/bin/getent", "passwd", "gina").strip().endswith("/boxmgmt"))


def test_without_boxmgmtd_nobody_comes_in_and_then_everybody_again(site: Site) -> None:
    site.key("bob")
    site.stop_serving()
    assert site.by_key("bob", "get_current_user").returncode == 255
    site.serve()
    assert site.by_key("bob", "get_current_user").returncode == 0


@pytest.mark.requirement(5)
def test_admin_locked_from_far_still_enters_at_the_console(site: Site) -> None:
    wrong_over_ssh(site, "admin", 3)
    child = site.by_password("admin", options=("-o", "NumberOfPasswordPrompts=1"))
    child.sendline(PASSWORDS["admin"])
    child.expect("Permission denied")
    child = site.at_console("admin")
    child.sendline(PASSWORDS["admin"])
    child.expect("Main Menu")
    child.sendline("q")
    child.expect(pexpect.EOF)
    child = site.by_password("admin")
    child.sendline(PASSWORDS["admin"])
    child.expect("Main Menu")
    child.close(force=True)


def test_a_client_that_is_killed_ends_its_session(site: Site) -> None:
    child = site.by_password("bob")
    child.sendline(PASSWORDS["bob"])
    child.expect("> ")
    wait_until(lambda: "User: bob" in site.as_admin("get_sessions"))
    child.kill(9)
    child.close(force=True)
    wait_until(lambda: "User: bob" not in site.as_admin("get_sessions"))


@pytest.mark.requirement(33)
def test_a_stranger_learns_nothing_from_the_time(site: Site) -> None:
    site.as_admin('add_user name=hank role=monitor password="Hank-Pass-1" must_change=no', "lock_user name=hank",
                  'add_user name=ines role=monitor password="Ines-Pass-1" must_change=no')
    taken: dict[str, list[float]] = {"hank": [], "ines": [], "mallory": []}
    for _ in range(2):
        for name, times in taken.items():
            child = site.by_password(name, options=("-o", "NumberOfPasswordPrompts=1"))
            begun = time.monotonic()
            child.sendline("wrong-one")
            child.expect("Permission denied")
            times.append(time.monotonic() - begun)
            child.close(force=True)
    least = [min(times) for times in taken.values()]
    assert max(least) - min(least) < 0.3, taken
