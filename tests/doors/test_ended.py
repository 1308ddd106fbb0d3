"""What ends a session over the real doors: it ends at once, says why, and stays ended."""

import os
import signal
import time
from typing import Any

import pexpect
import pexpect.popen_spawn
import pytest

from sysmgmt.domain.model import Session
from tests.doors.site import CLIENT, LIBRARY, PASSWORDS, PIPED, Site
from tests.doors.visits import add, audit, only_session, piped, sessions, shell, state
from tests.support.waiting import wait_until

HOSTILE = """import json, os, signal, socket, sys, time
for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGPIPE):
    signal.signal(number, signal.SIG_IGN)
def told():
    wire = socket.socket(socket.AF_UNIX)
    wire.connect("/run/boxmgmt/box.sock")
    wire.sendall(json.dumps({"method": "io.boxmgmt.Enter"}).encode() + bytes(1))
    return json.loads(wire.recv(65536)[:-1])["parameters"]["answer"]["code"]
if len(sys.argv) > 1 and os.fork() == 0:
    os.setsid()
last = ""
while True:
    code = told()
    if code != last:
        print(code, os.getpid(), flush=True)
        last = code
    time.sleep(0.1)
"""


@pytest.mark.parametrize("line, reason", [
    ("lock_user name={}", "the user was locked"), ("remove_user name={} --yes", "the user was removed"),
    ("set_user name={} role=admin", "the role of the user was changed"),
    ('set_user name={} password="Another-Pass-1"', "the password was reset")])
def test_open_sessions_end_within_seconds_and_say_why(site: Site, line: str, reason: str) -> None:
    name = add(site, f"ned{abs(hash(line)) % 1000}")
    interactive, batch = shell(site, name), piped(site, name)
    site.as_admin(line.format(name))
    begun = time.monotonic()
    interactive.expect(f"The session was ended: {reason}")
    assert time.monotonic() - begun < 2
    interactive.expect(pexpect.EOF)
    interactive.close()
    batch.expect(f"The session was ended: {reason}")
    assert (interactive.exitstatus, batch.wait()) == (5, 5)


def test_removing_a_key_ends_the_sessions_that_it_opened_and_no_others(site: Site) -> None:
    name = add(site, "norman")
    by_password, batch = shell(site, name), piped(site, name)
    by_key = site.machine.at_terminal(*CLIENT, "-i", site.key(name), f"{name}@127.0.0.1")
    by_key.expect("> ")
    (key,) = [one for one in state(site).read().ssh_keys.values() if one.user == name]
    by_key.sendline(f"remove_ssh_key fingerprint={key.fingerprint}")
    by_key.expect("The session that you are in was opened with this key, and goes on")
    by_key.expect("Sessions ended: 1")
    batch.expect("The session was ended: its SSH key was removed")
    assert batch.wait() == 5
    for child in (by_password, by_key):
        child.sendline("get_current_user")
        child.expect(f"Name: {name}")
        child.close(force=True)


def test_three_wrong_passwords_end_no_open_session_and_are_told_there(site: Site) -> None:
    name = add(site, "nora")
    interactive, batch = shell(site, name), piped(site, name)
    for _ in range(3):
        wrong = site.by_password(name, options=("-o", "NumberOfPasswordPrompts=1"))
        wrong.sendline("wrong-one")
        wrong.expect("Permission denied")
    time.sleep(2.5)  # longer than what ends a session takes
    interactive.sendline("get_current_user")
    interactive.expect("Wrong passwords have locked your account")
    batch.sendline("get_current_user")
    batch.expect("Name: nora")
    batch.sendeof()
    assert batch.wait() == 0
    interactive.close(force=True)


def test_an_administrator_made_monitor_loses_the_menu_and_one_made_admin_the_shell_in_it(site: Site) -> None:
    for role, path in (("monitor", ""), ("admin", "6")):
        name = add(site, f"otto{role}", "administrator")
        child = shell(site, name)
        if path:
            child.sendline(path)
            child.expect("> ")
        site.as_admin(f"set_user name={name} role={role}")
        child.expect("The session was ended: the role of the user was changed")
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == 5


