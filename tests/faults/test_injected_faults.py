"""Every system call of a first and of a later commit fails, or is the last one of its process."""

import shutil
import sys
from pathlib import Path

import pytest

from sysmgmt.domain.model import Account
from sysmgmt.store.state import StateStore
from tests.faults import by_strace
from tests.faults.writer import names

FAULTS = ("error=EIO", "error=ENOSPC", "error=EROFS", by_strace.KILL)

LASTING = {"--plain": (False, True), "--compact": (False,)}
"""Whether a fault is over after one call (False) or stays."""


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A box with one user in the state file and one in the journal."""
    by_strace.needed()
    folder = tmp_path_factory.mktemp("box") / "state"
    store = StateStore(str(folder))
    for name in ("first", "second"):
        with store.writing() as writing:
            state = writing.state
            writing.save(state._replace(accounts=state.accounts.put(name, Account(name, "monitor"))))
        if name == "first":
            store.compact()
    return folder


def writer(folder: Path, kind: str) -> list[str]:
    """Two changes; with `--compact` six, the last of which is followed by a compaction."""
    return [sys.executable, "-m", "tests.faults.writer", str(folder), "6" if kind == "--compact" else "2", "n", kind]


def writing_points(box: Path, tmp_path: Path, kind: str) -> list[by_strace.Point]:
    """The calls of one run that write, synchronise or exchange files."""
    shutil.copytree(box, tmp_path / "trial")
    found = by_strace.points(writer(tmp_path / "trial", kind), str(tmp_path / "trial"), str(tmp_path / "log"))
    shutil.rmtree(tmp_path / "trial")
    return [point for point in found if point.call not in ("read", "pread64", "close", "openat")
            or "O_CREAT" in point.text or "O_APPEND" in point.text]


def broken_promises(folder: Path, said: str) -> list[str]:
    """What the process said that is not true of the folder; empty when all is well."""
    promised = {"first", "second"} | names(said.splitlines(), "done")
    refused = names(said.splitlines(), "refused")
    present = set(StateStore(str(folder)).read().accounts)
    return [*(f"{name} is lost" for name in promised - present), *(f"{name} is there" for name in refused & present)]


@pytest.mark.requirement(112)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", ["--plain", "--compact"])
def test_no_fault_at_any_system_call_breaks_a_promise(box: Path, tmp_path: Path, fault: str, kind: str) -> None:
    points = writing_points(box, tmp_path, kind)
    assert len(points) >= 4
    problems = [f"{point} {lasting}: {one}" for point in points for lasting in LASTING[kind]
                for one in trial(box, tmp_path / "trial", kind, (point, fault, lasting))]
    assert problems == []


def trial(box: Path, folder: Path, kind: str, fault: tuple[by_strace.Point, str, bool]) -> list[str]:
    """Run the writer with a fault on a copy of the box; what is wrong afterwards."""
    shutil.copytree(box, folder)
    try:
        done = by_strace.run(writer(folder, kind), *fault)
        return [*broken_promises(folder, done.stdout), *(["Traceback"] if "Traceback" in done.stderr else [])]
    finally:
        shutil.rmtree(folder)


def test_the_harness_sees_that_a_fault_is_injected(box: Path, tmp_path: Path) -> None:
    """Positive control: a failed sync is heard of, and a killed process says nothing more."""
    point = [point for point in writing_points(box, tmp_path, "--plain") if point.call == "fdatasync"][0]
    folder = tmp_path / "trial"
    shutil.copytree(box, folder)
    failed = by_strace.run(writer(folder, "--plain"), point, "error=EIO")
    assert failed.stdout == "try n0\nrefused n0 StorageFailed\ntry n1\ndone n1\n"
    killed = by_strace.run(writer(folder, "--plain"), point, by_strace.KILL)
    assert killed.stdout == "try n0\n"


def test_after_a_failed_sync_nothing_is_appended_before_everything_was_rewritten(box: Path, tmp_path: Path) -> None:
    point = [point for point in writing_points(box, tmp_path, "--plain") if point.call == "fdatasync"][0]
    folder = tmp_path / "trial"
    shutil.copytree(box, folder)
    before = (folder / "state.journal").stat().st_ino
    by_strace.run(writer(folder, "--plain"), point, "error=EIO")
    journal = (folder / "state.journal").read_bytes()
    assert (folder / "state.journal").stat().st_ino != before
    assert journal.count(b"\n") == 2 and b"n1" in journal


def test_while_nothing_can_be_synced_changes_are_refused_and_reading_goes_on(box: Path, tmp_path: Path) -> None:
    point = by_strace.Point("fsync,fdatasync", 1, "")
    folder = tmp_path / "trial"
    shutil.copytree(box, folder)
    done = by_strace.run(writer(folder, "--plain"), point, "error=EIO", lasting=True)
    assert done.stdout.count("refused") == 2
    assert list(StateStore(str(folder)).read().accounts) == ["first", "second"]


DEAD = "error=EIO"
ASK = """
import sys
from sysmgmt.domain.errors import Refusal
from sysmgmt.store.state import StateStore
from tests.faults.writer import add
try:
    add(StateStore(sys.argv[1]), "new")
except Refusal as problem:
    print(problem)
"""


@pytest.mark.parametrize("calls, words", [
    ("fdatasync,ftruncate", "whether the change was made is not known"), ("write", "nothing was changed")])
def test_a_disk_that_fails_for_good_is_told_of_as_far_as_anybody_knows(
        box: Path, tmp_path: Path, calls: str, words: str) -> None:
    folder = tmp_path / "trial"
    shutil.copytree(box, folder)
    command = [sys.executable, "-c", ASK, str(folder)]
    first = min(point.number for point in by_strace.points(command, str(folder), str(tmp_path / "log"))
                if point.call == calls.split(",")[0])
    shutil.rmtree(folder)
    shutil.copytree(box, folder)
    done = by_strace.run(command, by_strace.Point(calls, first if calls == "write" else 1, ""), DEAD)
    there = "new" in StateStore(str(folder)).read().accounts
    assert words in done.stdout + done.stderr and there == ("not known" in words), done
