"""The permissions of the guide's Table 5, and Audit, which is ours (R042, R098-R114)."""

from enum import StrEnum


class Permission(StrEnum):
    """One permission, written on a command line as its value."""

    ARRAY_CONFIGURATION = "array_configuration"
    AUDIT = "audit"
    BOXMGMT = "boxmgmt"
    DATA_TRANSFER = "data_transfer"
    FAILOVER = "failover"
    GROUP_CLEAR_SETTINGS = "group_clear_settings"
    GROUP_CONFIGURATION = "group_configuration"
    SE = "se"
    SECURITY = "security"
    SPLITTER_CONFIGURATION = "splitter_configuration"
    STORAGE_MANAGEMENT = "storage_management"
    SYSTEM_CONFIGURATION = "system_configuration"
    TARGET_IMAGE = "target_image"
    UPGRADE = "upgrade"
    VIEW = "view"
    WEB_DOWNLOAD = "web_download"


NOT_ASSIGNABLE = frozenset({Permission.BOXMGMT, Permission.WEB_DOWNLOAD})
"""What no new role may contain (R113)."""

MEANING = {
    Permission.ARRAY_CONFIGURATION: "Manage storage arrays, journal creation and snapshot integration.",
    Permission.AUDIT: "Read and verify the audit log.",
    Permission.BOXMGMT: "Use the Boxmgmt menu and configure the box.",
    Permission.DATA_TRANSFER: "Enable and disable access to images; undo writes.",
    Permission.FAILOVER: "Change the direction of replication, start and verify failover.",
    Permission.GROUP_CLEAR_SETTINGS: "Reset the system settings.",
    Permission.GROUP_CONFIGURATION: "Create and remove consistency groups and change their settings.",
    Permission.SE: "Use the advanced support commands.",
    Permission.SECURITY: "Manage users, roles, LDAP and the security level.",
    Permission.SPLITTER_CONFIGURATION: "Add and remove splitters; attach and detach volumes.",
    Permission.STORAGE_MANAGEMENT: "Manage the storage of the box.",
    Permission.SYSTEM_CONFIGURATION: "Configure mail, SNMP, syslog, reports, licences and other parameters.",
    Permission.TARGET_IMAGE: "Enable and disable access to an image, resume distribution, undo writes.",
    Permission.UPGRADE: "Install updates and maintain the software of the box.",
    Permission.VIEW: "View system information; part of every role.",
    Permission.WEB_DOWNLOAD: "Download logs from the box.",
}
