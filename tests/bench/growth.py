"""W4: what more users cost: the start, a login, a create, a get, and the list of all."""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from sysmgmt import box
from sysmgmt.engine import login
from sysmgmt.engine.embedded import EmbeddedDoor
from sysmgmt.engine.request import Answer, Caller, Request
from tests.bench import boxes
from tests.bench.clock import Finding, Goal, Work, compare, process
from tests.bench.peers import together
from tests.bench.peers.peer import Peer

USERS = (100, 10_000, 100_000)
FEW, MANY = f"{USERS[0]:,} users", f"{USERS[-1]:,} users"
STARTED = {"the start": "get_roles", "a get": "get_users name=user000050", "a create": "add_group name=g{}",
           "the list of all": "get_users"}
"""Commands that are measured from exec to exit."""
REPEATED = 100
STRANGER = Caller(origin="local", endpoint="batch")
T = TypeVar("T")


class Inside:
    """A program that runs, with somebody who is logged in."""

    def __init__(self, folder: Path) -> None:
        self._house = box.embedded(str(folder))
        self._door = EmbeddedDoor(self._house, STRANGER)
        self._door.log_in("admin", boxes.PASSWORD)
        self._count = iter(range(10**9))

    def log_in(self) -> Answer:
        """A login without a session of ours, as PAM asks for one."""
        return login.authenticate(self._house, STRANGER, "admin", boxes.PASSWORD)

    def create(self) -> Answer:
        """Add one."""
        return self._door.run(Request("add_group", {"name": f"g{id(self)}-{next(self._count)}"}))

    def get(self) -> Answer:
        """Look at one."""
        return self._door.run(Request("get_users", {"name": "user000050"}))


DONE_INSIDE = ((Inside.log_in, "a login", None), (Inside.create, "a create", 1.1), (Inside.get, "a get", 1.5))


def measure(folder: Path, rounds: int) -> Iterator[Finding]:
    """Ours as processes and within one, and the peers as processes."""
    grown = {number: boxes.new(folder / f"w4-{number}", number) for number in USERS}
    for title, line in STARTED.items():
        yield from compare(f"W4 {title}, exec to exit", _by_users(grown, lambda one: _started(one, line)),
                           rounds, goals=[Goal(MANY, FEW)])
    inside = {number: Inside(folder / f"w4-{number}") for number in USERS}
    for act, title, most in DONE_INSIDE:
        yield from compare(f"W4 {title}, within a program", _by_users(inside, lambda one: _repeated(act, one)),
                           rounds, REPEATED, [Goal(MANY, FEW, most)])
    with together.running(folder / "few", USERS[0]) as few, together.running(folder / "many", USERS[-1]) as many:
        for pair in zip(few, many, strict=True):
            yield from _peer(dict(zip((USERS[0], USERS[-1]), pair, strict=True)), rounds)


def _by_users(subjects: Mapping[int, T], act: Callable[[T], Callable[[], float]]) -> list[Work]:
    return [Work(f"{number:,} users", act(one)) for number, one in subjects.items()]


def _started(command: list[str], line: str) -> Callable[[], float]:
    count = iter(range(10**9))
    return lambda: process([*command, "-c", line.format(next(count))])()


def _repeated(act: Callable[[Inside], Answer], inside: Inside) -> Callable[[], float]:
    def once() -> float:
        began = time.perf_counter()
        for _ in range(REPEATED):
            answer = act(inside)
            assert not answer.status, answer
        return time.perf_counter() - began
    return once


def _peer(subjects: Mapping[int, Peer], rounds: int) -> Iterator[Finding]:
    name = subjects[USERS[0]].name
    for title, act in (("a get", Peer.starting), ("a create", lambda one: one.creating(1, 200_000)),
                       ("the list of all", lambda one: one.starting(one.all))):
        yield from compare(f"W4 {title}, exec to exit, {name}", _by_users(subjects, lambda one: act(one).seconds),
                           rounds, goals=[Goal(MANY, FEW)])
