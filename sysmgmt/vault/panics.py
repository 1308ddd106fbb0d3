"""Panics of the library for keys and certificates, which is written in Rust: hostile bytes bring them about."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def refused() -> Iterator[None]:
    """Make a panic a ValueError. It is no Exception: it would end the thread, or the shell, that reads the bytes."""
    try:
        yield
    except BaseException as panic:  # its own class can be imported from nowhere
        if type(panic).__name__ != "PanicException":
            raise
        raise ValueError("the library has given up") from None
