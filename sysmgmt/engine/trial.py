"""A test of a receiver, step by step: what was passed, how long it took, and what to do about what fails."""

from collections.abc import Callable, Mapping
from typing import Any

from sysmgmt.domain.errors import DeliveryFailed, Refusal
from sysmgmt.domain.errors.refusal import Unable
from sysmgmt.domain.levels import SERVER_CERTIFICATES, allows
from sysmgmt.domain.model import Settings


def trusting(advice: Mapping[str, str], step: str, settings: Settings, how: str = "") -> Mapping[str, str]:
    """`advice` about a `step` at which a server has to be trusted: by its own certificate too, where the level lets."""
    if not allows(settings, SERVER_CERTIFICATES):
        return advice
    return {**advice, step: f"{advice[step]} Or trust its own certificate with accept_server_certificate{how}."}


class Steps:
    """The steps that were passed, with their times; `advice` has them by name in their order, with what to do.

    A step without advice shifts nothing: where it fails, the one after it is told of. `fails` is what is
    raised then; it takes server and reason.
    """

    def __init__(self, advice: Mapping[str, str], now: Callable[[], float],
                 fails: type[Refusal] = DeliveryFailed) -> None:
        self._advice = advice
        self._now = now
        self._fails = fails
        self._began = now()
        self.done: list[dict[str, Any]] = []

    def passed(self, name: str) -> None:
        """The step is done."""
        began, self._began = self._began, self._now()
        self.done.append({"step": name, "milliseconds": round(1000 * (self._began - began))})

    def failed(self, server: str, problem: Refusal) -> Refusal:
        """What is raised because of `problem`: the first step that was not passed, and what to do.

        What this box lacks is told as it is: no advice about the receiver helps then.
        """
        if isinstance(problem, Unable):
            return problem
        known = {one["step"] for one in self.done}
        name = next((one for one in self._advice if one not in known), [*self._advice][-1])
        passed = ", ".join(f"{one['step']} ({one['milliseconds']} ms)" for one in self.done) or "nothing"
        return self._fails(f"The step {name} fails: {problem} Passed before: {passed}.", self._advice[name],
                           server=server, reason=name)
