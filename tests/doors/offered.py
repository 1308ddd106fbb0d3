"""Releases that a deployed machine is offered, and a vendor whom it trusts."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.doors.site import STATE, Site
from tests.support.signer import Signer


@contextmanager
def trusted(site: Site, folder: Path) -> Iterator[Signer]:
    """A vendor whose releases the machine trusts; his keys lie in `folder` meanwhile."""
    one = Signer(folder, "vendor")
    try:
        site.machine.do("/bin/sh", "-c", f"mkdir -p {STATE}/import {STATE}/keyring; cat > {STATE}/keyring/vendor.gpg",
                        given=one.key())
        yield one
    finally:
        one.close()


def offer(site: Site, data: bytes, signature: bytes) -> None:
    """Put a release and its signature into the import folder, as new.whl."""
    for name, content in (("new.whl", data), ("new.whl.asc", signature)):
        site.machine.do("/bin/sh", "-c", f"cat > {STATE}/import/{name}", given=content)


def broken(name: str, content: bytes) -> bytes:
    """A release whose cryptography does not give the known answers."""
    return content.replace(b"76fc6ece", b"76fc6ecf") if name == "sysmgmt/vault/knownanswers.py" else content
