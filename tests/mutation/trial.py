"""One mutant in a process of its own: a copy of one in which everything is loaded already."""

import gc
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import NamedTuple

import pytest

from tests.coverage.modules import ROOT
from tests.mutation import mutants
from tests.mutation.mutants import Mutant

MEMORY, LARGEST = 4 << 30, 256 << 20
"""Bytes that a mutant may have, and bytes of a file that it may write."""


class Verdict(Enum):
    """What became of a mutant."""

    KILLED, TIMED_OUT, SURVIVED = "killed", "timed out", "survived"


def judged(act: Callable[[], bool], quiet: bool = True) -> Verdict:
    """What `act`, which says whether a mutant was noticed, finds in a copy of this process."""
    if not (child := os.fork()):
        _act(act, quiet)
    status = os.waitpid(child, 0)[1]
    try:
        os.killpg(child, signal.SIGKILL)  # what tests started that nobody could end
    except ProcessLookupError:
        pass
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM:
        return Verdict.TIMED_OUT
    return Verdict.SURVIVED if status == 0 else Verdict.KILLED


def _act(act: Callable[[], bool], quiet: bool) -> None:
    noticed = True
    try:
        os.setpgid(0, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, LARGEST))
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2) if quiet else ():
            os.dup2(nothing, descriptor)
        noticed = act()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(int(noticed))


def functions() -> dict[str, list[FunctionType]]:
    """The functions that are loaded, by file. To look for them in each copy would cost a copy of all memory."""
    found: dict[str, list[FunctionType]] = {}
    for one in gc.get_objects():
        if isinstance(one, FunctionType):
            found.setdefault(one.__code__.co_filename, []).append(one)
    gc.freeze()
    return found


class Warm(NamedTuple):
    """How a mutant is tried whose mistake is in a function: among what is loaded.

    `patience` is for so many seconds of a test; `note` is where the test is named that was red.
    """

    loaded: Sequence[FunctionType]
    patience: Callable[[pytest.Item], float]
    note: Path


def fits(mutant: Mutant, loaded: Sequence[FunctionType]) -> bool:
    """Whether functions that are loaded can take the code with the mistake: it refers to as much around them.

    Where none is, as in a module that tests load while they run, nothing would be changed.
    """
    found = [*_changed(mutant, loaded)]
    return bool(found) and all(len(code.co_freevars) == len(one.__code__.co_freevars) for one, code in found)


def _changed(mutant: Mutant, loaded: Sequence[FunctionType]) -> Iterator[tuple[FunctionType, CodeType]]:
    codes = {(one.co_qualname, one.co_firstlineno): one for one in _codes(mutants.compiled(mutant))}
    for function in loaded:
        if code := codes.get((function.__code__.co_qualname, function.__code__.co_firstlineno)):
            yield function, code


def warm(mutant: Mutant, items: Sequence[pytest.Item], how: Warm) -> bool:
    """Put the mistake into the functions that are loaded, and run tests until one of them is red."""
    for function, code in _changed(mutant, how.loaded):
        function.__code__ = code
    signal.setitimer(signal.ITIMER_REAL, how.patience(items[0]))
    for item, following in zip(carried_out(items), [*items[1:], items[0]], strict=True):
        if item.session.testsfailed:
            how.note.write_text(item.nodeid, encoding="utf-8")
            return True
        signal.setitimer(signal.ITIMER_REAL, how.patience(following))
    return False


def carried_out(items: Sequence[pytest.Item]) -> Iterator[pytest.Item]:
    """Carry tests out, one at a time. What all tests share is not taken down after the last one."""
    for item, following in zip(items, [*items[1:], None], strict=True):
        far = following or next((one for one in item.session.items if one.path.parent != items[-1].path.parent), None)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=far)
        yield item


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from _codes(one)


def cold(mutant: Mutant, names: Sequence[str], patience: float) -> bool:
    """Load the product again with the mistake in it, and run tests until one of them is red."""
    for name in [one for one in sys.modules if one.split(".")[0] in ("sysmgmt", "boxmgmt", "tests")]:
        del sys.modules[name]
    sys.meta_path.insert(0, _Finder(mutant))
    signal.setitimer(signal.ITIMER_REAL, patience)
    files = dict.fromkeys(one.partition("::")[0] for one in names)
    done = pytest.main(["-x", "-q", "-s", "-p", "no:cacheprovider", *files], plugins=[_Only(names)])
    return done not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)


class _Only:
    """A plugin of pytest that leaves out all tests but some."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = set(names)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave the others out."""
        items[:] = [one for one in items if one.nodeid in self._names]


class _Finder:
    """Finds one module with a mistake in it."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant
        self._name = ".".join(mutant.module.relative_to(ROOT).parts)

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """See importlib.abc.MetaPathFinder."""
        if name != self._name:
            return None
        place = self._mutant.path
        found = spec_from_loader(name, self, origin=str(place), is_package=place.stem == "__init__")
        if found is not None and found.submodule_search_locations is not None:
            found.submodule_search_locations.append(str(place.parent))
        return found

    def create_module(self, spec: ModuleSpec) -> None:
        """The usual module."""

    def exec_module(self, module: ModuleType) -> None:
        """Carry out the text with the mistake."""
        exec(mutants.compiled(self._mutant), module.__dict__)
