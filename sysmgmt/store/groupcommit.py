"""Group commit: of the threads that want something durable, one does it for all that wait meanwhile.

Threads that take turns at it, each with its own lock and sync, cost more than the disk.
"""

import time
from _thread import allocate_lock
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
Problem = BaseException | None


class _Wish(Generic[T]):
    """What one thread wants, and what became of it."""

    def __init__(self, wanted: T) -> None:
        self.wanted = wanted
        self.is_over = False
        self.problem: Problem = None
        self.woken = allocate_lock()
        self.woken.acquire()


class GroupCommit(Generic[T]):
    """Gives `do` what several threads want, in the order in which it came; `do` tells of each what refused it."""

    def __init__(self, do: Callable[[Sequence[T]], Sequence[Problem]]) -> None:
        self._do = do
        self._lock = allocate_lock()
        self._wishes: deque[_Wish[T]] = deque()
        """Those that are being done, then those that wait; the thread of the first one does them."""
        self._last = 0
        """How many were done together last."""

    def __call__(self, wanted: T) -> None:
        """Return when it is done. Raises what refused it."""
        wish = _Wish(wanted)
        with self._lock:
            self._wishes.append(wish)
            is_first = len(self._wishes) == 1
        if not is_first:
            wish.woken.acquire()
        if not wish.is_over:
            self._lead()
        if wish.problem is not None:
            raise wish.problem

    def _lead(self) -> None:
        if self._last > 1:
            time.sleep(0)  # those who were woken before this thread may come along with what they want next
        with self._lock:
            group = list(self._wishes)
            self._last = len(group)
        try:
            problems = self._do([one.wanted for one in group])
        except BaseException as problem:
            problems = [problem] * len(group)
        self._end(group, problems)

    def _end(self, group: Sequence[_Wish[T]], problems: Sequence[Problem]) -> None:
        with self._lock:
            for wish, problem in zip(group, problems, strict=True):
                wish.problem, wish.is_over = problem, True
                self._wishes.popleft()
            leader = list(self._wishes)[:1]
        for wish in (*group[1:], *leader):
            wish.woken.release()
