"""Parallel guesses by real processes: `python -m tests.engine.lockout_race --rounds 100`.

Each round unlocks the user bob and lets fifty guesses arrive at once, from ten processes with
five threads each. A round is good if no more than three were compared with bob's hash.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.box import TestBox, build
from tests.support.clock import HeldClock
from tests.support.hashers import CountingHasher, at_once, counted
from tests.support.program import ENVIRONMENT

PROCESSES, THREADS = 10, 5


def guess(folder: str, log: str, count: int, password: str) -> None:
    """Be one process: wait for a line, guess with `count` threads at once, answer; until no line comes."""
    box = TestBox(Path(folder), HeldClock())
    clients = [box.client(house=box.house(CountingHasher(box.folder, Path(log)))) for _ in range(count)]
    for _ in sys.stdin:
        answers = [""] * count

        def attempt(number: int) -> None:
            answers[number] = clients[number].log_in("bob", password).code
        at_once(count, attempt)
        print(" ".join(answers), flush=True)


class Crowd:
    """Processes that guess at once, round after round."""

    def __init__(self, box: TestBox, log: Path, processes: int, threads: int, password: str) -> None:
        self.log = log
        command = [sys.executable, "-m", "tests.engine.lockout_race", "--guess", str(box.folder), str(log),
                   str(threads), password]
        self.processes = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                           env=ENVIRONMENT) for _ in range(processes)]

    def storm(self) -> tuple[int, list[str]]:
        """Let all guess once: how many were compared, and what they were answered."""
        before = counted(self.log)
        for one in self.processes:
            assert one.stdin
            one.stdin.write("go\n")
            one.stdin.flush()
        answers = []
        for one in self.processes:
            assert one.stdout
            answers += one.stdout.readline().split()
        return counted(self.log) - before, answers

    def leave(self) -> None:
        """End them."""
        for one in self.processes:
            one.communicate()


def rounds(box: TestBox, folder: Path, count: int) -> list[int]:
    """How many guesses were compared in each of `count` rounds of fifty."""
    admin = box.admin()
    admin.do('add_user name=bob role=monitor password="bob-first-1"')
    crowd = Crowd(box, folder / "compared", PROCESSES, THREADS, "wrong")
    found = []
    for _ in range(count):
        compared, answers = crowd.storm()
        assert answers == ["LoginFailed"] * (PROCESSES * THREADS), answers
        assert admin.do("unlock_user name=bob").code == "Done"
        found.append(compared)
    crowd.leave()
    return found


def main() -> None:
    """Run as a program."""
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=100)
    options.add_argument("--guess", nargs=4)
    chosen = options.parse_args()
    if chosen.guess:
        folder, log, count, password = chosen.guess
        guess(folder, log, int(count), password)
        return
    with tempfile.TemporaryDirectory() as name:
        box = build(Path(name) / "state", "basic", HeldClock())
        found = rounds(box, Path(name), chosen.rounds)
    print(f"{len(found)} rounds of {PROCESSES * THREADS} guesses; compared at most {max(found)}, at least {min(found)}")
    sys.exit(max(found) > 3)


if __name__ == "__main__":
    main()
