"""What the TLS listeners of the box accept, asked by handshakes whatever the settings say (A02-A05)."""

from typing import Any

from sysmgmt.domain import tls
from sysmgmt.domain.model import State
from sysmgmt.engine.ports import Box


def judged(box: Box, state: State) -> list[dict[str, Any]]:
    """Each listener with the versions and suites that it accepts, judged."""
    minimum = state.settings.reach.tls_minimum
    return [tls.judged(one, box.machine.handshakes(one.address, one.port), minimum)
            for one in box.listeners(state) if not one.plain]
