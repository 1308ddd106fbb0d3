"""Mail that the box writes: whom it tells of which events (R022), and its weekly report (R248)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sysmgmt.domain.errors import InvalidValue, NotConfigured
from sysmgmt.domain.event_kinds import LEVELS, NORMAL, NUMBERED, SCOPES, TOPICS
from sysmgmt.domain.model import MailServer, State
from sysmgmt.domain.times import iso
from sysmgmt.domain.truststore import Trust

NAME = "email"
"""The key of the one mail server."""
PROTOCOLS = {"starttls": 587, "tls": 465}
"""How a server is spoken to, and the usual port."""
IMMEDIATE, DAILY = DIGESTS = ("immediate", "daily")
WEEK = 7 * 86400
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
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


class Letter(NamedTuple):
    """A mail to one recipient. `id` is the same each time that the same is sent."""

    id: str
    sender: str
    to: str
    subject: str
    text: str


class Post(NamedTuple):
    """A mail server with all that is needed to speak to it."""

    server: str
    port: int
    protocol: str
    user: str
    password: str
    trust: Trust


def address(text: str) -> str:
    """A mail address. Raises InvalidValue."""
    if not _ADDRESS.fullmatch(text):
        raise InvalidValue(what="Expected a mail address such as admin@example.com")
    return text


def recipient(text: str) -> Recipient:
    """What `ADDRESS[:LEVEL][:SCOPE][:TOPIC]` says. Raises InvalidValue."""
    to, *filters = text.split(":")
    return filtered(Recipient(address(to)), filters)


def filtered(found: Recipient, filters: Iterable[str]) -> Recipient:
    """The recipient who is told of what `filters` say: a level, a scope, a topic. Raises InvalidValue."""
    for one in filters:
        kind = next((name for name, known in (("level", LEVELS), ("scope", SCOPES), ("topic", TOPICS))
                     if one.lower() in known), None)
        if kind is None:
            raise InvalidValue(what=f"After {found.address} there may be a level ({', '.join(LEVELS)}), a scope "
                                    f"({', '.join(SCOPES)}) and a topic ({', '.join(TOPICS)}), each after a colon")
        found = found._replace(**{kind: one.lower()})
    return found


def server(state: State) -> MailServer:
    """The mail server. Raises NotConfigured."""
    found = state.mail.get(NAME)
    if found is None:
        raise NotConfigured(what="mail server", command="config_email")
    return found


def configure(state: State, new: MailServer, newest: int) -> State:
    """The state with this mail server; a recipient who is new is told of events from the next one on."""
    old = state.mail.get(NAME)
    known = {recipient(text).address: number for text, number in zip(old.recipients, old.after, strict=True)} \
        if old and old.enabled else {}
    after = tuple(known.get(recipient(text).address, newest) for text in new.recipients)
    return state._replace(mail=state.mail.put(NAME, new._replace(after=after)))


def switch(state: State, on: bool, newest: int) -> State:
    """The state in which mail is sent, or not. Raises NotConfigured."""
    old = server(state)
    if old.enabled == on:
        return state
    new = old._replace(enabled=on, after=(newest,) * len(old.recipients) if on else old.after)
    return state._replace(mail=state.mail.put(NAME, new))


def ripe(records: Iterable[Mapping[str, Any]], digest: str, now: float) -> list[Mapping[str, Any]]:
    """The events that are sent now: all, or with a daily digest those of the days before."""
    today = str(iso(now))[:10]
    return [one for one in records if digest == IMMEDIATE or str(one.get("time", ""))[:10] < today]


def of_events(box: str, to: str, sender: str, records: Sequence[Mapping[str, Any]]) -> Letter:
    """The letter that tells of events."""
    first, last = records[0], records[-1]
    about = str(first.get("summary")) if len(records) == 1 else f"{len(records)} events"
    worst = max((str(one.get("level")) for one in records), key=LEVELS.index)
    text = "\n\n".join(map(_told, records))
    return Letter(f"events-{first['seq']}-{last['seq']}", sender, to, f"[{box}] {worst}: {about}",
                  f"{text}\n\n-- \nSent by the box {box}. get_events_log after={first['seq'] - 1} shows the same.\n")


def of_report(box: str, to: str, sender: str, now: float, text: str) -> Letter:
    """The letter that holds the weekly report."""
    day = str(iso(now))[:10]
    return Letter(f"report-{day}", sender, to, f"[{box}] weekly report {day}",
                  f"{text}\n\n-- \nSent every week by the box {box}. config_email reports=no ends it.\n")


def _told(one: Mapping[str, Any]) -> str:
    lines = [f"Event {one['seq']}: {one.get('summary')}"]
    for name in ("time", "id", "name", "level", "scope", "topic", "form", "user", "details", "action"):
        if one.get(name) is not None:
            lines.append(f"  {name.capitalize()}: {one[name]}")
    return "\n".join(lines)
