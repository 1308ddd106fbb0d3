"""A sample of `python -m tests.tamper`: tampering is found, and what cannot be found is what only an anchor shows."""

import tempfile
from pathlib import Path

import pytest

from tests.conftest import MEMORY

from tests.tamper.attackers import ATTACKERS, KINDS
from tests.tamper.matrix import Cell, cells, figures

SAMPLE, EVERY = 6, 11


@pytest.fixture(scope="module")
def tried() -> list[Cell]:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        return list(cells(Path(folder), range(SAMPLE), EVERY))


@pytest.mark.requirement(79)
def test_tampering_is_found_with_an_anchor_and_before_the_current_epoch_without_one(tried: list[Cell]) -> None:
    assert {(one.kind, one.attacker) for one in tried} == {(kind, who) for kind in KINDS for who in ATTACKERS}
    assert any(one.before for one in tried) and any(not one.before for one in tried)
    assert [one for one in tried if one.is_missed] == []


def test_the_attackers_can_do_what_only_an_anchor_shows(tried: list[Cell]) -> None:
    """The positive control: whoever has the key of the current epoch forges it so well that nothing else tells."""
    unseen = {(one.kind, one.attacker) for one in tried if not one.found}
    assert unseen >= {("edit", "has the key"), ("delete", "has the key"), ("cut the end", "writes the log")}


def test_what_is_missed_is_counted_and_named() -> None:
    missed = Cell(1, "edit", "has the key", 3, before=True, found=False, found_with_anchor=True)
    assert missed.is_missed and figures([missed])[-1] == str(missed)
    assert not missed._replace(before=False).is_missed
    assert missed._replace(before=False, found_with_anchor=False).is_missed
