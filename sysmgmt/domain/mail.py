"""Mail that the box writes: whom it tells of which events (R022), and its weekly report (R248)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sysmgmt.domain import recipients
from sysmgmt.domain.errors import InvalidValue, MissingValue, NotConfigured
from sysmgmt.domain.event_kinds import LEVELS
from sysmgmt.domain.model import MailServer, State, named
from sysmgmt.domain.recipients import Recipient
from sysmgmt.domain.times import DAY, iso
from sysmgmt.domain.truststore import Trust

NAME = "email"
"""The key of the one mail server."""
PROTOCOLS = {"starttls": 587, "tls": 465}
"""How a server is spoken to, and the usual port."""
IMMEDIATE, DAILY = DIGESTS = ("immediate", "daily")
WEEK = 7 * DAY
MOST_RECIPIENTS = 20
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")


class Letter(NamedTuple):
    """A mail to one recipient. `id` is the same each time that the same is sent."""

    id: str
    sender: str
    to: str
    subject: str
    text: str


class Wish(NamedTuple):
    """What is said of the mail server; None is not said."""

    server: str | None = None
    sender: str | None = None
    recipients: tuple[str, ...] | None = None
    protocol: str | None = None
    port: int | None = None
    user: str | None = None
    digest: str | None = None
    reports: bool | None = None


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
    return recipients.filtered(Recipient(address(to)), filters)


def all_recipients(words: Sequence[str]) -> tuple[str, ...]:
    """Some recipients who are told apart. Raises InvalidValue."""
    found = {recipient(one).address.lower(): one for one in words}
    if not 0 < len(found) == len(words) <= MOST_RECIPIENTS:
        raise InvalidValue(what=f"Expected up to {MOST_RECIPIENTS} different recipients, separated by commas")
    return tuple(found.values())


def server(state: State) -> MailServer:
    """The mail server. Raises NotConfigured."""
    found = state.mail.get(NAME)
    if found is None:
        raise NotConfigured(what="mail server", command="config_email")
    return found


def wanted(state: State, wish: Wish) -> MailServer:
    """The mail server as it is wished; what is not said stays as it is. The usual port comes with another protocol.

    Raises MissingValue for what has to be said the first time.
    """
    base = state.mail.get(NAME)
    if base is None:
        for needed in ("server", "sender", "recipients"):
            if getattr(wish, needed) is None:
                raise MissingValue(command="config_email", parameter=needed)
        base = MailServer(NAME, "", PROTOCOLS["starttls"], "starttls", "", ())
    if wish.protocol not in (None, base.protocol):
        base = base._replace(port=PROTOCOLS[str(wish.protocol)])
    return base._replace(**named(wish._asdict()))


def configure(state: State, new: MailServer, newest: int) -> State:
    """The state with this mail server; a recipient who is new is told of events from the next one on."""
    old = state.mail.get(NAME)
    known = {recipient(text).address: number for text, number in zip(old.recipients, old.after, strict=True)} \
        if old else {}
    after = tuple(known.get(recipient(text).address, newest) for text in new.recipients)
    return state._replace(mail=state.mail.put(NAME, new._replace(after=after)))


def switch(state: State, on: bool, newest: int) -> State:
    """The state in which mail is sent, or not. Raises NotConfigured."""
    old = server(state)
    if old.enabled == on:
        return state
    new = old._replace(enabled=on, after=(newest,) * len(old.recipients) if on else old.after)
    return state._replace(mail=state.mail.put(NAME, new))


def without(state: State) -> State:
    """The state without a mail server. Raises NotConfigured."""
    server(state)
    return state._replace(mail=state.mail.without(NAME))


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
