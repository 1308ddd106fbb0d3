"""Refusals of the box: its Installation, its import folder, its storage, its services, changes that wait."""

from sysmgmt.domain.errors.refusal import Refusal, Unable


class StateDamaged(Unable):
    """The state of the box cannot be read: {what}."""

    hint = "Nothing was changed. See the section DAMAGED STATE of the manual."


class StateNewer(Unable):
    """The state was written by a newer release (format {found}, this release knows {known})."""

    hint = "Use that release, or a state that this release wrote."


class AuditDamaged(Unable):
    """The audit is not as it was written: record {number}: {reason}."""

    hint = "Keep a copy of the whole state folder, and find out who could write to it."


class AnchorNotHeld(Unable):
    """The audit is whole by itself, but does not hold this anchor: record {number}: {reason}."""

    hint = ("Compare it with the one that was noted. If it is as it was shown, records were removed or changed since: "
            "keep a copy of the whole state folder, and find out who could write to it.")


class StorageFull(Unable):
    """The storage of the box is full; nothing was changed."""

    hint = "Free space in {folder}, then try again."


class StorageFailed(Unable):
    """The storage of the box does not accept changes ({what}); nothing was changed."""


class StorageUncertain(StorageFailed):
    """The storage of the box failed ({what}); whether the change was made is not known."""

    hint = "Once the storage works, look at the settings that it concerns before you try again."


class BoxBusy(Unable):
    """The box is busy, or another program of the box hangs; nothing was changed."""

    hint = "Try again."


class ServiceRefused(Unable):
    """{service} refused: {words}."""


class ServiceLost(Unable):
    """boxmgmtd does not answer; whether the last command was carried out is not known."""

    hint = "Look at the settings that it concerns, then try again."


class ChangePending(Refusal):
    """A change by {user} ({command}) waits for its confirmation until {time}."""

    hint = "Confirm it first with confirm_change, or undo it with undo_change."


class NothingPending(Refusal):
    """No change waits for a confirmation."""


class SameLogin(Refusal):
    """A change is confirmed from a login that began after it: that shows that one still comes in."""

    hint = "Log in again beside this session, and use confirm_change there."


class UnknownFile(Refusal):
    """There is no file {name} in the import folder."""

    hint = "Put it into {folder}, which you make yourself where it is not there; a link counts as none."
    askable = True


class NotInstalled(Refusal):
    """This box has not been installed."""

    hint = "Use install name=... level=high password=-."


class AlreadyInstalled(Refusal):
    """This box was already installed, on {date}."""
