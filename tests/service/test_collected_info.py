"""System info over the socket of boxmgmtd: bytes as they are, and nobody waits for who collects."""

import hashlib
import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sysmgmt.domain.progress import Listening, unheard
from sysmgmt.engine.request import Answer, Request
from sysmgmt.service.client import ServiceDoor
from tests.support import box
from tests.support.box import ADMIN_PASSWORD, Client, TestBox
from tests.support.boxmgmtd import Boxmgmtd, for_all, running
from tests.support.program import ENVIRONMENT
from tests.support.served import Served


@pytest.fixture(scope="module")
def daemon(templates: Callable[[str], TestBox], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Boxmgmtd]:
    """A boxmgmtd with system info that was collected."""
    one = box.copy(templates("basic"), tmp_path_factory.mktemp("collected") / "state")
    descriptor = os.open(one.folder / "secret.txt", os.O_WRONLY | os.O_CREAT, 0o600)
    with closing(one), running(one) as found, open(descriptor, "w") as secret:
        secret.write(ADMIN_PASSWORD + "\n")
        secret.flush()
        yield found


@pytest.fixture(scope="module")
def archive(daemon: Boxmgmtd) -> Mapping[str, Any]:
    """What was collected, as get_collected_info tells."""
    made = run(daemon, "collect_system_info --json")
    assert made.returncode == 0, made
    found: Mapping[str, Any] = json.loads(made.stdout)["result"]
    return found


def options(daemon: Boxmgmtd) -> list[str]:
    """How a program is told who logs in."""
    return ["--user", "admin", "--password-file", str(daemon.box.folder / "secret.txt")]


def run(daemon: Boxmgmtd, line: str, *more: str) -> "subprocess.CompletedProcess[bytes]":
    """One command on a command line, as sshd starts it."""
    python, _ = for_all()
    return subprocess.run([python, "-m", "sysmgmt", "--socket", str(daemon.path), *options(daemon), *more, "-c", line],
                          capture_output=True, env=ENVIRONMENT, stdin=subprocess.DEVNULL, timeout=60)


@pytest.mark.checklist("R027")
@pytest.mark.parametrize("more", [(), ("--json",), ("--no-shortcut",)])
def test_a_download_writes_the_bytes_and_nothing_else(
        daemon: Boxmgmtd, archive: Mapping[str, Any], more: tuple[str, ...]) -> None:
    done = run(daemon, f"download_collected_info name={archive['name']}", *more)
    assert (done.returncode, done.stderr) == (0, b"")
    assert hashlib.sha256(done.stdout).hexdigest() == archive["sha256"] and len(done.stdout) == archive["size"]


def test_a_refused_download_writes_no_byte(daemon: Boxmgmtd, archive: Mapping[str, Any]) -> None:
    done = run(daemon, "download_collected_info name=box1-20000101T000000Z")
    assert (done.returncode, done.stdout) == (1, b"") and b"Error: There is no collected system info" in done.stderr


@pytest.mark.checklist("R112")
def test_the_errand_of_a_login_shell_takes_the_bytes_too(daemon: Boxmgmtd, archive: Mapping[str, Any]) -> None:
    """What `ssh host download_collected_info` starts: the kernel says who it is, and no password is asked for."""
    raw = daemon.connect()
    raw.call("LogIn", name="admin", password=ADMIN_PASSWORD)
    line = f"download_collected_info name={archive['name']}"
    assert raw.call("Line", line=line)["error"].endswith("InvalidParameter"), "the whole shell has to take it"
    refused = raw.call("Run", request={"command": "download_collected_info", "texts": {"name": archive["name"]}})
    assert refused["parameters"]["answer"]["code"] == "NotForTerminals", "who takes no pieces gets none"


def test_a_full_disk_on_the_other_side_is_told_of(daemon: Boxmgmtd, archive: Mapping[str, Any]) -> None:
    python, _ = for_all()
    line = f"download_collected_info name={archive['name']}"
    with open("/dev/full", "wb") as full:
        done = subprocess.run([python, "-m", "sysmgmt", "--socket", str(daemon.path), *options(daemon), "-c", line],
                              stdout=full, stderr=subprocess.PIPE, env=ENVIRONMENT, timeout=60)
    assert done.returncode == 1 and b"The download broke off: No space left on device." in done.stderr


def test_a_client_that_goes_in_the_middle_is_recorded(daemon: Boxmgmtd, archive: Mapping[str, Any]) -> None:
    raw = daemon.connect()
    raw.call("LogIn", name="admin", password=ADMIN_PASSWORD)
    wanted = {"command": "download_collected_info", "texts": {"name": archive["name"]}}
    message = {"method": "io.boxmgmt.Run", "more": True, "parameters": {"request": wanted, "raw": True}}
    (daemon.box.folder / "collected" / f"{archive['name']}.tar.gz").write_bytes(os.urandom(5_000_000))
    raw.socket.sendall(json.dumps(message).encode() + b"\0")
    assert "piece" in json.loads(raw.read())["parameters"]
    raw.socket.close()
    records = run(daemon, "get_audit_log command=download_collected_info outcome=DownloadBrokenOff --json")
    assert json.loads(records.stdout)["result"]["records"]


def test_what_was_broken_off_is_not_taken_for_the_next_answer(daemon: Boxmgmtd, archive: Mapping[str, Any]) -> None:
    door = ServiceDoor(str(daemon.path))
    assert door.log_in("admin", ADMIN_PASSWORD).code == "Done"

    def interrupted(piece: bytes) -> None:
        raise KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        door.run(Request("download_collected_info", {"name": archive["name"]}), Listening(unheard, interrupted))
    answer = door.run(Request("get_groups"))
    assert (answer.command, answer.code) == ("get_groups", "LoginNeeded"), "another connection, and its own answer"
    assert door.log_in("admin", ADMIN_PASSWORD).code == "Done"
    assert door.run(Request("get_groups")).code == "Done"


def test_a_collection_that_takes_its_time_holds_nobody_up(
        templates: Callable[[str], TestBox], folder: Path) -> None:
    class Slow:
        """A machine whose logs take until somebody lets it go on."""

        def __init__(self) -> None:
            self.asked, self.go_on = threading.Event(), threading.Event()

        def logs(self, since: str, until: str) -> Iterator[tuple[str, bytes]]:
            self.asked.set()
            assert self.go_on.wait(20)
            yield "slow.log", b"slow\n"

    house, slow = box.copy(templates("basic"), folder / "state").house(), Slow()
    served = Served(house._replace(box=house.box._replace(surroundings=slow)),  # type: ignore[arg-type]
                    folder / "box.sock")
    with closing(served):
        first, second = Client(served.door()), Client(served.door())
        assert [each.log_in("admin", ADMIN_PASSWORD).code for each in (first, second)] == ["Done", "Done"]
        answers: list[Answer] = []
        collecting = threading.Thread(target=lambda: answers.append(first.do("collect_system_info parts=logs")))
        collecting.start()
        assert slow.asked.wait(20)
        assert second.do("add_group name=g1").code == "Done"
        assert second.do("collect_system_info parts=versions").code == "CollectionRuns"
        assert second.facts("get_collected_info")["collected_info"] == []
        slow.go_on.set()
        collecting.join(20)
        assert [each.code for each in answers] == ["Done"]
