"""An ended session stays ended, whatever its client does, and none outlives its process."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from sysmgmt.domain.model import Session
from tests.service.logins import login, next_line, without_login
from tests.support.box import TestBox
from tests.support.boxmgmtd import Boxmgmtd, running
from tests.support.program import credentials
from tests.support.waiting import wait_until

RECONNECTS = """
while True:
    try:
        wire = connect()
        greeting = call(wire, "Enter")["answer"]
        tell(greeting["code"], greeting["message"] or "", run(wire, "get_users"))
        wire.close()
    except (OSError, ValueError, TypeError):  # closed without an answer
        pass
    time.sleep(0.1)
"""
BOB = 70001


@pytest.fixture
def daemon(basic: TestBox) -> Iterator[Boxmgmtd]:
    assert basic.add("bob", "Bobs-pass-11") == BOB
    with running(basic) as one:
        yield one


def as_admin(daemon: Boxmgmtd, line: str) -> None:
    options = credentials(daemon.box.folder)
    done = daemon.run(line + "\n", *options)
    assert done.returncode == 0, done


def sessions(daemon: Boxmgmtd) -> list[Session]:
    return [one for one in daemon.box.state.sessions.values() if one.user == "bob"]


def until(process: "subprocess.Popen[str]", wanted: str) -> str:
    """The first line with `wanted` that a client tells."""
    while line := next_line(process):
        if wanted in line:
            return line
    raise AssertionError(f"it ended without {wanted}")


def ends(daemon: Boxmgmtd) -> list[str]:
    """The reasons in the audit of bob's sessions that were closed."""
    return [one["parameters"]["reason"] for one in daemon.box.audit()
            if one["command"] == "close_session" and one["user"] == "bob" and one.get("code") == "Done"]


@pytest.mark.parametrize("line, reason", [
    ("end_session session={}", "admin ended it"), ("lock_user name=bob", "the user was locked"),
    ("remove_user name=bob", "the user was removed"),
    ("set_user name=bob role=admin", "the role of the user was changed"),
    ('set_user name=bob password="Other-Pass-1"', "the password was reset")])
def test_an_ended_login_gets_no_other_and_is_killed(daemon: Boxmgmtd, line: str, reason: str) -> None:
    with login(daemon, "bob", BOB, RECONNECTS) as client:
        assert until(client, "Done") == "Done  Done", "the control"
        (session,) = sessions(daemon)
        as_admin(daemon, line.format(session.id))
        begun = time.monotonic()
        assert reason in until(client, "SessionEnded The")
        assert time.monotonic() - begun < 1
        while told := next_line(client):
            assert told == f"SessionEnded The session was ended: {reason}. LoginNeeded"
        assert 2 < time.monotonic() - begun < 10, "it had time to say why, and no more"
        client.wait(5)
    wait_until(lambda: sessions(daemon) == [])
    assert ends(daemon) == [reason]


def test_it_stays_ended_when_boxmgmtd_is_killed_in_between(daemon: Boxmgmtd) -> None:
    with login(daemon, "bob", BOB, RECONNECTS) as client:
        until(client, "Done")
        as_admin(daemon, f"end_session session={sessions(daemon)[0].id}")
        daemon.restart(signal.SIGKILL)
        until(client, "SessionEnded The")
        while told := next_line(client):
            assert told.startswith("SessionEnded The")
    wait_until(lambda: sessions(daemon) == [])


def test_what_has_left_its_login_is_refused_and_ends_with_it(daemon: Boxmgmtd) -> None:
    with login(daemon, "bob", BOB, f"""
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    tell("daemon", os.getpid())
    {RECONNECTS.replace(chr(10), chr(10) + '    ')}
call(connect(), "Enter")
time.sleep(60)
""") as client:
        daemon_pid = int(until(client, "daemon").split()[1])
        assert "its login is over" in until(client, "SessionEnded")
        (session,) = sessions(daemon)
        as_admin(daemon, f"end_session session={session.id}")
        wait_until(lambda: not os.path.exists(f"/proc/{daemon_pid}"), 8)


