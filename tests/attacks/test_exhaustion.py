"""One client that sends, holds or asks for too much: it is bounded, and nobody else waits for it."""

import json
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest

from sysmgmt.service.asking import ask
from tests.support.box import ADMIN_PASSWORD, TestBox
from tests.support.boxmgmtd import Boxmgmtd, Raw, for_all
from tests.support.program import credentials, sysmgmt

PATIENCE = 5.0
"""Seconds within which somebody else is answered."""
FLOOD = """import json, socket, sys, time
wires = []
for _ in range(int(sys.argv[2])):
    wire = socket.socket(socket.AF_UNIX)
    wire.settimeout(2)
    try:
        wire.connect(sys.argv[1])
        wire.sendall(sys.argv[3].encode() * int(sys.argv[4]))
    except OSError:
        pass
    wires.append(wire)
print("full", flush=True)
sys.stdin.read()"""
SIGN = '{"method": "io.boxmgmt.Sign"}'


def answered(daemon: Boxmgmtd) -> float:
    """Seconds until somebody else is answered."""
    begun = time.monotonic()
    other = connected(daemon, begun + PATIENCE)
    assert other.call("LogIn", name="admin", password=ADMIN_PASSWORD)["parameters"]["answer"]["code"] == "Done"
    other.call("LogOut", reason="x")
    return time.monotonic() - begun


def connected(daemon: Boxmgmtd, deadline: float) -> Raw:
    """A connection, tried again as our own clients do while many others stand in the queue."""
    while True:
        try:
            return Raw(daemon.path)
        except BlockingIOError:
            assert time.monotonic() < deadline
            time.sleep(0.02)


@pytest.mark.attack(7)
@pytest.mark.parametrize("connections, message, times", [
    (200, "", 0), (100, "{", 1), (1, "x" * 100_000, 100), (3, SIGN + "\\0", 20_000), (50, SIGN, 1)],
    ids=["silent", "half", "endless", "reads-nothing", "unfinished"])
def test_one_client_that_wants_too_much_delays_nobody(
        daemon: Boxmgmtd, connections: int, message: str, times: int) -> None:
    python, environment = for_all()
    program = FLOOD.replace("sys.argv[3]", "sys.argv[3].replace('\\\\0', '\\0')")
    with subprocess.Popen([python, "-c", program, str(daemon.path), str(connections), message, str(times)], cwd="/",
                          user=65000, group=65000, extra_groups=[], env=environment, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as flood:
        try:
            assert flood.stdout and flood.stdout.readline() == b"full\n"
            assert answered(daemon) < PATIENCE
            resident = int(open(f"/proc/{daemon.process.pid}/statm", encoding="ascii").read().split()[1]) * 4096
            assert resident < 300_000_000
        finally:
            flood.kill()
    assert answered(daemon) < PATIENCE and daemon.process.poll() is None


@pytest.mark.requirement(124)
@pytest.mark.attack(7, 19)
@pytest.mark.parametrize("line", [
    '"' * 60_000, "get_users " + '"\\' * 30_000, "get_users " + "a=" * 30_000, "get_users " + "a=b " * 15_000,
    "\\" * 60_000, " " * 60_000 + "x", "get_users name=" + "-" * 60_000, "x=- " * 15_000, "#" * 60_000,
    "get_users " + "--yes " * 10_000, "get_users name=\"" + "é" * 30_000])
def test_a_line_of_any_shape_is_read_in_no_time(basic: TestBox, line: str) -> None:
    begun = time.monotonic()
    done = sysmgmt(basic.folder, f"{line}\nget_current_user --json\n", "--keep-going")
    assert time.monotonic() - begun < 3 * PATIENCE and b"Traceback" not in done.stderr
    assert len(done.stderr) < 10_000
    if "x=- " not in line:  # which takes the next lines for its values
        assert json.loads(done.stdout.splitlines()[-1])["code"] == "Done"


@pytest.mark.attack(7)
def test_many_commands_at_once_are_all_answered(daemon: Boxmgmtd) -> None:
    wires = [Raw(daemon.path) for _ in range(8)]
    for wire in wires:
        wire.call("LogIn", name="admin", password=ADMIN_PASSWORD)
    for wire in wires:
        for _ in range(50):
            wire.socket.sendall(json.dumps({"method": "io.boxmgmt.Run", "parameters": {
                "request": {"command": "get_system_status", "texts": {}}}}).encode() + b"\0")
    for wire in wires:
        text = b""
        while text.count(b"\0") < 50:
            text += wire.socket.recv(65536)
        assert text.count(b'"code": "Done"') == 50


@pytest.mark.attack(7, 12)
def test_many_diagnostics_at_once_delay_nobody(daemon: Boxmgmtd) -> None:
    daemon.run('add_user name=alma role=admin password="Alma-Pass-12" must_change=no\n',
               *credentials(daemon.box.folder))
    with socket.create_server(("127.0.0.1", 0), backlog=1) as hole:  # whoever comes third gets no answer
        port = hole.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)), socket.create_connection(("127.0.0.1", port)):
            wires = [connected(daemon, time.monotonic() + PATIENCE) for _ in range(50)]
            for wire in wires:  # as many of them as one user may have come in
                wire.call("LogIn", name="alma", password="Alma-Pass-12")
                wire.socket.sendall(json.dumps({"method": "io.boxmgmt.Run", "parameters": {"request": {
                    "command": "test_connectivity", "texts": {"host": "127.0.0.1", "port": str(port)}}}}).encode()
                    + b"\0")
            assert answered(daemon) < PATIENCE
            assert sum(one.user == "alma" for one in daemon.box.state.sessions.values()) >= 5, "the control"
            for wire in wires:
                wire.socket.close()
    assert answered(daemon) < PATIENCE and daemon.process.poll() is None


@pytest.mark.attack(7)
def test_a_login_waits_behind_a_full_queue_and_is_not_refused(folder: Path) -> None:
    path = str(folder / "box.sock")
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as other:
        listener.bind(path)
        listener.listen(0)
        other.connect(path)
        with socket.socket(socket.AF_UNIX) as third, pytest.raises(BlockingIOError):
            third.settimeout(60)
            third.connect(path)
        replies: list[object] = []
        login = threading.Thread(target=lambda: replies.append(ask(path, "Account", {"name": "mona"})))
        login.start()
        login.join(0.2)
        assert login.is_alive(), "it waits"
        listener.accept()[0].close()
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b'{"parameters": {"accepted": true}}\0')
            login.join(20)
    assert replies == [{"accepted": True}]
