"""Nothing is left of a login whose session was ended, however fast it forks."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.service.logins import login, next_line
from tests.support.box import TestBox
from tests.support.boxmgmtd import Boxmgmtd, running
from tests.support.program import credentials
from tests.support.waiting import wait_until

FIRST = 100_000 + os.getpid() % 1_000_000 * 10
"""Numbers of users that no other test has at the same time: what is left alone for another login would be left here."""
HOPPING = """
def session():
    return open("/proc/self/sessionid").read()
wire = connect()
call(wire, "Enter")
tell("in", session())
while WAITS:
    time.sleep(0.02)
if os.fork() == 0:
    os.setsid()
    end = time.monotonic() + 60
    while time.monotonic() < end:  # each lives for an instant
        if os.fork():
            os._exit(0)
time.sleep(60)
"""
IN_NO_SCOPE, UNTIL_IN_A_SCOPE = "False", "'session-' not in open('/proc/self/cgroup').read()"


@pytest.fixture
def daemon(basic: TestBox) -> Iterator[Boxmgmtd]:
    basic.add("bob", "Bobs-pass-11", FIRST)
    with running(basic) as one:
        yield one


@contextmanager
def scope() -> Iterator[Path]:
    """A control group that is called as systemd calls that of a login."""
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    place = Path(next(one[1] for one in mounts if one[2] == "cgroup2")) / f"session-{os.getpid()}.scope"
    place.mkdir()
    try:
        yield place
    finally:
        (place / "cgroup.kill").write_text("1")
        wait_until(lambda: "populated 0" in (place / "cgroup.events").read_text())
        place.rmdir()


def number(daemon: Boxmgmtd) -> int:
    account = daemon.box.state.accounts.get("bob")
    assert account is not None and account.uid is not None
    return account.uid


def told(client: "subprocess.Popen[str]") -> str:
    """The login, as the kernel's audit numbers it, of a client that is in."""
    word, session = next_line(client).split()
    assert word == "in"
    return session


def left(session: str, uid: int) -> int:
    """How many processes of a login run as its user, as far as they can be caught."""
    count = 0
    for place in Path("/proc").glob("[0-9]*"):  # no deeper: a process that goes away would end the search
        try:
            count += (place / "sessionid").read_text() == session and place.stat().st_uid == uid
        except OSError:
            pass
    return count


def gone(session: str, uid: int) -> bool:
    """Whether nothing of a login was seen in ten looks."""
    return not any(left(session, uid) for _ in range(10))


def end_all(daemon: Boxmgmtd, keep: str = "") -> None:
    """End bob's sessions but one."""
    for one in daemon.box.state.sessions.values():
        if one.user == "bob" and one.id != keep:
            options = credentials(daemon.box.folder)
            assert daemon.run(f"end_session session={one.id}\n", *options).returncode == 0


def test_what_is_born_faster_than_it_is_found_ends_with_its_login(daemon: Boxmgmtd) -> None:
    uid = number(daemon)
    with login(daemon, "bob", uid, HOPPING.replace("WAITS", IN_NO_SCOPE)) as client:
        session = told(client)
        wait_until(lambda: left(session, uid) > 1)
        end_all(daemon)
        wait_until(lambda: gone(session, uid))
    wait_until(lambda: not [one for one in daemon.box.state.sessions.values() if one.user == "bob"])


def test_the_scope_of_a_session_ends_and_another_login_of_the_user_goes_on(daemon: Boxmgmtd) -> None:
    uid = number(daemon)
    with scope() as place, login(daemon, "bob", uid, "call(connect(), 'Enter')\ntell('in', '0')\n"
                                 "time.sleep(60)") as other:
        assert next_line(other)
        (kept,) = (one.id for one in daemon.box.state.sessions.values() if one.user == "bob")
        with login(daemon, "bob", uid, HOPPING.replace("WAITS", UNTIL_IN_A_SCOPE)) as client:
            session = told(client)
            children = Path(f"/proc/{client.pid}/task/{client.pid}/children").read_text().split()
            for pid in (*children, str(client.pid)):
                (place / "cgroup.procs").write_text(pid)
            wait_until(lambda: left(session, uid) > 1)
            end_all(daemon, kept)
            wait_until(lambda: gone(session, uid))
        assert other.poll() is None and [one.id for one in daemon.box.state.sessions.values()
                                         if one.user == "bob" and not one.ended] == [kept]
