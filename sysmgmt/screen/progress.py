"""How far a command has come, shown to a person on standard error: one line that is written again and goes."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from sysmgmt.domain.progress import Report, sparse
from sysmgmt.screen.visible import escaped

WIDTH = 79
AGAIN = "\r\x1b[K"
"""To the beginning of the line, and away with what stands there."""
SLOWLY = 5.0
"""Seconds between two lines where none can be written again: a screen reader says them all."""


@contextmanager
def shown(out: TextIO) -> Iterator[Report]:
    """A report on the terminal `out`, cleared at the end; under TERM=dumb plain lines."""
    plain = os.environ.get("TERM", "dumb") in ("dumb", "unknown")

    def write(sentence: str, done: int, total: int) -> None:
        words = escaped(in_words(sentence, done, total))
        _write(out, words + "\n" if plain else AGAIN + words[:WIDTH])
    try:
        yield sparse(write, time.monotonic, SLOWLY, 0.0) if plain else write
    finally:
        if not plain:
            _write(out, AGAIN)


def in_words(sentence: str, done: int, total: int) -> str:
    """`Verifying the audit: 45 %`; without a percentage where nobody knows it."""
    return f"{sentence}: {min(100, 100 * done // total)} %" if total > 0 else f"{sentence} ..."


def _write(out: TextIO, text: str) -> None:
    with suppress(OSError):  # where nobody looks there is nothing to tell
        out.write(text)
        out.flush()
