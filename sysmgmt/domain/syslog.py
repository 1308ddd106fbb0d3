"""Syslog: what a record says in the form of RFC 5424, and how far a server has got (R024)."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from sysmgmt.domain import delivery
from sysmgmt.domain.delivery import Delivered
from sysmgmt.domain.errors import ClearText, MissingValue, NotConfigured
from sysmgmt.domain.levels import CLEAR_TEXT, unknowing
from sysmgmt.domain.model import State, SyslogServer, named
from sysmgmt.domain.truststore import Trust

TLS = "tls"
PROTOCOLS = {TLS: 6514, "tcp": 514, "udp": 514}
"""How a server is spoken to, and the usual port."""
EVENTS, AUDIT = STREAMS = ("events", "audit")
WHAT: Mapping[str, tuple[str, ...]] = {"both": STREAMS, EVENTS: (EVENTS,), AUDIT: (AUDIT,)}
NUMBERS = ("1", "2")
DAEMON, LOG_AUDIT = 3, 13
"""Facilities of RFC 5424."""
SEVERITY = {"critical": 2, "error": 3, "warning": 4, "info": 6}
NOTICE = 5
ENTERPRISE = 32473
"""The number that IANA keeps for those who have none."""
LONGEST = 4000
"""Characters of a value: a receiver need not take messages of more than 8 KiB."""


class Relay(NamedTuple):
    """A syslog server with all that is needed to speak to it; certificates and key of the box as PEM, or ""."""

    server: str
    port: int
    protocol: str
    trust: Trust
    certificates: str = ""
    key: str = ""


class Wish(NamedTuple):
    """What is said of a server; None is not said."""

    server: str | None = None
    protocol: str | None = None
    port: int | None = None
    what: str | None = None
    client_certificate: bool | None = None


class Origin(NamedTuple):
    """The box that a message comes from."""

    name: str
    id: str


def server(state: State, number: str) -> SyslogServer:
    """The server of that number. Raises NotConfigured."""
    found = state.syslog.get(number)
    if found is None:
        raise NotConfigured(what=f"syslog server {number}", command="config_syslog")
    return found


def wanted(state: State, number: str, wish: Wish) -> SyslogServer:
    """The server of that number as it is wished; what is not said stays as it is.

    The usual port comes with another protocol. Raises MissingValue where there is none, and nothing says which.
    """
    old = state.syslog.get(number)
    if old is None and wish.server is None:
        raise MissingValue(command="config_syslog", parameter="server")
    base = old or SyslogServer(number, "", PROTOCOLS[TLS], TLS, "both")
    if wish.protocol not in (None, base.protocol):
        base = base._replace(port=PROTOCOLS[str(wish.protocol)])
    return base._replace(**named(wish._asdict()))


def configure(state: State, new: SyslogServer, newest: tuple[int, int], insecure: bool) -> State:
    """The state with this server; `newest` are the numbers of the last event and of the last audit record.

    What it was sent already it is sent on from there, if it stays the same server. That of a disabled one is said
    when it is enabled. Raises ClearText, LevelForbids unless it is known to be `insecure`, or was so already.
    """
    old = state.syslog.get(new.name)
    if new.protocol != TLS and not insecure and (old is None or old.protocol == TLS):
        raise unknowing(state.settings, CLEAR_TEXT, ClearText(protocol=new.protocol), "Use protocol=tls.")
    if old:
        came = [one for one in WHAT[new.what] if not _is_same(old, new) or one not in WHAT[old.what]]
        newest = (newest[0] if old.enabled and EVENTS in came else old.after_events,
                  newest[1] if old.enabled and AUDIT in came else old.after_audit)
    return state._replace(syslog=state.syslog.put(
        new.name, new._replace(after_events=newest[0], after_audit=newest[1])))


def without(state: State, number: str) -> State:
    """The state without that server. Raises NotConfigured."""
    server(state, number)
    return state._replace(syslog=state.syslog.without(number))


def left(old: SyslogServer | None, new: SyslogServer) -> tuple[str, ...]:
    """The streams of which a server gets nothing more that waits for it, once it is the new one."""
    if old is None or not old.enabled:
        return ()
    kept = WHAT[new.what] if new.enabled and _is_same(old, new) else ()
    return tuple(one for one in WHAT[old.what] if one not in kept)


def _is_same(old: SyslogServer, new: SyslogServer) -> bool:
    return (old.server, old.port) == (new.server, new.port)


def switch(state: State, number: str, on: bool, newest: tuple[int, int]) -> State:
    """The state in which the server is sent to, or not. Raises NotConfigured."""
    old = server(state, number)
    if old.enabled == on:
        return state
    new = old._replace(enabled=on)
    if on:
        new = new._replace(after_events=newest[0], after_audit=newest[1])
    return state._replace(syslog=state.syslog.put(number, new))


def name(one: SyslogServer, stream: str) -> str:
    """Under what it is kept how far the server has got; another server begins anew."""
    return f"syslog {one.name} {one.server}:{one.port} {stream}"


def done(one: SyslogServer, stream: str, kept: Mapping[str, Delivered]) -> Delivered:
    """How far the server has got."""
    return delivery.reached(kept, name(one, stream), one.after_events if stream == EVENTS else one.after_audit)


def message(stream: str, record: Mapping[str, Any], origin: Origin) -> bytes:
    """A record as a message. Its number stands in it, so that one that comes twice is seen."""
    if stream == EVENTS:
        priority, id = DAEMON * 8 + SEVERITY.get(record.get("level", ""), NOTICE), record.get("name", "event")
        said = " ".join(filter(None, (record.get("summary"), record.get("details"))))
    else:
        priority, id = LOG_AUDIT * 8 + (SEVERITY["warning"] if record.get("status") else NOTICE), "audit"
        said = " ".join(str(record[one]) for one in ("user", "command", "phase", "code", "note") if record.get(one))
    data = _structured(f"{stream}@{ENTERPRISE}", {"box": origin.id, "number": record["seq"], **record})
    header = f"<{priority}>1 {record.get('time') or '-'} {origin.name or '-'} boxmgmt - {id} {data}"
    return f"{header} \ufeff{said[:LONGEST]}".encode("utf-8", "replace")


def _structured(id: str, values: Mapping[str, Any]) -> str:
    shown = (f'{name[:32]}="{_escaped(value)}"' for name, value in values.items()
             if name not in ("seq", "time", "summary", "details") and value not in (None, ""))
    return f"[{id} {' '.join(shown)}]"


def _escaped(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return "".join(f"\\{one}" if one in '"\\]' else one for one in text[:LONGEST])
