"""The state of one box: a tree of frozen values.

Times are seconds since 1970 in UTC (float), durations are seconds (int), sizes bytes (int).
Once a release has stored a value, a field that is added, removed or renamed is a new format: see
`sysmgmt.store.formats`.
"""

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

from sysmgmt.domain.backup_schedules import BackupSchedule as BackupSchedule
from sysmgmt.domain.blocklist import Blocklist
from sysmgmt.domain.bounds import Count, Moment, Uid, within
from sysmgmt.domain.directory import DirectorySettings as DirectorySettings
from sysmgmt.domain.downloads import DownloadLink as DownloadLink
from sysmgmt.domain.model.appliance import Erasure as Erasure
from sysmgmt.domain.model.appliance import Registration as Registration
from sysmgmt.domain.model.appliance import Unsettled as Unsettled
from sysmgmt.domain.model.appliance import VCenter as VCenter
from sysmgmt.domain.model.audit_policy import AuditPolicy
from sysmgmt.domain.model.certificates import Certificate as Certificate
from sysmgmt.domain.model.certificates import Identity as Identity
from sysmgmt.domain.model.certificates import RevocationList as RevocationList
from sysmgmt.domain.model.certificates import SigningRequest as SigningRequest
from sysmgmt.domain.model.certificates import Subject as Subject
from sysmgmt.domain.model.certificates import TrustedCertificate as TrustedCertificate
from sysmgmt.domain.model.network import Firewall as Firewall
from sysmgmt.domain.model.network import Interface as Interface
from sysmgmt.domain.model.network import TimeSettings as TimeSettings
from sysmgmt.domain.model.partners import Communication as Communication
from sysmgmt.domain.model.partners import Partner as Partner
from sysmgmt.domain.model.policy import Displaced, IdleSeconds, Policy, SessionNumber
from sysmgmt.domain.model.reach import Pending as Pending
from sysmgmt.domain.model.reach import Reach as Reach
from sysmgmt.domain.model.reach import Returned as Returned
from sysmgmt.domain.model.reach import RootAccess as RootAccess
from sysmgmt.domain.model.receivers import MailServer as MailServer
from sysmgmt.domain.model.receivers import SyslogServer as SyslogServer
from sysmgmt.domain.model.receivers import UploadTarget as UploadTarget
from sysmgmt.domain.model.snmp import SnmpSettings as SnmpSettings
from sysmgmt.domain.model.snmp import SnmpUser as SnmpUser
from sysmgmt.domain.records import Records
from sysmgmt.domain.secrecy import SECRET as SECRET

ADMIN = "admin"
"""The one predefined user; never removed, its role never changed (R044-R048, R058)."""


class Cost(NamedTuple):
    """What one argon2id hash costs: passes, memory in KiB, lanes."""

    passes: Annotated[int, within(1, 4)] = 2
    memory: Annotated[int, within(1, 1 << 17)] = 19456
    lanes: Annotated[int, within(1, 4)] = 1


LOCAL, LDAP_USER, LDAP_GROUP = TYPES = ("local", "ldap_user", "ldap_group")
"""What an entry in the table of users is."""


class Account(NamedTuple):
    """A user. `groups` limits authorization to these consistency groups (R095); None is all.

    An `ldap_user` is known by `directory_id`, the immutable id in the directory, and has no password
    here; `granted_by` names the `ldap_group` that he came by, and is "" where he was added himself. An
    `ldap_group` is nobody: it only says what its members may do.

    `wrong_in_a_row` are wrong passwords since the last right one, however often a lock ended meanwhile.
    From `enabled_at` on an account counts as used; one that is temporary is locked at `ends_at`. `greeted_at` is
    the last login over SSH or at the console: what a user is told once is told to whoever logs in there.
    """

    name: str
    role: str
    type: str = LOCAL
    groups: tuple[str, ...] | None = None
    password: Annotated[str, SECRET] = ""
    password_history: Annotated[tuple[str, ...], SECRET] = ()
    password_changed_at: Moment | None = None
    own_change_at: Moment | None = None
    must_change_password: bool = False
    strikes: Count = 0
    pending: tuple[str, ...] = ()
    console_strikes: Count = 0
    console_pending: tuple[str, ...] = ()
    console_tried_at: Moment | None = None
    locked_by: str = ""
    locked_since: Moment | None = None
    wrong_in_a_row: Count = 0
    enabled_at: Moment | None = None
    ends_at: Moment | None = None
    last_login_at: Moment | None = None
    last_login_from: str = ""
    failed_logins: Count = 0
    uid: Uid | None = None
    directory_id: str = ""
    granted_by: str = ""
    greeted_at: Moment | None = None


class DirectoryUid(NamedTuple):
    """The number that whoever has this immutable id in the directory keeps for ever."""

    id: str
    uid: Uid


class Role(NamedTuple):
    """A named set of permissions (R042)."""

    name: str
    permissions: tuple[str, ...]


class Group(NamedTuple):
    """A consistency group, so far only its name (R095)."""

    name: str


