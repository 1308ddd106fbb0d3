"""SSH keys: which are accepted, and whose they are (R219); the keys of the box itself."""

import base64
import binascii
import struct
from collections.abc import Mapping
from typing import NamedTuple

from sysmgmt.domain.errors import InvalidValue, KeyExists, TooManyKeys, UnknownKey
from sysmgmt.domain.model import SshKey, State

CURVE, POINT = (8, 8), (65, 65)
"""Bytes of the name of a curve, and of a point on the smallest one."""
ED25519, APPLICATION = (32, 32), (1, 255)
PARTS: Mapping[str, tuple[tuple[int, int], ...]] = {
    "ssh-ed25519": (ED25519,), "ecdsa-sha2-nistp256": (CURVE, POINT), "ecdsa-sha2-nistp384": (CURVE, (97, 97)),
    "ecdsa-sha2-nistp521": (CURVE, (133, 133)), "ssh-rsa": ((1, 33), (1, 2049)),
    "sk-ssh-ed25519@openssh.com": (ED25519, APPLICATION),
    "sk-ecdsa-sha2-nistp256@openssh.com": (CURVE, POINT, APPLICATION)}
"""The types, and how many bytes each part of a key may have behind its type."""
LEAST_RSA_BITS = 2048
LONGEST = 8192
"""Characters of a key."""
MOST = 50
"""Keys of a user."""


class HostKey(NamedTuple):
    """A host key of sshd, by which a client recognises the box. `fingerprint` is the SHA-256 one."""

    type: str
    bits: int
    fingerprint: str


def read(text: str) -> tuple[str, str]:
    """The key in `text` (`TYPE BLOB [COMMENT]`) as type and blob, and its comment.

    One key, no options, no second line. Raises InvalidValue.
    """
    parts = text.strip().split(None, 2)
    if len(text) > LONGEST or len(parts) < 2 or parts[0] not in PARTS or "\n" in text.strip():
        raise InvalidValue(what="Expected one public key: type, blob and an optional comment, without options; "
                           "the types are " + ", ".join(sorted(PARTS)))
    _check_blob(parts[0], parts[1])
    return f"{parts[0]} {parts[1]}", parts[2] if len(parts) > 2 else ""


def _check_blob(kind: str, blob: str) -> None:
    try:
        raw = base64.b64decode(blob, validate=True)
        fields = list(_fields(raw))
    except (binascii.Error, ValueError, struct.error):
        raise InvalidValue(what="The blob of the key cannot be read") from None
    if not fields or fields[0] != kind.encode():
        raise InvalidValue(what="The blob of the key is of another type than the key says")
    sizes = [len(one) for one in fields[1:]]
    if len(sizes) != len(PARTS[kind]) or not all(
            least <= size <= most for size, (least, most) in zip(sizes, PARTS[kind], strict=True)):
        raise InvalidValue(what="The blob of the key has not the parts of a key of its type")
    if kind == "ssh-rsa" and int.from_bytes(fields[2], "big").bit_length() < LEAST_RSA_BITS:
        raise InvalidValue(what=f"RSA keys need at least {LEAST_RSA_BITS} bits")


def _fields(raw: bytes) -> "list[bytes]":
    found, place = [], 0
    while place < len(raw):
        (size,) = struct.unpack_from(">I", raw, place)
        if place + 4 + size > len(raw):
            raise ValueError("cut off")
        found.append(raw[place + 4:place + 4 + size])
        place += 4 + size
    return found


def fingerprint(line: str) -> str:
    """The SHA-256 fingerprint, as `ssh-keygen -l` shows it."""
    import hashlib  # brings all of OpenSSL

    digest = hashlib.sha256(base64.b64decode(line.split()[1])).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def of(state: State, user: str) -> list[SshKey]:
    """The keys of a user, oldest first."""
    mine = (one for one in state.ssh_keys.beginning(f"{user} ") if one.user == user)
    return sorted(mine, key=lambda one: (one.added_at or 0, one.id))


def add(state: State, key: SshKey) -> State:
    """Add a key. Raises KeyExists, TooManyKeys."""
    if key.id in state.ssh_keys:
        raise KeyExists(user=key.user)
    if len(of(state, key.user)) >= MOST:
        raise TooManyKeys(user=key.user, count=MOST)
    return state._replace(ssh_keys=state.ssh_keys.put(key.id, key))


def find(state: State, user: str, named: str) -> SshKey:
    """The key of `user` with a fingerprint. Raises UnknownKey."""
    for one in of(state, user):
        if one.fingerprint == named:
            return one
    raise UnknownKey(user=user, key=named)


def use(state: State, user: str, named: str, now: float) -> State:
    """The state in which the key of `user` with a fingerprint was used now, if there still is one."""
    for one in of(state, user):
        if one.fingerprint == named:
            state = state._replace(ssh_keys=state.ssh_keys.put(one.id, one._replace(last_used_at=now)))
    return state


def remove_all(state: State, user: str) -> State:
    """The state without the keys of a user."""
    kept = state.ssh_keys
    for one in of(state, user):
        kept = kept.without(one.id)
    return state._replace(ssh_keys=kept)


def rename(state: State, old: str, new: str) -> State:
    """The state in which the keys of `old` are those of `new`."""
    kept = state.ssh_keys
    for one in of(state, old):
        moved = one._replace(id=f"{new} {one.fingerprint}", user=new)
        kept = kept.without(one.id).put(moved.id, moved)
    return state._replace(ssh_keys=kept)
