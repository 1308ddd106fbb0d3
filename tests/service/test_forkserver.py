"""A login at a terminal is a process of the fork server, and for its user nothing is different."""

import os
import signal
import socket
import subprocess
import termios
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pexpect
import pytest

from sysmgmt.service.forkserver import MOST_OF_ONE
from sysmgmt.service.lend import CONNECT, NOT_CONNECTED, READY
from tests.service.forkserver import ForkServer, at_terminal, forking, place
from tests.service.takeover import CONTAINED, WAYS
from tests.support.box import TestBox
from tests.support.boxmgmtd import Boxmgmtd, for_all, running
from tests.support.forkserver import NOBODY, listening
from tests.support.waiting import wait_until

ADMIN, BOB = 70000, 70001
LOOKS = "import sys; open(f'/proc/{sys.argv[1]}/mem', 'rb'); print('seen')"
"""Whether a process of the same user can look into another."""
SLEEPS = "import time; print(flush=True); time.sleep(60)"
"""A process that is there to be looked into, until it is killed."""


@pytest.fixture
def daemon(basic: TestBox) -> Iterator[Boxmgmtd]:
    assert basic.add("bob", "Bobs-pass-11") == BOB
    with running(basic) as one:
        yield one


@pytest.fixture
def server(daemon: Boxmgmtd) -> Iterator[ForkServer]:
    with forking(daemon) as one:
        yield one


def test_both_shells_are_served_and_end_with_their_status(daemon: Boxmgmtd, server: ForkServer) -> None:
    shell = at_terminal(daemon, BOB)
    shell.expect("box1>")
    session, = server.sessions()
    assert f"Uid:\t{NOBODY}" in Path(f"/proc/{session}/status").read_text()
    shell.sendline("get_current_user")
    shell.expect("bob")
    shell.expect("box1>")
    menu = at_terminal(daemon, ADMIN, "boxmgmt")
    menu.expect("box1:")  # from here on Ctrl-D is a key: a terminal that is not asked anything drops it
    assert len(server.sessions()) == 2
    shell.sendline("quit")
    shell.expect("Logged out.")
    shell.wait()
    menu.sendeof()
    menu.wait()
    assert (shell.exitstatus, menu.exitstatus) == (0, 0)
    wait_until(lambda: server.sessions() == [])


@pytest.mark.parametrize("term, is_plain", [("linux", False), ("vt100", False), ("dumb", True)])
def test_each_session_shows_what_its_own_terminal_can(daemon: Boxmgmtd, server: ForkServer, term: str, is_plain: bool
                                                      ) -> None:
    shell = at_terminal(daemon, BOB, term=term)
    shell.expect("box1>")
    assert len(server.sessions()) == 1
    shell.sendline("get_current_user")
    shell.expect("Permissions: view")
    shell.expect("box1>")
    assert ("\x1b" not in str(shell.before)) is is_plain
    shell.sendline("quit")
    shell.expect(pexpect.EOF)


def test_what_one_session_has_typed_the_next_does_not_find(daemon: Boxmgmtd, server: ForkServer) -> None:
    up = "\x1b[A\r"
    for lines, found in ((("get_current_user\r", up), 2), ((up,), 0)):
        shell, shown = at_terminal(daemon, BOB), ""
        for line in (*lines, "quit\r"):
            shell.expect("box1>.*\\?25h")  # it waits for keys
            shown += str(shell.before)
            shell.send(line)
        shell.expect(pexpect.EOF)
        assert (shown + str(shell.before)).count("Permissions: view") == found


def test_a_status_arrives(daemon: Boxmgmtd, server: ForkServer) -> None:
    daemon.box.admin().do("lock_user name=bob")
    child = at_terminal(daemon, BOB)
    child.expect("Error: ")
    child.wait()
    assert child.exitstatus == 4


