"""Fixtures for all tests: folders that sync fast, and installed boxes."""

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support import box
from tests.support.boxmgmtd import Boxmgmtd, running
from tests.support.clock import HeldClock

MEMORY = os.environ.get("TESTS_MEMORY", "/dev/shm")
IN_BOTH_MODES = {"commands", "engine", "sessions", "menus"}
"""The folders of tests about what a box answers: each runs in embedded and in service mode."""

for hangup in (signal.SIGHUP, signal.SIGQUIT):
    # Whoever starts the tests with nohup or behind a shell's & has them ignored, down to every login of a test.
    signal.signal(hangup, signal.SIG_DFL)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Reach the box of a test in both modes, unless it says with a reason that it can only be one."""
    folder = metafunc.definition.path.relative_to(Path(__file__).parent).parts[0]
    if "mode" not in metafunc.fixturenames or folder not in IN_BOTH_MODES:
        return
    only = metafunc.definition.get_closest_marker("embedded_only")
    assert only is None or only.args, "it says why"
    metafunc.parametrize("mode", [box.EMBEDDED] if only else box.MODES)


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
def mode() -> str:
    """How the boxes of a test are reached."""
    return box.EMBEDDED


@pytest.fixture
def basic(templates: Callable[[str], box.TestBox], folder: Path, mode: str) -> Iterator[box.TestBox]:
    """An installed box at the security level basic."""
    with closing(box.copy(templates("basic"), folder / "state", mode)) as one:
        yield one


@pytest.fixture(name="box")
def with_bob(basic: box.TestBox) -> box.TestBox:
    """An installed box at the security level basic, with bob, who may only look and need not change his password."""
    assert basic.admin().do(f'add_user name=bob role=monitor password="{box.BOB}" must_change=no').code == "Done"
    return basic


@pytest.fixture
def high(templates: Callable[[str], box.TestBox], folder: Path, mode: str) -> Iterator[box.TestBox]:
    """An installed box at the security level high."""
    with closing(box.copy(templates("high"), folder / "high", mode)) as one:
        yield one


@pytest.fixture
def fresh(folder: Path, mode: str) -> Iterator[box.TestBox]:
    """A box that has not been installed."""
    with closing(box.TestBox(folder / "state", HeldClock(), mode)) as one:
        yield one


@pytest.fixture
def daemon(basic: box.TestBox) -> Iterator[Boxmgmtd]:
    """A boxmgmtd over an installed box at the security level basic."""
    with running(basic) as one:
        yield one
