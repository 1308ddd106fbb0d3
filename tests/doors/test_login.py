"""Coming in: over SSH by password and by key, with one command or a batch, and at the console."""

import json
from typing import Any

import pexpect
import pytest

from tests.doors.site import LIBRARY, PASSWORDS, PIPED, Site
from tests.support.waiting import wait_until


@pytest.mark.parametrize("name, seen", [("admin", r"\[6\] System management CLI"), ("carol", "Main Menu"),
                                        ("bob", r"Logged in as bob \(monitor\)")])
def test_a_password_opens_the_shell_of_the_role_without_a_second_one(site: Site, name: str, seen: str) -> None:
    child = site.by_password(name)
    child.sendline(PASSWORDS[name])
    child.expect(seen)
    child.expect(": " if name != "bob" else "> ")
    assert "assword" not in child.before
    child.sendline("q" if name != "bob" else "quit")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_the_role_admin_has_no_item_six(site: Site) -> None:
    child = site.by_password("carol")
    child.sendline(PASSWORDS["carol"])
    child.expect(r"\[Q\] Quit")
    assert "[6]" not in child.before
    child.close(force=True)


@pytest.mark.parametrize("name, role", [("admin", "administrator"), ("carol", "admin"), ("bob", "monitor")])
def test_a_key_opens_the_shell_for_one_command(site: Site, name: str, role: str) -> None:
    if name == "carol":
        done = site.by_key(name, "get_current_user")
        assert (done.returncode, b"have the menu only" in done.stderr) == (3, True)
        return
    done = site.by_key(name, "get_current_user --json")
    assert (done.returncode, done.stderr) == (0, b"")
    found = json.loads(done.stdout)["result"]
    assert (found["user"] if "user" in found else found["name"], found["role"]) == (name, role)


@pytest.mark.parametrize("line", ["get_banner", "get_banner name=-"])
def test_one_command_is_recorded_as_what_it_is_whichever_way_it_takes(site: Site, line: str) -> None:
    """A line whose values stand on standard input takes the whole shell, any other is an errand."""
    site.by_key("bob", line, given=b"x\n")
    found = [one for one in site.audit() if one["user"] == "bob" and one["command"] == "get_banner"][-1]
    assert (found["origin"], found["endpoint"]) == ("127.0.0.1", "ssh")
    opened = [one["session"] for one in site.audit() if one["user"] == "bob" and one["command"] == "open_session"][-1]
    assert found["session"] == opened != ""
    wait_until(lambda: "bob" not in {one["user"] for one in site.sessions()})


def test_a_batch_on_standard_input_runs_and_its_status_travels_back(site: Site) -> None:
    assert site.by_key("bob", given=b"# a comment\nget_current_user\nget_users\n").returncode == 0
    done = site.by_key("bob", given=b"get_current_user\nadd_group name=g1\n")
    assert done.returncode == 3 and done.stderr.startswith(b"line 2: Error: ")
    assert site.by_key("bob", "nosuch").returncode == 2


def test_a_stranger_and_a_wrong_key_are_refused_alike(site: Site) -> None:
    answers = []
    for name, key in (("bob", "admin"), ("mallory", "admin")):
        done = site.machine.run("/usr/bin/ssh", "-F", "/dev/null", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR",
                                "-o", "StrictHostKeyChecking=no", "-i", site.key(key), f"{name}@127.0.0.1", "help")
        answers.append((done.returncode, done.stderr.replace(name.encode(), b"NAME")))
    assert answers[0] == answers[1] and answers[0][0] == 255


@pytest.mark.requirement(77)
def test_who_is_locked_is_told_so_by_the_own_key_alone_and_leaves_a_record(site: Site) -> None:
    """Another's key, and the name of nobody, are answered with the same words as before."""
    site.as_admin("lock_user name=bob")
    try:
        known = len(refusals(site))
        done = site.machine.run(PIPED[0], "-o", "LogLevel=INFO", *PIPED[1:], "-i", site.key("bob"), "bob@127.0.0.1",
                                "get_current_user")
        assert done.returncode != 0 and b"The account is locked." in done.stderr and not done.stdout
        assert [(one["command"], one["code"], one["origin"]) for one in refusals(site)[known:]] == [
            ("log_in", "AccountLocked", "127.0.0.1")]
        test_a_stranger_and_a_wrong_key_are_refused_alike(site)
    finally:
        site.as_admin("unlock_user name=bob")
    assert site.by_key("bob", "get_current_user").returncode == 0


def refusals(site: Site) -> list[dict[str, Any]]:
    """The records of logins of bob that were refused."""
    return [one for one in site.audit() if one["user"] == "bob" and one["command"] == "log_in" and one["status"]]


def test_the_console_lets_in_with_the_same_password(site: Site) -> None:
    child = site.at_console("bob")
    child.sendline(PASSWORDS["bob"])
    child.expect(r"Logged in as bob \(monitor\)")
    child.sendline("get_sessions")
    child.expect("(?i)endpoint: console")
    child.sendline("quit")
    child.expect(pexpect.EOF)


def test_origin_and_endpoint_reach_the_audit(site: Site) -> None:
    site.by_key("bob", "get_groups")
    records = [json.loads(line) for line in site.machine.do("/bin/cat", "/var/lib/boxmgmt/audit.journal").splitlines()]
    text = [json.dumps(one) for one in records if one.get("command") == "get_groups"]
    assert any('"127.0.0.1"' in one and '"ssh"' in one and '"bob"' in one for one in text), text


