"""Speed beside the limit and beside plain cmd2 with TinyDB: `python -m tests.bench [ROUNDS]`.

Ratios within one run are what counts; the machine drifts.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sysmgmt.vault.hashing import Argon2Hasher
from tests.bench import boxes, directory, journal, keys, service
from tests.bench.clock import LIMIT, Work, compare, process, prompt

PLAIN = [sys.executable, "-I", str(Path(__file__).with_name("plain.py"))]
CREATES, READS = 1000, 10_000


def starts(folder: Path, rounds: int) -> None:
    """W1: one command from exec to exit, and the first prompt."""
    real, cheap = boxes.new(folder / "real", cost=None), boxes.new(folder / "cheap")
    compare("W1 one command, exec to exit", [
        Work("python -I -S -c pass (limit)", process(LIMIT)),
        Work("sysmgmt -c, hashing at its least", process([*cheap, "-c", "get_roles"])),
        Work("sysmgmt -c, hashing of level basic", process([*real, "-c", "get_roles"])),
        Work("sysmgmt --no-shortcut (cmd2), a pipe", process([*cheap, "--no-shortcut"], b"get_roles\n")),
        Work("plain cmd2 and TinyDB, a pipe", process([*PLAIN, str(folder / "w1.json")], b"get_users\n")),
        Work("one password check of level basic", _check(folder)),
    ], rounds)
    compare("W1 exec to prompt", [
        Work("python -I -S -c pass (limit)", process(LIMIT)),
        Work("sysmgmt", prompt([*cheap], b"bench>")),
        Work("boxmgmt", prompt([boxes.program("boxmgmt"), *cheap[1:]], b"bench:")),
        Work("plain cmd2 and TinyDB", prompt([*PLAIN, str(folder / "w1.json")], b"(Cmd)")),
    ], rounds)


def _check(folder: Path) -> Callable[[], float]:
    """A process that does nothing but check one password."""
    encoded = Argon2Hasher(str(folder)).encode(boxes.PASSWORD, boxes.Cost())
    text = (f"from sysmgmt.vault.hashing import Argon2Hasher\n"
            f"assert Argon2Hasher({str(folder)!r}).matches({encoded!r}, {boxes.PASSWORD!r})")
    return process([sys.executable, "-I", "-c", text])


def batches(folder: Path, rounds: int) -> None:
    """W2 and W3: creates and reads in one batch."""
    creates = "".join(f'add_user name=u{n} role=monitor password="bench-Us-{n}"\n' for n in range(CREATES)).encode()
    plain = "".join(f"add_user u{n}\n" for n in range(CREATES)).encode()
    compare("W2 batch of creates", [
        Work("append and fdatasync (limit)", _syncs(folder, CREATES)),
        Work("sysmgmt, hashing at its least", _fresh(folder, creates)),
        Work("sysmgmt --atomic, hashing at its least", _fresh(folder, creates, "--atomic")),
        Work("plain cmd2 and TinyDB", _fresh_plain(folder, plain)),
    ], max(3, rounds // 3), CREATES)
    reads = b"get_users name=user000050\n" * READS
    box = boxes.new(folder / "w3", 100)
    compare("W3 reads in one batch, 100 users", [
        Work("sysmgmt", process(box, reads)),
        Work("plain cmd2 and TinyDB (1,000 reads)", _plain_reads(folder)),
    ], max(3, rounds // 3), READS)


def _syncs(folder: Path, number: int) -> Callable[[], float]:
    def once() -> float:
        began = time.perf_counter()
        with open(folder / "syncs", "ab", buffering=0) as file:
            for _ in range(number):
                file.write(b"x" * 200)
                os.fdatasync(file.fileno())
        return time.perf_counter() - began
    return once


def _fresh(folder: Path, lines: bytes, *flags: str) -> Callable[[], float]:
    def once() -> float:
        shutil.rmtree(folder / "w2", ignore_errors=True)
        return process([*boxes.new(folder / "w2"), *flags], lines)()
    return once


def _fresh_plain(folder: Path, lines: bytes) -> Callable[[], float]:
    def once() -> float:
        (folder / "w2.json").unlink(missing_ok=True)
        return process([*PLAIN, str(folder / "w2.json")], lines)()
    return once


def _plain_reads(folder: Path) -> Callable[[], float]:
    path = str(folder / "w3.json")
    process([*PLAIN, path], "".join(f"add_user u{n}\n" for n in range(100)).encode())()
    once = process([*PLAIN, path], b"get_users u50\n" * (READS // 10))
    return lambda: once() * 10


def growth(folder: Path, rounds: int) -> None:
    """W4: what more users cost: start-up, get and create."""
    users = (100, 10_000, 100_000)
    grown = {number: boxes.new(folder / f"w4-{number}", number) for number in users}
    for title, line in (("one get, exec to exit", "get_users name=user000050"),
                        ("one create, exec to exit", "add_group name=g{}")):
        count = iter(range(10**6))
        compare(f"W4 {title}", [
            Work(f"{number} users", lambda number=number: process(  # type: ignore[misc]
                [*grown[number], "-c", line.format(next(count))])()) for number in users], rounds)


def main() -> None:
    """Run everything."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        for part in (starts, batches, growth, journal.measure, keys.measure,
                     directory.measure):
            part(Path(name), rounds)
        if os.geteuid() == 0:
            service.measure(Path(name), rounds)
        else:
            print("\nThe service is measured as root only: its clients run as users of the box.")


if __name__ == "__main__":
    main()
