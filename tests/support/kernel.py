"""A kernel that refuses a call: tests/faults has it refuse with strace, here the process itself sees it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest


@contextmanager
def refusing(call: str, error: int, after: int = 0, times: int = 1000) -> Iterator[None]:
    """From the call of `os` on that comes `after` so many, it fails so many `times` with an error number."""
    real, numbers = getattr(os, call), count()

    def refused(*given: Any, **named: Any) -> Any:
        if after <= next(numbers) < after + times:
            raise OSError(error, os.strerror(error))
        return real(*given, **named)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, call, refused)
        yield
