"""The software of the box: its version, whether it is as it should be, packages verified (R110, R252-R254)."""

import re
from contextlib import suppress
from typing import Annotated

from sysmgmt.domain.errors import InvalidValue, UnknownFile
from sysmgmt.domain.packages import Package
from sysmgmt.domain.permissions import Permission
from sysmgmt.engine import packaging, selftest
from sysmgmt.engine.declaration import Act, Call, Shown, Word, command
from sysmgmt.engine.reading import Reading

MOST, MOST_OF_SIGNATURE = 256 << 20, 1 << 16
"""Bytes of a package, and of its signature."""
_FILE = re.compile("[A-Za-z0-9][A-Za-z0-9._+-]{0,127}")


def _package(text: str, reading: Reading) -> Package:
    """A package of the import folder, with the signature that lies beside it."""
    if not _FILE.fullmatch(text):
        raise InvalidValue(what="Expected the name of a file in the import folder, without a path")
    found: Package = reading.slow.once(("package", text), lambda: _read(text, reading))
    return found


def _read(text: str, reading: Reading) -> Package:
    imports, data = reading.box.imports, reading.box.imports.read(text, MOST)
    signature = b""
    for end in (".asc", ".sig"):
        with suppress(UnknownFile):
            signature = signature or imports.read(text + end, MOST_OF_SIGNATURE)
    return Package(text, data, signature, *reading.box.packages.about(data))


PackageFile = Annotated[Package, Word("Name of a file in the import folder, with its signature as NAME.asc or NAME.sig",
                                      _package, "NAME", bare=True)]


@command(needs=Permission.VIEW)
def get_version(call: Call) -> Shown:
    """Show the release of the box, what it stands upon, and what its files are compared with in a self-test."""
    return Shown({"version": call.box.release, "state_format": call.box.store.check()["format"],
                  **call.box.soundness.versions(), "files_compared_with": call.box.soundness.source()})


@command(needs=Permission.BOXMGMT, reserve=True)
def run_self_test(call: Call) -> Act:
    """Test the box itself: known answers of its cryptography, its installed files, state, audit, and services.

    boxmgmtd does the same at its start and once a day. After a self-test that failed the box is in the safe state:
    everything can be looked at and nothing is changed, but passwords, locks, and what keeps the audit and the
    disk usable. The event SelfTestFails tells of it, and the next self-test that passes ends it.
    """
    return Act(lambda: selftest.run(call.box, call.catalog, call.report))


@command(needs=Permission.UPGRADE)
def verify_package(call: Call, file: PackageFile) -> Shown:
    """Verify a file from the import folder: its digests, and that a trusted key has signed it with OpenPGP.

    Trusted are the keys in the folder keyring of the state, as gpg --export writes them; only the owner of the state
    puts them there. Expired and revoked keys, and signatures with MD5 or SHA-1, count for nothing. SHA-256 and MD5
    are shown to be compared with a list; MD5 proves nothing. Of a release of this product it is said whether it is
    newer than the installed one.
    """
    return Shown(packaging.facts(call.box.packages, file, call.box.release))


COMMANDS = (get_version, run_self_test, verify_package)
