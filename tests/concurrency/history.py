"""What many clients asked and were told, and whether one order of all of it explains every answer.

An order is looked for as Wing and Gong do, step by step with the history (Lowe's just-in-time form): each
operation took effect at one moment between its call and its answer. One without an answer may have had its effect
or not; either way that is over when the client saw its connection end.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

State = TypeVar("State")


class Operation(NamedTuple):
    """One operation. Times in seconds; `code` None: nobody knows what became of it.

    One that is `quiet` changes nothing, wherever it took effect.
    """

    verb: str
    given: tuple[str, ...]
    invoked: float
    returned: float
    code: str | None = None
    seen: Any = None
    quiet: bool = False


Step = Callable[[State, Operation], Iterable[State]]
"""The states in which an operation may leave a state, if it is answered there as it was; none if it is not."""


def unexplained(history: Sequence[Operation], first: State, step: Step[State]) -> Operation | None:
    """The operation whose answer no order explains any more; None if one order explains all."""
    possible: set[tuple[State, frozenset[int]]] = {(first, frozenset())}
    running: set[int] = set()
    for number, begins in _moments(history):
        if begins:
            running.add(number)
            continue
        possible = {(state, done - {number}) for state, done in
                    _until_done(possible, number, {one: history[one] for one in running}, step)}
        running.remove(number)
        if not possible:
            return history[number]
    return None


def _moments(history: Sequence[Operation]) -> list[tuple[int, bool]]:
    """The numbers of the operations in the order in which they begin (True) and end; in doubt they overlap."""
    moments = [(one.invoked, 0, number) for number, one in enumerate(history)]
    moments += [(one.returned, 1, number) for number, one in enumerate(history)]
    return [(number, not ends) for _, ends, number in sorted(moments)]


def _until_done(possible: set[tuple[State, frozenset[int]]], number: int, running: dict[int, Operation],
                step: Step[State]) -> Iterator[tuple[State, frozenset[int]]]:
    """What can be once an operation has ended, which some of those that are `running` may have preceded."""
    seen, waiting = set(possible), list(possible)
    while waiting:
        state, done = waiting.pop()
        # What changes nothing may as well have been first: nothing is lost by that, and few orders are left.
        done |= {one for one in running.keys() - done
                 if running[one].quiet and any(True for _ in step(state, running[one]))}
        if number in done or running[number].code is None:
            yield state, done
        if number in done:
            continue
        for one in (one for one in running.keys() - done if not running[one].quiet):
            for after in step(state, running[one]):
                if (after, done | {one}) not in seen:
                    seen.add((after, done | {one}))
                    waiting.append((after, done | {one}))
