"""Files that open with a password alone: AES-256-GCM under a key that argon2id makes of it (C19).

Such a file has three lines of ASCII: a JSON document that says what it is and how its key is made;
what is sealed, compressed, as base64; and the SHA-256 of both. The checksum tells of accidents without
the password; that nobody has changed anything, the first line among it, GCM proves with the password.
The form of the first line up to its format, and the checksum, are the same in every format, for ever.
"""

import base64
import json
import os
import re
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from sysmgmt.domain.errors import BackupDamaged, BackupNewer, BackupPasswordWrong, BackupTooLarge, NotABackup
from sysmgmt.domain.levels import is_affordable
from sysmgmt.domain.model import Cost

FORMAT = 1
COST = Cost(3, 65536, 4)
LONGEST = 64 << 20
"""Bytes of a content: compressed, little may stand for much."""
SALT_BYTES, NONCE_BYTES = 16, 12
_MAGIC = "settings_backup"
_BASE64 = re.compile(rb"[A-Za-z0-9+/]*={0,2}\n")
_BEGIN = f'{{"{_MAGIC}": '.encode()


class BackupSeal:
    """Seals and opens backups; `derive` makes 32 bytes of a password, a salt and a cost."""

    def __init__(self, derive: Callable[[str, bytes, Cost], bytes], cost: Cost = COST) -> None:
        self._derive = derive
        self._cost = cost

    def seal(self, facts: Mapping[str, Any], content: bytes, password: str) -> bytes:
        """A file that holds `content`, sealed, and says `facts`. Raises BackupTooLarge."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # expensive to import

        if len(content) > LONGEST:
            raise BackupTooLarge(megabytes=LONGEST >> 20)
        salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
        head = _BEGIN + json.dumps({
            **facts, "format": FORMAT, "cipher": "AES-256-GCM", "nonce": nonce.hex(),
            "key": {"made_by": "argon2id", "salt": salt.hex(), **self._cost._asdict()}}).encode() + b"}\n"
        key = self._derive(password, salt, self._cost)
        sealed = AESGCM(key).encrypt(nonce, zlib.compress(content), head)
        return _with_checksum(head + base64.b64encode(sealed) + b"\n")

    def facts(self, data: bytes, name: str) -> Mapping[str, Any]:
        """What a file says of itself; only its password proves it. Raises NotABackup, BackupDamaged, BackupNewer."""
        return self._parted(data, name)[0]

    def open(self, data: bytes, name: str, password: str) -> tuple[Mapping[str, Any], bytes]:
        """What a file says of itself, proven, and its content.

        Raises BackupPasswordWrong, BackupTooLarge, and as `facts` does.
        """
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        facts, head, sealed = self._parted(data, name)
        try:
            key = self._derive(password, *_made(facts["key"]))
            return facts, _content(AESGCM(key).decrypt(
                bytes.fromhex(facts["nonce"]), base64.b64decode(sealed, validate=True), head))
        except InvalidTag:
            raise BackupPasswordWrong(name=name) from None
        except (ValueError, TypeError, KeyError, AttributeError, zlib.error):
            raise BackupDamaged(name=name, what="its first line makes no sense") from None

    def _parted(self, data: bytes, name: str) -> tuple[dict[str, Any], bytes, bytes]:
        if not data.startswith(_BEGIN):
            raise NotABackup(name=name)
        end = data.rfind(b"\n", 0, -1) + 1
        if _with_checksum(data[:end]) != data:
            raise BackupDamaged(name=name, what="the checksum does not fit")
        head, _, sealed = data[:end].partition(b"\n")
        try:
            facts = json.loads(head.decode("ascii"))[_MAGIC]
            found = facts["format"]
            if type(found) is not int or not all(map(_is_fact, facts.items())):
                raise ValueError("no box says that of a backup")
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise BackupDamaged(name=name, what="its first line makes no sense") from None
        if found == FORMAT and not _BASE64.fullmatch(sealed):
            raise BackupDamaged(name=name, what="its second line makes no sense")
        if found > FORMAT:
            raise BackupNewer(name=name, found=found, known=FORMAT)
        return facts, head + b"\n", sealed.rstrip(b"\n")


def _is_fact(fact: tuple[str, Any]) -> bool:
    """Whether it can be shown as it is: one line of text, or for items several."""
    name, value = fact
    texts = value if name == "items" and type(value) is list else [value]
    return name in ("format", "key") or all(type(one) is str and one.isprintable() for one in texts)


def _made(one: Mapping[str, Any]) -> tuple[bytes, Cost]:
    """The salt and the cost of a key. Raises ValueError, TypeError, KeyError for a key that nobody makes like this."""
    cost, salt = Cost(*(one[field] for field in Cost._fields)), bytes.fromhex(one["salt"])
    if one["made_by"] != "argon2id" or len(salt) != SALT_BYTES or not is_affordable(cost):
        raise ValueError("no key is made like this")
    return salt, cost


def _content(compressed: bytes) -> bytes:
    """What was compressed. Raises BackupTooLarge, ValueError where it is cut off, zlib.error."""
    opening = zlib.decompressobj()
    found = opening.decompress(compressed, LONGEST)
    if not opening.eof:
        if len(found) == LONGEST:
            raise BackupTooLarge(megabytes=LONGEST >> 20)
        raise ValueError("it is cut off")
    return found


def _with_checksum(data: bytes) -> bytes:
    import hashlib  # brings all of OpenSSL

    return data + hashlib.sha256(data).hexdigest().encode() + b"\n"
