"""A sample of attempts at the doors of a deployed box, and all that succeed where it is left open."""

from collections.abc import Iterator

import pytest

from tests.attacks import corpus, deployed, open_doors
from tests.attacks.campaign import attack
from tests.attacks.deployed import DOORS, Deployed
from tests.attacks.roles import ATTACKERS, Attacker
from tests.doors.site import Site

OF_EACH = 4
SAMPLED = [(kind, ATTACKERS[(place * 2 + more) % len(ATTACKERS)])
           for place, kind in enumerate(DOORS) for more in (0, 1)]
"""Two roles at each door, and all roles at some door; `python -m tests.attacks` tries all of all."""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    one = deployed.begin()
    yield one
    one.stop()


@pytest.fixture(scope="module")
def opened(site: Site) -> Site:
    open_doors.let_root_in(site)
    return site


@pytest.mark.requirement(63)
@pytest.mark.attack(1, 2, 12, 13, 18, 20, 21, 23, 25, 26, 28, 32, 33, 35)
@pytest.mark.parametrize("kind, attacker", SAMPLED, ids=lambda one: str(getattr(one, "role", "") or one.name))
def test_nothing_gets_out_of_a_deployed_box(site: Site, kind: type[Deployed], attacker: Attacker) -> None:
    outcome = attack(kind(site), attacker, corpus.sample(OF_EACH, f"{kind.name} {attacker.role}"))
    assert outcome.escapes == []


@pytest.mark.parametrize("kind", [*DOORS[:3], open_doors.OpenConsole], ids=lambda one: str(one.name))
def test_a_door_that_is_open_is_reported(opened: Site, kind: type[Deployed]) -> None:
    outcome = attack(kind(opened), open_doors.ROOT_LOGIN, open_doors.harmless())
    assert {"file", "shown", "program"} <= {one.kind for one in outcome.escapes}, outcome
