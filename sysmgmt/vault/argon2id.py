"""argon2id by the binding of argon2-cffi alone: its classes take longer to load than most commands run."""

from typing import Any

from _argon2_cffi_bindings import ffi, lib

from sysmgmt.domain.model import Cost

HASH_BYTES = 32


def encoded(secret: bytes, salt: bytes, cost: Cost) -> str:
    """The hash of `secret` in the usual `$argon2id$...` form. Raises ValueError for a cost or salt that cannot be."""
    text = ffi.new("char[]", lib.argon2_encodedlen(*cost, len(salt), HASH_BYTES, lib.Argon2_id) + 1)
    _hash(secret, salt, cost, ffi.NULL, text)
    return str(ffi.string(text), "ascii")


def raw(secret: bytes, salt: bytes, cost: Cost) -> bytes:
    """The hash itself. Raises ValueError for a cost or salt that cannot be."""
    found = ffi.new("uint8_t[]", HASH_BYTES)
    _hash(secret, salt, cost, found, ffi.NULL)
    return bytes(ffi.buffer(found))


def is_behind(encoded: bytes, secret: bytes) -> bool:
    """Whether `encoded` is a hash of `secret`; compared in constant time. Raises ValueError where it is no hash."""
    said = lib.argon2_verify(encoded, secret, len(secret), lib.Argon2_id)
    if said != lib.ARGON2_VERIFY_MISMATCH:
        _check(said)
    return bool(said == lib.ARGON2_OK)


def _hash(secret: bytes, salt: bytes, cost: Cost, found: Any, text: Any) -> None:
    """Fill `found` or `text`; the other one is NULL."""
    _check(lib.argon2_hash(*cost, secret, len(secret), salt, len(salt), found, HASH_BYTES, text,
                           len(text) if text else 0, lib.Argon2_id, lib.ARGON2_VERSION_NUMBER))


def _check(said: int) -> None:
    if said != lib.ARGON2_OK:
        raise ValueError(str(ffi.string(lib.argon2_error_message(said)), "ascii"))
