"""Audits in folders, as boxes have them."""

from pathlib import Path

from sysmgmt.store.audit import AuditJournal
from sysmgmt.vault.signing import SigningKeys
from tests.support.clock import HeldClock


def audit_in(folder: Path, clock: HeldClock) -> AuditJournal:
    """The audit in a folder, in the hands of a new process."""
    return AuditJournal(str(folder), lambda: clock.now, SigningKeys())
