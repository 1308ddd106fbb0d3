"""What new keys mean for others: SSH clients, the partners of the box, and whoever trusts its root CA (R142-R149)."""

from collections.abc import Mapping
from typing import Any

from sysmgmt.domain import certificates, sealed
from sysmgmt.domain.certificates import ROOT
from sysmgmt.domain.errors import ConfirmationNeeded
from sysmgmt.domain.model import State
from sysmgmt.domain.times import iso

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


def of_new_root(state: State, now: float, days: int) -> tuple[str, ...]:
    """What is to be said of a certificate for so many `days` if it takes a new root CA."""
    if ROOT not in state.identities or certificates.longest(state, now) >= days:
        return ()
    end = iso(certificates.identity(state, ROOT).certificates[0].not_after)
    return (f"The root CA of the box ends on {end}, too early for this certificate, and a new one takes its place: "
            "whoever trusts the present one has to be given the new one (export_root_certificate) to trust what the "
            f"box signs from now on. {_kept(certificates.longest(state, now))}",)


def _kept(days: int) -> str:
    return f"With a validity of at most {days} days it stays." if days > 0 else "No validity lets it stay."
