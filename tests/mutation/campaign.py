"""A plugin of pytest that runs, instead of the tests, a trial for each mutant with the tests that reach it.

First all tests run once, to see that they are green, what each costs and which lines it reaches. That
and each trial happen in a copy of the process, in which everything is loaded and nothing has been run.
"""

import json
import re
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import FunctionType

import coverage
import pytest

from tests.coverage.modules import ROOT, OneProcess
from tests.mutation import survivors, trial
from tests.mutation.mutants import Mutant
from tests.mutation.trial import Verdict

LONGEST, BUDGET = 3.0, 4.0
"""Seconds that a test may take, and all tests of a mutant together; what is beyond that is not run."""
LOADING = frozenset({"itself"})
"""The names of a mutant for which modules are loaded again, though it binds none."""


class Reach:
    """What each test costs in seconds, and which lines of the product it reaches."""

    def __init__(self, folder: Path) -> None:
        self.costs: dict[str, float] = json.loads((folder / "costs").read_text(encoding="utf-8"))
        self._data = coverage.CoverageData(str(folder / "reach"))
        self._data.read()
        self._lines: dict[str, dict[int, list[str]]] = {}
        self._depths: dict[str, Counter[str]] = {}

    def of(self, mutant: Mutant) -> set[str]:
        """The tests that reach a mutant."""
        if mutant.names:
            return {test for path, line in _mentions(mutant.names) for test in self._at(path, line)}
        return {test for line in range(mutant.lines[0], mutant.lines[1] + 1)
                for test in self._at(str(mutant.path), line)}

    def near(self, mutant: Mutant) -> set[str]:
        """The tests that reach anything in the module of a mutant."""
        return {*self.depths(mutant)}

    def depths(self, mutant: Mutant) -> Counter[str]:
        """How many lines of the module of a mutant each test reaches."""
        path = str(mutant.path)
        if path not in self._depths:
            self._depths[path] = Counter(test for tests in self._in(path).values() for test in tests if test)
        return self._depths[path]

    def _at(self, path: str, line: int) -> list[str]:
        return [one for one in self._in(path).get(line, ()) if one]

    def _in(self, path: str) -> dict[int, list[str]]:
        if path not in self._lines:
            self._lines[path] = self._data.contexts_by_lineno(path)
        return self._lines[path]


