"""Whatever one client does to boxmgmtd, the next one is answered in time, and nothing of it stays behind."""

import re
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from sysmgmt.domain.model import Cost
from sysmgmt.engine.door import MOST_LINES
from sysmgmt.host import sshd
from sysmgmt.service.asking import ask
from sysmgmt.service.bounds import MOST_UNKNOWN
from sysmgmt.service.server import MOST, MOST_OF_A_HELPER
from sysmgmt.service.wire import MOST_BYTES, MOST_BYTES_OF_STRANGERS, SLOWEST
from tests.support.box import ADMIN_PASSWORD
from tests.support.boxmgmtd import Boxmgmtd, Raw, for_all
from tests.support.program import ENVIRONMENT, credentials
from tests.support.waiting import wait_until

PROMPT = 5.0
"""Seconds in which a good client is answered, whatever others do."""
STRANGER = 65000
"""A uid that no user has."""
GROWN = 48 * 1024
"""KiB that boxmgmtd may have grown by when it is over: Python's allocator gives not everything back."""
RUN = b'{"method": "io.boxmgmt.Run", "parameters": {"request": {"command": "get_groups", "texts": {}}}}\0'
BY_HAND = "import sys\nfrom pathlib import Path\nfrom tests.support.boxmgmtd import Raw\npath = Path(sys.argv[1])\n"
"""How programs begin that speak with boxmgmtd themselves; the socket is their argument."""