def test_a_due_change_is_the_first_screen(site: Site) -> None:
    site.as_admin('add_user name=dora role=monitor password="First-Pass-1"')
    child = site.by_password("dora")
    child.sendline("First-Pass-1")
    child.expect("Your password must be changed before you can do anything else")
    child.expect("(?i)current password")
    child.expect("> ")
    child.sendline("First-Pass-1")
    for _ in range(2):
        child.expect("> ")
        child.sendline("Second-Pass-2")
    child.expect("set_password completed successfully")
    child.sendline("quit")
    child.expect(pexpect.EOF)


def test_a_due_change_is_a_named_refusal_for_one_command(site: Site) -> None:
    site.as_admin('add_user name=erik role=monitor password="First-Pass-1"')
    done = site.by_key("erik", "get_users --json")
    assert done.returncode == 1 and json.loads(done.stdout)["code"] == "MustChangePassword"


def test_new_host_keys_are_made_at_installation_and_open_sessions_outlive_others(site: Site) -> None:
    owner = site.machine.do("/bin/cat", "/etc/boxmgmt/host_keys_of")
    for kind in ("rsa", "ecdsa", "ed25519"):
        name = f"/etc/ssh/ssh_host_{kind}_key"
        assert site.machine.do("/bin/cat", name) != open(name, encoding="ascii").read(), "the image's key is gone"
    child = site.by_password("bob")
    child.sendline(PASSWORDS["bob"])
    child.expect("> ")
    before = site.scan()
    site.machine.do("/bin/sh", "-c", "echo another > /etc/boxmgmt/host_keys_of")
    site.stop_serving()
    site.serve()  # the host is healed towards the state: these keys were another box's
    wait_until(lambda: site.scan() not in (b"", before))
    assert site.machine.do("/bin/cat", "/etc/boxmgmt/host_keys_of") == owner
    child.sendline("get_current_user")
    child.expect("bob")
    child.sendline("quit")
    child.expect(pexpect.EOF)
    site.machine.do("/bin/rm", "-f", "/root/known")


@pytest.mark.requirement(59)
def test_the_banner_is_shown_before_the_login_at_every_door(site: Site) -> None:
    site.as_admin(r'set_login_banner text="Keep out \\S{PRETTY_NAME}"')

    def told(name: str) -> bytes:
        return site.machine.run("/usr/bin/ssh", "-F", "/dev/null", "-o", "StrictHostKeyChecking=no", "-o",
                                "BatchMode=yes", f"{name}@127.0.0.1").stderr
    wait_until(lambda: b"Keep out" in told("bob"))
    assert all(b"Keep out \\S{PRETTY_NAME}" in told(name) for name in ("bob", "mallory"))
    assert "Keep out \\\\S{" in site.machine.do("/bin/cat", "/etc/boxmgmt/issue"), "agetty would take it for an escape"
    site.as_admin('set_login_banner text=""')
    wait_until(lambda: site.scan() != b"" and b"Keep out" not in told("bob"))


def test_users_of_the_operating_system_are_refused(site: Site) -> None:
    site.machine.do("/usr/sbin/useradd", "-m", "-s", "/bin/bash", "olduser")
    site.machine.do("/usr/sbin/chpasswd", given=b"olduser:Old-Pass-1\n")
    assert site.machine.do("/usr/bin/su", "-", "olduser", "-c", "id -un").strip() == "olduser", "the control"
    child = site.by_password("olduser", options=("-o", "NumberOfPasswordPrompts=1"))
    child.sendline("Old-Pass-1")
    child.expect("Permission denied")
    child = site.at_console("olduser")
    child.sendline("Old-Pass-1")
    child.expect("Login incorrect")
    child.close(force=True)


def test_the_helpers_start_without_what_they_do_not_need(site: Site) -> None:
    for name, module in (("pam", "sysmgmt.service.pam"), ("keys", "sysmgmt.service.authorized_keys")):
        program = f"import sys; sys.path.append('/opt/boxmgmt/lib'); import {module}; print(*sys.modules)"
        loaded = site.machine.do(site.python, "-IS", "-c", program).split()
        assert module in loaded and not {"cmd2", "tinydb", "argon2", "rich", "subprocess"} & set(loaded)
        assert site.machine.do("/usr/bin/head", "-1", f"{LIBRARY}/{name}").strip() == f"#!{site.python} -IS"


@pytest.mark.requirement(41)
def test_where_too_many_logins_have_failed_from_an_address_a_key_comes_in_and_no_password(site: Site) -> None:
    site.as_admin("set_password_policy origin_threshold=2")
    try:
        guessing = site.by_password("mallory")
        for _ in range(2):
            guessing.sendline("wrong")
            guessing.expect("assword: ")
        guessing.close(force=True)
        right = site.by_password("bob")
        right.sendline(PASSWORDS["bob"])
        right.expect("assword: ")
        right.close(force=True)
        assert "TooManyFailedLogins" in {one.get("code") for one in site.audit()}
        assert site.by_key("bob", "get_current_user").returncode == 0
    finally:
        site.as_admin("set_password_policy origin_threshold=0")
    right = site.by_password("bob")
    right.sendline(PASSWORDS["bob"])
    right.expect("Logged in as bob")
    right.close(force=True)
