"""Choosing records of a log: by field, time and text, after a number, the newest ones (C28)."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import takewhile
from typing import Any, NamedTuple

Record = Mapping[str, Any]


def _any(record: Record) -> bool:
    return True


class Wanted(NamedTuple):
    """Which records: `fields` must be equal, `text` may stand in any value, in any case of letters.

    `since` and `until` are times as the records have them, without their Z, and may be cut short. With `levels`
    the level is one of these; `chosen` says of the others whether they are wanted.
    """

    fields: Mapping[str, str] = {}
    since: str = ""
    until: str = ""
    text: str = ""
    after: int | None = None
    limit: int = 100
    levels: tuple[str, ...] = ()
    chosen: Callable[[Record], bool] = _any

    def matches(self, record: Record) -> bool:
        """Whether a record is one of them."""
        time = str(record.get("time", ""))
        return (all(record.get(name) == value for name, value in self.fields.items())
                and (not self.levels or record.get("level") in self.levels)
                and (not self.since or time >= self.since)
                and (time.startswith(self.until) or time < self.until)
                and (not self.text or any(self.text.lower() in one.lower() for one in _texts(record)))
                and self.chosen(record))


def gaps(newest: Iterable[Record]) -> list[Record]:
    """The records that tell of a gap, since boxmgmtd was started before, oldest first; it has just been started.

    `newest` are the records, the last one first.
    """
    starts, found = 0, []
    for one in newest:
        starts += _is_start(one)
        if starts == 2:
            break
        if one.get("command") == "note_audit_gap" and "gap" in one:
            found.append(one)
    return found[::-1]


def _is_start(one: Record) -> bool:
    return (one.get("command"), one.get("endpoint"), one.get("code")) == ("start_audit", "box", "Done")


def unfinished(newest: Iterable[Record]) -> list[Record]:
    """The intents since the last start of boxmgmtd whose outcome is missing, oldest first.

    `newest` are the records, the last one first.
    """
    concluded, found = set(), []
    for one in newest:
        if _is_start(one):
            break
        if one.get("phase") == "outcome":
            concluded.add(one["id"])
        elif one.get("phase") == "intent" and one["id"] not in concluded:
            found.append(one)
    return found[::-1]


def of_gap(gap: Mapping[str, Any]) -> str:
    """What is to be said of a gap in the audit (`first`, `until`, `time`)."""
    first, last = gap["first"], gap["until"] - 1
    which = (f"what follows record {first - 1}" if last < first else f"record {first}" if last == first
             else f"the records {first} to {last}")
    return (f"At {gap['time']} the box found the audit torn by a power cut: {which} may not have been synced, and "
            "proves nothing. An anchor that was noted before shows whether more is missing.")


def select(newest: Iterable[Record], wanted: Wanted) -> list[Record]:
    """The oldest ones after the number `wanted.after`, or the newest of all; in rising order.

    `newest` are the records, the last one first.
    """
    if wanted.after is None:
        found = [one for one, _ in zip(filter(wanted.matches, newest), range(wanted.limit), strict=False)]
    else:
        least = wanted.after
        later = takewhile(lambda one: one["seq"] > least, newest)
        found = list(deque(filter(wanted.matches, later), wanted.limit))
    return found[::-1]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _texts(one)
    elif value is not None:
        yield str(value)
