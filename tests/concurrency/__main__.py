"""python -m tests.concurrency --seconds N --clients N: random commands of many clients at once, and kills in between.

Every answer of a real boxmgmtd is checked against a small model of users, roles and locks: one order of all
operations has to explain all of them, whatever was killed. Needs root, as the other tests of the service do. The
exit status says whether there is one.
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sysmgmt.service.client import ServiceDoor
from tests.concurrency.clients import Site, Worker, prepare
from tests.concurrency.family import Family, marked, step
from tests.concurrency.history import Operation, unexplained
from tests.support.box import ADMIN_PASSWORD, Client, build
from tests.support.boxmgmtd import Boxmgmtd, running
from tests.support.clock import HeldClock

PAUSES = 0.3, 2.5
"""Seconds between two kills: at least and at most."""


class Plan(NamedTuple):
    """How long, with how many clients, in how many families of names, and from which seed of chance."""

    seconds: float
    clients: int
    families: int
    seed: int


class Outcome(NamedTuple):
    """What was counted, and the first operation of each family that no order explains."""

    operations: int
    answered: Counter[str]
    unanswered: int
    kills: int
    audit: str
    wrong: list[Operation]

    def __str__(self) -> str:
        verdict = "one order explains every answer" if not self.wrong else f"no order explains {self.wrong}"
        codes = ", ".join(f"{code} {count}" for code, count in self.answered.most_common())
        return (f"{self.operations} operations ({codes}; {self.unanswered} without an answer), {self.kills} kills; "
                f"{verdict}; the audit: {self.audit}")


def check(folder: Path, plan: Plan) -> Outcome:
    """Build a box in `folder`, and let clients at it."""
    box = build(folder / "state", "basic", HeldClock(time.time()))
    prepare(box, plan.clients)
    with running(box) as daemon:
        site = Site(daemon, [[] for _ in range(plan.families)], [[] for _ in range(plan.families)], threading.Lock(),
                    threading.Event())
        workers = [Worker(site, number, plan.seed) for number in range(plan.clients)]
        for one in workers:
            one.start()
        kills = _kill(site, plan)
        site.over.set()
        for one in workers:
            one.join(300)
            if one.problem or one.is_alive():
                raise AssertionError("a client cannot go on") from one.problem
        daemon.restart()
        _look(site, workers[0])
        return _outcome(site, kills, _audit(daemon))


def _kill(site: Site, plan: Plan) -> int:
    """Kill the service now and then until the time is over; how often."""
    chance, end = random.Random(plan.seed), time.monotonic() + plan.seconds
    for kills in range(sys.maxsize):
        pause = chance.uniform(*PAUSES)
        if time.monotonic() + pause > end:
            time.sleep(max(0.0, end - time.monotonic()))
            return kills
        time.sleep(pause)
        with site.entrance:
            site.daemon.restart(9)
    raise AssertionError("it has an end")


def _look(site: Site, worker: Worker) -> None:
    """Look at all that there is after the last restart: whatever was acknowledged has to be there."""
    for family in range(len(site.histories)):
        for verb, *given in (("get_role",), ("get_user", "a"), ("get_user", "b")):
            while worker.act(family, verb, *given).code is None:
                pass


def _audit(daemon: Boxmgmtd) -> str:
    client = Client(ServiceDoor(str(daemon.path)))
    assert client.log_in("admin", ADMIN_PASSWORD).code == "Done"
    answer = client.do("verify_audit_log")
    return f"{answer.code}, {(answer.result or {}).get('records')} records"


def _outcome(site: Site, kills: int, audit: str) -> Outcome:
    every = [one for history in site.histories for one in history]
    return Outcome(len(every), Counter(one.code for one in every if one.code), sum(not one.code for one in every),
                   kills, audit, list(_wrong(site)))


def _wrong(site: Site) -> Iterator[Operation]:
    for history in map(marked, site.histories):
        if found := unexplained(history, Family(), step):
            yield found
            before = [one for one in history if one.invoked <= found.returned and one.verb != "get_role"]
            print(*sorted(before, key=lambda one: one.returned)[-20:], sep="\n", file=sys.stderr)


def main() -> int:
    """1 if no order explains the answers."""
    parser = argparse.ArgumentParser(prog="python -m tests.concurrency", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="how long (60)")
    parser.add_argument("--clients", type=int, default=8, help="how many at once (8)")
    parser.add_argument("--families", type=int, default=4,
                        help="families of names: fewer of them meet more often (4)")
    parser.add_argument("--seed", type=int, default=1, help="a number that draws other commands (1)")
    with tempfile.TemporaryDirectory(prefix="model-", dir="/dev/shm") as folder:
        outcome = check(Path(folder), Plan(**vars(parser.parse_args())))
    print(outcome)
    return 1 if outcome.wrong or not outcome.audit.startswith("Done") else 0


if __name__ == "__main__":
    sys.exit(main())
