"""Questions. Where there is nobody to answer them, a shell has no Asker, and nothing is asked."""

from collections.abc import Sequence
from typing import Protocol


class Asker(Protocol):
    """Who answers questions. Every method raises Cancelled where a person breaks off."""

    def text(self, about: str, parameter: str, offers: Sequence[str]) -> str:
        """The value of a parameter; `offers` are values to choose from."""

    def secret(self, about: str, parameter: str, twice: bool) -> str:
        """A value that is not shown, with `twice` typed again and compared."""

    def confirm(self, question: str) -> None:
        """Return if the answer is yes, else raise Cancelled."""
