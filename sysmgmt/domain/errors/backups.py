"""Refusals of the settings backup."""

from sysmgmt.domain.errors.refusal import Refusal


class UnknownBackup(Refusal):
    """There is no backup {name}."""

    hint = "get_backups lists them; import_backup takes one in from the import folder."


class BackupExists(Refusal):
    """There is a backup {name} already, and none is ever overwritten."""

    hint = "Choose another name, or remove that one first with remove_backup."


class NotABackup(Refusal):
    """{name} is no settings backup of a box."""


class BackupNewer(Refusal):
    """The backup {name} was written by a newer release (format {found}, this release knows {known})."""

    hint = "Restore it with that release."


class BackupDamaged(Refusal):
    """The backup {name} is not as it was written ({what})."""

    hint = "Nothing was changed. Use another copy of it."


class BackupTooLarge(Refusal):
    """A backup holds at most {megabytes} MB, and this one is larger."""

    hint = "Take one of fewer items."


class BackupPasswordWrong(Refusal):
    """The backup {name} does not open: the password is wrong, or somebody has changed the file."""

    hint = "Nothing was changed. Nobody can restore a backup without its password."


class NotAState(Refusal):
    """{file} is no state of a box that can be taken in: {what}."""

    hint = "Nothing was changed. Copy state.json and state.journal while no boxmgmtd writes them, or restore a backup."


class NotInBackup(Refusal):
    """The backup holds {there}, and not {missing}."""
