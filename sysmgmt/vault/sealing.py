"""Secrets of the state, sealed with AES-256-GCM under a master key that lives apart from it.

A sealed text names the key that it was sealed under and is bound to the place that it belongs to
(`about`: table, record and field), so that it opens nowhere else. The state names the key in force
(`Settings.master_key`); the file of the keys may hold others besides.

Replacing the master key, all or nothing under kill -9 at any point: `make` keeps a new key in
memory, under which the new state is sealed while the lock is held. `prepare` writes the file with
both keys, durably, before that state is saved; saving it is the commit, since it names the new key;
`apply` writes the file with the new key alone and overwrites what was there. After a crash, or a
failure of another service, the file holds one key too many: `heal` and the next replacement drop
it. Installation is the same with no key before it, so that nothing of an image lives on.

Where systemd hands over a credential, the keys in the file are sealed under that: such a file is
worth nothing without the machine or the chip that the credential is bound to.
"""

import base64
import json
import os
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

from sysmgmt.domain.errors import MasterKeyMissing, MasterKeyWrong, StateDamaged, StorageFailed
from sysmgmt.domain.model import State

ALGORITHM = "AES-256-GCM"
KEY_BYTES, NONCE_BYTES = 32, 12
MOST_MADE = 8
"""New keys that are remembered; one that was made in a dry run is never kept."""
_PURPOSE = b"boxmgmt master key id"


class KeyFile(Protocol):
    """Where the keys are kept; a piece of hardware can be another one."""

    def read(self) -> bytes | None:
        """What is kept, or None. Raises StateDamaged."""

    def write(self, data: bytes) -> None:
        """Keep `data` instead, durably. Raises StorageFull, StorageFailed."""


class Key(NamedTuple):
    """A master key. Its `id` is derived from it and tells nothing of it."""

    id: str
    made_at: float
    material: bytes


class MasterKeys:
    """The keys in a file, sealed under what `wrapping` gives if it gives any; the secrets sealed under them.

    As one of the services that follow the state it writes the file (see above).
    """

    def __init__(self, file: KeyFile, wrapping: Callable[[], bytes | None] = lambda: None) -> None:
        self._file = file
        self._wrapping = wrapping
        self._stored: dict[str, Key] = {}
        self._made: dict[str, Key] = {}

    def make(self, now: float) -> str:
        """Make a new master key; its id. It is kept once a state that names it is saved."""
        material = os.urandom(KEY_BYTES)
        key = Key(_id(material), now, material)
        self._made = {**dict([*self._made.items()][-MOST_MADE:]), key.id: key}
        return key.id

    def seal(self, text: str, about: str, key: str) -> str:
        """`text`, sealed under the key with the id `key`. Raises MasterKeyMissing, MasterKeyWrong."""
        material = self._find(key).material
        sealed = _encrypt(material, text.encode(), _bound(key, about))
        return f"1:{key}:{base64.b64encode(sealed).decode()}"

    def unseal(self, sealed: str, about: str) -> str:
        """What was sealed. Raises MasterKeyMissing, MasterKeyWrong; StateDamaged for what does not belong there."""
        version, _, rest = sealed.partition(":")
        key, _, text = rest.partition(":")
        if version != "1":
            raise StateDamaged(what=f"the sealed value of {about}")
        opened = _decrypt(self._find(key).material, text, _bound(key, about))
        if opened is None:
            raise StateDamaged(what=f"the sealed value of {about}")
        return opened.decode()

    def facts(self, key: str) -> Mapping[str, Any]:
        """What may be told of the key with the id `key`. Raises MasterKeyMissing, MasterKeyWrong."""
        return {"made_at": self._find(key).made_at, "algorithm": ALGORITHM,
                "kept": "under a systemd credential" if self._wrapping() else "in a file of its own"}

    def prepare(self, old: State, new: State) -> "_Replacement":
        """Keep the key that `new` names besides the one in force. Raises StorageFull, StorageFailed, MasterKeyWrong."""
        before, after = old.settings.master_key, new.settings.master_key
        if before != after:
            if after:
                self._find(after)  # a state never names a key that is kept nowhere
            self._keep(before, after)
        return _Replacement(self, new if before != after else None)

    def heal(self, state: State) -> None:
        """Drop what is not the key in force. Raises StorageFull, StorageFailed, MasterKeyMissing, MasterKeyWrong."""
        key = state.settings.master_key
        if key and self._find(key) and len(self._read()) > 1:
            self._keep(key)

    def unfinished(self) -> bool:
        """Whether the file holds another key beside the one in force. Raises MasterKeyWrong."""
        return len(self._read()) > 1

    def _find(self, key: str) -> Key:
        found = self._made.get(key) or self._stored.get(key) or self._read().get(key)
        if found is None:
            raise MasterKeyWrong() if self._stored else MasterKeyMissing()
        return found

    def _keep(self, *ids: str) -> None:
        known = {**self._read(), **self._made}
        kept = {one: known[one] for one in ids if one in known}
        self._file.write(_written(list(kept.values()), self._wrapping()))
        if self._read() != kept:
            raise StorageFailed(what="the file of the master key does not hold what was written")
        self._made = {one: key for one, key in self._made.items() if one not in kept}

    def _read(self) -> dict[str, Key]:
        """The keys in the file. Raises MasterKeyWrong for a file that nobody can open here."""
        data = self._file.read()
        self._stored = _known(data, self._wrapping()) if data is not None else {}
        return self._stored


