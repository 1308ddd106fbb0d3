"""Questions: a terminal, a pipe whose next lines are the answers, or nobody to ask."""

from collections.abc import Sequence
from typing import Protocol

from sysmgmt.domain.errors import Cancelled, ConfirmationNeeded, InvalidValue, MissingValue


class Asker(Protocol):
    """Who answers questions. Raises Cancelled where a person breaks off."""

    def text(self, about: str, parameter: str, offers: Sequence[str]) -> str:
        """The value of a parameter; `offers` are values to choose from. Raises MissingValue."""

    def secret(self, about: str, parameter: str, twice: bool) -> str:
        """A value that is not shown, with `twice` typed again and compared. Raises MissingValue."""

    def confirm(self, question: str) -> None:
        """Return if the answer is yes, else raise Cancelled or ConfirmationNeeded."""


class Nobody:
    """Nobody is there: what is missing stays missing."""

    def text(self, about: str, parameter: str, offers: Sequence[str]) -> str:
        """Raise MissingValue."""
        raise MissingValue(command="The command", parameter=parameter)

    def secret(self, about: str, parameter: str, twice: bool) -> str:
        """Raise MissingValue."""
        raise MissingValue(command="The command", parameter=parameter)

    def confirm(self, question: str) -> None:
        """Raise ConfirmationNeeded."""
        raise ConfirmationNeeded(question=question)


__all__ = ["Asker", "Nobody", "Cancelled", "InvalidValue"]
