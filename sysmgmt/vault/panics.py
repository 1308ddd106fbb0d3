"""Panics of the library for keys and certificates, which is written in Rust: hostile bytes bring them about."""

from collections.abc import Iterator
from contextlib import contextmanager

from cryptography.exceptions import InternalError


@contextmanager
def refused() -> Iterator[None]:
    """Make a ValueError of a panic, and of an error that the library did not expect.

    A panic is no Exception: it would end the thread, or the shell, that reads the bytes.
    """
    try:
        yield
    except InternalError:
        raise ValueError("the library does not know what to say") from None
    except BaseException as panic:  # its own class can be imported from nowhere
        if type(panic).__name__ != "PanicException":
            raise
        raise ValueError("the library has given up") from None
