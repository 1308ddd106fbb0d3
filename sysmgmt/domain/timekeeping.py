"""The time zone and the servers that tell the time (R172)."""

from typing import Any, NamedTuple

from sysmgmt.domain.errors import InvalidValue, MissingValue
from sysmgmt.domain.model import State, TimeSettings

KEY_TYPES = ("sha256", "sha512", "aes128", "aes256", "sha1")
LENGTHS = {"aes128": 16, "aes256": 32}
"""Bytes that a key has to have; others have as many as they have."""
SHORTEST, LONGEST = 16, 64
"""Bytes of a key."""


class ClockStatus(NamedTuple):
    """How well the clock is kept: by which program, what it follows ("" if nothing), and how many seconds it is off."""

    kept_by: str = ""
    source: str = ""
    offset: float | None = None


class Proof(NamedTuple):
    """The key that a time server has to know; `key` is in clear, as hexadecimal digits."""

    number: int | None
    kind: str
    key: str | None


def asked_of(old: TimeSettings, servers: tuple[str, ...], proof: Proof) -> TimeSettings:
    """The settings with these servers, without the key. Raises MissingValue, InvalidValue."""
    if proof.key is None and proof.number is None:
        return TimeSettings(old.zone, servers)
    if proof.number is None or proof.key is None:
        raise MissingValue(command="set_time", parameter="key_number" if proof.number is None else "key")
    length = LENGTHS.get(proof.kind, len(proof.key) // 2)
    if len(proof.key) // 2 != length:
        raise InvalidValue(what=f"A key of the type {proof.kind} has {length} bytes")
    if not servers:
        raise InvalidValue(what="A key needs servers that know it")
    return TimeSettings(old.zone, servers, proof.number, proof.kind)


def put(state: State, new: TimeSettings) -> State:
    """The state with these settings."""
    return state._replace(settings=state.settings._replace(time=new))


def facts(state: State, now: str | None, clock: ClockStatus) -> dict[str, Any]:
    """What get_time tells; the offset in seconds."""
    one = state.settings.time
    return {"time": now, "zone": one.zone or None, "servers": list(one.servers), "key_number": one.key_number or None,
            "key_type": one.key_type or None, "key_configured": bool(one.key), "kept_by": clock.kept_by or None,
            "synchronised_with": clock.source or None, "offset_seconds": clock.offset}
