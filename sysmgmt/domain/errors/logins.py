"""Refusals of logins, passwords and sessions."""

from sysmgmt.domain.errors.refusal import Ended, NoLogin, Refusal


class LoginFailed(NoLogin):
    """Login failed."""


class LoginNeeded(NoLogin):
    """A login is needed here."""

    hint = "Give --user NAME and --password-file FILE."


class AccountLocked(NoLogin):
    """The account is locked."""

    hint = "A user with the permission security can unlock it with unlock_user."


class TooManyFailedLogins(NoLogin):
    """Too many logins from {origin} have failed."""

    hint = "Logins with a password are looked at again 15 minutes after the first of them failed."


class TooManySessions(NoLogin):
    """User {name} has as many open sessions as are allowed ({count})."""

    hint = "Close one of them first."


class IdleLogout(Ended):
    """Logged out after {time} without a keystroke."""


class SessionEnded(Ended):
    """The session was ended: {reason}."""


class PasswordTooWeak(Refusal):
    """The password needs {rules}."""

    askable = True


class PasswordReused(Refusal):
    """The password was used before; the last {count} cannot be used again."""

    askable = True


class PasswordTooCommon(Refusal):
    """The password is easy to guess: it is on the list of common ones, or made of a name or of repetition."""

    askable = True


class PasswordTooSimilar(Refusal):
    """The password differs from the current one in less than {count} positions."""

    askable = True


class PasswordTooYoung(Refusal):
    """The password was changed less than {hours} hours ago."""

    hint = "Another user with the permission security can reset it with set_user."


class PasswordWrong(Refusal):
    """The current password is wrong."""


class MustChangePassword(Refusal):
    """Your password must be changed before you can do anything else."""

    hint = "Use set_password."


class UnknownSession(Refusal):
    """There is no open session {session}."""

    hint = "get_sessions lists the sessions."
