"""A package verified: its digests, its signature, and what it would change (R252-R254)."""

from typing import Any, Protocol

from sysmgmt.domain import packages
from sysmgmt.domain.packages import PRODUCT, Package, Signature
from sysmgmt.domain.times import iso


class Packages(Protocol):
    """Looks at packages."""

    def signer(self, file: str, data: bytes, signature: bytes) -> Signature:
        """Who has signed `data`. Raises PackageRefused, ServiceRefused where there is no gpgv."""

    def about(self, data: bytes) -> tuple[str, str]:
        """Name and version of a wheel; "" and "" for anything else."""


def facts(looking: Packages, one: Package, release: str) -> dict[str, Any]:
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
