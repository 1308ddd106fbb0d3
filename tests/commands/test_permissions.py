"""Who may run which command: every command with every role, against the guide's tables."""

import pytest

from sysmgmt.commands.catalog import CATALOG
from sysmgmt.domain.permissions import NOT_ASSIGNABLE, Permission
from sysmgmt.engine.authorization import ENABLING
from sysmgmt.engine.declaration import OWN_WORK
from tests.support.box import Client, TestBox

GUIDE = {
    "get_current_user": "anyone", "who_can": "view", "help": "everybody", "quit": "everybody",
    "add_user": "security", "get_users": "view", "set_user": "security", "remove_user": "security",
    "add_ssh_key": "anyone", "get_ssh_keys": "anyone", "remove_ssh_key": "anyone", "get_sessions": "anyone",
    "end_session": "anyone",
    "set_password": "anyone", "lock_user": "security", "unlock_user": "security",
    "add_role": "security", "get_roles": "view", "modify_role": "security", "remove_role": "security",
    "add_group": "group_configuration", "get_groups": "view", "remove_group": "group_configuration",
    "config_ldap": "security", "enable_ldap": "security", "disable_ldap": "security",
    "clear_ldap_configuration": "security", "get_ldap_configuration": "view", "get_ldap_status": "view",
    "test_ldap_connection": "security",
    "set_security_level": "security", "get_security_settings": "security", "set_session_policy": "security",
    "set_password_policy": "security", "set_password_blocklist": "security", "check_compliance": "security",
    "set_tls_minimum": "security", "confirm_change": "anyone", "undo_change": "anyone", "get_pending_change": "view",
    "get_cipher_suites": "security",
    "create_web_certificate_request": "security", "cancel_web_certificate_request": "security",
    "change_web_certificate": "security", "set_hsts": "security",
    "get_key_status": "security", "create_system_certificate": "security", "export_root_certificate": "security",
    "create_certificate_request": "security", "cancel_certificate_request": "security",
    "install_certificate": "security", "get_certificates": "security", "set_certificate_renewal": "security",
    "add_trusted_certificate": "security", "remove_trusted_certificate": "security",
    "get_trusted_certificates": "security", "accept_server_certificate": "security",
    "add_revocation_list": "security", "get_revocation_lists": "security", "remove_revocation_list": "security",
    "get_cluster_certificate": "security", "renew_cluster_certificate": "security", "add_partner": "security",
    "get_partners": "security", "change_cluster_certificate": "security", "remove_partner": "security",
    "test_partner": "security", "set_partner_port": "security", "set_cluster_isolation": "security",
    "set_communication_security": "security",
    "enable_root_access": "security", "disable_root_access": "security", "get_host_keys": "view",
    "regenerate_host_keys": "security", "regenerate_encryption_keys": "security",
    "install": "before installation", "get_installation": "view", "get_system_status": "view",
    "get_cluster_status": "view", "get_box_settings": "view", "set_box_name": "boxmgmt",
    "set_login_banner": "boxmgmt", "reboot_box": "boxmgmt", "shut_down_box": "boxmgmt",
    "set_network": "boxmgmt", "remove_network": "boxmgmt", "set_name_servers": "boxmgmt", "get_network": "view",
    "set_host_name": "boxmgmt", "set_firewall": "security", "get_firewall": "security", "set_time": "boxmgmt",
    "get_time": "view",
    "enable_advanced_support_commands": "se", "disable_advanced_support_commands": "se",
    "get_events_log": "view", "get_audit_log": "audit", "verify_audit_log": "audit",
    "config_email": "system_configuration", "enable_email": "system_configuration",
    "disable_email": "system_configuration", "get_email_settings": "system_configuration",
    "test_email": "system_configuration", "clear_email_settings": "system_configuration",
    "get_audit_policy": "audit", "set_audit_policy": "security", "rotate_audit_log": "audit",
    "export_audit_log": "audit",
    "config_syslog": "system_configuration", "enable_syslog": "system_configuration",
    "disable_syslog": "system_configuration", "get_syslog_settings": "system_configuration",
    "test_syslog": "system_configuration", "remove_syslog": "system_configuration",
    "collect_system_info": "boxmgmt", "get_collected_info": "view", "download_collected_info": "web_download",
    "remove_collected_info": "boxmgmt", "create_download_link": "web_download",
    "cancel_download_links": "web_download", "send_collected_info": "web_download",
    "add_upload_target": "system_configuration", "get_upload_targets": "system_configuration",
    "remove_upload_target": "system_configuration", "test_upload_target": "system_configuration",
    "backup_settings": "security", "get_backups": "view", "verify_backup": "security", "restore_settings": "security",
    "export_backup": "security", "import_backup": "security", "import_state": "security", "remove_backup": "security",
    "schedule_backup": "security", "send_backup": "security",
    "config_snmp": "system_configuration", "enable_snmp": "system_configuration",
    "disable_snmp": "system_configuration", "get_snmp_settings": "system_configuration",
    "test_snmp": "system_configuration", "add_snmp_user": "system_configuration",
    "get_registration": "view", "set_registration": "system_configuration", "add_license": "system_configuration",
    "remove_license": "system_configuration", "set_vcenter": "system_configuration", "get_vcenters": "view",
    "remove_vcenter": "system_configuration", "reset_system_settings": "group_clear_settings", "erase_box": "security",
    "remove_snmp_user": "system_configuration", "get_snmp_mib": "view",
    "test_connectivity": "boxmgmt", "test_name": "boxmgmt", "test_route": "boxmgmt", "test_reachability": "boxmgmt",
    "measure_throughput": "boxmgmt", "await_throughput": "boxmgmt", "get_listening_ports": "boxmgmt",
    "get_hardening_status": "security",
    "get_version": "view", "run_self_test": "boxmgmt", "verify_package": "upgrade",
    "install_update": "upgrade",
    "check_state": "se", "export_state": "se", "compact_state": "se",
}
"""Tables 3 and 6 of the guide, and what was decided where it is silent."""
ADVANCED = {"check_state", "export_state", "compact_state"}
FOR_ALL = {"anyone", "everybody"}
ALL = {permission.value for permission in Permission}
ROLES = {
    "administrator": ALL, "sysmgmt": ALL - {"web_download", "se"}, "admin": {"boxmgmt", "view"},
    "monitor": {"view"}, "auditor": {"view", "audit"},
    **{f"only_{one}": {one, "view"} for one in sorted(ALL - {"boxmgmt", "web_download"})},
}
"""The predefined roles, and one role for each permission that a new role may have."""


