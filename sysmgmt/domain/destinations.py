"""Where the other ends of the tables' rows are, as far as the settings of the box name them."""

from collections.abc import Iterator
from typing import NamedTuple

from sysmgmt.domain.directory import LDAPS
from sysmgmt.domain.model import State
from sysmgmt.domain.port_tables import PARTNER, ROWS, TCP, UDP
from sysmgmt.domain.uploads import SFTP


class Place(NamedTuple):
    """Where something is; the port 0 and the protocol "" are those of the row."""

    host: str
    port: int = 0
    protocol: str = ""


def known(state: State) -> Iterator[tuple[str, Place]]:
    """The places, each behind the number of its row."""
    yield from (("9.3", Place(one.server, one.port)) for one in state.upload_targets.values() if one.protocol != SFTP)
    yield from (("9.5", Place(one.server, one.port)) for one in state.mail.values() if one.enabled)
    yield from (("9.6", Place(one)) for one in state.settings.reach.name_servers)
    yield from (("9.8", Place(one)) for one in state.settings.time.servers)
    yield from _directories(state)
    yield from (("9.11", Place(one.server, one.port)) for one in state.vcenters.values())
    yield from (("9.12", Place(one.server, one.port, UDP if one.protocol == UDP else TCP))
                for one in state.syslog.values() if one.enabled)
    yield from _partners(state)


def _directories(state: State) -> Iterator[tuple[str, Place]]:
    for one in state.directories.values():
        if one.enabled:
            row = "9.14" if one.protocol == LDAPS else "9.10"
            yield from ((row, Place(server, one.port)) for server in one.servers)


def _partners(state: State) -> Iterator[tuple[str, Place]]:
    """None while the cluster is isolated: the box speaks with none of them then."""
    if not state.settings.communication.isolated:
        rows = [row.number for row in ROWS if row.to == PARTNER]
        yield from ((number, Place(one.address)) for one in state.partners.values() for number in rows)
