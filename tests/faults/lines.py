"""One line for each command that changes something, with the lines that make it possible."""

from collections.abc import Sequence
from typing import NamedTuple

from tests.support.box import ADMIN_PASSWORD
from tests.support.clock import HOUR

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGKDQ8ZVdTrVbTyRU+Vu0yPVTi6rBjWqbFCvj7fQDJxo bob@desk"
FINAL = "confirm_minutes=0 --yes"
BOB = "add_user name=bob role=monitor password=Bob-first-1 must_change=no"
ROLE = "add_role name=spare permissions=upgrade"
TRUST = 'add_trusted_certificate name=company purposes=email,syslog pem="{root}"'
REVOKED = 'add_revocation_list name=company pem="{crl}"'
NORTH = 'add_partner name=north address=north.example pem="{north}"'
LDAP = ("config_ldap server=ldap.example protocol=ldap insecure=yes base_dn=dc=example bind_dn=cn=x,dc=example "
        "bind_password=Canary-1")
MAIL = "config_email server=mail.example sender=box1@example.com recipients=ops@example.com"
LOG = "config_syslog server=log.example what=both"
TARGET = "add_upload_target name=t server=u.example protocol=ftps user=u password=Canary-1"
SNMP = "add_snmp_user name={} password=Violet-95-Lamp privacy_password=Walnut-37-Ridge"
CERTIFICATE = "create_system_certificate common_name=box1 --yes"
WEB = f'change_web_certificate pem="{{web}}" key="{{webkey}}" {FINAL}'
LAN = f"set_network interface=lan device=eth0 addresses=192.0.2.7/24 {FINAL}"
OPEN = "enable_root_access minutes=10 where=ssh --yes"
BACKUP = f"backup_settings name=whole password={ADMIN_PASSWORD}"
CONDITION = "begin_condition kind=DiskSpaceLow subject=/var details=full"
ATTEMPT, STRIKE = (f"{one} name=bob token={{token}}" for one in ("take_attempt", "count_wrong_password"))
INFO = "collect_system_info parts=settings"
DOWNLOAD = (INFO, WEB, "create_download_link name={archive}")
TLS = "set_tls_minimum version=1.3 --yes"
SCHEDULE = f"schedule_backup name=nightly interval=daily password={ADMIN_PASSWORD}"


class Line(NamedTuple):
    """`text` is run `later` seconds after the lines `before`, on a box that is installed unless those are None."""

    text: str
    before: Sequence[str] | None = ()
    later: float = 0.0

    @property
    def command(self) -> str:
        """The command."""
        return self.text.split()[0]


def after(before: Sequence[str], *texts: str) -> list[Line]:
    """Lines that need the same ones before them."""
    return [Line(one, before) for one in texts]


