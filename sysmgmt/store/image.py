"""The tables as they are on disk: state file plus journal, kept up to date by what is new."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from sysmgmt.domain.errors import Refusal, StateDamaged, StorageFailed, StorageUncertain
from sysmgmt.store import files, formats, lines, snapshot, statefiles
from sysmgmt.store.lines import Change
from sysmgmt.store.snapshot import Difference, apply
from sysmgmt.store.writeahead import WriteAhead

FOLD_AT = 65536
"""Bytes of journal from which on it is folded into the state file, if that is not larger.

Every start reads the journal line by line: two hundred lines cost it as much as folding costs once.
"""


class Image:
    """What is stored in one folder, as of the last `refresh`."""

    def __init__(self, folder: str, upgrades: formats.Upgrades = formats.UPGRADES) -> None:
        self.tables: snapshot.Tables = {}
        self.generation = 0
        self._folder = folder
        self._upgrades = upgrades
        self._log = WriteAhead(folder)
        self._file = os.path.join(folder, snapshot.NAME)
        self._format = formats.FORMAT
        self._file_size = 0
        self._fold_at = FOLD_AT
        self._lost = self._cleaned = False

    def refresh(self) -> list[Difference] | None:
        """Read what is new; None if everything was read again. Raises StateDamaged, StateNewer."""
        unseen = self._log.unseen()
        if unseen == 0:
            return []
        if unseen is not None:
            try:
                entries = self._log.replay()
            except StateDamaged:
                entries = None  # The file may have been cut and grown again: see it as a whole.
            if entries is not None and not (entries and self._format != formats.FORMAT):
                self.generation = self._log.generation
                return [one for entry in entries for one in apply(self.tables, entry.changes)]
        try:
            self._adopt(statefiles.load(self._folder, self._log))
        except BaseException:
            self._log.close()  # Otherwise the next refresh would go on from what was never taken over.
            raise
        return None

    def forget(self) -> None:
        """Drop what is in memory, so that the next `refresh` reads everything again."""
        self._log.close()

    def _adopt(self, found: statefiles.Loaded) -> None:
        stored, entries, size = found
        if not size and self.generation:
            raise files.damaged(snapshot.NAME, "it is missing")
        self._format = min(stored.format, self._log.header.format) if size else formats.FORMAT
        for format in (stored.format, self._format):
            formats.check(format, self._upgrades)
        statefiles.replay(stored, entries)
        self.tables = formats.upgraded(stored.tables, stored.format, self._upgrades)
        self.generation, self._file_size = max(stored.generation, self._log.generation), size
        self._fold_at = max(FOLD_AT, size)

    def prepare(self) -> None:
        """What the writer has to do before its first change. Raises StorageFull, StorageFailed.

        After a failed sync nothing may build on the old files; a state of an older format is
        kept as a copy before it is rewritten.
        """
        if not self._cleaned:
            statefiles.clean(self._folder)
            self._cleaned = True
        if self._lost:
            self.fold()
        elif self._format != formats.FORMAT:
            with files.refusing(self._folder):
                statefiles.keep_old(self._folder, self.generation)
            self.fold()

    def append(self, changes: Sequence[Change], reserve: bool) -> None:
        """Make `changes`, which are in the tables already, one durable transaction.

        Raises StorageFull, StorageFailed: nothing was stored then; StorageUncertain.
        """
        text = lines.line({"n": self.generation + 1, "t": changes})
        with files.refusing(self._folder):
            if self._lost:
                raise StorageFailed(what="an earlier change could not be synced")
            self._file_size = self._file_size or statefiles.create(self._folder, self._log)
            try:
                self._log.append(text, reserve)
            except OSError as problem:
                self._lost = True
                self._take_back(problem)
                raise
        self.generation = self._log.generation
        self._fold_if_large()

    def _take_back(self, problem: OSError) -> None:
        """Drop the line that could not be synced. Raises StorageUncertain where it may stay."""
        try:
            self._log.cut()
            self._log.sync()
        except OSError:
            raise StorageUncertain(what=os.strerror(problem.errno or 0)) from problem
        finally:
            self._log.close()

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
            self._file_size = self._file_size or statefiles.create(self._folder, self._log)
            files.replace(self._file, text)
            try:
                statefiles.start_log(self._log, self.generation)
            except BaseException:
                # Once the new journal has the name, the old one may come back unless the folder is synced.
                self._lost = self._lost or self._log.moved()
                raise
        self._file_size, self._fold_at = len(text), max(FOLD_AT, len(text))
        self._format, self._lost = formats.FORMAT, False

    def facts(self) -> Mapping[str, Any]:
        """Format, generation, sizes in bytes, and how many torn bytes were dropped at the end."""
        return {"format": self._format, "generation": self.generation, "state_bytes": self._file_size,
                "journal_bytes": self._log.size, "dropped_bytes": self._log.torn()}
