"""Logs as boxes write them, each another one: epochs, checkpoints, archives, more than one chain."""

import json
import random
from pathlib import Path
from typing import NamedTuple

from sysmgmt.store.audit import AuditJournal
from sysmgmt.store.auditfiles import AuditFiles
from tests.support.clock import HeldClock
from tests.support.journals import audit_in

CURRENT = "audit.journal"
EPOCH = 61.0
"""Seconds after which an epoch has ended."""


class Line(NamedTuple):
    """A line and the number of the file in which it stands; the last file is the one that is being written."""

    text: bytes
    file: int


class Log:
    """The audit of one box, made from a number."""

    def __init__(self, folder: Path, number: int) -> None:
        self.folder, self.clock = folder, HeldClock()
        self._chance = random.Random(number)
        self.seeds = [f"{number:08x}" * 8]
        folder.mkdir()
        journal = audit_in(self.folder, self.clock)
        for early in range(self._chance.randrange(3)):
            journal.append({"early": early}, durable=True)
        journal.begin(self.seeds[0])
        for _ in range(self._chance.randrange(20, 60)):
            self._happens(journal)
        for last in range(2):
            journal.append({"last": last}, durable=True)
        self.anchor = journal.anchor()
        self.kept = 1
        if number % 2:  # the policy has removed the oldest archives
            archives = AuditFiles(str(folder)).holdings().archives
            self.kept = self._chance.choice(archives).last + 1 if archives else 1
            AuditFiles(str(folder)).remove_before(self.kept)
        self.files = [one.name for one in sorted(folder.glob("audit-*.journal"))] + [CURRENT]
        self.lines = [Line(line, number) for number, name in enumerate(self.files)
                      for line in (folder / name).read_bytes().splitlines(keepends=True)]
        self.key = (folder / "audit.key").read_bytes()

    def _happens(self, journal: AuditJournal) -> None:
        chance = self._chance.random()
        if chance < 0.05:
            journal.checkpoint()
        elif chance < 0.1:
            journal.rotate()
        elif chance < 0.12:
            self.seeds.append(f"{self._chance.getrandbits(256):064x}")
            journal.begin(self.seeds[-1])
        else:
            journal.append({"n": self._chance.randrange(1000), "text": "x" * self._chance.randrange(40)}, durable=False)
        self.clock.move(EPOCH * self._chance.choice((0, 0.1, 0.3, 1)))

    @property
    def epoch_began(self) -> int:
        """How many records there were when the current epoch began."""
        return int(json.loads(self.key)["records"])

    def write(self, lines: list[Line], key: bytes) -> None:
        """Put other lines and another key into the files; an archive is named by its numbers, or gone."""
        for name in self.files:
            (self.folder / name).unlink(missing_ok=True)
        for one in self.folder.glob("audit-*.journal"):
            one.unlink()
        for number, name in enumerate(self.files):
            texts = [one.text for one in lines if one.file == number]
            if name == CURRENT or texts:
                path = self.folder / (name if name == CURRENT else _named(name, texts))
                path.write_bytes(b"".join(texts))
        (self.folder / "audit.key").write_bytes(key)

    def is_intact(self, anchor: tuple[int, str] | None = None) -> bool:
        """Whether verifying finds nothing."""
        return bool(audit_in(self.folder, self.clock).verify(self.seeds, anchor, kept=self.kept)["intact"])


def _named(name: str, texts: list[bytes]) -> str:
    """The name of an archive of these records."""
    found = [number for text in texts if (number := number_of(text)) is not None]
    return f"audit-{found[0]:012}-{found[-1]:012}.journal" if found else name


def number_of(text: bytes) -> int | None:
    """The number of the record that a line is, if it is one."""
    try:
        return int(json.loads(text)["seq"])
    except (ValueError, KeyError, TypeError):
        return None
