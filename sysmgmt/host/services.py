"""The services of the machine that follow the state: rendered, checked, put into place, reloaded."""

from sysmgmt.domain.model import State


class Nothing:
    """Nothing has to be done."""

    def apply(self) -> None:
        """Do nothing."""

    def discard(self) -> None:
        """Do nothing."""


class NoServices:
    """A box without services: embedded mode."""

    def prepare(self, old: State, new: State) -> Nothing:
        """Nothing has to be done."""
        return Nothing()

    def heal(self, state: State) -> None:
        """Nothing has to be done."""
