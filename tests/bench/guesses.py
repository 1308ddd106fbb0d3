"""W5: how many of 50 wrong guesses at once are evaluated where the third locks, and what right logins cost."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sysmgmt import box
from sysmgmt.domain.model import Account, Cost
from sysmgmt.engine import login
from sysmgmt.engine.request import Caller
from sysmgmt.service.shared import SharedStore
from sysmgmt.store.state import StateStore
from sysmgmt.vault.hashing import Argon2Hasher
from tests.bench import boxes
from tests.bench.clock import Finding, Goal, Work, compare
from tests.bench.peers import faillock, kerberos, openldap, together
from tests.support.hashers import CountingHasher

GUESSERS, LIMIT = 50, 3
LOGINS, TOGETHER = 40, 8
STRANGER = Caller(origin="local", endpoint="batch")
Burst = Callable[[str], int]
"""All guesses at once at the user of a name; how many were evaluated."""


def measure(folder: Path, rounds: int) -> Iterator[Finding]:
    """Bursts at each in turn, then right logins beside bare checks of a password."""
    names = [f"guessed{number}" for number in range(rounds)]
    ours = _box(folder / "w5", names)
    with together.running(folder / "peers") as (kdc, directory, _):
        for name in names:
            kerberos.lockable(kdc, name)
            openldap.lockable(directory, name)
        yield from _bursts({
            "sysmgmt": lambda name: _ours(ours, name),
            "krb5kdc": lambda name: _burst(lambda: kerberos.guess(kdc, name)),
            "slapd with ppolicy": lambda name: _burst(lambda: openldap.guess(directory, name)),
            "pam_faillock": lambda _: _faillock(folder / "faillock")}, names)
    yield from _right(ours, rounds)


def _box(folder: Path, names: list[str]) -> Path:
    """A box with these users, whose passwords cost what they cost at level basic."""
    boxes.new(folder, cost=None)
    encoded = Argon2Hasher(str(folder)).encode(boxes.PASSWORD, Cost())
    with StateStore(str(folder)).writing() as transaction:
        accounts = transaction.state.accounts
        for name in (*names, "right"):
            accounts = accounts.put(name, Account(name, "monitor", password=encoded))
        transaction.save(transaction.state._replace(accounts=accounts))
    return folder


def _bursts(subjects: Mapping[str, Burst], names: list[str]) -> Iterator[Finding]:
    seen: dict[str, Counter[int]] = {subject: Counter() for subject in subjects}
    for name in names:
        for subject, burst in subjects.items():
            seen[subject][burst(name)] += 1
    print(f"\nW5 {GUESSERS} wrong guesses at once, the third locks ({len(names)} bursts): how many were evaluated")
    for subject, counts in seen.items():
        told = ", ".join(f"{count} in {times}" for count, times in sorted(counts.items()))
        most = max(counts)
        print(f"  {subject:44} {told}")
        yield Finding(f"W5 {GUESSERS} wrong guesses at once: most that {subject} evaluated",
                      f"{LIMIT} at most" if subject == "sysmgmt" else "", f"{most} in {len(names)} bursts",
                      subject != "sysmgmt" or most <= LIMIT)


def _burst(guess: Callable[[], bool]) -> int:
    """All guessers begin at once; how many answered that they were evaluated."""
    begin, begun = os.pipe()
    children = []
    for _ in range(GUESSERS):
        child = os.fork()
        if not child:
            os.close(begun)
            os.read(begin, 1)  # comes to its end when all are there
            try:
                os._exit(int(guess()))
            finally:
                os._exit(2)
        children.append(child)
    os.close(begin)
    os.close(begun)
    statuses = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert set(statuses) <= {0, 1}, "a guess went wrong in another way"
    return sum(statuses)


def _ours(folder: Path, name: str) -> int:
    log = folder.parent / "compared"
    log.write_text("")

    def guess() -> bool:
        house = box.embedded(str(folder))
        counting = house._replace(box=house.box._replace(hasher=CountingHasher(folder, log)))
        assert login.authenticate(counting, STRANGER, name, "wrong-one").status
        return False
    _burst(guess)
    return log.stat().st_size


def _faillock(folder: Path) -> int:
    def guess() -> bool:
        faillock.guess(folder)
        return False
    faillock.prepare(folder)
    _burst(guess)
    return faillock.evaluated(folder)


def _right(folder: Path, rounds: int) -> Iterator[Finding]:
    """Right passwords, one after the other and eight at a time."""
    house, hasher = box.embedded(str(folder)), Argon2Hasher(str(folder))
    house = house._replace(box=house.box._replace(store=SharedStore(house.box.store)))
    account = house.box.store.read().accounts.get("right")
    assert account is not None

    def log_in() -> None:
        assert not login.authenticate(house, STRANGER, "right", boxes.PASSWORD).status

    def check() -> None:
        assert hasher.matches(account.password, boxes.PASSWORD)
    for threads, said in ((1, "one after the other"), (TOGETHER, f"{TOGETHER} at once")):
        yield from compare(f"W5 right passwords, {said}", [
            Work("bare check (limit)", _threads(check, threads)), Work("login", _threads(log_in, threads)),
        ], rounds, LOGINS, [Goal("login", "bare check (limit)", 1 / 0.95)])


def _threads(act: Callable[[], None], number: int) -> Callable[[], float]:
    """The seconds of all logins by so many threads. Raises what one of them raises."""
    def several() -> None:
        for _ in range(LOGINS // number):
            act()

    def once() -> float:
        began = time.perf_counter()
        with ThreadPoolExecutor(number) as threads:
            for done in [threads.submit(several) for _ in range(number)]:
                done.result()
        return time.perf_counter() - began
    return once
