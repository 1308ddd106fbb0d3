"""Consistency groups as values."""

import pytest

from sysmgmt.domain import groups
from sysmgmt.domain.errors import GroupExists, GroupInUse, UnknownGroup
from sysmgmt.domain.model import Account, Group, State

ONE = groups.add(State(), "one")
LIMITED = ONE._replace(accounts=ONE.accounts.put("bob", Account("bob", "monitor", groups=("one",)))
                       .put("anna", Account("anna", "monitor", groups=("one", "two"))).put("eve", Account("eve", "x")))


def test_a_group_is_added_once() -> None:
    assert ONE.groups.get("one") == Group("one")
    with pytest.raises(GroupExists, match="one"):
        groups.add(ONE, "one")


def test_a_group_is_removed_to_which_nobody_is_limited() -> None:
    assert list(groups.remove(ONE, "one").groups) == []
    with pytest.raises(UnknownGroup, match="two"):
        groups.remove(ONE, "two")
    with pytest.raises(GroupInUse, match="one: anna, bob"):
        groups.remove(LIMITED, "one")


def test_who_is_limited_acts_on_the_own_groups_only() -> None:
    assert groups.allowed(Account("eve", "x"), "any")
    assert groups.allowed(Account("bob", "x", groups=("one",)), "one")
    assert not groups.allowed(Account("bob", "x", groups=("one",)), "two")
