"""The tables as they are on disk: state file plus journal, kept up to date by what is new."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from sysmgmt.domain.errors import Refusal, StateDamaged, StorageFailed, StorageFull
from sysmgmt.store import files, formats, lines, snapshot, space
from sysmgmt.store.lines import Change, Document
from sysmgmt.store.log import NAME as JOURNAL
from sysmgmt.store.log import Log

Difference = tuple[str, str, Document | None, Document | None]
"""Table, id as TinyDB writes it, document before, document now."""

FOLD_AT = 1048576
"""Bytes of journal from which on it is folded into the state file, if that is not larger."""

ATTEMPTS = 5
"""How often a reader looks again while a writer exchanges the two files."""


def apply(tables: snapshot.Tables, changes: Sequence[Change]) -> list[Difference]:
    """Put `changes` into `tables`; what that changed."""
    differences = []
    for table, number, now in changes:
        differences.append((table, str(number), put(tables, table, str(number), now), now))
    return differences


def put(tables: snapshot.Tables, table: str, key: str, now: Document | None) -> Document | None:
    """Put one document into `tables`, or remove it; what was there before."""
    documents = tables.setdefault(table, {})
    before = documents.pop(key, None) if now is None else documents.get(key)
    if now is not None:
        documents[key] = now
    elif not documents:
        del tables[table]
    return before


def _replay(stored: snapshot.Snapshot, entries: Sequence[lines.Entry]) -> None:
    for entry in entries:
        if entry.generation > stored.generation:
            apply(stored.tables, entry.changes)


class Image:
    """What is stored in one folder, as of the last `refresh`."""

    def __init__(self, folder: str, upgrades: formats.Upgrades = formats.UPGRADES) -> None:
        self.tables: snapshot.Tables = {}
        self.generation = 0
        self._folder = folder
        self._upgrades = upgrades
        self._log = Log(folder)
        self._file = os.path.join(folder, snapshot.NAME)
        self._format = formats.FORMAT
        self._file_size = 0
        self._fold_at = FOLD_AT
        self._lost = self._cleaned = False

    def refresh(self) -> list[Difference] | None:
        """Read what is new; None if everything was read again. Raises StateDamaged, StateNewer."""
        if not self._log.moved():
            try:
                entries = self._log.replay()
            except StateDamaged:
                entries = None  # The file may have been cut and grown again: see it as a whole.
            if entries is not None and not (entries and self._format != formats.FORMAT):
                self.generation = self._log.generation
                return [one for entry in entries for one in apply(self.tables, entry.changes)]
        self._load()
        return None

    def forget(self) -> None:
        """Drop what is in memory, so that the next `refresh` reads everything again."""
        self._log.close()

    def _load(self) -> None:
        for _ in range(ATTEMPTS):
            text = files.read(self._file)
            found = self._log.open()
            base = self._log.header.base if found else -1
            stored = snapshot.read(text) if text is not None else None
            entries = self._log.replay() if found else []
            if stored is None and not entries and base <= 0:
                stored = snapshot.Snapshot(formats.FORMAT, 0, {})
            if stored is not None and base <= stored.generation and (found or text is None):
                return self._adopt(stored, entries, len(text or b""))
        self._log.close()
        missing = JOURNAL if not found else snapshot.NAME
        raise files.damaged(missing, "it is missing" if text is None or not found else "it is older than its journal")

    def _adopt(self, stored: snapshot.Snapshot, entries: Sequence[lines.Entry], size: int) -> None:
        if not size and self.generation and not self._log.generation:
            self._log.close()
            raise files.damaged(snapshot.NAME, "it is missing")
        if size and self._log.generation < stored.generation:
            self._log.close()
            raise files.damaged(JOURNAL, "it is older than the state file")
        self._format = min(stored.format, self._log.header.format) if size else formats.FORMAT
        for format in (stored.format, self._format):
            formats.check(format, self._upgrades)
        _replay(stored, entries)
        self.tables = formats.upgraded(stored.tables, stored.format, self._upgrades)
        self.generation, self._file_size = max(stored.generation, self._log.generation), size
        self._fold_at = max(FOLD_AT, size)

    def prepare(self) -> None:
        """What the writer has to do before its first change. Raises StorageFull, StorageFailed.

        After a failed sync nothing may build on the old files; a state of an older format is
        kept as a copy before it is rewritten.
        """
        if not self._cleaned:
            files.clean(self._file + files.TEMPORARY)
            files.clean(self._log.path + files.TEMPORARY)
            self._cleaned = True
        if self._lost:
            self.fold()
        elif self._format != formats.FORMAT:
            self._keep_old()
            self.fold()

    def _keep_old(self) -> None:
        text = files.read(self._file)
        old = snapshot.read(text or b"")
        if old.format == formats.FORMAT:
            return  # An upgrade that was killed between its two files, so the copy is there.
        log = Log(self._folder)
        log.open()
        _replay(old, log.replay())
        log.close()
        with files.refusing(self._folder):
            files.replace(f"{self._file}.format-{old.format}",
                          snapshot.write(old._replace(generation=self.generation)))

    def append(self, changes: Sequence[Change], reserve: bool) -> None:
        """Make `changes`, which are in the tables already, one durable transaction.

        Raises StorageFull, StorageFailed; nothing was stored then.
        """
        text = lines.line({"n": self.generation + 1, "t": changes})
        with files.refusing(self._folder):
            if self._lost:
                raise StorageFailed(what="an earlier change could not be synced")
            self._create()
            try:
                self._log.append(text, reserve)
            except OSError:
                self._lost = True
                self._log.cut()
                self._log.close()
                raise
        self.generation = self._log.generation
        self._fold_if_large()

    def _create(self) -> None:
        """The journal of a new box first: alone it is whole, while a state file alone is not."""
        if self._file_size:
            return
        self._write_log(0)
        text = snapshot.write(snapshot.Snapshot(formats.FORMAT, 0, {}))
        files.replace(self._file, text)
        self._file_size = len(text)

    def _restart_log(self) -> None:
        """Once the new journal has the name, the old one may come back unless the folder is synced."""
        try:
            self._write_log(self.generation)
        except BaseException:
            self._lost = self._lost or self._log.moved()
            raise

    def _write_log(self, base: int) -> None:
        header = lines.header(lines.Header(formats.FORMAT, base))
        files.replace(self._log.path, header, lambda descriptor: self._reserve(descriptor, len(header)))
        self._log.open()

    def _reserve(self, descriptor: int, end: int) -> None:
        if not space.keep(descriptor, end):
            raise StorageFull(folder=self._folder)

    def _fold_if_large(self) -> None:
        """Fold what grew too large. It is stored already, so no failure may be heard of."""
        if self._log.size <= self._fold_at:
            return
        try:
            self.fold()
        except Refusal:
            self._fold_at = self._log.size + FOLD_AT // 4

    def fold(self) -> None:
        """Write everything into a new state file and start a new journal, durably.

        Raises StorageFull, StorageFailed; what was stored before is still stored then.
        """
        text = snapshot.write(snapshot.Snapshot(formats.FORMAT, self.generation, self.tables))
        with files.refusing(self._folder):
            self._create()
            files.replace(self._file, text)
            self._restart_log()
        self._file_size, self._fold_at = len(text), max(FOLD_AT, len(text))
        self._format, self._lost = formats.FORMAT, False

    def facts(self) -> Mapping[str, Any]:
        """Format, generation, sizes in bytes, and how many torn bytes were dropped at the end."""
        return {"format": self._format, "generation": self.generation, "state_bytes": self._file_size,
                "journal_bytes": self._log.size, "dropped_bytes": self._log.torn()}
