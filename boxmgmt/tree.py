"""The whole menu (R117). A number is a place in it: append, and put FREE where an item goes."""

from boxmgmt.menu import Menu, Open, Run
from sysmgmt.commands import (
    accounts, audit, backups, box, certificates, collections, logs, mail, partners, security, support, syslog, tls,
    truststore, web)

MAIN = Menu("Main Menu", (
    Run("Installation", box.get_installation),
    Menu("Setup", (
        Run("View settings", box.get_box_settings),
        Run("Change the name of the box", box.set_box_name),
        Run("Change the login banner", box.set_login_banner),
        Run("Remove the login banner", box.set_login_banner, {"text": ""}),
        Menu("Advanced options", (
            Menu("Security options", (
                Run("Change local users' security level", security.set_security_level),
                Run("Change the idle timeout and the session policy", security.set_session_policy),
                Run("Change your password", accounts.set_password),
                Run("Set minimum Transport Layer Security protocol version", tls.set_tls_minimum),
                Menu("Certificates management", (
                    Menu("Truststore management", (
                        Run("Add trusted certificate", truststore.add_trusted_certificate),
                        Run("Remove trusted certificate", truststore.remove_trusted_certificate),
                        Run("View trusted certificates", truststore.get_trusted_certificates),
                        Run("Accept the certificate of a server", truststore.accept_server_certificate),
                        Run("Add revocation list", truststore.add_revocation_list),
                        Run("Remove revocation list", truststore.remove_revocation_list),
                        Run("View revocation lists", truststore.get_revocation_lists),
                    )),
                    Menu("Keystore management", (
                        Run("Change Web Server Certificate", web.change_web_certificate),
                        Run("View certificates", certificates.get_certificates),
                        Run("Create system certificate", certificates.create_system_certificate),
                        Run("Export root certificate", certificates.export_root_certificate),
                        Run("Create certificate request", certificates.create_certificate_request),
                        Run("Cancel certificate request", certificates.cancel_certificate_request),
                        Run("Install certificate", certificates.install_certificate),
                        Run("Change the automatic renewal", certificates.set_certificate_renewal),
                        Run("View the keys of the box", security.get_key_status),
                        Run("Create web certificate request", web.create_web_certificate_request),
                        Run("Cancel web certificate request", web.cancel_web_certificate_request),
                    )),
                )),
                Run("Enable root access", security.enable_root_access),
                Run("Disable root access", security.disable_root_access),
                Run("Regenerate the SSH host keys", security.regenerate_host_keys),
                Run('Change web server "HTTP Strict Transport Security" HSTS mode', web.set_hsts),
                Run("Regenerate encryption keys", security.regenerate_encryption_keys, asks=("password",)),
                Run("Change appliance communication security level", partners.set_communication_security),
                Run("Enable/disable cluster isolation", partners.set_cluster_isolation),
                Run("View cluster's certificate", partners.get_cluster_certificate),
                Run("Change cluster certificate", partners.change_cluster_certificate),
                Menu("Partners", (
                    Run("Add partner", partners.add_partner),
                    Run("View partners", partners.get_partners),
                    Run("Test partner", partners.test_partner),
                    Run("Remove partner", partners.remove_partner),
                    Run("Change where the box listens for partners", partners.set_partner_port),
                    Run("Renew the certificate of this cluster", partners.renew_cluster_certificate),
                )),
            )),
        )),
        Run("View the change that waits for its confirmation", tls.get_pending_change),
        Run("Confirm the change that waits for it", tls.confirm_change),
        Menu("Notification", (
            Menu("Email", (
                Run("View the mail server and the recipients", mail.get_email_settings),
                Run("Change the mail server and the recipients", mail.config_email),
                Run("Enable email", mail.enable_email),
                Run("Disable email", mail.disable_email),
                Run("Send a test mail", mail.test_email),
            )),
            Menu("Syslog", (
                Run("View the syslog servers", syslog.get_syslog_settings),
                Run("Change a syslog server", syslog.config_syslog),
                Run("Enable a syslog server", syslog.enable_syslog),
                Run("Disable a syslog server", syslog.disable_syslog),
                Run("Send a test message", syslog.test_syslog),
            )),
        )),
        Menu("Settings backup", (
            Run("View the backups and their schedules", backups.get_backups),
            Run("Take a backup now", backups.backup_settings),
            Run("Verify a backup", backups.verify_backup),
            Run("Restore a backup", backups.restore_settings),
            Run("Write a backup out", backups.export_backup),
            Run("Take a backup in from the import folder", backups.import_backup),
            Run("Remove a backup", backups.remove_backup),
            Run("Change a schedule", backups.schedule_backup),
        )),
    )),
    Menu("Diagnostics", (
        Run("View system status", box.get_system_status),
        Run("Check state", support.check_state),
        Run("View events", logs.get_events_log, asks=("level", "text")),
        Run("View the audit", logs.get_audit_log, asks=("user", "text")),
        Run("View the TLS that the box accepts", tls.get_cipher_suites),
        Run("View the SSH host keys", security.get_host_keys),
        Run("Verify the audit", logs.verify_audit_log, asks=("anchor",)),
        Run("View the audit policy", audit.get_audit_policy),
        Run("Change the audit policy", audit.set_audit_policy),
        Run("Put the audit into an archive now", audit.rotate_audit_log),
        Run("Export the audit", audit.export_audit_log, asks=("since", "until")),
        Menu("Collect system info", (
            Run("Collect system info now", collections.collect_system_info),
            Run("View the collected system info", collections.get_collected_info),
            Run("Remove collected system info", collections.remove_collected_info),
        )),
    )),
    Menu("Cluster operations", (
        Run("View cluster status", box.get_cluster_status),
    )),
    Menu("Shutdown / Reboot operations", (
        Run("Reboot", box.reboot_box),
        Run("Shut down", box.shut_down_box),
    )),
    Open("System management CLI", "sysmgmt"),
))