def figure(daemon: Boxmgmtd, name: str) -> int:
    """A number of /proc/PID/status."""
    lines = Path(f"/proc/{daemon.process.pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(f"{name}:")).split()[1])


def asked(daemon: Boxmgmtd) -> float:
    """Seconds until a new client has its answer."""
    begun = time.monotonic()
    raw = daemon.connect()
    assert raw.call("Sign")["parameters"]["sign"]["installed"] is True
    raw.socket.close()
    return time.monotonic() - begun


def back(daemon: Boxmgmtd, threads: int, kib: int, patience: float = SLOWEST + 5) -> None:
    """Wait until boxmgmtd has given back what its clients had."""
    deadline = time.monotonic() + patience
    while figure(daemon, "Threads") > threads or figure(daemon, "VmRSS") > kib + GROWN:
        assert time.monotonic() < deadline, (figure(daemon, "Threads"), threads, figure(daemon, "VmRSS"), kib)
        time.sleep(0.05)


@contextmanager
def unharmed(daemon: Boxmgmtd) -> Iterator[None]:
    """Meanwhile others are answered in time; afterwards memory and threads are as before."""
    asked(daemon)
    threads, kib = figure(daemon, "Threads"), figure(daemon, "VmRSS")
    over, slowest = threading.Event(), [0.0]

    def ask() -> None:
        while not over.is_set():
            slowest[0] = max(slowest[0], asked(daemon))
    good = threading.Thread(target=ask)
    good.start()
    try:
        yield
    finally:
        over.set()
        good.join()
    assert 0 < slowest[0] < PROMPT, slowest
    back(daemon, threads, kib)
    assert daemon.process.poll() is None


def test_the_harness_would_notice_what_stays_behind(daemon: Boxmgmtd) -> None:
    threads, kib = figure(daemon, "Threads"), figure(daemon, "VmRSS")
    back(daemon, threads, kib, 1)
    kept = [daemon.connect() for _ in range(8)]
    assert all(one.call("Sign") for one in kept)
    with pytest.raises(AssertionError):
        back(daemon, threads, kib, 0.2)
    with pytest.raises(AssertionError):
        back(daemon, threads + 8, kib - GROWN - 4096, 0.2)
    for one in kept:
        one.socket.close()
    back(daemon, threads, kib)


def is_cut(raw: Raw, seconds: float) -> bool:
    """Whether the connection is closed within that time, without an answer."""
    raw.socket.settimeout(seconds)
    try:
        return raw.read() == b""
    except TimeoutError:
        return False


def drip(raw: Raw) -> None:
    """Send one byte a second, and never the end."""
    with suppress(OSError):
        for one in RUN[:-1]:
            raw.socket.send(bytes([one]))
            time.sleep(1.0)


def test_the_slow_the_silent_and_those_who_never_read_hold_nobody_up(daemon: Boxmgmtd) -> None:
    with unharmed(daemon):
        slow, silent, deaf = (daemon.connect() for _ in range(3))
        assert deaf.call("LogIn", name="admin", password=ADMIN_PASSWORD)["parameters"]["answer"]["code"] == "Done"
        dripping = threading.Thread(target=drip, args=(slow,))
        dripping.start()
        silent.socket.sendall(RUN[:40])  # half a message, then nothing
        begun = time.monotonic()
        deaf.socket.settimeout(2 * SLOWEST)
        with pytest.raises(OSError):
            while time.monotonic() < begun + 2 * SLOWEST:
                deaf.socket.sendall(RUN * 100)
        assert is_cut(slow, PROMPT) and is_cut(silent, PROMPT)
        assert SLOWEST - 1 < time.monotonic() - begun < SLOWEST + 2 * PROMPT
        dripping.join()
    closed = [one for one in daemon.box.audit() if one["command"] == "close_session"]
    assert closed[-1]["parameters"]["reason"] == "disconnected", "which is not to be idle"


def by_a_stranger(daemon: Boxmgmtd, program: str) -> str:
    """What a program prints that runs as somebody whom the box does not know."""
    python, environment = for_all()
    done = subprocess.run([python, "-c", BY_HAND + program, str(daemon.path)], user=STRANGER, group=STRANGER, cwd="/",
                          extra_groups=[], capture_output=True, env=environment, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


CROWD = f"""
kept = []
for _ in range(3000):
    kept.append(Raw(path))
    if len(kept) > {8 * MOST_UNKNOWN[1]}:
        kept.pop().socket.close()
def served(raw):
    try:
        return "parameters" in raw.call("Sign")
    except (ValueError, BrokenPipeError):
        return False
print(sum(map(served, kept)))
"""


def test_thousands_of_connections_of_one_user_leave_room_for_others(daemon: Boxmgmtd) -> None:
    with unharmed(daemon):
        assert 0 < int(by_a_stranger(daemon, CROWD)) <= MOST_UNKNOWN[1]


FLOODS = [(b"", b"x"), (b'{"method": "', b"x"), (b"", b"["), (b"", b'{"a":'), (b'{"parameters": {"n": ', b"9"),
          (b'{"method": "io.boxmgmt.Sign", "parameters": {', b'"a": 1, ')]
FLOOD = f"""
for begin, rest in {FLOODS}:
    raws = [Raw(path) for _ in range(20)]
    for raw in raws:
        try:
            raw.socket.sendall(begin + rest * ({MOST_BYTES_OF_STRANGERS} // len(rest) + 65536))
        except OSError:
            pass
    print(sum(raw.read() == b"" for raw in raws))
"""


def test_too_much_of_a_stranger_is_cut_off(daemon: Boxmgmtd) -> None:
    with unharmed(daemon):
        assert by_a_stranger(daemon, FLOOD).split() == ["20"] * len(FLOODS)


def logged_in(daemon: Boxmgmtd) -> Raw:
    """A connection of admin."""
    raw = daemon.connect()
    assert raw.call("LogIn", name="admin", password=ADMIN_PASSWORD)["parameters"]["answer"]["code"] == "Done"
    return raw


NESTED = b'{"method": "io.boxmgmt.Sign", "parameters": {"a": [%s]}}\0'


@pytest.mark.parametrize("part", [b"[{}],", b"[],", b'{"a":1},', b"[[[[]]]],", b"0,"])
def test_a_known_user_cannot_have_millions_of_values_decoded(daemon: Boxmgmtd, part: bytes) -> None:
    raw = logged_in(daemon)
    peak = figure(daemon, "VmHWM")
    with unharmed(daemon), suppress(OSError):
        raw.socket.sendall(NESTED % (part * (MOST_BYTES // 2 // len(part)) + b"0"))
    assert is_cut(raw, PROMPT)
    assert figure(daemon, "VmHWM") < peak + 2 * GROWN


def test_a_message_as_long_with_one_value_is_answered(daemon: Boxmgmtd) -> None:
    """The control: it is what the message holds that is refused."""
    raw = logged_in(daemon)
    with unharmed(daemon):
        assert "sign" in raw.say((NESTED % (b'"%s"' % (b"x" * (MOST_BYTES - 1024))))[:-1])["parameters"]
        raw.socket.close()


CONNECTIONS, MIB = 9, 20
LARGE = f"""
import threading
raws = [Raw(path) for _ in range({CONNECTIONS})]
for one in raws:
    assert one.call("LogIn", name="admin", password={ADMIN_PASSWORD!r})["parameters"]["answer"]["code"] == "Done"
def send(raw):
    raw.socket.settimeout(60)
    print("parameters" in raw.call("Sign", a="x" * ({MIB} << 20)))
threads = [threading.Thread(target=send, args=(one,)) for one in raws]
[one.start() for one in threads]
[one.join() for one in threads]
"""


def test_large_messages_of_one_user_are_read_one_after_the_other(daemon: Boxmgmtd) -> None:
    peak = figure(daemon, "VmHWM")
    assert by_a_stranger(daemon, LARGE).split() == ["True"] * CONNECTIONS
    grown = figure(daemon, "VmHWM") - peak
    assert grown < CONNECTIONS * MIB * 1024, "at once they are at least that large, besides what is made of them"


def test_the_largest_batch_is_carried_out(daemon: Boxmgmtd) -> None:
    line = "get_users name=admin" + " " * 1600 + "\n"
    done = daemon.run(line * MOST_LINES, "--atomic", *credentials(daemon.box.folder))
    assert done.returncode == 0 and done.stdout.count(b"  admin:") == MOST_LINES, done.stderr[-300:]
    done = daemon.run(line * (MOST_LINES + 1), "--atomic", *credentials(daemon.box.folder))
    assert done.returncode == 2 and b"at most 10000 lines" in done.stderr, "the control"


def test_the_longest_batch_arrives(daemon: Boxmgmtd) -> None:
    """16 MiB of letters that JSON writes with three times as many, and commas in all lines."""
    text = "é" * 800 + "," * 50
    raw = logged_in(daemon)
    request = {"request": {"command": "nosuch", "texts": {"name": text}}}
    answers = raw.call("RunTogether", requests=[request] * MOST_LINES)["parameters"]["answers"]
    assert [one["code"] for one in answers[:2]] == ["UnknownCommand", "NotApplied"] and len(answers) == MOST_LINES
    assert "error" in raw.call("RunTogether", requests=[request] * (MOST_LINES + 2)), "the control"


def test_a_boxmgmtd_without_descriptors_serves_again_once_it_has_some(daemon: Boxmgmtd) -> None:
    few = 48
    resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE, (few, few))
    crowd = [daemon.connect() for _ in range(100)]
    wait_until(lambda: len(list(Path(f"/proc/{daemon.process.pid}/fd").iterdir())) == few)
    waiting = daemon.connect()
    waiting.socket.settimeout(0.3)
    with pytest.raises(TimeoutError):
        waiting.call("Sign")  # the control: none is left for it
    assert daemon.process.poll() is None
    for one in crowd:
        one.socket.close()
    waiting.socket.settimeout(PROMPT)
    assert waiting.read()
    assert asked(daemon) < PROMPT


MANY_UIDS = f"""
import os, time
kept = []
for uid in range(66000, 66000 + {MOST // MOST_UNKNOWN[1]} + 4):
    os.setresuid(uid, uid, 0)
    kept += [Raw(path) for _ in range({MOST_UNKNOWN[1]})]
    os.setresuid(0, 0, 0)
def served(raw):
    try:
        return "parameters" in raw.call("Sign")
    except (ValueError, OSError):
        return False
print(sum(map(served, kept)), flush=True)
os.setresuid(67000, 67000, 0)
print(served(Raw(path)), flush=True)
os.setresuid(0, 0, 0)
print(all([served(Raw(path)) for _ in range(50)]), flush=True)
"""


def test_root_is_answered_while_others_have_taken_all_places(daemon: Boxmgmtd) -> None:
    done = subprocess.run([sys.executable, "-c", BY_HAND + MANY_UIDS, str(daemon.path)], capture_output=True,
                          env=ENVIRONMENT, text=True, timeout=120)
    assert done.stdout.split() == [str(MOST), "False", "True"], (done.stdout, done.stderr)


def test_root_has_more_places_than_sshd_lets_wait() -> None:
    found = re.search(r"MaxStartups \d+:\d+:(\d+)", sshd.TEXT)
    assert found and MOST_OF_A_HELPER > int(found[1])


FLOOD_OF_GUESSES = """
import threading, time
end = time.monotonic() + 12
def guess():
    raw = Raw(path)
    while time.monotonic() < end:
        raw.call("LogIn", name="nosuch", password="wrong")
        print(".", end="", flush=True)
threads = [threading.Thread(target=guess) for _ in range(16)]
[one.start() for one in threads]
[one.join() for one in threads]
"""


def test_a_right_password_is_checked_while_others_guess_without_end(daemon: Boxmgmtd) -> None:
    daemon.box.configure(hashing=Cost())
    guessed: list[str] = []
    flood = threading.Thread(target=lambda: guessed.append(by_a_stranger(daemon, FLOOD_OF_GUESSES)))
    flood.start()
    raw = daemon.connect()
    spent = []
    while flood.is_alive():
        begun = time.monotonic()
        assert raw.call("LogIn", name="admin", password=ADMIN_PASSWORD)["parameters"]["answer"]["code"] == "Done"
        spent.append(time.monotonic() - begun)
        raw.call("LogOut", reason="over")
    assert len(guessed[0]) > 3, "the control: it was a flood"
    assert max(spent) < PROMPT, spent


def test_the_memory_of_a_hash_is_kept_for_the_next_and_not_by_each_connection(daemon: Boxmgmtd) -> None:
    daemon.box.configure(hashing=Cost())
    asked(daemon)
    before = figure(daemon, "RssAnon")
    with ThreadPoolExecutor(24) as users:
        guesses = [users.submit(one.call, "LogIn", name="nosuch", password="wrong")
                   for one in [daemon.connect() for _ in range(24)]]
    assert all(one.result()["parameters"]["answer"]["code"] == "LoginFailed" for one in guesses)
    assert figure(daemon, "VmHWM") - before > Cost().memory, "the control: they were hashed"
    assert figure(daemon, "RssAnon") - before < 5 * Cost().memory


def test_a_login_waits_while_too_many_others_come_in(tmp_path: Path) -> None:
    path = str(tmp_path / "box.sock")
    with closing(socket.socket(socket.AF_UNIX)) as listener, ExitStack() as stack:
        listener.bind(path)
        listener.listen(0)
        others = 0
        with pytest.raises(BlockingIOError):
            while True:
                one = stack.enter_context(socket.socket(socket.AF_UNIX))
                one.setblocking(False)
                one.connect(path)
                others += 1
        found: list[dict[str, Any]] = []
        login = threading.Thread(target=lambda: found.append(ask(path, "Keys", {"name": "bob"})))
        login.start()
        login.join(0.1)
        assert login.is_alive() and others > 0
        for _ in range(others):
            listener.accept()[0].close()
        connection, _ = listener.accept()
        connection.recv(4096)
        connection.sendall(b'{"parameters": {"keys": []}}\0')
        login.join(PROMPT)
        connection.close()
    assert found == [{"keys": []}]