def test_keys_and_signals_mean_what_they_always_do(daemon: Boxmgmtd, server: ForkServer) -> None:
    child = at_terminal(daemon, BOB)
    child.expect("box1>")
    child.sendline("set_password")
    child.expect(" > ")
    child.sendintr()
    child.expect("(?i)cancel")
    child.expect("box1>")
    child.send("get_bandwidth")
    child.expect("bandwidth")
    for number in (signal.SIGTSTP, signal.SIGQUIT, signal.SIGTTIN, signal.SIGINT):
        child.kill(number)
    child.expect("box1>")  # what was typed is dropped
    child.sendline("get_current_user")
    child.expect("Last login from")
    child.expect("box1> ?\x1b")
    while child.expect(["box1>", pexpect.TIMEOUT], timeout=0.5) == 0:
        pass  # all that is drawn without a new size
    child.setwinsize(24, 30)
    child.expect("box1>")  # drawn again


def test_a_new_boxmgmtd_is_found_through_the_client(daemon: Boxmgmtd, server: ForkServer) -> None:
    child = at_terminal(daemon, BOB)
    child.expect("box1>")
    daemon.restart()
    child.sendline("get_current_user")
    child.expect("bob")
    child.sendline("quit")
    child.expect("Logged out.")


def test_sessions_go_on_while_the_fork_server_starts_again(daemon: Boxmgmtd, server: ForkServer) -> None:
    child = at_terminal(daemon, BOB)
    child.expect("box1>")
    server.restart()
    child.sendline("get_current_user")
    child.expect("bob")
    other = at_terminal(daemon, BOB)
    other.expect("box1>")
    assert len(server.sessions()) == 1


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGHUP, signal.SIGTERM])
def test_a_client_that_goes_takes_its_session_along(daemon: Boxmgmtd, server: ForkServer, how: int) -> None:
    child = at_terminal(daemon, BOB)
    child.expect("box1>")
    child.kill(how)
    wait_until(lambda: server.sessions() == [] and not [
        one for one in daemon.box.state.sessions.values() if one.user == "bob"])
    child.wait()
    assert child.signalstatus == how or child.exitstatus == 128 + how


def test_a_session_that_dies_is_told_of_and_leaves_a_clean_terminal(daemon: Boxmgmtd, server: ForkServer) -> None:
    child = at_terminal(daemon, BOB)
    before = termios.tcgetattr(child.child_fd)
    child.expect("box1>")
    assert termios.tcgetattr(child.child_fd) != before, "the control"
    os.kill(server.sessions()[0], signal.SIGKILL)
    child.expect("The connection to the box was lost")
    assert termios.tcgetattr(child.child_fd) == before
    child.wait()
    assert child.exitstatus == 7


def test_without_an_answer_the_whole_shell_is_loaded(daemon: Boxmgmtd) -> None:
    child = at_terminal(daemon, BOB)
    child.expect("box1>")
    with listening(place(daemon)):
        child = at_terminal(daemon, BOB)
        child.expect("box1>")
        child.sendline("get_current_user")
        child.expect("bob")


@pytest.mark.parametrize("word", [b"E", b"\xff"])
def test_whatever_a_session_says_at_its_end_shows_no_traceback(daemon: Boxmgmtd, word: bytes) -> None:
    with listening(place(daemon)) as listener:
        child = at_terminal(daemon, BOB)
        with listener.accept()[0] as session:
            session.recv(64)
            session.send(READY)
            session.send(word)
        child.expect("Error: The connection to the box was lost")
        assert "Traceback" not in child.before
        child.wait()
        assert child.exitstatus == 7


def test_who_crowds_the_fork_server_shuts_nobody_out(daemon: Boxmgmtd) -> None:
    with listening(place(daemon)), ExitStack() as crowd:
        with pytest.raises(BlockingIOError):
            while True:
                one = crowd.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET))
                one.setblocking(False)
                one.connect(place(daemon))
        at_terminal(daemon, BOB).expect("box1>")