def holder(box: TestBox, role: str) -> Client:
    """Somebody with a role, who has enabled the advanced commands if the role allows that."""
    admin = box.admin()
    if role.startswith("only_"):
        assert admin.do(f"add_role name={role} permissions={role.removeprefix('only_')}").code == "Done"
    assert admin.do(f'add_user name=eve role={role} password="eve-first-1" must_change=no').code == "Done"
    client = box.client("eve", "eve-first-1")
    enabled = client.do("enable_advanced_support_commands")
    assert (enabled.code == "Done") == ("se" in ROLES[role])
    return client


@pytest.mark.requirement(62)
def test_the_guide_names_every_command() -> None:
    assert {one.name for one in CATALOG if one.needs != OWN_WORK} == set(GUIDE)
    assert {one.name: str(one.needs) for one in CATALOG if one.needs != OWN_WORK} == GUIDE
    assert {one.name for one in CATALOG if one.advanced} == ADVANCED


@pytest.mark.requirement(62)
@pytest.mark.requirement(65)
@pytest.mark.requirement(69)
@pytest.mark.parametrize("role", ROLES)
def test_a_role_runs_exactly_the_commands_of_its_permissions(basic: TestBox, role: str) -> None:
    client = holder(basic, role)
    wanted, found = {}, {}
    for name, needs in GUIDE.items():
        if name in ADVANCED and "se" not in ROLES[role]:
            wanted[name] = "UnknownCommand"
        elif needs == "before installation":
            wanted[name] = "AlreadyInstalled"
        else:
            wanted[name] = "allowed" if needs in FOR_ALL or needs in ROLES[role] else "PermissionDenied"
        code = client.do(f"{name} --dry-run").code
        found[name] = code if code in ("PermissionDenied", "AlreadyInstalled", "UnknownCommand") else "allowed"
        barred = client.door.barred(name)
        assert (barred.code if barred and barred.code != "ServiceRefused" else "allowed") == found[name]
    assert found == wanted
    denied = {one["command"] for one in basic.audit() if one.get("code") == "PermissionDenied" and one["user"] == "eve"}
    assert denied >= {name for name, what in wanted.items() if what == "PermissionDenied"}