def test_a_role_with_the_same_shell_takes_effect_in_the_open_one(site: Site) -> None:
    name = add(site, "pia")
    child = shell(site, name)
    child.sendline("get_security_settings")
    child.expect("needs the permission security")
    site.as_admin(f"set_user name={name} role=sysmgmt")
    child.sendline("get_security_settings")
    child.expect("Lockout threshold")
    child.close(force=True)


def test_a_new_password_of_ones_own_ends_the_other_sessions(site: Site) -> None:
    name = add(site, "quinn")
    stolen, own = shell(site, name), shell(site, name)
    own.sendline("set_password")
    for answer in (PASSWORDS[name], "Newer-Pass-12", "Newer-Pass-12"):
        own.expect("> ")
        own.sendline(answer)
    own.expect("set_password completed successfully")
    stolen.expect("The session was ended: the password was changed in another session")
    stolen.expect(pexpect.EOF)
    own.sendline("get_current_user")
    own.expect("Name: quinn")
    own.close(force=True)


def hostile(site: Site, name: str, more: str = "") -> Any:
    """A login of `name` whose shell was taken over: it runs a program of the attacker, who sees what it prints."""
    real = f"{LIBRARY}/sysmgmt.real"
    if not site.machine.exists(real):
        site.machine.do("/bin/cp", "-p", f"{LIBRARY}/sysmgmt", real)
        site.machine.path(f"{LIBRARY}/sysmgmt").write_text(
            f'#!/bin/sh\n[ "$1$2" = "-c/hostile" ] && exec /usr/bin/python3 -I /hostile.py\n'
            f'[ "$1$2" = "-c/hostile away" ] && exec /usr/bin/python3 -I /hostile.py away\nexec {real} "$@"\n')
        site.machine.path("/hostile.py").write_text(HOSTILE)
    line = site.machine.inside(*PIPED, "-i", site.key(name), f"{name}@127.0.0.1", f"/hostile{more}")
    return pexpect.popen_spawn.PopenSpawn(line, encoding="utf-8", timeout=20)


def running(site: Site, name: str) -> list[str]:
    """The processes that run as a user."""
    return site.machine.run("/bin/ps", "-o", "pid=,args=", "-u", name).stdout.decode().splitlines()


def test_a_login_that_was_taken_over_ends_with_its_session(site: Site) -> None:
    name = add(site, "rita")
    child = hostile(site, name, " away")
    for _ in range(2):
        child.expect(r"Done \d+")
    session = only_session(site, name)
    site.as_admin(f"end_session session={session.id}")
    child.expect(r"SessionEnded \d+")
    child.expect(pexpect.EOF)
    assert "Done" not in child.before
    wait_until(lambda: running(site, name) == [])
    wait_until(lambda: audit(site, command="close_session", session=session.id, code="Done") != [])
    assert audit(site, session=session.id, command="open_session", phase="outcome")[0]["origin"] == "127.0.0.1"


def shell_of(site: Site, session: Session) -> list[int]:
    """The processes of a login, in the machine: the monitor of sshd, sshd as the user, the shell."""
    found = [int(session.process.split(":")[1])]
    while below := site.machine.run("/usr/bin/pgrep", "-P", str(found[-1])).stdout.split():
        found.append(int(below[0]))
    return found


@pytest.mark.requirement(54)
@pytest.mark.requirement(61)
@pytest.mark.parametrize("which", range(-1, 3), ids=["client", "monitor", "sshd", "shell"])
def test_whatever_part_of_a_login_is_killed_its_session_ends(site: Site, which: int) -> None:
    child = shell(site, "bob")
    session = only_session(site, "bob")
    processes = shell_of(site, session)
    assert len(processes) == 3
    if which < 0:
        os.kill(child.pid, signal.SIGKILL)
    else:
        site.machine.do("/bin/kill", "-9", str(processes[which]))
    wait_until(lambda: sessions(site, "bob") == [], 5)
    wait_until(lambda: running(site, "bob") == [], 10)
    found = audit(site, command="close_session", session=session.id, code="Done")
    assert [one["user"] for one in found] == ["bob"]
    child.close(force=True)
