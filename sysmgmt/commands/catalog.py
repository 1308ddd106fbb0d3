"""Every command, in the order of the manual. A module is loaded when one of its commands is asked for."""

from sysmgmt.engine.catalog import Chapters


def _in(**modules: str) -> dict[str, str]:
    """Where commands are declared: their names by module."""
    return {name: f"{__package__}.{module}" for module, names in modules.items() for name in names.split()}


CHAPTERS = (
    ("Your session", _in(
        session="get_current_user who_can help quit")),
    ("Users", _in(
        accounts="add_user get_users set_user remove_user set_password lock_user unlock_user")),
    ("SSH keys and sessions", _in(
        ssh_keys="add_ssh_key get_ssh_keys remove_ssh_key",
        session="get_sessions end_session")),
    ("Roles and consistency groups", _in(
        roles="add_role get_roles modify_role remove_role add_group get_groups remove_group")),
    ("LDAP", _in(
        ldap="config_ldap enable_ldap disable_ldap get_ldap_configuration get_ldap_status test_ldap_connection "
             "clear_ldap_configuration")),
    ("Security", _in(
        security="set_security_level get_security_settings check_compliance set_password_policy "
                 "set_password_blocklist set_session_policy get_key_status enable_root_access disable_root_access "
                 "get_host_keys regenerate_host_keys regenerate_encryption_keys")),
    ("TLS and the web server", _in(
        tls="set_tls_minimum get_cipher_suites",
        web="create_web_certificate_request cancel_web_certificate_request change_web_certificate set_hsts")),
    ("Changes that wait for a confirmation", _in(
        pending="confirm_change undo_change get_pending_change")),
    ("Certificates", _in(
        certificates="create_system_certificate export_root_certificate create_certificate_request "
                     "cancel_certificate_request install_certificate get_certificates set_certificate_renewal")),
    ("Truststore", _in(
        truststore="add_trusted_certificate remove_trusted_certificate get_trusted_certificates "
                   "accept_server_certificate add_revocation_list get_revocation_lists remove_revocation_list")),
    ("The cluster and its partners", _in(
        partners="get_cluster_certificate renew_cluster_certificate add_partner get_partners "
                 "change_cluster_certificate remove_partner test_partner set_partner_port set_cluster_isolation "
                 "set_communication_security")),
    ("The box", _in(
        box="install get_installation get_system_status get_cluster_status get_box_settings set_box_name "
            "set_login_banner reboot_box shut_down_box")),
    ("The appliance", _in(
        appliance="get_registration set_registration add_license remove_license set_vcenter get_vcenters "
                  "remove_vcenter reset_system_settings erase_box")),
    ("Software", _in(
        updates="get_version run_self_test verify_package install_update")),
    ("Settings backup", _in(
        backups="backup_settings get_backups verify_backup restore_settings export_backup import_backup "
                "import_state remove_backup schedule_backup send_backup")),
    ("Diagnostics", _in(
        diagnostics="test_connectivity test_name test_route test_reachability measure_throughput await_throughput "
                    "get_listening_ports get_hardening_status")),
    ("Network and time", _in(
        network="set_network remove_network set_name_servers get_network set_host_name set_firewall get_firewall",
        time="set_time get_time")),
    ("Events and audit", _in(
        logs="get_events_log get_audit_log verify_audit_log",
        audit="get_audit_policy set_audit_policy rotate_audit_log export_audit_log")),
    ("System info", _in(
        collections="collect_system_info get_collected_info download_collected_info create_download_link "
                    "cancel_download_links remove_collected_info",
        uploads="send_collected_info add_upload_target get_upload_targets remove_upload_target test_upload_target")),
    ("Notification", _in(
        mail="config_email enable_email disable_email clear_email_settings get_email_settings test_email",
        syslog="config_syslog enable_syslog disable_syslog remove_syslog get_syslog_settings test_syslog",
        snmp="config_snmp enable_snmp disable_snmp get_snmp_settings test_snmp add_snmp_user remove_snmp_user "
             "get_snmp_mib")),
    ("Advanced support", _in(
        support="enable_advanced_support_commands disable_advanced_support_commands check_state export_state "
                "compact_state")),
)
"""The chapters of the manual with the names of their commands."""
TITLES = {name: title for title, chapter in CHAPTERS for name in chapter}
"""In which chapter a command stands."""

OWN = _in(
    logins="take_attempt count_wrong_password give_attempt_back withdraw_attempt open_session end_idle_session "
           "end_overdue_session settle_lock close_session",
    own="recover_admin return_unconfirmed begin_condition end_condition note_clock_jump note_refused_partner "
        "renew_certificate close_root_access begin_web_certificate start_audit stop_audit note_unknown_outcome "
        "note_lost_records put_audit_away remove_audit_archives expire_collected_info take_scheduled_backup "
        "use_download_link forget_download_links admit_ldap_user dismiss_ldap_user")
"""What the box does by itself."""

COMMANDS = Chapters((*(chapter for _, chapter in CHAPTERS), OWN))
CATALOG = COMMANDS.values()
