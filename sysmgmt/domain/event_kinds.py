"""The registry of events (R020): what the box tells of itself. The manual's list is made from it.

A number never gets another meaning. A kind with a `cleared` number is lasting: that number follows
when it is over; the others are transient.
"""

from typing import NamedTuple

INFO, WARNING, ERROR, CRITICAL = LEVELS = ("info", "warning", "error", "critical")
ROOT_CAUSE, NORMAL, ADVANCED = SCOPES = ("root_cause", "normal", "advanced")
USERS, SECURITY, SETTINGS, STORAGE, SYSTEM, CERTIFICATES = TOPICS = (
    "users", "security", "settings", "storage", "system", "certificates")


class Kind(NamedTuple):
    """One kind of event. `summary` is a template that the event's subject, or its details as well, fill in."""

    id: int
    name: str
    level: str
    scope: str
    topic: str
    summary: str
    action: str = ""
    cleared: int = 0


NO_ACTION = "None."
KINDS = (
    Kind(1001, "UserAdded", INFO, NORMAL, USERS, "User {subject} was added."),
    Kind(1002, "UserRemoved", INFO, NORMAL, USERS, "User {subject} was removed."),
    Kind(1003, "UserChanged", INFO, NORMAL, USERS, "User {subject} was changed."),
    Kind(1004, "UserLocked", WARNING, NORMAL, USERS, "User {subject} was locked on purpose."),
    Kind(1005, "UserUnlocked", INFO, NORMAL, USERS, "User {subject} was unlocked."),
    Kind(1006, "AccountLocked", WARNING, ROOT_CAUSE, SECURITY,
         "User {subject} was locked after too many wrong passwords.",
         "Find out who tried (get_audit_log user={subject}), then use unlock_user name={subject}."),
    Kind(1007, "LoginFailed", WARNING, ADVANCED, SECURITY, "A wrong password was given for user {subject}."),
    Kind(1008, "PasswordChanged", INFO, ADVANCED, USERS, "The password of user {subject} was changed."),
    Kind(1009, "RoleChanged", INFO, NORMAL, USERS, "The role {subject} was added, changed or removed."),
    Kind(1010, "SshKeysChanged", INFO, NORMAL, SECURITY, "An SSH key of user {subject} was added or removed."),
    Kind(1011, "SecondOrigin", WARNING, NORMAL, SECURITY,
         "User {subject} is logged in from two places at once.",
         "Ask the user; end a strange session with get_sessions and end_session."),
    Kind(1012, "PasswordExpires", WARNING, NORMAL, USERS, "The password of user {subject} expires within 7 days.",
         "The user changes it with set_password.", cleared=1013),
    Kind(1013, "PasswordExpiresCleared", INFO, NORMAL, USERS, "The password of user {subject} no longer expires soon."),
    Kind(1014, "RootAccessOpened", WARNING, ROOT_CAUSE, SECURITY, "Root may log in to the box.",
         "Shut it with disable_root_access as soon as it is not needed any more.", cleared=1015),
    Kind(1015, "RootAccessOpenedCleared", INFO, ROOT_CAUSE, SECURITY, "Root may no longer log in to the box."),
    Kind(1016, "HostKeysChanged", WARNING, NORMAL, SECURITY, "The box has new SSH host keys.",
         "Compare what ssh says with get_host_keys before a new key is accepted."),
    Kind(1017, "KeysRegenerated", WARNING, NORMAL, SECURITY, "The encryption keys of the box were regenerated.",
         "Hand the new fingerprints (get_key_status, get_host_keys) to whoever compares them."),
    Kind(1018, "KeyExpires", WARNING, ROOT_CAUSE, SECURITY, "The {subject} has been used for 90 % of its time.",
         "Use regenerate_encryption_keys.", cleared=1019),
    Kind(1019, "KeyExpiresCleared", INFO, ROOT_CAUSE, SECURITY, "The {subject} is new."),
    Kind(1020, "AccountShut", WARNING, NORMAL, SECURITY,
         "User {subject} was locked: the account was not used for too long, or was temporary.",
         "If it is still needed, use unlock_user name={subject}; else remove_user name={subject}."),
    Kind(1021, "UserRenamed", INFO, NORMAL, USERS, "User {subject} was renamed to {details}."),
    Kind(2000, "BoxInstalled", INFO, NORMAL, SETTINGS, "The box was installed."),
    Kind(2001, "SettingsChanged", INFO, NORMAL, SETTINGS, "Settings were changed."),
    Kind(2002, "GroupChanged", INFO, NORMAL, SETTINGS, "The consistency group {subject} was added or removed."),
    Kind(2003, "ChangeReturned", WARNING, NORMAL, SETTINGS,
         "A change was not confirmed from a new login in time; what was before is in force again.",
         "Make the change again if it was meant, and confirm it with confirm_change."),
    Kind(3001, "DiskSpaceLow", WARNING, ROOT_CAUSE, STORAGE, "Less than 10 % of the space for {subject} is free.",
         "Remove old archives and exports, or give the box more space.", cleared=3002),
    Kind(3002, "DiskSpaceLowCleared", INFO, ROOT_CAUSE, STORAGE, "There is space for {subject} again."),
    Kind(3003, "DiskSpaceCritical", CRITICAL, ROOT_CAUSE, STORAGE, "Less than 2 % of the space for {subject} is free.",
         "Make space now: soon nothing can be changed any more.", cleared=3004),
    Kind(3004, "DiskSpaceCriticalCleared", INFO, ROOT_CAUSE, STORAGE, "Space for {subject} is no longer critical."),
    Kind(3005, "StateUnreadable", CRITICAL, ROOT_CAUSE, STORAGE, "The state of the box cannot be read.",
         "Follow the section DAMAGED STATE of the manual page sysmgmt(1)."),
    Kind(3006, "StorageRefused", ERROR, ROOT_CAUSE, STORAGE, "A change could not be stored.",
         "Look at free_bytes in get_system_status, then make space or repair the disk."),
    Kind(3007, "AuditDamaged", CRITICAL, ROOT_CAUSE, SECURITY, "The audit is not as it was written.",
         "Keep a copy of the whole state folder, and find out who could write to it."),
    Kind(3008, "AuditSpaceLow", WARNING, ROOT_CAUSE, STORAGE, "Three quarters of the space for {subject} are used.",
         "Export the audit with export_audit_log, so that old archives may go; or change its policy.", cleared=3009),
    Kind(3009, "AuditSpaceLowCleared", INFO, ROOT_CAUSE, STORAGE, "There is space for {subject} again."),
    Kind(3010, "AuditRecordsLost", ERROR, ROOT_CAUSE, SECURITY, "Records of the audit could not be written.",
         "Find out why, and make space or repair the disk."),
    Kind(3011, "OutcomeUnknown", WARNING, NORMAL, SECURITY, "boxmgmtd ended before {subject} had an outcome.",
         "Look whether it was done: the details name the record of its intent."),
    Kind(3012, "AuditTorn", ERROR, ROOT_CAUSE, SECURITY, "A power cut has torn the end of the audit.",
         "Compare it with an anchor that was noted before: verify_audit_log anchor=RECORDS:HEAD."),
    Kind(4001, "ServiceRefused", ERROR, ROOT_CAUSE, SYSTEM, "A service of the machine refused a change.",
         "Read the details, repair what they name, and repeat the command."),
    Kind(4002, "ClockJumped", WARNING, ROOT_CAUSE, SYSTEM, "The clock of the box was changed.",
         "Check the time with get_time; lockouts and expiry depend on it."),
    Kind(4003, "InternalError", ERROR, ROOT_CAUSE, SYSTEM, "A command failed unexpectedly.",
         "Look up the id in the details with get_audit_log, and report it."),
    Kind(4004, "MailFails", WARNING, ROOT_CAUSE, SYSTEM, "The mail server {subject} does not take the mail of the box.",
         "Use test_email: it says what is wrong. What waits is sent when the server takes it again.", cleared=4005),
    Kind(4005, "MailFailsCleared", INFO, ROOT_CAUSE, SYSTEM,
         "The mail server {subject} takes the mail of the box again."),
    Kind(4006, "SyslogFails", WARNING, ROOT_CAUSE, SYSTEM,
         "The syslog server {subject} does not take what the box sends.",
         "Use test_syslog: it says what is wrong. What waits is sent when the server takes it again.", cleared=4007),
    Kind(4007, "SyslogFailsCleared", INFO, ROOT_CAUSE, SYSTEM,
         "The syslog server {subject} takes what the box sends again."),
    Kind(4008, "SnmpFails", WARNING, ROOT_CAUSE, SYSTEM,
         "The SNMP receiver {subject} does not take the notifications of the box.",
         "Use test_snmp: it says what is wrong. What waits is sent when the receiver takes it again.", cleared=4009),
    Kind(4009, "SnmpFailsCleared", INFO, ROOT_CAUSE, SYSTEM,
         "The SNMP receiver {subject} takes the notifications of the box again."),
    Kind(4010, "LdapFails", WARNING, ROOT_CAUSE, SYSTEM, "The LDAP server {subject} cannot be used.",
         "Use test_ldap_connection: it says what is wrong.", cleared=4011),
    Kind(4011, "LdapFailsCleared", INFO, ROOT_CAUSE, SYSTEM, "The LDAP server {subject} can be used again."),
    Kind(5001, "CertificateExpires", WARNING, ROOT_CAUSE, CERTIFICATES, "The {subject} expires within 30 days, or did.",
         "Read the details; renew it, or replace it in the truststore.", cleared=5002),
    Kind(5002, "CertificateExpiresCleared", INFO, ROOT_CAUSE, CERTIFICATES, "The {subject} no longer expires soon."),
    Kind(5003, "InsecureTls", WARNING, ROOT_CAUSE, SECURITY, "TLS that the {subject} accepts is insecure.",
         "Look at get_cipher_suites; set_tls_minimum raises the minimum, else repair the service.", cleared=5004),
    Kind(5004, "InsecureTlsCleared", INFO, ROOT_CAUSE, SECURITY, "TLS that the {subject} accepts is secure again."),
    Kind(5005, "RootCertificateChanged", WARNING, NORMAL, CERTIFICATES, "The box has a new root CA.",
         "Give it to whoever trusts the one before: export_root_certificate shows it."),
    Kind(5006, "TruststoreChanged", INFO, NORMAL, CERTIFICATES,
         "The entry {subject} of the truststore was added, changed or removed."),
    Kind(6001, "PartnerChanged", INFO, NORMAL, SYSTEM, "The partner {subject} was added, changed or removed."),
    Kind(6002, "ClusterCertificateChanged", WARNING, NORMAL, SYSTEM, "The box has a new cluster certificate.",
         "Give it to every partner: get_cluster_certificate here, change_cluster_certificate there."),
    Kind(6003, "ClusterIsolated", WARNING, ROOT_CAUSE, SYSTEM, "The cluster is isolated from its partners.",
         "End it with set_cluster_isolation mode=off.", cleared=6004),
    Kind(6004, "ClusterIsolatedCleared", INFO, ROOT_CAUSE, SYSTEM, "The cluster is no longer isolated."),
    Kind(6005, "CommunicationUnprotected", WARNING, ROOT_CAUSE, SECURITY,
         "Communication with partners is neither authenticated nor encrypted.",
         "End it with set_communication_security level=authenticated_encrypted.", cleared=6006),
    Kind(6006, "CommunicationUnprotectedCleared", INFO, ROOT_CAUSE, SECURITY,
         "Communication with partners is authenticated and encrypted again."),
    Kind(6007, "PartnersNotHeard", ERROR, ROOT_CAUSE, SYSTEM, "The box does not listen for its partners.",
         "Read the details and repair what they name.", cleared=6008),
    Kind(6008, "PartnersNotHeardCleared", INFO, ROOT_CAUSE, SYSTEM, "The box listens for its partners again."),
    Kind(6009, "PartnerRefused", WARNING, NORMAL, SECURITY, "{subject} was refused as a partner.",
         "Find out who that is; a partner with a new certificate needs change_cluster_certificate."),
    Kind(6010, "PartnerUnreachable", WARNING, ROOT_CAUSE, SYSTEM, "The partner {subject} does not answer as it should.",
         "Use test_partner name={subject}: it says at which step and why.", cleared=6011),
    Kind(6011, "PartnerUnreachableCleared", INFO, ROOT_CAUSE, SYSTEM, "The partner {subject} answers again."),
    Kind(7001, "BackupTaken", INFO, NORMAL, SETTINGS, "The settings backup {subject} was taken."),
    Kind(7002, "BackupFails", ERROR, ROOT_CAUSE, SYSTEM, "The scheduled settings backup {subject} cannot be taken.",
         "Read the details and repair what they name; it is tried again every 15 minutes.", cleared=7003),
    Kind(7003, "BackupFailsCleared", INFO, ROOT_CAUSE, SYSTEM,
         "The scheduled settings backup {subject} was taken, or is not wanted any more."),
    Kind(7004, "BackupRestored", WARNING, ROOT_CAUSE, SETTINGS, "The settings backup {subject} was restored.",
         "Compare what the details name with what was meant (get_audit_log command=restore_settings)."),
    Kind(7005, "SelfTestFails", CRITICAL, ROOT_CAUSE, SYSTEM, "The self-test of {subject} failed; nothing is changed.",
         "Read the details; repair what they name or install the release again, then use run_self_test.", cleared=7006),
    Kind(7006, "SelfTestFailsCleared", INFO, ROOT_CAUSE, SYSTEM, "The self-test of {subject} has passed again."),
    Kind(7007, "StateImported", WARNING, ROOT_CAUSE, SETTINGS, "The state {subject} was taken in.",
         "Compare what the details name with what was meant (get_audit_log command=import_state)."),
)
"""All kinds, by number."""

NAMED = {one.name: one for one in KINDS}
NUMBERED = {one.id: one for one in KINDS}


def from_level(level: str | None) -> tuple[str, ...]:
    """A level and all that are worse; none for None."""
    return LEVELS[LEVELS.index(level):] if level else ()
