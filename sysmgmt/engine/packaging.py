"""A package verified: its digests, its signature, and what it would change (R252-R254)."""

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sysmgmt.domain import packages
from sysmgmt.domain.errors import NotNewer, PackageRefused, UnknownFile
from sysmgmt.domain.packages import PRODUCT, Package
from sysmgmt.domain.times import iso

if TYPE_CHECKING:
    from sysmgmt.engine.ports import Box, Packages

MOST, MOST_OF_SIGNATURE = 64 << 20, 1 << 16
"""Bytes of a package, and of its signature."""


def read(box: "Box", file: str) -> Package:
    """A package of the import folder, with the signature that lies beside it. Raises UnknownFile, InvalidValue."""
    data, signature = box.imports.read(file, MOST), b""
    for end in (".asc", ".sig"):
        with suppress(UnknownFile):
            signature = signature or box.imports.read(file + end, MOST_OF_SIGNATURE)
    return Package(file, data, signature, *box.packages.about(data))


def release(looking: "Packages", one: Package, present: str, downgrade: bool) -> dict[str, Any]:
    """What is known of a release of the product that may be installed. Raises PackageRefused, NotNewer."""
    told = facts(looking, one, present)
    if one.name != PRODUCT:
        raise PackageRefused(file=one.file, reason=f"it is no release of {PRODUCT}")
    if not told["newer"] and not downgrade:
        raise NotNewer(version=one.version, present=present)
    return told


def facts(looking: "Packages", one: Package, release: str) -> dict[str, Any]:
    """What is known of a package, whose signature must be good. Raises PackageRefused, ServiceRefused."""
    signature = looking.signer(one.file, one.data, one.signature)
    ours = one.name == PRODUCT
    return {"file": one.file, "size": len(one.data), **digests(one.data), "signed_by": signature.key,
            "signed_at": iso(signature.made_at), "product": one.name or None, "version": one.version or None,
            "installed": release if ours else None,
            "newer": packages.is_newer(one.version, release) if ours else None}


def digests(data: bytes) -> dict[str, str]:
    """SHA-256; and MD5, which is shown since old lists name it, and proves nothing."""
    import hashlib  # brings all of OpenSSL

    return {"sha256": hashlib.sha256(data).hexdigest(), "md5": hashlib.md5(data, usedforsecurity=False).hexdigest()}