def test_a_process_without_a_login_is_refused_and_left_alone(daemon: Boxmgmtd) -> None:
    stays = "wires = []\n" + RECONNECTS.replace("wire.close()", "wires.append(wire)")
    with without_login(daemon, BOB, stays) as client:
        until(client, "Done")
        as_admin(daemon, f"end_session session={sessions(daemon)[0].id}")
        begun = time.monotonic()
        while time.monotonic() - begun < 0.6:  # strangers have few connections at a time
            told = until(client, "")
        assert told == "SessionEnded The session was ended: admin ended it. LoginNeeded"
        wait_until(lambda: time.monotonic() - begun > 5)
        assert client.poll() is None
    wait_until(lambda: sessions(daemon) == [])


def test_idle_clients_are_cut_off_whatever_they_do(daemon: Boxmgmtd) -> None:
    daemon.box.configure(idle_timeout=1)
    programs = {
        "silent": "wire = connect()\ncall(wire, 'Enter')\ntell('in')\ntime.sleep(90)",
        "passive": """
wire = connect()
call(wire, "Enter")
tell("in")
while True:
    call(wire, "Standing")
    call(wire, "Sign")
    call(wire, "Offers", command="get_users", parameter="name", texts={})
    time.sleep(0.2)
""",
        "reconnects": """
tell("in")
while True:
    call(connect(), "Enter")
    time.sleep(0.2)
""",
        "never came": "tell('in')\ntime.sleep(90)",
        "active": "wire = connect()\ntell('in')\nwhile True:\n    tell(run(wire, 'get_users'))\n    time.sleep(0.5)",
    }
    with ExitStack() as stack:
        clients = {name: stack.enter_context(login(daemon, "bob", BOB, program)) for name, program in programs.items()}
        for one in clients.values():
            until(one, "in")
        active = clients.pop("active")
        for one in clients.values():
            one.wait(25)
        wait_until(lambda: len(sessions(daemon)) == 1)
        assert active.poll() is None and until(active, "") == "Done", "the control"
    assert ends(daemon)[:4] == ["it was idle for too long"] * 4


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_session_does_not_outlive_its_process(daemon: Boxmgmtd, how: int) -> None:
    with login(daemon, "bob", BOB, "wire = connect()\ntell(run(wire, 'get_users'))\ntime.sleep(90)") as client:
        until(client, "Done")
        client.send_signal(how)
        client.wait(5)
        wait_until(lambda: sessions(daemon) == [], 5)
    wait_until(lambda: ends(daemon) == ["disconnected"], 5)  # what has been done is recorded a moment later


def test_a_shell_that_logs_out_ends_with_its_login_and_its_reason(daemon: Boxmgmtd) -> None:
    with login(daemon, "bob", BOB, "wire = connect()\ncall(wire, 'LogOut', reason='logged out')\n"
               "tell(run(wire, 'get_users'))") as client:
        assert until(client, "") == "LoginNeeded"
        client.wait(5)
    assert (sessions(daemon), ends(daemon)) == ([], ["logged out"])


ANOTHER = """
wire = connect()
tell(call(wire, "Enter")["answer"]["code"])
tell(call(wire, "LogIn", name="bob", password="Bobs-pass-11")["answer"]["code"])
tell(call(wire, "LogIn", name="bob", password="wrong")["answer"]["code"])
time.sleep(60)
"""


def test_another_login_over_the_connection_of_one_leaves_that_one_open_and_nothing_else(daemon: Boxmgmtd) -> None:
    with login(daemon, "bob", BOB, ANOTHER) as client:
        assert next_line(client) == "Done"
        (first,) = sessions(daemon)
        assert [next_line(client), next_line(client)] == ["Done", "LoginFailed"]
        assert [one.id for one in sessions(daemon)] == [first.id]
        assert ends(daemon) == ["replaced by another login"]