def _mentions(names: Iterable[str]) -> Iterator[tuple[str, int]]:
    """The lines of the product in which a name stands."""
    wanted = re.compile(rf"\b({'|'.join(map(re.escape, names))})\b")
    for path in sorted((ROOT / "sysmgmt").rglob("*.py")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if wanted.search(line):
                yield str(path), number


class Campaign(OneProcess):
    """Tries `wanted`, in their order, until `seconds` are over."""

    def __init__(self, wanted: Sequence[Mutant], seconds: float, folder: Path, reach: Path) -> None:
        self._wanted = wanted
        self._unchanged = wanted[0]._replace(number=-1, names=frozenset())
        self._seconds = seconds
        self._folder = folder
        self._note = folder / "killer"
        self._reach = reach
        self._functions: dict[str, list[FunctionType]] = {}
        self._words: dict[str, set[str]] = {}
        self._listed = survivors.listed()
        self._killers: dict[tuple[Path, str], list[str]] = {}
        self._killed: dict[str, list[Mutant]] = {}
        self.verdicts: dict[Mutant, Verdict] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Learn what the tests reach, then try the mutants."""
        _build_boxes(session)
        if not (self._reach / "costs").exists():
            if trial.judged(lambda: _learn(session, self._reach), quiet=False) is not Verdict.SURVIVED:
                raise pytest.UsageError("Most tests are red without a mutant.")
        reach, begun, self._functions = Reach(self._reach), time.monotonic(), trial.functions()
        items = {one.nodeid: one for one in session.items if reach.costs.get(one.nodeid, LONGEST) < LONGEST}
        self._check_trials(items, reach)
        for mutant in self._wanted:
            if time.monotonic() - begun > self._seconds:
                break
            listed = mutant.title in self._listed
            self.verdicts[mutant] = Verdict.SURVIVED if listed else self._try(mutant, items, reach)
            if self.verdicts[mutant] is Verdict.SURVIVED and not listed:
                print(f"survived: {mutant.title}  ({mutant.path.name}:{mutant.lines[0]})", flush=True)
        self._check_killers(items, reach)
        return True

    def _check_trials(self, items: dict[str, pytest.Item], reach: Reach) -> None:
        """Raise UsageError where a trial finds something wrong with what nobody has changed."""
        for names in (frozenset(), LOADING):
            unchanged = self._unchanged._replace(names=names)
            near = reach.near(unchanged)
            tests = [one for one in items if one in near][:20]
            if tests and self._judged(unchanged, tests, items, reach) is not Verdict.SURVIVED:
                raise pytest.UsageError("A trial finds a mistake where there is none.")

    def _check_killers(self, items: dict[str, pytest.Item], reach: Reach) -> None:
        """Take back what was noticed by a test that is red in a trial of what nobody has changed."""
        for killer, mutants in self._killed.items():
            if self._judged(self._unchanged, [killer], items, reach) is not Verdict.SURVIVED:
                print(f"red without a mutant, and of no account: {killer}", flush=True)
                self.verdicts.update(dict.fromkeys(mutants, Verdict.SURVIVED))

    def _try(self, mutant: Mutant, items: dict[str, pytest.Item], reach: Reach) -> Verdict:
        killers = self._killers.setdefault((mutant.path, mutant.place), [])
        reached = reach.of(mutant)
        if mutant.names or not reached:  # what is done when modules are loaded is used by tests that reach no line
            about = {one for one in items if self._is_about(one, mutant)}
            mutant, reached = mutant._replace(names=mutant.names or LOADING), reached | about or reach.near(mutant)
        elif not trial.fits(mutant, self._functions.get(str(mutant.path), [])):
            mutant = mutant._replace(names=LOADING)
        depths = reach.depths(mutant)
        ordered = sorted(reached & items.keys(), key=lambda one: (
            one not in killers, not _is_own(one, mutant), not depths[one], not _is_near(one, mutant),
            reach.costs[one] / max(1, depths[one]), one))
        own = [one for one in ordered if _is_own(one, mutant) or one in killers]
        tests = _affordable([*own, *_spread(ordered[len(own):])], reach)
        verdict = self._judged(mutant, tests, items, reach) if tests else Verdict.SURVIVED
        if self._note.exists():
            killer = self._note.read_text(encoding="utf-8")
            self._killed.setdefault(killer, []).append(mutant)
            if killer not in killers:
                killers.append(killer)
        return verdict

    def _is_about(self, test: str, mutant: Mutant) -> bool:
        """Whether the file of a test has the name of the module in it."""
        file = test.partition("::")[0]
        if file not in self._words:
            self._words[file] = set(re.findall(r"\w+", (ROOT / file).read_text(encoding="utf-8")))
        return mutant.module.name in self._words[file]

    def _judged(self, mutant: Mutant, tests: Sequence[str], items: dict[str, pytest.Item], reach: Reach) -> Verdict:
        self._note.unlink(missing_ok=True)
        if mutant.names:
            limit = 30 + 10 * sum(map(reach.costs.__getitem__, tests))
            verdict = trial.judged(lambda: trial.cold(mutant, tests, limit))
        else:
            how = trial.Warm(self._functions.get(str(mutant.path), []),
                             lambda one: 4 + 10 * reach.costs[one.nodeid], self._note)
            verdict = trial.judged(lambda: trial.warm(mutant, [items[one] for one in tests], how))
        for left in self._folder.glob("box-*"):
            _remove(left)
        return verdict


def _is_own(test: str, mutant: Mutant) -> bool:
    return f"/test_{mutant.module.name}.py::" in test


def _is_near(test: str, mutant: Mutant) -> bool:
    """Whether a test stands in a folder that is called as one of the module's."""
    return test.startswith(tuple(f"tests/{one}/" for one in mutant.module.parts[-3:-1]))


def _spread(tests: Sequence[str]) -> list[str]:
    """The tests in their order, but first one case of each, then a second one of each that has more."""
    cases: Counter[str] = Counter()
    places = {}
    for one in tests:
        name = one.partition("[")[0]
        places[one] = cases[name]
        cases[name] += 1
    return sorted(tests, key=places.__getitem__)


def _affordable(tests: Sequence[str], reach: Reach) -> list[str]:
    """What the budget suffices for, in the same order: first for the first tests, the rest for the cheapest."""
    chosen, spent = set(), 0.0
    for most, ordered in (LONGEST, tests), (BUDGET, sorted(tests, key=reach.costs.__getitem__)):
        for one in ordered:
            if one not in chosen and spent + reach.costs[one] <= most:
                spent += reach.costs[one]
                chosen.add(one)
    return [one for one in tests if one in chosen]


def _remove(left: Path) -> None:
    """Remove what tests that were ended left; a disk that stayed mounted would make those red that follow."""
    mounts = Path("/proc/mounts").read_text(encoding="utf-8")
    for place in re.findall(rf"^\S+ ({re.escape(str(left))}/\S+) ", mounts, re.MULTILINE):
        subprocess.run(["umount", "--lazy", place], check=True)
    shutil.rmtree(left, ignore_errors=True)


def _build_boxes(session: pytest.Session) -> None:
    """Run a test with a box of each kind, so that their templates are there: no trial has to build them."""
    for kind in ("basic", "high"):
        items = [one for one in session.items if kind in getattr(one, "fixturenames", ())]
        if items:
            list(trial.carried_out(items[:1]))


def _learn(session: pytest.Session, folder: Path) -> bool:
    """Run all tests; whether most were red. A single one, as on a machine that is busy, is told of and left out."""
    costs: dict[str, float] = {}
    measured = coverage.Coverage(data_file=str(folder / "reach"), source=[str(ROOT / "sysmgmt")])
    measured.start()
    failed, begun = 0, time.monotonic()
    measured.switch_context(session.items[0].nodeid)
    for item, following in zip(trial.carried_out(session.items), [*session.items[1:], session.items[0]], strict=True):
        costs[item.nodeid] = time.monotonic() - begun
        if session.testsfailed > failed:
            costs[item.nodeid] = LONGEST
            print(f"red without a mutant, and left out: {item.nodeid}", flush=True)
        failed, begun = session.testsfailed, time.monotonic()
        measured.switch_context(following.nodeid)
    measured.stop()
    measured.save()
    (folder / "costs").write_text(json.dumps(costs), encoding="utf-8")
    return 2 * session.testsfailed > len(session.items)
