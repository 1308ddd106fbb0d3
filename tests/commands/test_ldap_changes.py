"""Changing the settings of the directory: what is not named stays."""

from collections.abc import Mapping

import pytest

from tests.support.box import Client, TestBox

FIRST = ("config_ldap server=a.example secondary_server=b.example protocol=starttls port=1389 bind_dn=cn=svc,dc=x "
         "bind_password=Svc-Pass-1 base_dn=dc=x user_attribute=cn user_filter=(uid=*) group_base_dn=dc=g,dc=x "
         "nested_groups=no search_time_limit=9 sync_minutes=33")
PRESENT = {"server": "a.example", "secondary_server": "b.example", "protocol": "starttls", "port": 1389,
           "bind_dn": "cn=svc,dc=x", "base_dn": "dc=x", "user_attribute": "cn", "user_filter": "(uid=*)",
           "group_base_dn": "dc=g,dc=x", "nested_groups": False, "search_time_limit": 9, "sync_minutes": 33,
           "bind_password_configured": True}
AGAIN = "bind_password=Svc-Pass-2"


@pytest.fixture
def admin(basic: TestBox) -> Client:
    """Admin of a box with a directory."""
    client = basic.admin()
    assert client.do(FIRST).code == "Done"
    return client


def shown(admin: Client) -> dict[str, object]:
    """The settings of the directory."""
    found = admin.facts("get_ldap_configuration")["ldap"]
    return {name: found[name] for name in PRESENT}


@pytest.mark.parametrize("given, changed", [
    ("base_dn=dc=y", {"base_dn": "dc=y"}), ("nested_groups=yes", {"nested_groups": True}),
    ("search_time_limit=5", {"search_time_limit": 5}), ("sync_minutes=1", {"sync_minutes": 1}),
    ('group_base_dn=""', {"group_base_dn": "dc=x"}), (f'secondary_server="" {AGAIN}', {"secondary_server": ""}),
    (f"server=c.example {AGAIN}", {"server": "c.example"}),
    (f"protocol=ldaps {AGAIN}", {"protocol": "ldaps", "port": 636})])
def test_what_is_not_named_stays_as_it_is(admin: Client, given: str, changed: Mapping[str, object]) -> None:
    assert admin.do(f"config_ldap {given}").code == "Done"
    assert shown(admin) == {**PRESENT, **changed}


def test_what_is_named_as_it_is_changes_nothing_and_needs_no_password(admin: Client) -> None:
    assert admin.do("config_ldap server=a.example protocol=starttls").code == "Unchanged" and shown(admin) == PRESENT


def test_the_password_stays_where_it_goes_nowhere_else(basic: TestBox, admin: Client) -> None:
    before = {one.bind_password for one in basic.state.directories.values()}
    admin.do("config_ldap user_filter=(uid=a*)")
    assert {one.bind_password for one in basic.state.directories.values()} == before
    admin.do(f"config_ldap {AGAIN}")
    assert {one.bind_password for one in basic.state.directories.values()} != before


def test_clear_text_that_was_agreed_to_is_not_asked_for_again(admin: Client) -> None:
    assert admin.do(f"config_ldap protocol=ldap {AGAIN}").code == "ClearText"
    assert admin.do(f"config_ldap protocol=ldap insecure=yes {AGAIN}").code == "Done"
    answer = admin.do("config_ldap sync_minutes=7")
    assert answer.code == "Done" and any("can read the passwords" in one for one in answer.warnings)
