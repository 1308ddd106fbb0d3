"""Roles (R057-R060, R096-R097, R113-R124)."""

import re

import pytest

from sysmgmt.domain.permissions import Permission
from sysmgmt.domain.roles import PREDEFINED
from tests.support.box import TestBox

BOB = "bob-first-1"


@pytest.fixture
def box(basic: TestBox) -> TestBox:
    """A box with the role operators, which bob has, and the role spare, which nobody has."""
    admin = basic.admin()
    for line in ("add_role name=operators permissions=failover,target_image", "add_role name=spare permissions=upgrade",
                 f'add_user name=bob role=operators password="{BOB}" must_change=no'):
        assert admin.do(line).code == "Done"
    return basic


@pytest.mark.requirement(64)
@pytest.mark.parametrize("line, code", [
    ("add_role name=bad permissions=web_download", "PermissionNotAssignable"),
    ("add_role name=bad permissions=view,boxmgmt", "PermissionNotAssignable"),
    ("add_role name=operators permissions=failover", "RoleExists"),
    ("add_role name=Operators permissions=failover", "RoleExists"),
    ("add_role name=monitor permissions=failover", "RoleExists"),
    ("add_role name=bad permissions=nosuch", "InvalidValue"),
    ('add_role name=bad permissions=""', "InvalidValue"),
    ("add_role name=bad permissions=,", "InvalidValue"),
    ("add_role name=bad", "MissingValue"),
    ("add_role name=b/d permissions=view", "InvalidValue"),
    ("modify_role name=nosuch permissions=view", "UnknownRole"),
    ("modify_role name=spare permissions=web_download", "PermissionNotAssignable"),
    ("modify_role name=spare permissions=boxmgmt", "PermissionNotAssignable"),
    ("modify_role name=spare new_name=operators", "RoleExists"),
    ("modify_role name=spare new_name=admin", "RoleExists"),
    ("remove_role name=nosuch", "UnknownRole"),
    ("remove_role name=operators", "RoleInUse"),
    *((f"modify_role name={name} permissions=view", "PredefinedRole") for name in PREDEFINED),
    *((f"modify_role name={name} new_name=other", "PredefinedRole") for name in PREDEFINED),
    *((f"remove_role name={name}", "PredefinedRole") for name in PREDEFINED),
])
def test_a_refused_line_names_its_reason_and_changes_nothing(box: TestBox, line: str, code: str) -> None:
    admin = box.admin()
    before = box.state
    assert admin.do(line).code == code
    assert box.state == before


@pytest.mark.parametrize("given, kept", [
    ("failover", ["failover", "view"]), ("view", ["view"]), ("se,security", ["se", "security", "view"]),
    ("FAILOVER, failover", ["failover", "view"])])
def test_every_role_contains_view(box: TestBox, given: str, kept: list[str]) -> None:
    admin = box.admin()
    assert admin.do(f'add_role name=made permissions="{given}"').code == "Done"
    assert admin.do(f'modify_role name=spare permissions="{given}"').code == "Done"
    shown = {one["name"]: one for one in admin.facts("get_roles")["roles"]}
    assert shown["made"] == {"name": "made", "predefined": False, "permissions": kept}
    assert shown["spare"]["permissions"] == kept


def test_ones_own_role_is_left_alone(box: TestBox) -> None:
    admin = box.admin()
    admin.do("modify_role name=operators permissions=security")
    bob = box.client("bob", BOB)
    assert bob.do("modify_role name=operators permissions=security,se").code == "OwnAccount"
    assert bob.do("modify_role name=operators new_name=bosses").code == "OwnAccount"
    assert bob.do("remove_role name=operators").code == "RoleInUse"
    assert bob.do("modify_role name=spare permissions=se").code == "Done"


def test_a_renamed_role_stays_with_its_users_and_is_protected_under_its_new_name(box: TestBox) -> None:
    admin = box.admin()
    assert admin.do("modify_role name=operators new_name=pilots").code == "Done"
    assert admin.facts("get_users name=bob")["users"][0]["role"] == "pilots"
    assert admin.do("remove_role name=pilots").code == "RoleInUse"
    assert admin.do("remove_role name=operators").code == "UnknownRole"
    assert admin.do("set_user name=bob role=monitor").code == "Done"
    assert admin.do("remove_role name=pilots").code == "Done"


@pytest.mark.parametrize("line, code", [("modify_role name=spare permissions=upgrade", "Unchanged"),
                                        ("modify_role name=spare", "InvalidValue"),
                                        ("modify_role name=spare new_name=spare", "Unchanged"),
                                        ("remove_role name=spare", "Done")])
def test_what_need_not_change_is_unchanged(box: TestBox, line: str, code: str) -> None:
    assert box.admin().do(line).code == code


def test_help_on_add_role_names_every_permission(basic: TestBox) -> None:
    details = basic.admin().facts("help command=add_role")["command"]["details"]
    assert {one.value for one in Permission} <= set(re.findall("[a-z_]+", details))