def test_words_that_nobody_asked_for_are_dropped(daemon: Boxmgmtd, server: ForkServer) -> None:
    ours, theirs = os.openpty()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as client:
        client.connect(place(daemon))
        socket.send_fds(client, [b"sysmgmt\0xterm"], [theirs] * 3)
        assert client.recv(1) == READY and client.recv(1) == CONNECT
        session, = server.sessions()
        before = len(os.listdir(f"/proc/{session}/fd"))
        client.send(NOT_CONNECTED)
        for _ in range(200):
            socket.send_fds(client, [CONNECT], [theirs])
        assert client.recv(1) == CONNECT, "it asks again"
        client.send(NOT_CONNECTED)
        assert client.recv(1) == CONNECT
        wait_until(lambda: len(os.listdir(f"/proc/{session}/fd")) <= before + 1)
    os.close(ours)
    os.close(theirs)


def test_no_user_takes_all_places_and_none_is_shut_out(daemon: Boxmgmtd, server: ForkServer) -> None:
    with ExitStack() as silent:
        for _ in range(MOST_OF_ONE + 5):
            one = silent.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET))
            one.connect(place(daemon))
        wait_until(lambda: len(server.sessions()) == MOST_OF_ONE)
        child = at_terminal(daemon, BOB)
        child.expect("box1>")
        assert len(server.sessions()) == MOST_OF_ONE + 1, "places are those of one user"
        wait_until(lambda: len(server.sessions()) == 1)


@pytest.mark.parametrize("message", [b"sysmgmt", b"nosuch\0xterm", b"sysmgmt\0xterm", b"\0" * 2000, b"\xff\0\xff"])
def test_whoever_says_something_else_gets_nothing(daemon: Boxmgmtd, server: ForkServer, message: bytes) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as stranger:
        stranger.settimeout(20)
        stranger.connect(place(daemon))
        stranger.send(message)
        assert stranger.recv(64) == b""
    at_terminal(daemon, BOB).expect("box1>")


def test_no_process_of_that_user_looks_into_a_session(daemon: Boxmgmtd, server: ForkServer) -> None:
    at_terminal(daemon, BOB).expect("box1>")
    sleeper = subprocess.Popen([for_all()[0], "-c", SLEEPS], user=NOBODY, group=NOBODY, extra_groups=[],
                               stdout=subprocess.PIPE)
    assert sleeper.stdout and sleeper.stdout.readline()

    def looked_into(pid: int) -> bool:
        done = subprocess.run([for_all()[0], "-c", LOOKS, str(pid)], user=NOBODY, group=NOBODY, extra_groups=[],
                              capture_output=True, check=False)
        return done.stdout == b"seen\n"
    assert looked_into(sleeper.pid), "the control"
    assert not any(looked_into(one) for one in (*server.sessions(), server.process.pid))
    sleeper.kill()
    sleeper.wait()


def test_a_session_that_was_taken_over_reaches_no_other_process(daemon: Boxmgmtd) -> None:
    python, environment = for_all()
    launcher = daemon.path.with_name("taken-over")
    launcher.write_text(f"#!/bin/sh\nexec {python} -m tests.service.takeover {daemon.path}\n")
    launcher.chmod(0o755)
    with forking(daemon, str(launcher)) as server:
        child = at_terminal(daemon, BOB)
        child.expect("reached: (.*)[.]\r\n")
        assert child.match.group(1) == "nothing"
        child.wait()
        assert child.exitstatus == 128 + signal.SIGTERM, "itself it may signal"
        control = subprocess.run([python, "-m", "tests.service.takeover", str(server.process.pid)], cwd="/",
                                 user=NOBODY, group=NOBODY, extra_groups=[], capture_output=True, env=environment)
        reached = control.stdout.decode().removeprefix("reached: ").removesuffix(".\n").split(", ")
        assert {*reached, *CONTAINED} == {*WAYS}, control.stderr