def test_predefined_roles_hold_exactly_their_permissions(basic: TestBox) -> None:
    shown = {one["name"]: set(one["permissions"]) for one in basic.admin().facts("get_roles")["roles"]}
    assert shown == {name: wanted for name, wanted in ROLES.items() if not name.startswith("only_")}
    assert len(ALL) == 16 and {one.value for one in NOT_ASSIGNABLE} == {"boxmgmt", "web_download"}


def test_who_can_agrees_with_what_happens(basic: TestBox) -> None:
    client = holder(basic, "only_group_configuration")
    admin = basic.admin()
    for name, needs in GUIDE.items():
        if name in ADVANCED or needs == "before installation":
            continue
        told = "eve" in [one["name"] for one in admin.facts(f"who_can command={name}")["users"]]
        assert told == (client.do(f"{name} --dry-run").code != "PermissionDenied"), name


@pytest.mark.requirement(66)
def test_advanced_commands_are_hidden_until_enabled_and_again_in_the_next_session(basic: TestBox) -> None:
    admin = basic.admin()
    for name in ADVANCED:
        assert admin.do(name).code == "UnknownCommand"
        assert admin.do(name).hint == ENABLING
        assert admin.do(f"help command={name}").code == "UnknownCommand"
    assert "enable" not in str(holder(basic, "monitor").do("check_state")), "who may not enable it learns nothing"
    assert admin.do("enable_advanced_support_commands").code == "Done"
    assert {admin.do(name).code for name in ADVANCED} == {"Done"}
    assert admin.do("help command=check_state").code == "Done"
    assert basic.admin().do("check_state").code == "UnknownCommand"
    assert admin.do("disable_advanced_support_commands").code == "Done"
    assert admin.do("check_state").code == "UnknownCommand"


@pytest.mark.requirement(57)
def test_a_change_of_role_acts_at_once_in_open_sessions(basic: TestBox) -> None:
    client = holder(basic, "only_security")
    assert client.do("set_session_policy idle_timeout=29").code == "Done"
    basic.admin().do("set_user name=eve role=monitor")
    assert client.do("set_session_policy idle_timeout=28").code == "PermissionDenied"


def test_a_change_of_the_roles_permissions_acts_at_once(basic: TestBox) -> None:
    client = holder(basic, "only_security")
    basic.admin().do("modify_role name=only_security permissions=failover")
    assert client.do("set_session_policy idle_timeout=28").code == "PermissionDenied"


@pytest.mark.requirement(55)
@pytest.mark.parametrize("act, ended", [("remove_user name=eve", True), ("lock_user name=eve", True),
                                        ("set_user name=eve new_name=ada", True), ("unlock_user name=eve", False)])
def test_removing_and_locking_end_open_sessions(basic: TestBox, act: str, ended: bool) -> None:
    client = holder(basic, "monitor")
    assert client.do("get_users").code == "Done"
    basic.admin().do(act)
    answer = client.do("get_users")
    assert (answer.code, answer.fatal) == (("SessionEnded", True) if ended else ("Done", False))
    assert (client.door.standing() is not None) == ended


@pytest.mark.requirement(78)
def test_nobody_runs_the_boxs_own_work(basic: TestBox) -> None:
    admin = basic.admin()
    own = [one for one in CATALOG if one.needs == OWN_WORK]
    assert len(own) >= 5
    for one in own:
        assert admin.do(f"{one.name} name=admin token=x").code == "UnknownCommand"
        assert admin.do(f"help command={one.name}").code == "UnknownCommand"
        barred = admin.door.barred(one.name)
        assert barred and barred.code == "UnknownCommand"


def test_a_stranger_runs_nothing_but_help_and_quit(basic: TestBox) -> None:
    client = basic.client()
    found = {name: client.do(name).code for name in GUIDE}
    assert {name for name, code in found.items() if code == "Done"} == {"help", "quit"}
    assert {code for name, code in found.items() if name not in ("help", "quit", "install", *ADVANCED)} == {
        "LoginNeeded"}


def test_before_the_installation_there_is_nothing_but_install_help_and_quit(fresh: TestBox) -> None:
    client = fresh.client()
    found = {name: client.do(name).code for name in GUIDE}
    assert {name for name, code in found.items() if code not in ("NotInstalled", "UnknownCommand")} == {
        "help", "quit", "install"}
    assert found["install"] == "MissingValue"
    assert client.log_in("admin", "admin").code == "NotInstalled"
