"""Packages of software: what is known of one, and which of two releases is the newer one (R252-R254)."""

import re
from typing import NamedTuple

from sysmgmt.domain.errors import InvalidValue

PRODUCT = "boxmgmt"
_VERSION = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6}){0,3}")


class Signature(NamedTuple):
    """Who has signed something: the fingerprint of the key; and when, in seconds since 1970."""

    key: str
    made_at: float


class Package(NamedTuple):
    """A file with its signature ("" where there is none). `name` and `version` are those of a package of Python."""

    file: str
    data: bytes
    signature: bytes
    name: str = ""
    version: str = ""


def is_newer(version: str, present: str) -> bool:
    """Whether a release is newer than the present one. Raises InvalidValue for what cannot be compared."""
    return _parts(version) > _parts(present)


def _parts(version: str) -> tuple[int, ...]:
    if not _VERSION.fullmatch(version):
        raise InvalidValue(what=f"The version {version[:32]} is not made of numbers and dots")
    numbers = tuple(map(int, version.split(".")))
    return numbers + (0,) * (4 - len(numbers))
