"""The keys of SNMP users: made of passphrases, and bound to the one engine that they are for (RFC 3414, RFC 7860).

SHA-256 (RFC 7860) and AES-128 (RFC 3826) are the only algorithms; there is no MD5 and no DES (R237).
"""

from hashlib import sha256

from sysmgmt.domain.errors import InvalidValue

AUTHENTICATION, PRIVACY = "SHA-256", "AES"
"""As Net-SNMP calls them."""
SHORTEST, LONGEST = 8, 128
"""Characters of a passphrase."""
_EXPANDED = 1_048_576
_ENTERPRISE = 32473
_OWN_TEXT = b"\x05"
AGENT, NOTIFIER = b"\x01", b"\x02"
"""What of the box an engine is: each counts its time by itself."""
DISCOVERY = bytes.fromhex("303a 020103 300f 02024a69 020300ffe3 040104 020103"
                          "0410 300e 0400 020100 020100 0400 0400 0400"
                          "3012 0400 0400 a00c 02020e6b 020100 020100 3000")
"""The question of SNMPv3 which engine answers there; everybody may ask it (RFC 3414, 4)."""


def key(passphrase: str) -> str:
    """The key that a passphrase stands for, hexadecimal. Raises InvalidValue."""
    if not (SHORTEST <= len(passphrase) <= LONGEST and passphrase.isascii() and passphrase.isprintable()):
        raise InvalidValue(what=f"A passphrase of SNMP has {SHORTEST} to {LONGEST} printable ASCII characters")
    text = passphrase.encode()
    return sha256((text * (_EXPANDED // len(text) + 1))[:_EXPANDED]).hexdigest()


def localized(made: str, engine: str) -> str:
    """A key bound to an engine; where both are known nobody can say what the key is elsewhere."""
    plain = bytes.fromhex(made)
    return sha256(plain + bytes.fromhex(engine) + plain).hexdigest()


def engine(box_id: str, part: bytes) -> str:
    """The id of an engine of the box, hexadecimal (RFC 3411)."""
    owner = (0x80000000 | _ENTERPRISE).to_bytes(4, "big")
    return (owner + _OWN_TEXT + sha256(box_id.encode()).digest()[:16] + part).hex()
