"""iperf3, which measures what goes through between two boxes (R190)."""

import json
import os
from typing import Any

from sysmgmt.domain.diagnostics import Throughput
from sysmgmt.domain.errors import ServerUnreachable, ServiceRefused
from sysmgmt.domain.port_tables import LONGEST_MEASUREMENT, THROUGHPUT_PORT
from sysmgmt.host import connections, programs, routes

PROGRAM = "/usr/bin/iperf3"
BOUNDED = ("/usr/bin/prlimit", f"--as={512 << 20}")
"""Starts it with so many bytes of memory: its other end, whoever that is, may announce a message of 4 GB."""
CONNECTING = 3000
"""Milliseconds that a connection may take."""
MARGIN = 10
"""Seconds that it may take besides the measurement."""


def measure(host: str, seconds: int, receive: bool) -> Throughput:
    """Send to a box that waits, or receive from it. Raises ServerUnreachable, ServiceRefused."""
    _check()
    to = routes.found(host)
    arguments = [*BOUNDED, PROGRAM, "--client", to.address, "--port", str(THROUGHPUT_PORT), "--time", str(seconds),
                 "--json", "--connect-timeout", str(CONNECTING), *(["--reverse"] if receive else [])]
    told = _told(arguments, seconds + MARGIN)
    if problem := told.get("error"):
        raise ServerUnreachable(server=host, reason=connections.said(problem))
    return _throughput(host, told)


def await_measurement(seconds: int) -> Throughput | None:
    """Wait for another box; None if none came. Raises ServiceRefused."""
    _check()
    arguments = [*BOUNDED, PROGRAM, "--server", "--one-off", "--port", str(THROUGHPUT_PORT), "--json",
                 "--idle-timeout", str(seconds)]
    told = _told(arguments, seconds + LONGEST_MEASUREMENT + MARGIN)
    connected = told.get("start", {}).get("connected")
    if not connected:
        return None
    return _throughput(str(connected[0].get("remote_host", "")), told)


def _check() -> None:
    if not os.access(PROGRAM, os.X_OK):
        raise ServiceRefused("iperf3 is not installed on this box, so throughput cannot be measured.",
                             "Install the Debian package iperf3 on both boxes.")


def _told(arguments: list[str], limit: float) -> Any:
    """What iperf3 says, also where it fails: it says why in its JSON. Raises ServiceRefused."""
    try:
        return json.loads(programs.run("iperf3", arguments, limit) or "{}")
    except ValueError:
        raise ServiceRefused(service="iperf3", words="its answer cannot be read") from None


def _throughput(host: str, told: Any) -> Throughput:
    """What was counted: by the receiver, where its count is known on this side."""
    sent, received = (told["end"].get(name, {}) for name in ("sum_sent", "sum_received"))
    counted = received if received.get("bits_per_second") else sent
    return Throughput(host, round(counted.get("seconds", 0), 1), int(counted.get("bits_per_second", 0)),
                      sent.get("retransmits"))
