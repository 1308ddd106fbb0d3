"""`state.json` and `state.journal` together: loaded, created, exchanged.

At every moment the two on disk make one state: the state file may be ahead of the generation that
the journal builds on, never behind it, and neither counts without the other.
"""

import os
from collections.abc import Sequence
from typing import NamedTuple

from sysmgmt.domain.errors import StorageFull
from sysmgmt.store import files, formats, lines, snapshot, space
from sysmgmt.store.writeahead import NAME as JOURNAL
from sysmgmt.store.writeahead import WriteAhead

ATTEMPTS = 5
"""How often a reader looks again while a writer exchanges the two files."""


class Loaded(NamedTuple):
    """What the files say: the state file, what the journal adds, bytes of the state file (0: none)."""

    stored: snapshot.Snapshot
    entries: Sequence[lines.Entry]
    size: int


def load(folder: str, log: WriteAhead) -> Loaded:
    """Read both files, the state file first; `log` follows the journal then. Raises StateDamaged."""
    for _ in range(ATTEMPTS):
        text = files.read(os.path.join(folder, snapshot.NAME))
        found = log.open()
        if text is not None and not found:
            raise files.damaged(JOURNAL, "it is missing")
        entries = log.replay()
        if text is None and log.generation == 0:
            return Loaded(snapshot.Snapshot(formats.FORMAT, 0, {}), entries, 0)
        if text is not None and log.header.base <= (stored := snapshot.read(text)).generation:
            return _consistent(Loaded(stored, entries, len(text)), log)
    raise files.damaged(snapshot.NAME, "it is missing" if text is None else "it is older than its journal")


def _consistent(loaded: Loaded, log: WriteAhead) -> Loaded:
    if log.generation < loaded.stored.generation:
        raise files.damaged(JOURNAL, "it is older than the state file")
    return loaded


def replay(stored: snapshot.Snapshot, entries: Sequence[lines.Entry]) -> None:
    """Put what is newer than `stored` into its tables."""
    for entry in entries:
        if entry.generation > stored.generation:
            snapshot.apply(stored.tables, entry.changes)


def create(folder: str, log: WriteAhead) -> int:
    """Make the files of a new box; bytes of its state file. Raises StorageFull, OSError.

    The journal comes first: alone it is a new box, while a state file alone is a damaged one.
    """
    start_log(log, 0)
    text = snapshot.write(snapshot.Snapshot(formats.FORMAT, 0, {}))
    files.replace(os.path.join(folder, snapshot.NAME), text)
    return len(text)


def start_log(log: WriteAhead, base: int) -> None:
    """Put an empty journal in the place of `log` and follow it. Raises StorageFull, OSError."""
    header = lines.header(lines.Header(formats.FORMAT, base))

    def reserve(descriptor: int) -> None:
        if not space.keep(descriptor, len(header)):
            raise StorageFull(folder=log.folder)
    files.replace(log.path, header, reserve)
    log.open()


def keep_old(folder: str, generation: int) -> None:
    """Keep a state of an older format, journal included, as `state.json.format-N`. Raises OSError."""
    path = os.path.join(folder, snapshot.NAME)
    old = snapshot.read(files.read(path) or b"")
    if old.format == formats.FORMAT:
        return  # An upgrade was killed between its two files, so the copy is there.
    log = WriteAhead(folder)
    log.open()
    replay(old, log.replay())
    log.close()
    files.replace(f"{path}.format-{old.format}", snapshot.write(old._replace(generation=generation)))


def clean(folder: str) -> None:
    """Remove what a writer that was killed left over."""
    for name in (snapshot.NAME, JOURNAL):
        files.clean(os.path.join(folder, name + files.TEMPORARY))
