"""Conversations with sysmgmt, as documentation by example, in the form of tests/support/transcript.py.

Before the first one, the box is new.
"""

from pathlib import Path

import pytest

from tests.support import transcript
from tests.support.box import TestBox

SESSIONS = sorted(Path(__file__).parent.glob("*.txt"))


@pytest.mark.parametrize("path", SESSIONS, ids=lambda path: str(path.stem))
def test_a_session_goes_as_it_is_told(fresh: TestBox, path: Path) -> None:
    for run in transcript.runs(path):
        transcript.check(fresh, "sysmgmt", run)


def test_there_are_sessions() -> None:
    assert all(len(list(transcript.runs(path))) >= 4 for path in SESSIONS) and len(SESSIONS) >= 4
