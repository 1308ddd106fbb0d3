"""Refusals: a class names the condition, its docstring is the message, `status` the exit status.

The class name is the stable code that scripts see. The manual's table of codes is made from
`refusals()`, so a new refusal documents itself.
"""

from collections.abc import Iterator, Mapping


class Refusal(Exception):
    """The request was refused."""

    status = 1
    hint = ""
    askable = False
    """Whether a person may have mistyped an answer, which is then asked for again."""
    confirms: Mapping[str, str] = {}
    """Texts that the request has to carry once a person has confirmed it."""

    def __init__(self, *own: str, **facts: object) -> None:
        """`own` is a message, and a hint, that say more here than those of the class."""
        super().__init__(*own)
        self.facts = facts

    @property
    def code(self) -> str:
        """The name that scripts see."""
        return type(self).__name__

    def __str__(self) -> str:
        return self.args[0] if self.args else (self.__doc__ or "").format(**self.facts)

    @property
    def advice(self) -> str | None:
        """What to do about it, or None."""
        return self.args[1] if len(self.args) > 1 else self.hint.format(**self.facts) or None


def refusals(of: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    """Every refusal there is, in the order of declaration."""
    for one in of.__subclasses__():
        if not one.__name__.startswith("_"):
            yield one
        yield from refusals(one)


class _Usage(Refusal):
    """The line cannot be understood."""

    status = 2


class UnknownCommand(_Usage):
    """There is no command {name}."""

    hint = "Enter help for the list of commands."


class MissingValue(_Usage):
    """{command} needs a value for {parameter}."""

    hint = "Give {parameter}=..., or enter help {command}."
    askable = True


class InvalidValue(_Usage):
    """{what}."""

    askable = True


class ConfirmationNeeded(_Usage):
    """This has to be confirmed: {question}"""

    hint = "Add --yes to confirm."


class SecretOnCommandLine(_Usage):
    """A secret ({parameter}) does not belong on a command line, which others can read."""

    hint = "Write {parameter}=- and give the value as the next line of standard input."


class NotAtomic(_Usage):
    """{command} acts outside the stored state and cannot be part of an --atomic batch."""


class PermissionDenied(Refusal):
    """{command} needs the permission {permission}."""

    status = 3


class _NoLogin(Refusal):
    """Nobody was logged in."""

    status = 4


class LoginFailed(_NoLogin):
    """Login failed."""


class LoginNeeded(_NoLogin):
    """A login is needed here."""

    hint = "Give --user NAME and --password-file FILE."


class AccountLocked(_NoLogin):
    """The account is locked."""

    hint = "A user with the permission security can unlock it with unlock_user."


class TooManySessions(_NoLogin):
    """User {name} has as many open sessions as are allowed ({count})."""

    hint = "Close one of them first."


class _Ended(Refusal):
    """The session is over."""

    status = 5


class IdleLogout(_Ended):
    """Logged out after {time} without a keystroke."""


class SessionEnded(_Ended):
    """The session was ended: {reason}."""


class UserExists(Refusal):
    """User {name} already exists."""

    askable = True


class UnknownUser(Refusal):
    """There is no user {name}."""

    askable = True


class RoleExists(Refusal):
    """Role {name} already exists."""

    askable = True


class UnknownRole(Refusal):
    """There is no role {name}."""

    hint = "get_roles lists the roles."
    askable = True


class RoleInUse(Refusal):
    """Role {name} is assigned to {users}."""

    hint = "Give these users another role first."


class PredefinedRole(Refusal):
    """Role {name} is predefined and cannot be changed or removed."""


class PredefinedUser(Refusal):
    """User {name} is predefined: it cannot be removed or renamed and keeps its role and groups."""


class OwnAccount(Refusal):
    """You cannot do this to the account you are logged in with."""


class LastSecurityUser(Refusal):
    """The box would be left without an unlocked local user who has the permission security."""


class PermissionNotAssignable(Refusal):
    """The permission {permission} cannot be part of a new role."""


class PasswordTooWeak(Refusal):
    """The password needs {rules}."""

    askable = True


class PasswordReused(Refusal):
    """The password was used before; the last {count} cannot be used again."""

    askable = True


class PasswordTooYoung(Refusal):
    """The password was changed less than {hours} hours ago."""

    hint = "Another user with the permission security can reset it with set_user."


class PasswordWrong(Refusal):
    """The current password is wrong."""


class MustChangePassword(Refusal):
    """Your password must be changed before you can do anything else."""

    hint = "Use set_password."


class NotInstalled(Refusal):
    """This box has not been installed."""

    hint = "Use install name=... level=high password=-."


class AlreadyInstalled(Refusal):
    """This box was already installed, on {date}."""


class GroupExists(Refusal):
    """Group {name} already exists."""

    askable = True


class UnknownGroup(Refusal):
    """There is no group {name}."""

    hint = "get_groups lists the groups."
    askable = True


class GroupInUse(Refusal):
    """Users are limited to group {name}: {users}."""

    hint = "Change the groups of these users first."


class KeyExists(Refusal):
    """User {user} has this key already."""


class UnknownKey(Refusal):
    """User {user} has no key {key}."""

    hint = "get_ssh_keys lists the keys."


class UnknownSession(Refusal):
    """There is no open session {session}."""

    hint = "get_sessions lists the sessions."


class CertificateRefused(Refusal):
    """The certificate of {subject} cannot be used: {reasons}."""

    askable = True


class KeyMismatch(Refusal):
    """The certificate does not belong to the private key{whose}."""

    askable = True


class NoRequest(Refusal):
    """No request for a certificate is outstanding."""

    hint = "create_certificate_request or create_web_certificate_request makes one."


class RequestOutstanding(Refusal):
    """A request for a certificate is outstanding since {date}."""

    hint = "Install its certificate, or cancel it with cancel_certificate_request."


class NoCertificate(Refusal):
    """The box has no {what}."""

    hint = "create_system_certificate makes one."


class TrustExists(Refusal):
    """{name} is in the truststore already."""

    hint = "Remove it first, or choose another name."
    askable = True


class UnknownTrust(Refusal):
    """There is no {name} in the truststore."""

    hint = "get_trusted_certificates and get_revocation_lists list what is in it."
    askable = True


class UnknownFile(Refusal):
    """There is no file {name} in the import folder."""

    hint = "Put it into {folder} first; a link counts as none."
    askable = True


class ServerRefused(Refusal):
    """The server {server} is not trusted: {reason}."""


class ServerUnreachable(Refusal):
    """The server {server} cannot be reached: {reason}."""


class NotConfigured(Refusal):
    """There is no {what} yet."""

    hint = "{command} sets it up."


class ClearText(Refusal):
    """Over {protocol} everybody on the way can read and change what is sent, and nobody knows who takes it."""

    hint = "Use protocol=tls; where the receiver leaves no choice, add insecure=yes."


class DeliveryFailed(Refusal):
    """The server {server} takes no message: {reason}."""


class PartnerExists(Refusal):
    """There is a partner {name} already."""

    hint = "change_cluster_certificate gives it another certificate; to change its address, remove it first."
    askable = True


class UnknownPartner(Refusal):
    """There is no partner {name}."""

    hint = "get_partners lists the partners."
    askable = True


class PartnerFailed(Refusal):
    """The test of partner {name} fails at the step {step}: {reason}."""

    hint = "The steps are name, port, tls, certificate and exchange, in this order; those before it have passed."


class ClusterIsolated(Refusal):
    """The cluster is isolated: the box speaks with none of its partners."""

    hint = "set_cluster_isolation mode=off ends that."


class CommunicationInsecure(Refusal):
    """Without authentication and encryption, whoever is on the network can read and forge what partners say."""

    hint = "Where performance leaves no choice, add unprotected=yes."


class UidsExhausted(Refusal):
    """All numbers for users from {first} to {last} have been given; none is given twice."""

    hint = "Deploy again with a larger range."


class ChangePending(Refusal):
    """A change by {user} ({command}) waits for its confirmation until {time}."""

    hint = "Confirm it first with confirm_change, or wait until it has returned."


class NothingPending(Refusal):
    """No change waits for a confirmation."""


class SameLogin(Refusal):
    """A change is confirmed from a login that began after it: that shows that one still comes in."""

    hint = "Log in again beside this session, and use confirm_change there."


class LegacyTls(Refusal):
    """TLS {version} is not secure."""

    hint = "Where an old client leaves no choice, add legacy=yes."


class HstsNeedsAuthority(Refusal):
    """HSTS needs a web certificate that a certificate authority has signed."""

    hint = "Install one first with change_web_certificate; to install another one, end HSTS with set_hsts mode=off."


class Cancelled(Refusal):
    """Cancelled; nothing was changed."""


class NotApplied(Refusal):
    """Not applied, because another command of the batch failed."""


class _Unable(Refusal):
    """The box cannot do it now."""

    status = 6


class StateDamaged(_Unable):
    """The state of the box cannot be read: {what}."""

    hint = "Nothing was changed. See the section DAMAGED STATE of the manual."


class StateNewer(_Unable):
    """The state was written by a newer release (format {found}, this release knows {known})."""

    hint = "Use that release, or a state that this release wrote."


class MasterKeyMissing(_Unable):
    """The master key of the box is missing; what it has sealed cannot be opened."""

    hint = "Put back the file master.key of this box, or the credential that it is kept under."


class MasterKeyWrong(_Unable):
    """The master key is not the one under which this box has sealed its secrets."""

    hint = "Put back the file master.key of this box, or the credential that it is kept under."


class KeysNotProven(_Unable):
    """The new keys do not prove themselves ({what}); the old ones stay in force."""

    hint = "Nothing was changed. Keep a copy of the whole state folder, and look at get_certificates."


class AuditDamaged(_Unable):
    """The audit is not as it was written: record {number}: {reason}."""

    hint = "Keep a copy of the whole state folder, and find out who could write to it."


class StorageFull(_Unable):
    """The storage of the box is full; nothing was changed."""

    hint = "Free space in {folder}, then try again."


class StorageFailed(_Unable):
    """The storage of the box does not accept changes ({what}); nothing was changed."""


class BoxBusy(_Unable):
    """The box is busy, or another program of the box hangs; nothing was changed."""

    hint = "Try again."


class ServiceRefused(_Unable):
    """{service} refused: {words}."""


class ServiceLost(_Unable):
    """boxmgmtd does not answer; whether the last command was carried out is not known."""

    hint = "Look at the settings that it concerns, then try again."


class InternalError(Refusal):
    """Something unexpected happened; the audit explains it under the id {id}."""

    status = 70
