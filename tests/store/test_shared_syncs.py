"""Threads that append share a sync, and none goes on before its own record is on the disk."""

import subprocess
import sys
from pathlib import Path

THREADS, EACH = 8, 5
PROGRAM = """
import os, sys, threading
from sysmgmt.store.journal import LineJournal

journal = LineJournal(sys.argv[1])

def write(thread):
    for number in range(int(sys.argv[3])):
        journal.append({"who": f"{thread}/{number}"}, durable=True)
        os.write(1, f"{thread}/{number} returned".encode())

threads = [threading.Thread(target=write, args=(one,)) for one in range(int(sys.argv[2]))]
for one in threads:
    one.start()
for one in threads:
    one.join()
"""
SLOW_DISK = "inject=fdatasync:delay_enter=10000"
"""Microseconds that each sync takes at least."""


def traced(folder: Path, threads: int) -> list[str]:
    """The writes and syncs of so many threads on a slow disk, in their order."""
    trace = folder / "trace"
    subprocess.run(["strace", "-f", "-qq", "-o", trace, "-e", "trace=write,fdatasync", "-e", SLOW_DISK, sys.executable,
                    "-c", PROGRAM, folder / "box", str(threads), str(EACH)], check=True, capture_output=True)
    return trace.read_text().splitlines()


def syncs(lines: list[str]) -> list[tuple[int, int]]:
    """Where each sync begins and where it is over."""
    found, begun = [], {}
    for place, line in enumerate(lines):
        thread = line.split()[0]
        if "fdatasync(" in line:
            begun[thread] = place
        if "fdatasync" in line and "= 0" in line:
            found.append((begun[thread], place))
    return found


def test_threads_share_a_sync_that_began_after_their_records_were_written(folder: Path) -> None:
    lines = traced(folder, THREADS)
    made = syncs(lines)
    assert len(made) <= THREADS * EACH // 2, "several at a time wait for one sync"
    for who in (f"{thread}/{number}" for thread in range(THREADS) for number in range(EACH)):
        written = next(place for place, line in enumerate(lines) if f'\\"who\\":\\"{who}\\"' in line)
        returned = next(place for place, line in enumerate(lines) if f'"{who} returned"' in line)
        assert any(written < begun and over < returned for begun, over in made), who


def test_a_single_thread_syncs_each_of_its_records(folder: Path) -> None:
    """The control: the trace shows every sync."""
    assert len(syncs(traced(folder, 1))) == EACH
