"""The instrument notices a mistake that a test is about, and none that no test is about; its list is current."""

import subprocess
import sys
from pathlib import Path

from tests.coverage.modules import ROOT, TESTS, paths
from tests.mutation import mutants, survivors

SAMPLE = '''"""A module."""
MOST = 3


def fits(count: int, *names: str) -> bool:
    """Whether it fits."""
    assert names
    return count < MOST and not names[0]
'''


def campaign(tests: str) -> subprocess.CompletedProcess[str]:
    """The campaign on a small module with some tests."""
    return subprocess.run([sys.executable, "-m", "tests.mutation", "--tests", tests, "domain/groups"],
                          cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_the_mutants_of_a_module(tmp_path: Path) -> None:
    path = tmp_path / "sample.py"
    path.write_text(SAMPLE)
    found = mutants.of(path)
    assert [one.title.split("/", 1)[1] for one in found] == [
        "sample -: 3 -> 4", "sample fits: return count < MOST and (not names[0]) -> return None",
        "sample fits: count < MOST and (not names[0]) -> count < MOST or not names[0]",
        "sample fits: count < MOST -> count <= MOST", "sample fits: not names[0] -> names[0]", "sample fits: 0 -> 1"]
    assert found[0].names == {"MOST"} and not found[1].names and found[3].lines == (8, 8)
    changed: dict[str, object] = {}
    exec(mutants.compiled(found[3]), changed)
    assert changed["MOST"] == 3 and changed["fits"](3, "") is True  # type: ignore[operator]


def test_mistakes_are_noticed_by_tests_that_are_about_them() -> None:
    done = campaign("tests/domain/test_groups.py")
    assert done.returncode == 0 and "survived:" not in done.stdout and "0 survived" in done.stdout, done.stdout


def test_mistakes_are_not_noticed_by_tests_that_are_about_something_else() -> None:
    done = campaign("tests/domain/test_times.py")
    assert done.returncode == 1 and "0 killed, 0 timed out" in done.stdout, done.stdout


def test_what_tests_share_is_loaded_again_with_them() -> None:
    """A mistake in what is done when modules are loaded is not seen by a test whose module stays as it is."""
    folders = [ROOT / one for one in TESTS if (ROOT / one).is_dir()]
    assert folders and all((one / "__init__.py").exists() for one in folders), "tests are modules of the package tests"


def test_each_survivor_that_is_listed_is_a_mutant_and_has_its_reason() -> None:
    titles = {one.title for path in paths() for one in mutants.of(path)}
    listed = survivors.listed()
    assert set(listed) <= titles and all(len(reason) > 20 for reason in listed.values())
