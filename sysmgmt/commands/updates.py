"""The software of the box: its version, whether it is as it should be, packages verified (R110, R252-R254)."""

import re
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

from sysmgmt.commands.words import whether
from sysmgmt.domain.errors import InvalidValue
from sysmgmt.domain.packages import Package
from sysmgmt.domain.permissions import Permission
from sysmgmt.engine import machines, packaging, self_test
from sysmgmt.engine.declaration import Act, Call, Shown, Word, command
from sysmgmt.engine.reading import Reading

_FILE = re.compile("[A-Za-z0-9][A-Za-z0-9._+-]{0,127}")


def _package(text: str, reading: Reading) -> Package:
    """A package of the import folder, with the signature that lies beside it."""
    if not _FILE.fullmatch(text):
        raise InvalidValue(what="Expected the name of a file in the import folder, without a path")
    found: Package = reading.slow.once(("package", text), partial(packaging.read, reading.box, text))
    return found


PackageFile = Annotated[Package, Word("Name of a file in the import folder, with its signature as NAME.asc or NAME.sig",
                                      _package, "NAME", bare=True)]
Downgrade = Annotated[bool, whether("Whether an older or the same release is wanted")]


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
    return Act(lambda: self_test.run(call.box, call.catalog, call.report))


@command(needs=Permission.UPGRADE)
def verify_package(call: Call, file: PackageFile) -> Shown:
    """Verify a file from the import folder: its digests, and that a trusted key has signed it with OpenPGP.

    Trusted are the keys in the folder keyring of the state, as gpg --export writes them; only the owner of the state
    puts them there. Expired and revoked keys, and signatures with MD5 or SHA-1, count for nothing. SHA-256 and MD5
    are shown to be compared with a list; MD5 proves nothing. Of a release of this product it is said whether it is
    newer than the installed one.
    """
    return Shown(packaging.facts(call.box.packages, file, call.box.release))


def _question(reading: Reading, values: Mapping[str, Any]) -> str:
    one: Package = values["file"]
    return f"This installs {one.name or one.file} {one.version}; boxmgmtd restarts, and sessions go on. Install it?"


@command(needs=Permission.UPGRADE, asks=_question, checks=machines.governed_doors)
def install_update(call: Call, file: PackageFile, downgrade: Downgrade = False) -> Act:
    """Install a release of this product from the import folder, on a machine that was deployed (R110).

    It must be signed as verify_package wants it, and newer, unless downgrade=yes. systemd runs boxmgmtd --update apart
    from this session: the release is unpacked beside the present one, has to pass its own self-test, and is
    deployed all or nothing; where its boxmgmtd does not answer, the present one comes back. get_version tells which
    is in force, and journalctl -u boxmgmt-update what happened.
    """
    told = packaging.release(call.box.packages, file, call.box.release, downgrade)

    def begin() -> Mapping[str, Any]:
        call.box.packages.install(file.file, downgrade)
        return told
    return Act(begin)
