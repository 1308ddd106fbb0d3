"""The catalog names every command that is declared."""

import importlib
import pkgutil

from sysmgmt import commands
from sysmgmt.commands.catalog import COMMANDS
from sysmgmt.engine.declaration import Command


def test_every_command_stands_in_the_catalog_under_the_module_that_declares_it() -> None:
    modules = [importlib.import_module(f"{commands.__name__}.{one.name}") for one in pkgutil.iter_modules(
        commands.__path__)]
    declared = {one.name: one for module in modules for one in vars(module).values()
                if isinstance(one, Command) and one.run.__module__ == module.__name__}
    assert dict(COMMANDS) == declared


ASKING = {
    "what cannot be made again": {"remove_backup", "clear_ldap_configuration", "erase_box", "reset_system_settings",
                                  "clear_email_settings", "restore_settings", "import_state"},
    "keys and certificates that others know": {
        "regenerate_encryption_keys", "regenerate_host_keys", "renew_cluster_certificate", "create_system_certificate",
        "change_web_certificate"},
    "less security than there is": {"enable_root_access", "set_security_level", "set_tls_minimum",
                                    "set_communication_security"},
    "the box, or the session of who asks, ends": {"reboot_box", "shut_down_box", "install_update", "lock_user"}}
"""Why commands ask. What removes one entry that it names, and that can be added again, does not."""


def test_a_command_asks_for_one_of_four_reasons_and_names_what_it_is_about() -> None:
    assert {one.name for one in COMMANDS.values() if one.asks} == set[str]().union(*ASKING.values())
    plain = {one.name for one in COMMANDS.values() if isinstance(one.asks, str) and one.asks and "name" in {
        each.name for each in one.parameters}}
    assert plain == set(), "a question about something that has a name says it"


def test_a_secret_that_somebody_thinks_up_is_typed_twice() -> None:
    twice = {f"{one.name} {each.name}" for one in COMMANDS.values() for each in one.parameters if each.word.twice}
    assert twice == {
        "install password", "recover_admin password", "add_user password", "set_user password",
        "set_password new_password", "backup_settings password", "schedule_backup password",
        "add_snmp_user password", "add_snmp_user privacy_password"}
