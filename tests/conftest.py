"""Fixtures for all tests: folders that sync fast, and installed boxes."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support import box
from tests.support.clock import HeldClock

MEMORY = "/dev/shm"


def _where() -> str | None:
    return MEMORY if os.path.isdir(MEMORY) and os.access(MEMORY, os.W_OK) else None


@pytest.fixture(scope="session")
def templates() -> Iterator[Callable[[str], box.TestBox]]:
    """A box of each security level, built once."""
    root = Path(tempfile.mkdtemp(prefix="boxes-", dir=_where()))
    built: dict[str, box.TestBox] = {}

    def template(level: str) -> box.TestBox:
        if level not in built:
            built[level] = box.build(root / level, level, HeldClock())
        return built[level]
    yield template
    shutil.rmtree(root)


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder, in memory where that is possible: a test must not wait for a disk."""
    path = Path(tempfile.mkdtemp(prefix="box-", dir=_where()))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def basic(templates: Callable[[str], box.TestBox], folder: Path) -> box.TestBox:
    """An installed box at the security level basic."""
    return box.copy(templates("basic"), folder / "state")


@pytest.fixture
def high(templates: Callable[[str], box.TestBox], folder: Path) -> box.TestBox:
    """An installed box at the security level high."""
    return box.copy(templates("high"), folder / "high")


@pytest.fixture
def fresh(folder: Path) -> box.TestBox:
    """A box that has not been installed."""
    return box.TestBox(folder / "state", HeldClock())
