"""The whole menu (R117). A number is a place in it: append, and put FREE where an item goes."""

from boxmgmt.menu import Menu, Open, Run
from sysmgmt.commands import accounts, box, logs, security, support, tls

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
            )),
        )),
        Run("View the change that waits for its confirmation", tls.get_pending_change),
        Run("Confirm the change that waits for it", tls.confirm_change),
    )),
    Menu("Diagnostics", (
        Run("View system status", box.get_system_status),
        Run("Check state", support.check_state),
        Run("View the TLS that the box accepts", tls.get_cipher_suites),
        Run("View events", logs.get_events_log, asks=("level", "text")),
        Run("View the audit", logs.get_audit_log, asks=("user", "text")),
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
