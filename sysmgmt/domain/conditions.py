"""What is not as it should be: found by looking, kept until it is over, told by events (R020)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from sysmgmt.domain import expiry, levels, passwords
from sysmgmt.domain.model import Condition, State

SOON = 7
"""Days before its expiry that a password is told of."""
SELF_TEST = "the box"
"""The subject of the condition that a self-test failed."""
LOW, CRITICAL = 0.10, 0.02
"""Free parts of a file system."""


class Finding(NamedTuple):
    """A lasting kind of event that holds now, of what, and the particulars."""

    kind: str
    subject: str
    details: str = ""

    @property
    def id(self) -> str:
        """The key of the condition that it is."""
        return f"{self.kind} {self.subject}"


def put(state: State, found: Finding, now: float) -> State:
    """The state in which a condition holds; it began when it was found first."""
    if found.id in state.conditions:
        return state
    one = Condition(found.id, found.kind, found.subject, now, found.details)
    return state._replace(conditions=state.conditions.put(one.id, one))


def end(state: State, id: str) -> State:
    """The state in which a condition is over."""
    return state._replace(conditions=state.conditions.without(id))


def is_unsafe(state: State) -> bool:
    """Whether the last self-test failed."""
    return Finding("SelfTestFails", SELF_TEST).id in state.conditions


def of_space(place: str, free: int, whole: int) -> Iterator[Finding]:
    """What there is to say of the space at `place`; sizes in bytes."""
    part = free / whole if whole else 1.0
    if part < LOW:
        kind = "DiskSpaceCritical" if part < CRITICAL else "DiskSpaceLow"
        yield Finding(kind, place, f"{free // 1_000_000} MB of {whole // 1_000_000} MB are free")


def of_tls(heard: Iterable[Mapping[str, Any]]) -> Iterator[Finding]:
    """Listeners, as `tls.judged` tells of them, that accept what is insecure or below the minimum (A05)."""
    for one in heard:
        weak = [f"{version['version']} with {', '.join(version['insecure'])}" for version in one["versions"]
                if version["insecure"]]
        if below := [version for version in one["below_minimum"] if version not in str(weak)]:
            weak.append(f"{', '.join(below)}, below the minimum")
        if weak:
            yield Finding("InsecureTls", str(one["listener"]), f"{one['address']} accepts {'; '.join(weak)}"[:400])


def of_passwords(state: State, now: float) -> Iterator[Finding]:
    """Passwords that expire soon."""
    rules = levels.rules_of(state.settings)
    for account in state.accounts.values():
        left = passwords.days_left(account, rules, now)
        if left is not None and left <= SOON:
            yield Finding("PasswordExpires", account.name)


def of_certificates(state: State, now: float) -> Iterator[Finding]:
    """Certificates and revocation lists that expire soon, or did."""
    for one in expiry.expiring(state, now):
        yield Finding("CertificateExpires", one.subject, one.sentence)


def of_partners(state: State, reason: str) -> Iterator[Finding]:
    """That the box does not listen for its partners for `reason`, where it should (A11)."""
    if reason and len(state.partners) and not state.settings.communication.isolated:
        yield Finding("PartnersNotHeard", "", reason)