LINES = [
    Line(f"install name=box1 level=basic password={ADMIN_PASSWORD}", None),
    *after((), BOB, ROLE, "add_group name=sales", "set_security_level level=high --yes", LDAP, MAIL, LOG, TARGET,
           CERTIFICATE, "set_password_policy min_length=7", "set_password_blocklist file=words",
           "set_session_policy idle_timeout=5",
           f"set_password current_password={ADMIN_PASSWORD} new_password=Other-Pass-34",
           f"regenerate_encryption_keys password={ADMIN_PASSWORD} --yes", "set_tls_minimum version=1.3 --yes",
           "create_web_certificate_request common_name=box1.example", WEB, "set_certificate_renewal automatic=no",
           "create_certificate_request common_name=box1.example", 'install_certificate pem="{web}" key="{webkey}"',
           TRUST, "renew_cluster_certificate --yes", NORTH, "set_partner_port port=7451",
           "set_communication_security level=none unprotected=yes --yes", "set_box_name name=Other",
           "set_login_banner text=hello", "set_registration serial_number=S-1", "add_license license=L-1",
           f"erase_box name=box1 password={ADMIN_PASSWORD} --yes",
           BACKUP, SCHEDULE, LAN, f"set_name_servers servers=192.0.2.53 {FINAL}", "set_host_name name=box7",
           f"set_firewall mode=on {FINAL}", "set_time zone=UTC", "set_audit_policy keep=9", "rotate_audit_log",
           INFO, SNMP.format("mon"), "compact_state", OPEN,
           "end_session session={session}", "run_self_test", CONDITION, "open_session name=admin session={token} "
           "process={process}", "close_session session={session} reason=enough", "end_idle_session session={session}",
           "recover_admin name=admin password=Other-Pass-34", "begin_web_certificate", "put_audit_away"),
    *after((BOB,), "set_user name=bob role=auditor", "remove_user name=bob", "lock_user name=bob",
           f'add_ssh_key name=bob key="{KEY}"', ATTEMPT),
    *after((BOB, ATTEMPT), STRIKE, "withdraw_attempt name=bob token={token}",
           "give_attempt_back name=bob token={token} verified={token}"),
    *after((BOB, "lock_user name=bob"), "unlock_user name=bob"),
    *after((BOB, f'add_ssh_key name=bob key="{KEY}"'), "remove_ssh_key name=bob fingerprint={print}"),
    *after((ROLE,), "modify_role name=spare permissions=se", "remove_role name=spare"),
    *after(("add_group name=sales",), "remove_group name=sales"),
    *after((LDAP,), "enable_ldap", "clear_ldap_configuration --yes"),
    *after((LDAP, "enable_ldap"), "disable_ldap"),
    *after((OPEN,), "disable_root_access", "close_root_access until=2025-06-15T15:16:40Z"),
    *after((TLS,), "confirm_change", "undo_change", "return_unconfirmed change={pending}"),
    *after(("set_session_policy idle_timeout=5",), f"reset_system_settings {FINAL}"),
    *after(DOWNLOAD, "use_download_link link={link}", "cancel_download_links name={archive}"),
    Line("forget_download_links", DOWNLOAD, HOUR),
    Line("end_overdue_session session={session}", ("set_session_policy session_hours=1",), 2 * HOUR),
    Line("settle_lock name=bob", (
        "set_security_level level=high --yes", "add_user name=bob role=monitor password=Bob-First-12",
        *(3 * (ATTEMPT, STRIKE))), 2 * HOUR),
    *after(("create_web_certificate_request common_name=box1.example",), "cancel_web_certificate_request"),
    *after((WEB,), f"set_hsts mode=on {FINAL}"),
    *after((INFO, WEB), "create_download_link name={archive}"),
    *after(("create_certificate_request common_name=box1.example",), "cancel_certificate_request"),
    *after((CERTIFICATE,), "renew_certificate use=system key_type=ec_p384"),
    *after((TRUST,), "remove_trusted_certificate name=company", REVOKED),
    *after((TRUST, REVOKED), "remove_revocation_list name=company"),
    *after((NORTH,), 'change_cluster_certificate name=north pem="{other}"', "remove_partner name=north",
           "set_cluster_isolation mode=on"),
    *after(("add_license license=L-1",), "remove_license license=L-1"),
    *after((BACKUP,), "remove_backup name=whole --yes", "import_backup name=copy file=whole.backup"),
    *after((BACKUP, BOB), f"restore_settings name=whole password={ADMIN_PASSWORD} items=users {FINAL}"),
    *after((BOB, "set_login_banner text=hello"), f"import_state file=old.json {FINAL}"),
    *after((SCHEDULE,), "take_scheduled_backup schedule=nightly"),
    *after((LAN,), f"remove_network interface=lan {FINAL}"),
    *after((TARGET,), "remove_upload_target target=t"),
    *after((MAIL,), "disable_email", "clear_email_settings --yes"),
    *after((MAIL, "disable_email"), "enable_email"),
    *after((LOG,), "disable_syslog", "remove_syslog number=1"),
    *after((LOG, "disable_syslog"), "enable_syslog"),
    *after((SNMP.format("mon"),), "config_snmp receivers=nms.example user=mon", "remove_snmp_user name=mon"),
    *after((SNMP.format("mon"), "config_snmp receivers=nms.example user=mon"), "disable_snmp"),
    *after((SNMP.format("mon"), "config_snmp receivers=nms.example user=mon", "disable_snmp"), "enable_snmp"),
    *after(("rotate_audit_log",), "remove_audit_archives last={last}"),
    *after((INFO,), "remove_collected_info name={archive}", "expire_collected_info name={archive}"),
    *after((CONDITION,), 'end_condition condition="DiskSpaceLow /var"'),
]
ELSEWHERE = {
    **dict.fromkeys(("export_audit_log", "export_backup", "get_snmp_mib", "download_collected_info",
                     "get_cipher_suites"), "it changes nothing"),
    **dict.fromkeys(("test_ldap_connection", "test_partner", "test_connectivity", "test_name", "test_route",
                     "test_reachability", "measure_throughput", "await_throughput", "test_upload_target",
                     "test_email", "test_syslog", "test_snmp", "send_backup", "send_collected_info"),
                    "it asks other machines, and changes nothing here"),
    **dict.fromkeys(("reboot_box", "shut_down_box"), "it ends everything"),
    **dict.fromkeys(("set_vcenter", "remove_vcenter", "accept_server_certificate", "admit_ldap_user",
                     "dismiss_ldap_user"), "it needs another machine; its commit is that of every command"),
    "regenerate_host_keys": "tests/doors/test_host_keys.py kills it", "install_update": "tests/doors",
}
"""Commands without a line, and why."""
