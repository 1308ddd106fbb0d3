"""The audit journal under failing calls: a refusal by name, numbers that rise, nothing torn."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults import by_strace

SCRIPT = """
import sys
from sysmgmt.domain.errors import Refusal
from sysmgmt.store.journal import LineJournal
journal = LineJournal(sys.argv[1])
for number in range(4):
    try:
        journal.append({"n": number}, durable=number % 2 == 0)
        print("done", number, flush=True)
    except Refusal as problem:
        print("refused", number, type(problem).__name__, flush=True)
"""


@pytest.mark.parametrize("fault", ["error=EIO", "error=ENOSPC", by_strace.KILL])
def test_no_fault_tears_the_audit_or_loses_what_was_promised(tmp_path: Path, fault: str) -> None:
    by_strace.needed()
    command = [sys.executable, "-c", SCRIPT]
    points = by_strace.points([*command, str(tmp_path / "trial")], str(tmp_path / "trial"), str(tmp_path / "log"))
    tried = 0
    for number, point in enumerate(points):
        if point.call in ("write", "fsync", "fdatasync", "fallocate", "ftruncate", "flock"):
            folder = tmp_path / f"trial{number}"
            done = by_strace.run([*command, str(folder)], point, fault)
            assert "Traceback" not in done.stderr
            path = folder / "audit.journal"
            records = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
            promised = {int(line.split()[1]) for line in done.stdout.splitlines() if line.startswith("done")}
            assert promised <= {record["n"] for record in records}
            assert [record["seq"] for record in records] == list(range(1, len(records) + 1))
            tried += 1
    assert tried >= 10


def test_records_are_written_again_after_a_failed_sync(tmp_path: Path) -> None:
    by_strace.needed()
    log = tmp_path / "log"
    done = subprocess.run(["strace", "-e", "trace=fdatasync,pwrite64", "-e", "inject=fdatasync:error=EIO:when=1",
                           "-o", str(log), sys.executable, "-c", SCRIPT, str(tmp_path)],
                          capture_output=True, text=True)
    assert done.stdout.splitlines() == ["refused 0 StorageFailed", "done 1", "done 2", "done 3"]
    assert [line.split("(")[0] for line in log.read_text().splitlines() if "(" in line and "+++" not in line] == [
        "fdatasync", "pwrite64", "fdatasync"]