class SshKey(NamedTuple):
    """A public key with which a user logs in. `line` is type and blob, without options or comment.

    `id` is the user and the fingerprint, with a blank between them: keys are found by it.
    """

    id: str
    user: str
    line: str
    fingerprint: str
    comment: str = ""
    added_by: str = ""
    added_at: Moment | None = None
    last_used_at: Moment | None = None


class Session(NamedTuple):
    """Somebody who is logged in. `process` names the process that serves it, for ever uniquely.

    With `login` it is that of a login which PAM registered, and the session lasts as long as it.
    `last_login_at`, `last_login_from`, `failed_logins` and `greeted_at` tell of the time before: the
    login before this one, the failures since, and the last login of a person. `ended` says why the
    session is over while its process still runs: nobody gets another one through that process. `key` is
    the fingerprint of the SSH key that opened it, if one did.
    """

    id: str
    user: str
    process: str
    opened_at: Moment
    origin: str = ""
    endpoint: str = ""
    last_login_at: Moment | None = None
    last_login_from: str = ""
    failed_logins: Count = 0
    uid: Uid | None = None
    login: bool = False
    ended: str = ""
    ended_at: Moment | None = None
    key: str = ""
    greeted_at: Moment | None = None


class Condition(NamedTuple):
    """Something that is not as it should be, until it is over: the name of a lasting kind of event."""

    id: str
    kind: str
    subject: str
    since: Moment
    details: str = ""


class Settings(NamedTuple):
    """The settings of the box itself. `installed_at` None: the Installation step is still due.

    `uids` are, in service mode, the first, the last and the next number that a user gets; none is
    ever given twice. `master_key` is the id of the key that seals secrets. From the last of `audit_seeds`
    grows the chain of the audit, kept from the record `audit_kept` on, exported up to `audit_exported`, and
    handed out up to `audit_handed_out`, which may not have arrived.
    With `certificate_renewal` the box renews certificates that it signed itself. `host_keys` names the
    set of SSH host keys, wanted since `host_keys_at`; "" and None: the set of the installation.
    `host_name` "": that of the machine.
    """

    name: str = ""
    box_id: str = ""
    installed_at: Moment | None = None
    installed_version: str = ""
    level: str = "basic"
    banner: str = ""
    idle_timeout: IdleSeconds = 1800
    sessions_per_user: SessionNumber = 10
    hashing: Cost = Cost()
    recovered_at: Moment | None = None
    uids: tuple[Uid, ...] = ()
    master_key: str = ""
    audit_seeds: Annotated[tuple[str, ...], SECRET] = ()
    reach: Reach = Reach()
    pending: Pending | None = None
    certificate_renewal: bool = True
    root_access: RootAccess = RootAccess()
    host_keys: str = ""
    host_keys_at: Moment | None = None
    communication: Communication = Communication()
    audit: AuditPolicy = AuditPolicy()
    audit_kept: Count = 1
    audit_exported: Count = 0
    audit_handed_out: Count = 0
    returned: Returned | None = None
    policy: Policy = Policy()
    displaced: Displaced = Displaced()
    registration: Registration = Registration()
    erasure: Erasure | None = None
    unsettled: tuple[Unsettled, ...] = ()
    host_name: str = ""
    time: TimeSettings = TimeSettings()


class State(NamedTuple):
    """Everything that is stored. `generation` counts the transactions since the box was new."""

    generation: Count = 0
    settings: Settings = Settings()
    accounts: Records[Account] = Records()
    roles: Records[Role] = Records()
    groups: Records[Group] = Records()
    sessions: Records[Session] = Records()
    ssh_keys: Records[SshKey] = Records()
    conditions: Records[Condition] = Records()
    identities: Records[Identity] = Records()
    signing_requests: Records[SigningRequest] = Records()
    trusted_certificates: Records[TrustedCertificate] = Records()
    revocation_lists: Records[RevocationList] = Records()
    mail: Records[MailServer] = Records()
    partners: Records[Partner] = Records()
    syslog: Records[SyslogServer] = Records()
    download_links: Records[DownloadLink] = Records()
    upload_targets: Records[UploadTarget] = Records()
    directories: Records[DirectorySettings] = Records()
    directory_uids: Records[DirectoryUid] = Records()
    backup_schedules: Records[BackupSchedule] = Records()
    snmp: Records[SnmpSettings] = Records()
    snmp_users: Records[SnmpUser] = Records()
    vcenters: Records[VCenter] = Records()
    blocklists: Records[Blocklist] = Records()

    @property
    def installed(self) -> bool:
        """Whether the Installation step has been done."""
        return self.settings.installed_at is not None


def named(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What of some fields was named; one that is None was not, and stays as it is."""
    return {name: value for name, value in fields.items() if value is not None}


def differs(old: State, new: State) -> bool:
    """Whether anything that is stored has changed; costs what changed, not what exists."""
    if old is new:
        return False
    if old.settings != new.settings:
        return True
    for before, after in zip(old, new, strict=True):
        if isinstance(before, Records) and isinstance(after, Records):
            if any(True for _ in after.changed_since(before)):
                return True
    return False
