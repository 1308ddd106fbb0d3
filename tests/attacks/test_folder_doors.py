"""Attempts at the doors of a box in a folder: all on a pipe, a sample at the menu."""

from pathlib import Path

import pytest

from tests.attacks import corpus, open_doors
from tests.attacks.campaign import attack
from tests.attacks.doors import Menu, Pipe, embedded
from tests.attacks.roles import ATTACKERS, Attacker
from tests.support.box import TestBox

OF_THE_MENU = 6


@pytest.fixture
def place(folder: Path) -> Path:
    path = folder / "bait"
    path.mkdir()
    return path


@pytest.mark.requirement(63)
@pytest.mark.requirement(116)
@pytest.mark.requirement(127)
@pytest.mark.attack(1, 2, 12, 13, 18, 20, 21, 23, 26, 28, 32, 33, 35)
@pytest.mark.parametrize("attacker", ATTACKERS, ids=lambda one: str(one.role))
def test_nothing_typed_into_a_pipe_gets_out(basic: TestBox, place: Path, attacker: Attacker) -> None:
    typed = corpus.sample(OF_THE_MENU, attacker.role) if attacker.role == "admin" else corpus.attempts()
    outcome = attack(embedded(basic, place, Pipe), attacker, typed)
    assert (outcome.tried, outcome.escapes) == (len(typed), [])


@pytest.mark.requirement(63)
@pytest.mark.attack(1, 2, 13, 24, 26, 31, 32)
@pytest.mark.parametrize("attacker", ATTACKERS, ids=lambda one: str(one.role))
def test_nothing_typed_into_the_menu_gets_out(basic: TestBox, place: Path, attacker: Attacker) -> None:
    outcome = attack(embedded(basic, place, Menu), attacker, corpus.sample(OF_THE_MENU, attacker.role))
    assert outcome.escapes == []


def test_there_are_at_least_three_hundred_attempts_and_each_is_of_its_own() -> None:
    texts = [one.text for one in corpus.attempts()]
    assert len(texts) >= 300 and len(texts) == len(set(texts))


@pytest.mark.parametrize("kind", [open_doors.StockPipe, open_doors.OpenMenu])
def test_a_door_that_is_open_is_reported(basic: TestBox, place: Path, kind: type[Pipe] | type[Menu]) -> None:
    outcome = attack(embedded(basic, place, kind), ATTACKERS[3], open_doors.harmless())
    assert {"file", "shown", "program"} <= {one.kind for one in outcome.escapes}


def test_a_role_that_raised_itself_is_reported(basic: TestBox, place: Path) -> None:
    class Raised(Pipe):
        def started(self) -> list[str]:
            basic.replace("mona", role="sysmgmt")
            basic.configure(banner="owned")
            return super().started()

    outcome = attack(embedded(basic, place, Raised), ATTACKERS[3], corpus.sample(1, 1))
    assert {(one.kind, one.detail) for one in outcome.escapes} == {
        ("state", "users"), ("state", "box"), ("role", "sysmgmt")}
