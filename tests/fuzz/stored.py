"""What is read back from a disk: the state and its journal, the audit, backups."""

import hashlib
import os
from contextlib import suppress
from zlib import crc32

from sysmgmt.domain.errors import (
    BackupDamaged, BackupNewer, BackupPasswordWrong, NotABackup, StateDamaged, StateNewer)
from sysmgmt.domain.model import Cost
from sysmgmt.engine.backup import opened
from sysmgmt.engine.ports.backups import Backups
from sysmgmt.store import book, chain, formats, journal, lines, snapshot
from sysmgmt.store.backups import BackupFolder
from sysmgmt.store.contents import Contents
from sysmgmt.store.verification import Broken, Verifier
from sysmgmt.vault.backups import BackupSeal
from sysmgmt.vault.signing import SigningKeys
from tests.fuzz.typed import house

NAME, PASSWORD = "b1", "secret"
SEED = "5e" * 32
"""What the chain of every seed grows from."""
RAW, SUMMED, SEALED = b"r", b"s", b"e"
"""How the first byte of an input says what is behind it: all of it, or what stands below a right checksum or seal."""


def state_journal(data: bytes) -> None:
    """The journal of a state is read to values or refused. Below right checksums each line is a text of its own."""
    text, tables = data[1:], snapshot.Tables()
    if data[:1] == SUMMED:
        text = b"".join(b"%08x %b\n" % (crc32(one), one) for one in text.split(b"\n"))
    first, _, rest = text.partition(b"\n")
    with suppress(StateDamaged, StateNewer):
        header = lines.read_header(first, "journal")
        formats.check(header.format, formats.UPGRADES)
        entries, size = lines.read_entries(rest, header.base, "journal", 2)
        assert size <= len(rest)
        for one in entries:
            snapshot.apply(tables, one.changes)
        book.check(tables)


def state_file(data: bytes) -> None:
    """The file of a state is read or refused; what was read is written and read again."""
    with suppress(StateDamaged, StateNewer):
        found = snapshot.read(_sealed(data[1:]) if data[:1] == SUMMED else data[1:])
        formats.check(found.format, formats.UPGRADES)
        book.check(formats.upgraded(found.tables, found.format, formats.UPGRADES))
        assert snapshot.read(snapshot.write(found)) == found


def _sealed(rest: bytes) -> bytes:
    """A state file whose first line is right."""
    crc = crc32(rest, crc32(b"%d 1\n" % formats.FORMAT))
    return b'{"seal": {"1": {"format": %d, "generation": 1, "crc": "%08x"}},\n' % (formats.FORMAT, crc) + rest


def audit(data: bytes) -> None:
    """The audit's records, and its key that stands before a NUL, are read, verified or refused."""
    before, _, text = data[1:].rpartition(b"\0")
    link = None
    with suppress(StateDamaged):
        link = chain.read(before or None)
    descriptor = os.memfd_create("audit")
    try:
        os.write(descriptor, text)
        found = list(journal.whole_lines(descriptor, len(text)))
        with suppress(StateDamaged):
            journal.last_record(descriptor, len(text), "audit")
    finally:
        os.close(descriptor)
    assert found[::-1] == text.split(b"\n")[:-1]
    verifier = Verifier([SEED], SigningKeys().is_signed, kept=2 if data[:1] == SUMMED else 1)
    with suppress(Broken):
        for line in text.split(b"\n"):
            verifier.read(line)
        verifier.finish(link)


def backup(data: bytes) -> None:
    """A backup is opened or refused: as it stands, below a right checksum, or below a right seal."""
    kind, text = data[:1], data[1:]
    seal = BackupSeal(_derived, Cost(1, 8, 1))
    if kind == SUMMED:
        text += b"\n" + hashlib.sha256(text + b"\n").hexdigest().encode() + b"\n"
    elif kind == SEALED:
        facts = dict.fromkeys(("box", "box_id", "release", "made_at", "made_by", "schedule"), "")
        text = seal.seal({**facts, "items": ["users"]}, _sealed(text), PASSWORD)
    shelf = house().box._replace(backups=Backups(BackupFolder("/nonexistent"), seal, Contents("/nonexistent")))
    with suppress(NotABackup, BackupDamaged, BackupNewer, BackupPasswordWrong):
        opened(shelf, NAME, PASSWORD, text)


def _derived(password: str, salt: bytes, cost: Cost) -> bytes:
    """A key that costs nothing: what argon2 does to a password is not what is tried here."""
    return hashlib.sha256(password.encode() + salt).digest()
