"""What those may do whom boxmgmtd does not know, and those who hide where they come from."""

import json
import os
import socket
import time
from typing import Any

import pytest

from sysmgmt.service.allowance import CALLS
from tests.support.box import TestBox
from tests.support.boxmgmtd import Boxmgmtd, running
from tests.support.program import credentials

NOBODY = 65534
CLOSED = "the connection was closed"
GROUPS = b'{"method":"io.boxmgmt.Run","parameters":{"request":{"command":"get_groups"}}}\0'


def served_as(daemon: Boxmgmtd, uid: int, act: Any) -> Any:
    """What `act` gives with a connection that a process of `uid` made."""
    parent, child = socket.socketpair()
    if not (pid := os.fork()):
        try:
            os.setgroups([])
            os.setgid(uid)
            os.setuid(uid)
            child.sendall(json.dumps(act(daemon)).encode() + b"\n")
        finally:
            os._exit(0)
    child.close()
    with parent.makefile() as answers:
        text = answers.readline()
    os.waitpid(pid, 0)
    return json.loads(text)


def test_a_client_that_handed_its_connection_on_gets_no_session(basic: TestBox) -> None:
    basic.admin().do("add_user name=bob role=monitor password=Bob-Pass-123 must_change=no")
    basic.replace("bob", uid=71234)

    def orphaned(daemon: Boxmgmtd) -> Any:
        wire = socket.socket(socket.AF_UNIX)
        if not (pid := os.fork()):
            wire.connect(str(daemon.path))
            os._exit(0)
        os.waitpid(pid, 0)
        deadline = time.monotonic() + 20
        while (answer := asked(wire, GROUPS))["code"] == "Done":  # the first moments of its life may have sufficed
            assert time.monotonic() < deadline
            time.sleep(0.1)
        return answer

    def plain(daemon: Boxmgmtd) -> Any:
        wire = socket.socket(socket.AF_UNIX)
        wire.connect(str(daemon.path))
        return asked(wire, GROUPS)
    with running(basic) as daemon:
        os.chmod(daemon.path.parent, 0o755)
        assert served_as(daemon, 71234, plain)["code"] == "Done", "the control: who shows itself comes in"
        answer = served_as(daemon, 71234, orphaned)
        assert answer["code"] in ("SessionEnded", "LoginNeeded", CLOSED)


def asked(wire: socket.socket, message: bytes) -> Any:
    """The answer to a message; one that says so where the connection is closed."""
    wire.settimeout(20)
    text = b""
    try:
        wire.sendall(message)
        while not text.endswith(b"\0") and (chunk := wire.recv(65536)):
            text += chunk
    except OSError:
        pass
    if not text:
        return {"code": CLOSED}
    return json.loads(text[:-1])["parameters"]["answer"]


@pytest.mark.requirement(46)
def test_a_stranger_cannot_fill_the_audit(basic: TestBox) -> None:
    def flood(daemon: Boxmgmtd) -> int:
        frames = ["x" * 300] * 50
        done = 0
        try:
            for _ in range(20):
                raw = daemon.connect()
                for _ in range(100):
                    raw.call("Explain", type="Made", frames=frames)
                    done += 1
        except (OSError, ValueError):
            pass
        return done
    with running(basic) as daemon:
        os.chmod(daemon.path.parent, 0o755)
        assert served_as(daemon, NOBODY, flood) <= CALLS
        assert (basic.folder / "audit.journal").stat().st_size < CALLS * 4096
        begun = time.monotonic()
        assert daemon.run("get_groups\n", *credentials(basic.folder)).returncode == 0
        assert time.monotonic() - begun < 20, "others are served"
    (made, *_) = [one for one in basic.audit() if one.get("phase") == "error"]
    assert (made["user"], made["endpoint"], len(made["frames"])) == ("", "local", 20), "it is told apart from our own"


@pytest.mark.requirement(46)
def test_every_request_of_a_strangers_batch_counts(basic: TestBox) -> None:
    def flood(daemon: Boxmgmtd) -> int:
        raw, done = daemon.connect(), 0
        batch = [{"request": {"command": "help"}}] * (CALLS // 2 - 5)
        try:
            while done < 4:
                assert len(raw.call("RunTogether", requests=batch)["parameters"]["answers"]) == len(batch)
                done += 1
        except (OSError, ValueError):
            pass
        return done
    with running(basic) as daemon:
        os.chmod(daemon.path.parent, 0o755)
        before = len(basic.audit())
        assert served_as(daemon, NOBODY, flood) == 2
        assert [one["command"] for one in basic.audit()[before:]].count("help") <= CALLS


@pytest.mark.attack(16)
def test_a_stranger_learns_no_name_from_a_check(basic: TestBox) -> None:
    stranger = basic.client()
    found = [stranger.door.check("add_user", "name", {"name": name}) for name in ("admin", "nosuch")]
    assert [one and one.code for one in found] == ["LoginNeeded"] * 2
    admin = basic.admin()
    answer = admin.door.check("add_user", "name", {"name": "admin"})
    assert answer is not None and answer.code == "UserExists", "the control: who may ask is told"


def test_a_reason_that_cannot_be_recorded_keeps_no_session_open(basic: TestBox) -> None:
    for _ in range(12):
        client = basic.client("admin")
        client.door.log_out("x\x1bx\ud800")
    assert [one.user for one in basic.state.sessions.values() if not one.ended] == []
    closed = [one for one in basic.audit() if one["command"] == "close_session"]
    assert closed[-1]["parameters"]["reason"] == "disconnected"
