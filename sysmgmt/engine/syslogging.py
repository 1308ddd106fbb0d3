"""Syslog: a server with what it is shown, what waits for it, and a test that goes step by step."""

from collections.abc import Mapping
from typing import Any

from sysmgmt.domain import certificates, delivery, syslog, truststore
from sysmgmt.domain.delivery import Delivered
from sysmgmt.domain.errors import PermissionDenied, Refusal
from sysmgmt.domain.model import State, SyslogServer
from sysmgmt.domain.permissions import Permission
from sysmgmt.domain.syslog import AUDIT, EVENTS, WHAT, Origin, Relay
from sysmgmt.domain.times import iso
from sysmgmt.engine import certification
from sysmgmt.engine.authorization import may_confirm
from sysmgmt.engine.declaration import Call
from sysmgmt.engine.ports import Box, Journal
from sysmgmt.engine.trial import Steps, trusting

ADVICE = {
    "name": "Check the name of the server (get_syslog_settings), and the DNS of the box.",
    "port": "Check the port, and whether the server runs and a firewall lets the box through.",
    "tls": "If the server wants a certificate of the box, use client_certificate=yes and have it trusted. Trust the "
           "authority of the server with add_trusted_certificate (purposes=syslog).",
    "sent": "Look into the network of the box: nothing could be sent. Whether a server takes it, UDP does not tell.",
    "accepted": "Look into the log of the server: it took the connection, and then no message."}
"""What to do where a test ends at a step."""
NOUNS = {EVENTS: ("event", "events"), AUDIT: ("audit record", "audit records")}


def newest(box: Box) -> tuple[int, int]:
    """The numbers of the last event and of the last audit record. Raises StorageFailed."""
    return delivery.last(box.events.newest()), delivery.last(box.audit.newest())


def journal(box: Box, stream: str) -> Journal:
    """Where the records of a stream are."""
    return box.events if stream == EVENTS else box.audit


def basis(state: State, one: SyslogServer | None) -> object:
    """What a connection rests on, comparable: where it changes, one that is open must not go on (R222)."""
    if one is None:
        return None
    own = state.identities.get(certificates.SYSTEM) if one.client_certificate else None
    return one, truststore.trust(state, "syslog", one.server, 0.0), own


def relay(box: Box, state: State, one: SyslogServer) -> Relay:
    """The server, ready to be spoken to.

    Raises NoCertificate, CertificateRefused, MasterKeyMissing, MasterKeyWrong, StateDamaged.
    """
    found = Relay(one.server, one.port, one.protocol, truststore.trust(state, "syslog", one.server, box.clock.now()))
    if not one.client_certificate:
        return found
    own = certificates.system(state, box.clock.now())
    return found._replace(certificates="".join(each.pem for each in own.certificates),
                          key=certification.key_of(box.sealer, own))


def check_audience(call: Call, command: str, new: SyslogServer) -> None:
    """Who is sent the audit is not for those to decide who may neither read it nor decide about security.

    Raises PermissionDenied where the server is to get audit records, or got them until now.
    """
    old = call.state.syslog.get(new.name)
    got = old is not None and AUDIT in WHAT[old.what]
    decides = any(may_confirm(call.state, call.caller.user, one) for one in (Permission.AUDIT, Permission.SECURITY))
    if decides or not (got or AUDIT in WHAT[new.what]):
        return
    refusal = PermissionDenied(command=command, permission="audit or security where audit records are sent")
    refusal.hint = "" if got else "what=events sends events alone."
    raise refusal


def settings(box: Box, state: State) -> dict[str, Any]:
    """What get_syslog_settings tells. Raises StateDamaged, StorageFailed."""
    return {"syslog": [_shown(box, one) for one in state.syslog.values()]}


def warnings(box: Box, state: State, new: SyslogServer) -> tuple[str, ...]:
    """What is to be said of a server that takes the place of the one with its number: what is not sent.

    Raises StateDamaged, StorageFailed.
    """
    old = state.syslog.get(new.name)
    if old is None or old.enabled or new.enabled:
        return losses(box, old, new)
    return (f"The syslog server {new.name} stays disabled: enable_syslog number={new.name} sends to it.",)


def losses(box: Box, old: SyslogServer | None, new: SyslogServer | None) -> tuple[str, ...]:
    """What waits for a server and will not be sent once it is the new one, or none any more.

    The record of the command itself, which is the last one, is not counted. Raises StateDamaged, StorageFailed.
    """
    if old is None:
        return ()
    told = []
    for stream in syslog.left(old, new or old._replace(enabled=False)):
        lost = _waiting(box, old, stream, box.deliveries.read()) - (stream == AUDIT)
        if lost > 0:
            told.append(f"{lost} {NOUNS[stream][lost > 1]} waited for {old.server} and will not be sent to it.")
    return tuple(told)


def _waiting(box: Box, one: SyslogServer, stream: str, kept: Mapping[str, Delivered]) -> int:
    done = syslog.done(one, stream, kept)
    return max(0, delivery.last(journal(box, stream).newest()) - done.number) if one.enabled else 0


def _shown(box: Box, one: SyslogServer) -> dict[str, Any]:
    kept = box.deliveries.read()
    told = {"number": int(one.name), **one._asdict()}
    for hidden in ("name", "after_events", "after_audit"):
        del told[hidden]
    for stream in WHAT[one.what]:
        done = syslog.done(one, stream, kept)
        told[stream] = delivery.facts(done, _waiting(box, one, stream, kept))
    return told


def test(call: Call, one: SyslogServer) -> Mapping[str, Any]:
    """Send a message; the steps on the way there. Raises DeliveryFailed with what to do."""
    state, now = call.state, call.box.clock.now
    last = "sent" if one.protocol == "udp" else "accepted"
    told = trusting(ADVICE, "tls", state.settings)
    advice = {step: what for step, what in told.items() if step in ("name", "port", last)
              or step == one.protocol}
    steps = Steps(advice, now)
    record = {"seq": 0, "time": iso(now(), 6), "name": "test", "level": "info", "user": call.caller.user,
              "summary": f"The box {state.settings.name} can send to this syslog server."}
    try:
        link = call.box.sender.open(relay(call.box, state, one), steps.passed)
        try:
            link.send([syslog.message(EVENTS, record, Origin(state.settings.name, state.settings.box_id))])
            link.check(1.0)
        finally:
            link.close()
        steps.passed(last)
    except Refusal as problem:
        raise steps.failed(one.server, problem) from None
    return {"server": one.server, "steps": steps.done}
