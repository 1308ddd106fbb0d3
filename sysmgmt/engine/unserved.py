"""The door of a box that no boxmgmtd serves: what only boxmgmtd carries out has to wait for one."""

from collections.abc import Sequence
from contextlib import suppress

from sysmgmt.domain.errors import NotInstalled, Refusal
from sysmgmt.domain.model import State
from sysmgmt.domain.progress import NOBODY, Listening
from sysmgmt.engine.declaration import Shown
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.embedded import EmbeddedDoor
from sysmgmt.engine.request import Answer, Caller, Request

NOT_SERVED = "No boxmgmtd runs here: until it does, nothing of this is carried out."
TABLES = ("mail", "syslog", "snmp", "backup_schedules")
"""Tables of settings that only boxmgmtd carries out."""


class UnservedDoor(EmbeddedDoor):
    """Says so where somebody sets up what nobody carries out, and in which `folder` nothing is installed."""

    def __init__(self, house: House, stranger: Caller, folder: str = "") -> None:
        super().__init__(house, stranger)
        self._folder = folder

    def run(self, request: Request | Answer, listening: Listening = NOBODY) -> Answer:
        """See Door."""
        return self._located(self._watched(request, listening))

    def _watched(self, request: Request | Answer, listening: Listening) -> Answer:
        command = self._house.catalog.get(request.command or "")
        if command is None or command.kind is Shown:
            return super().run(request, listening)
        before = self._state()
        answer = super().run(request, listening)
        only_read = not (answer.changes or answer.status)
        return answer if only_read or not _is_touched(before, self._state()) else self._warned(answer)

    def run_together(self, requests: Sequence[Request | Answer]) -> list[Answer]:
        """See Door."""
        before = self._state()
        answers = [self._located(one) for one in super().run_together(requests)]
        return [*answers[:-1], self._warned(answers[-1])] if _is_touched(before, self._state()) else answers

    def _located(self, answer: Answer) -> Answer:
        if answer.code != NotInstalled.__name__ or not self._folder:
            return answer
        return answer._replace(message=f"This box has not been installed: nothing is installed in {self._folder}.")

    def _state(self) -> State | None:
        with suppress(Refusal):  # what is damaged is told of where it is used
            return self._house.box.store.read()
        return None

    def _warned(self, answer: Answer) -> Answer:
        return answer._replace(warnings=(*answer.warnings, NOT_SERVED))


def _is_touched(before: State | None, after: State | None) -> bool:
    return before is not None and after is not None and any(
        True for one in TABLES for _ in getattr(after, one).changed_since(getattr(before, one)))
