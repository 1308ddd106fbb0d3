"""How long keys may be used, and what may be told of them (SP 800-57; C24)."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from sysmgmt.domain.certificates import CLUSTER
from sysmgmt.domain.conditions import Finding
from sysmgmt.domain.model import State
from sysmgmt.domain.ssh_keys import HostKey
from sysmgmt.domain.times import DAY, iso

PERIOD = 730 * DAY
"""Seconds after which the master key, the audit key and the SSH host keys have to be regenerated."""
WARNED = 0.9
"""The part of a period after which an event says so."""
SEALED = "sealed under the master key"


class Key(NamedTuple):
    """What may be told of a key: never the key. `ends_at` None: it has no end of its own.

    `regenerated` says whether regenerate_encryption_keys replaces it.
    """

    name: str
    algorithm: str
    fingerprint: str
    kept: str
    made_at: float | None
    ends_at: float | None
    regenerated: bool = True

    def facts(self, now: float) -> dict[str, Any]:
        """One element of get_key_status; the age in seconds."""
        return {"name": self.name, "algorithm": self.algorithm, "fingerprint": self.fingerprint, "kept": self.kept,
                "made_at": iso(self.made_at), "age": None if self.made_at is None else int(now - self.made_at),
                "replace_by": iso(self.ends_at)}


def of_host_keys(state: State, found: Iterable[HostKey]) -> Iterator[Key]:
    """The SSH host keys of a box that governs sshd."""
    made_at = state.settings.host_keys_at or state.settings.installed_at
    for one in found:
        yield Key(f"SSH host key {one.type}", f"{one.type} {one.bits}", one.fingerprint, "in /etc/ssh", made_at,
                  made_at and made_at + PERIOD)


def of_certificates(state: State) -> Iterator[Key]:
    """The private keys of certificates, which end with them, and of requests for them."""
    for one in state.identities.values():
        leaf = one.certificates[0]
        yield Key(f"{one.use} certificate", leaf.key_type, leaf.fingerprint, SEALED, one.made_at, leaf.not_after,
                  one.use == CLUSTER)
    for asked in state.signing_requests.values():
        yield Key(f"request for a {asked.use} certificate", asked.key_type, "", SEALED, asked.made_at, None, False)


def due(keys: Iterable[Key], now: float) -> Iterator[Finding]:
    """Keys that have to be regenerated soon; certificates tell of themselves."""
    for one in keys:
        if one.kept != SEALED and one.ends_at is not None and now > one.ends_at - (1 - WARNED) * PERIOD:
            yield Finding("KeyExpires", one.name, f"It should be replaced by {iso(one.ends_at)}.")
