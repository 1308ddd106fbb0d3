"""Every input that fuzzing started from, or that once ended a target, is fed to it again."""

import time

import pytest

from tests.fuzz.control import faulty
from tests.fuzz.targets import TARGETS, seeds


@pytest.mark.parametrize("name", TARGETS)
def test_no_seed_ends_a_target_or_holds_it_up(name: str) -> None:
    inputs = seeds(name)
    assert inputs, "each target begins with something good"
    for path in inputs:
        begun = time.monotonic()
        TARGETS[name](path.read_bytes())
        assert time.monotonic() - begun < 5, path


def test_a_target_with_a_fault_would_be_noticed() -> None:
    with pytest.raises(AssertionError, match="planted"):
        faulty(b"fault")
