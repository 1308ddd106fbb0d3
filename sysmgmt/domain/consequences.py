"""What new keys mean for others: SSH clients, and the partners of the box (R142-R149)."""

from collections.abc import Mapping
from typing import Any

from sysmgmt.domain import sealed
from sysmgmt.domain.errors import ConfirmationNeeded
from sysmgmt.domain.model import State

ISOLATION = "without_isolation"
"""The parameter with which a script says that it knows which partners will stop talking."""


def losing(state: State) -> tuple[str, ...]:
    """The partners that are spoken with, and will not be until they have the new cluster certificate."""
    return () if state.settings.communication.isolated else tuple(state.partners)


def warnings(state: State) -> tuple[str, ...]:
    """What is to be said of the partners."""
    names = losing(state)
    return (f"The cluster isolation is off: until they are given the new cluster certificate, these partners stop "
            f"talking with the box: {', '.join(names)}.",) if names else ()


def question(state: State, values: Mapping[str, Any]) -> str:
    """What has to be confirmed. Raises ConfirmationNeeded for partners that will stop talking, unless that is known."""
    secrets = sum(sealed.counted(state).values())
    asked = (f"This replaces the master key, under which {secrets} secrets are sealed anew, the audit key, the cluster "
             "certificate, and the SSH host keys where the box governs sshd: every SSH client will be told that they "
             "have changed. Regenerate the keys?")
    if not losing(state) or values[ISOLATION]:
        return asked
    refusal = ConfirmationNeeded(question=" ".join((*warnings(state), asked)))
    refusal.hint = f"Enable the cluster isolation first, or add {ISOLATION}=yes to confirm."
    refusal.confirms = {ISOLATION: "yes"}
    raise refusal
