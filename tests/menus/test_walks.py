"""Walks of admin through the menu of an installed box, in the form of tests/support/transcript.py."""

from pathlib import Path

import pytest

from tests.support import transcript
from tests.support.box import ADMIN_PASSWORD, TestBox

WALKS = sorted(Path(__file__).parent.glob("*.txt"))


@pytest.mark.parametrize("path", WALKS, ids=lambda path: str(path.stem))
def test_the_walk_goes_as_it_is_written_down(basic: TestBox, path: Path) -> None:
    for run in transcript.runs(path, "admin", ADMIN_PASSWORD):
        transcript.check(basic, "boxmgmt", run)


def test_there_are_walks() -> None:
    assert all(list(transcript.runs(path)) for path in WALKS) and len(WALKS) >= 3
