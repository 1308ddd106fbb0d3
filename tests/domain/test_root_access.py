"""Whether root may come in, as values: shut unless it was opened, there and until then (R246, R247)."""

import pytest

from sysmgmt.domain import root_access
from sysmgmt.domain.model import RootAccess, State

SHUT = State()
OPEN = root_access.opened(SHUT, "ssh", 10, "bob", 1000.0)


def test_it_is_shut_unless_somebody_opens_it_and_once_it_is_shut() -> None:
    for state in (SHUT, root_access.shut(OPEN, "eve", 1100.0)):
        assert not root_access.is_open(state.settings.root_access, 1100.0)
        assert not root_access.is_over(state.settings.root_access, 1100.0)
        assert root_access.warnings(state.settings, 1100.0) == []
    assert root_access.shut(OPEN, "eve", 1100.0).settings.root_access == RootAccess(changed_at=1100.0, changed_by="eve")


@pytest.mark.parametrize("now, open_", [(999.9, False), (1000.0, True), (1599.9, True), (1600.0, False)])
def test_it_is_open_for_its_minutes_and_not_before_it_was_opened(now: float, open_: bool) -> None:
    access = OPEN.settings.root_access
    assert access == RootAccess("ssh", 1600.0, 1000.0, "bob")
    assert root_access.is_open(access, now) is open_ is not root_access.is_over(access, now)
    assert bool(root_access.warnings(OPEN.settings, now)) is open_
    assert root_access.is_open(access._replace(changed_at=None), 5.0), "nobody knows since when"


@pytest.mark.parametrize("where, doors, words", [
    ("ssh", {"ssh"}, "over ssh"), ("console", {"console"}, "at the console"),
    ("both", {"ssh", "console"}, "over ssh and at the console")])
def test_it_is_open_at_the_doors_that_were_named(where: str, doors: set[str], words: str) -> None:
    settings = root_access.opened(SHUT, where, 1, "bob", 0.0).settings
    assert {one for one in ("ssh", "console") if root_access.open_at(one, settings, 30.0)} == doors
    assert not any(root_access.open_at(one, settings, 60.0) for one in doors)
    assert root_access.warnings(settings, 30.0) == [
        f"Root access is open until 1970-01-01T00:01:00Z {words}; shut it with disable_root_access."]
    assert root_access.LONGEST == 1440