class _Replacement(NamedTuple):
    """A new key that is kept besides the old one; `after` is the state that names it."""

    keys: MasterKeys
    after: State | None

    def apply(self) -> None:
        """Keep the new key alone. Raises StorageFull, StorageFailed: one key too many, healed later."""
        if self.after is not None:
            self.keys.heal(self.after)

    def discard(self) -> None:
        """Keep both: of a state that could not be saved nobody knows whether it will be there after a crash."""


def _id(material: bytes) -> str:
    import hashlib  # brings all of OpenSSL
    import hmac

    return hmac.new(material, _PURPOSE, hashlib.sha256).hexdigest()[:32]


def _under(credential: bytes) -> bytes:
    """The key that a credential, which may have any length, stands for."""
    import hashlib

    return hashlib.sha256(credential).digest()


def _bound(key: str, about: str) -> bytes:
    return f"boxmgmt sealed 1 {key} {about}".encode()


def _written(keys: list[Key], wrapping: bytes | None) -> bytes:
    text = json.dumps([{"made_at": one.made_at, "material": one.material.hex()} for one in keys])
    if wrapping:
        text = json.dumps(base64.b64encode(_encrypt(_under(wrapping), text.encode(), _PURPOSE)).decode())
    return json.dumps({"format": 1, "keys": json.loads(text)}).encode() + b"\n"


def _known(data: bytes, wrapping: bytes | None) -> dict[str, Key]:
    try:
        keys = json.loads(data)["keys"]
        if isinstance(keys, str):
            keys = json.loads((_decrypt(_under(wrapping), keys, _PURPOSE) if wrapping else None) or "")
        found = [(float(one["made_at"]), bytes.fromhex(one["material"])) for one in keys]
    except (ValueError, TypeError, KeyError):
        raise MasterKeyWrong() from None
    return {_id(material): Key(_id(material), made_at, material) for made_at, material in found}


def _encrypt(material: bytes, data: bytes, bound: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # expensive to import; few requests need it

    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(material).encrypt(nonce, data, bound)


def _decrypt(material: bytes, text: str, bound: bytes) -> bytes | None:
    """What was encrypted and written as base64; None if it was not that, under this key, for this place."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        data = base64.b64decode(text, validate=True)
        return AESGCM(material).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], bound)
    except (InvalidTag, ValueError):
        return None
