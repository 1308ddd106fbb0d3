"""Refusals about a request itself."""

from sysmgmt.domain.errors.refusal import Refusal, Usage


class UnknownCommand(Usage):
    """There is no command {name}."""

    hint = "Enter help for the list of commands."


class MissingValue(Usage):
    """{command} needs a value for {parameter}."""

    hint = "Give {parameter}=..., or enter help {command}."
    askable = True


class InvalidValue(Usage):
    """{what}."""

    askable = True


class ConfirmationNeeded(Usage):
    """This has to be confirmed: {question}"""

    hint = "Add --yes to confirm."


class SecretOnCommandLine(Usage):
    """A secret ({parameter}) does not belong on a command line, which others can read."""

    hint = "Write {parameter}=- and give the value as the next line of standard input."


class NotAtomic(Usage):
    """{command} acts outside the stored state and cannot be part of an --atomic batch."""


class PermissionDenied(Refusal):
    """{command} needs the permission {permission}."""

    status = 3


class LevelForbids(Refusal):
    """The security level {level} does not allow that: {rule} has to be {asked}."""

    hint = "check_compliance shows all rules of the level; set_security_level changes it."


class NotCompliant(Refusal):
    """Of the rules of the profile {level}, {count} {do} not hold."""

    hint = "Enter {fixes}."


class Cancelled(Refusal):
    """Cancelled; nothing was changed."""


class NotApplied(Refusal):
    """Not applied, because another command of the batch failed."""


class InternalError(Refusal):
    """Something unexpected happened; the audit explains it under the id {id}."""

    status = 70
