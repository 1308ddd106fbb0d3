"""SNMP: who may ask the agent, whom the box notifies of which events, and what it says (R023, R236-R240)."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sysmgmt.domain import mib, recipients, usm
from sysmgmt.domain.errors import ClearText, InvalidValue, MissingValue, NotConfigured, SnmpUserInUse, UnknownSnmpUser
from sysmgmt.domain.levels import CLEAR_TEXT, unknowing
from sysmgmt.domain.mib import Oid, Value
from sysmgmt.domain.model import Settings, State
from sysmgmt.domain.model.snmp import SnmpSettings, SnmpUser
from sysmgmt.domain.recipients import Recipient

NAME = "snmp"
V3, V2C = VERSIONS = ("3", "2c")
INFORM, TRAP = NOTIFICATIONS = ("inform", "trap")
RECEIVER_PORT = 162
MOST = 4
"""Receivers."""
EPOCH = 1_577_836_800
"""From when on the engine counts that sends traps (2020), so that a receiver always sees its time grow."""
CLEAR = "SNMPv1 and SNMPv2c send the community and all else in clear text: whoever is on the way can read and forge it."
_RECEIVER = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?)(?::([0-9]{1,5}))?"
                       r"((?::[A-Za-z_]+)*)")
_COMMUNITY = re.compile(r"[A-Za-z0-9!$%&()*+,./:;<=>?@^_~-]{8,64}")


class Place(NamedTuple):
    """Where a receiver listens."""

    server: str
    port: int


class Target(NamedTuple):
    """A receiver with all that is needed to notify it. Keys and engine are hexadecimal."""

    place: Place
    version: str
    confirms: bool
    engine: str
    user: str = ""
    authentication: str = ""
    privacy: str = ""
    community: str = ""


class Notification(NamedTuple):
    """What is sent: its kind, the values, and the seconds since EPOCH."""

    kind: Oid
    values: tuple[tuple[Oid, Value], ...]
    time: int


def settings(state: State) -> SnmpSettings:
    """How the box speaks SNMP; not at all unless somebody has said so (R240)."""
    return state.snmp.get(NAME) or SnmpSettings(NAME)


def speaks(state: State) -> bool:
    """Whether there is an agent or a receiver, and SNMP is not disabled."""
    found = settings(state)
    return found.enabled and bool(found.agent or found.receivers)


def answers(state: State) -> bool:
    """Whether the agent runs (R014)."""
    found = settings(state)
    return found.enabled and found.agent


def receiver(words: str) -> Recipient:
    """What `HOST[:PORT][:LEVEL][:SCOPE][:TOPIC]` says. Raises InvalidValue."""
    found = _RECEIVER.fullmatch(words)
    port = int(found[2] or RECEIVER_PORT) if found else 0
    if found is None or not 0 < port < 65536:
        raise InvalidValue(what="Expected receivers such as nms.example.com:162, an IPv6 address in brackets")
    return recipients.filtered(Recipient(f"{found[1]}:{port}"), filter(None, found[3].split(":")))


def place(one: Recipient) -> Place:
    """Where a receiver listens."""
    server, _, port = one.address.rpartition(":")
    return Place(server.strip("[]"), int(port))


def community(words: str) -> str:
    """A community. Raises InvalidValue."""
    if not _COMMUNITY.fullmatch(words):
        raise InvalidValue(what="A community has 8 to 64 letters, digits and signs, no blanks, quotes and #")
    return words


FIRST_USER = "add_snmp_user adds an SNMP user; then config_snmp user=NAME has the box notify as that one."


def configure(state: State, new: SnmpSettings, newest: int) -> State:
    """The state with these settings; a receiver that is new is notified of events from the next one on.

    Whether SNMP is disabled stays as it is.

    Raises UnknownSnmpUser, MissingValue.
    """
    if new.user:
        user(state, new.user)
    if new.receivers and new.version == V3 and not new.user:
        raise MissingValue(str(MissingValue(command="config_snmp", parameter="user")), FIRST_USER)
    if new.version == V2C and not new.community:
        raise MissingValue(command="config_snmp", parameter="community")
    old = settings(state)
    known = {receiver(words).address: number for words, number in zip(old.receivers, old.after, strict=True)}
    after = tuple(known.get(receiver(words).address, newest) for words in new.receivers)
    return _with(state, new._replace(after=after))


def check_version(settings: Settings, version: str, insecure: bool) -> None:
    """Raise ClearText where version 1 and 2c are to be spoken, and nobody says that this is known (R236).

    LevelForbids where the level leaves no choice.
    """
    if version == V2C and not insecure:
        asked = ClearText(CLEAR, "Use version=3; where there is no choice, add insecure=yes.")
        raise unknowing(settings, CLEAR_TEXT, asked, "Use version=3.")


def warnings(state: State) -> tuple[str, ...]:
    """What whoever has set it up should know."""
    found = settings(state)
    told = []
    if found.agent and found.version == V3 and not len(state.snmp_users):
        told.append("There is no SNMP user yet, so nobody can ask: add_snmp_user adds one.")
    if found.version == V2C:
        told.append(CLEAR)
    if not found.enabled:
        told.append("SNMP stays disabled: enable_snmp has the box speak it.")
    return tuple(told)


def switch(state: State, on: bool, newest: int) -> State:
    """The state in which the box speaks SNMP as configured, or not at all. Raises NotConfigured."""
    old = settings(state)
    if not (old.agent or old.receivers):
        raise NotConfigured(what="SNMP agent and no receiver", command="config_snmp, with agent=yes or receivers=HOST,")
    if old.enabled == on:
        return state
    return _with(state, old._replace(enabled=on, after=(newest,) * len(old.receivers) if on else old.after))


def user(state: State, name: str) -> SnmpUser:
    """The SNMP user of that name. Raises UnknownSnmpUser."""
    found = state.snmp_users.get(name)
    if found is None:
        raise UnknownSnmpUser(name=name)
    return found


def with_user(state: State, one: SnmpUser) -> State:
    """The state with a user; one of that name gets other passphrases."""
    return state._replace(snmp_users=state.snmp_users.put(one.name, one))


def without_user(state: State, name: str) -> State:
    """The state without a user. Raises UnknownSnmpUser, SnmpUserInUse."""
    user(state, name)
    found = settings(state)
    if found.user == name:
        if found.receivers and found.version == V3:
            raise SnmpUserInUse(name=name)
        state = _with(state, found._replace(user=""))
    return state._replace(snmp_users=state.snmp_users.without(name))


def engine(state: State, part: bytes) -> str:
    """The id of an engine of the box."""
    return usm.engine(state.settings.box_id, part)


def of_event(record: Mapping[str, Any], box: str, now: float) -> Notification:
    """The notification of an event."""
    kind = mib.EVENT_OVER if record.get("form") == "cleared" else mib.EVENT
    return _made(kind, box, mib.of_event(record), now)


def of_test(box: str, now: float) -> Notification:
    """A notification that tells of nothing."""
    return _made(mib.TEST, box, (), now)


def _made(kind: Oid, box: str, values: Iterable[tuple[Oid, Value]], now: float) -> Notification:
    return Notification(kind, (mib.of_box(box), *values), max(1, int(now) - EPOCH))


def _with(state: State, new: SnmpSettings) -> State:
    return state._replace(snmp=state.snmp.put(NAME, new))
