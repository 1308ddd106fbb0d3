"""What boxmgmtd does by itself, again and again: each a duty with its interval."""

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from sysmgmt.domain.errors import Refusal
from sysmgmt.engine.dispatch import House, carry_out
from sysmgmt.engine.request import SYSTEM, Answer, Request
from sysmgmt.service.server import ENDING

PAUSE = 60.0
"""Seconds before a duty that failed is tried again."""


class Duty(NamedTuple):
    """`run` is called every `every` seconds; what it changes, it changes with `work`."""

    name: str
    every: float
    run: Callable[[House], None]


def work(house: House, command: str, texts: Mapping[str, str] = {}) -> Answer:
    """Do a piece of the box's own work. Raises any refusal."""
    return carry_out(house, SYSTEM, Request(command, texts), own_work=True).answer


def start(house: House, duties: Iterable[Duty]) -> None:
    """Do them from now on, one after the other in a thread of their own."""
    # A thread inherits the mask: what ends the service must reach the main thread.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    threading.Thread(target=_watch, args=(house, list(duties)), daemon=True).start()
    signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _watch(house: House, duties: list[Duty]) -> None:
    due = [0.0] * len(duties)
    while duties:
        place = min(range(len(duties)), key=due.__getitem__)
        time.sleep(max(0.0, due[place] - time.monotonic()))
        due[place] = time.monotonic() + done(house, duties[place])


def done(house: House, duty: Duty) -> float:
    """Do it once, and say what refused; seconds until it is due again."""
    try:
        duty.run(house)
        return duty.every
    except (Refusal, OSError) as problem:
        print(f"Error: {duty.name}: {problem}", file=sys.stderr, flush=True)
        return max(duty.every, PAUSE)
