"""Who is told of which events, by mail or by SNMP, and what waits for each."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from sysmgmt.domain import delivery, names
from sysmgmt.domain.delivery import Delivered
from sysmgmt.domain.errors import InvalidValue
from sysmgmt.domain.event_kinds import LEVELS, NORMAL, NUMBERED, SCOPES, TOPICS

_BEGINS = {one.cleared: one for one in NUMBERED.values() if one.cleared}


class Recipient(NamedTuple):
    """Somebody who is told of events from a `level` up, of a `scope` or a narrower one, of one `topic` or of all."""

    address: str
    level: str = LEVELS[0]
    scope: str = NORMAL
    topic: str = ""

    def wants(self, record: Mapping[str, Any]) -> bool:
        """Whether an event is for this recipient; that something is over is for whoever was told of it."""
        if "id" not in record:
            return False  # a note of the journal about itself
        begun = _BEGINS.get(record["id"])
        return (LEVELS.index(begun.level if begun else record["level"]) >= LEVELS.index(self.level)
                and SCOPES.index(record["scope"]) <= SCOPES.index(self.scope)
                and self.topic in ("", record["topic"]))


def filtered(found: Recipient, filters: Iterable[str]) -> Recipient:
    """The recipient who is told of what `filters` say: a level, a scope, a topic. Raises InvalidValue."""
    for one in filters:
        kind = next((name for name, known in (("level", LEVELS), ("scope", SCOPES), ("topic", TOPICS))
                     if one.lower() in known), None)
        if kind is None:
            hint = names.meant(one.lower(), [*LEVELS, *SCOPES, *TOPICS])
            told = one.lower() if names.is_harmless(one.lower()) else "something"
            raise InvalidValue(
                f"After {found.address} stands {told}, which is no level ({', '.join(LEVELS)}), no scope "
                f"({', '.join(SCOPES)}) and no topic ({', '.join(TOPICS)}).", *([hint.strip()] if hint else []))
        found = found._replace(**{kind: one.lower()})
    return found


class Queue(NamedTuple):
    """A recipient, the name under which it is kept how far it has got, and that."""

    recipient: Recipient
    name: str
    done: Delivered

    def facts(self, newest: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
        """What the `get_` commands tell of it. `newest` are all events that it may get, the last one first."""
        left = [one for one in delivery.waiting(newest, self.done.number) if self.recipient.wants(one)]
        return {**self.recipient._asdict(), "topic": self.recipient.topic or "all",
                **delivery.facts(self.done, len(left))}


def queues(way: str, found: Iterable[Recipient], after: Iterable[int],
           kept: Mapping[str, Delivered]) -> Iterator[Queue]:
    """The queue of each recipient, who is told of the events after its number; `way` is how."""
    for one, number in zip(found, after, strict=True):
        name = f"{way} {one.address}"
        yield Queue(one, name, delivery.reached(kept, name, number))
