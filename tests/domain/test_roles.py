"""Roles as values."""

from sysmgmt.domain import roles
from sysmgmt.domain.model import Role, State
from sysmgmt.domain.permissions import MEANING, Permission
from sysmgmt.domain.records import Records


def test_what_a_predefined_role_contains_is_what_the_release_says_not_what_was_stored() -> None:
    old = State(roles=Records[Role]().put("administrator", Role("administrator", ("view",))))
    assert set(roles.permissions_of(old, "administrator")) == set(Permission)
    assert set(roles.find(old, "administrator").permissions) == set(Permission)


def test_predefined_and_own_roles_are_listed_together() -> None:
    state = State(roles=Records[Role]().put("operators", Role("operators", ("failover", "view"))))
    assert [one.name for one in roles.every(state)] == [
        "admin", "administrator", "auditor", "monitor", "operators", "sysmgmt"]


def test_every_permission_has_a_meaning_in_the_manual() -> None:
    assert MEANING.keys() == set(Permission)
