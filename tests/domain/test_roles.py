"""Roles as values."""

import pytest

from sysmgmt.domain import roles
from sysmgmt.domain.errors import (
    InvalidValue, OwnAccount, PermissionNotAssignable, PredefinedRole, Refusal, RoleExists, RoleInUse, UnknownRole)
from sysmgmt.domain.model import Account, Role, State
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


OPS, IDLE = Role("ops", ("failover", "view")), Role("idle", ("view",))
STATE = State(roles=Records[Role]().put("ops", OPS).put("idle", IDLE),
              accounts=Records[Account]().put("bob", Account("bob", "ops")).put("anna", Account("anna", "ops"))
              .put("eve", Account("eve", "administrator")))
FAILOVER, WEB = (Permission.FAILOVER,), (Permission.VIEW, Permission.WEB_DOWNLOAD)


def test_the_predefined_roles_contain_what_the_guide_says() -> None:
    shared = {"array_configuration", "audit", "boxmgmt", "data_transfer", "failover", "group_clear_settings",
              "group_configuration", "security", "splitter_configuration", "storage_management",
              "system_configuration", "target_image", "upgrade", "view"}
    assert {name: set(permissions) for name, permissions in roles.PREDEFINED.items()} == {
        "administrator": shared | {"web_download", "se"}, "sysmgmt": shared, "admin": {"boxmgmt", "view"},
        "monitor": {"view"}, "auditor": {"view", "audit"}}


def test_a_role_is_found_by_its_name() -> None:
    assert roles.find(STATE, "ops") == OPS and roles.find(STATE, "auditor") == Role("auditor", ("audit", "view"))
    assert roles.exists(STATE, "ops") and roles.exists(STATE, "monitor") and not roles.exists(STATE, "none")
    with pytest.raises(UnknownRole, match="none"):
        roles.find(STATE, "none")


def test_a_role_that_does_not_exist_permits_nothing() -> None:
    assert roles.permissions_of(STATE, "none") == () and roles.permissions_of(STATE, "ops") == ("failover", "view")


def test_an_account_holds_what_its_role_contains() -> None:
    assert roles.holds(STATE, Account("anna", "ops"), Permission.FAILOVER)
    assert not roles.holds(STATE, Account("anna", "ops"), Permission.SECURITY)
    assert roles.holds(STATE, Account("eve", "administrator"), Permission.SECURITY)
    assert not roles.holds(STATE, Account("ghost", "none"), Permission.VIEW)


@pytest.mark.parametrize("name, shell", [
    ("administrator", "administrator"), ("admin", "admin"), ("sysmgmt", ""), ("monitor", ""), ("ops", "")])
def test_two_roles_have_the_menu(name: str, shell: str) -> None:
    assert roles.shell(name) == shell


def test_every_new_role_may_view_and_none_what_cannot_be_assigned() -> None:
    assert roles.add(STATE, "new", FAILOVER).roles.get("new") == Role("new", ("failover", "view"))
    for permissions in (WEB, (Permission.BOXMGMT,)):
        with pytest.raises(PermissionNotAssignable, match=permissions[-1].value):
            roles.add(STATE, "new", permissions)
    for name in ("ops", "monitor"):
        with pytest.raises(RoleExists, match=name):
            roles.add(STATE, name, FAILOVER)


def test_who_has_a_role_has_it_under_its_new_name_too() -> None:
    state = roles.modify(STATE, "ops", "operators", None, "eve")
    assert sorted(state.roles) == ["idle", "operators"] and roles.holders(state, "operators") == ["anna", "bob"]
    assert state.roles.get("operators") == Role("operators", ("failover", "view"))
    assert [one.role for one in state.accounts.values()] == ["operators", "operators", "administrator"]


def test_permissions_are_replaced_and_the_name_stays() -> None:
    state = roles.modify(STATE, "ops", None, (), "eve")
    assert state.roles.get("ops") == Role("ops", ("view",)) and state.accounts == STATE.accounts
    assert roles.modify(STATE, "ops", "ops", FAILOVER, "eve") == STATE, "its own name is not taken"


@pytest.mark.parametrize("name, new_name, permissions, refusal", [
    ("none", "x", None, UnknownRole), ("monitor", "x", None, PredefinedRole), ("ops", None, None, InvalidValue),
    ("ops", "idle", None, RoleExists), ("ops", "monitor", None, RoleExists),
    ("ops", None, WEB, PermissionNotAssignable)])
def test_a_change_of_a_role_that_cannot_be_is_refused(
        name: str, new_name: str | None, permissions: tuple[Permission, ...] | None, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        roles.modify(STATE, name, new_name, permissions, "eve")


def test_nobody_changes_the_own_role() -> None:
    with pytest.raises(OwnAccount):
        roles.modify(STATE, "ops", None, (), "bob")
    assert roles.modify(STATE, "idle", None, FAILOVER, "bob") != STATE
    assert roles.modify(STATE, "idle", None, FAILOVER, "the system") != STATE


def test_a_role_is_removed_that_nobody_has() -> None:
    assert list(roles.remove(STATE, "idle").roles) == ["ops"]
    for name, refusal in (("ops", RoleInUse), ("monitor", PredefinedRole), ("none", UnknownRole)):
        with pytest.raises(refusal):
            roles.remove(STATE, name)
    with pytest.raises(RoleInUse, match="ops is assigned to anna, bob"):
        roles.remove(STATE, "ops")
