"""Diagnostics that look at the network or at the machine, with their progress told."""

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sysmgmt.domain import probes
from sysmgmt.domain.errors import ServiceRefused
from sysmgmt.domain.probes import Plan
from sysmgmt.engine.declaration import Call

if TYPE_CHECKING:
    from sysmgmt.domain.sockets import Expected


def connectivity(call: Call, plan: Plan) -> Mapping[str, Any]:
    """What came of the probes of a plan."""
    total = len(plan.probes)
    found = call.box.explorer.probe(plan.probes, lambda done: call.report("Testing ports", done, total))
    return probes.facts(list(zip(plan.probes, found, strict=True)), plan)


def reachability(call: Call, host: str, count: int) -> Mapping[str, Any]:
    """What came of echo requests. Raises ServerUnreachable, ServiceRefused."""
    return call.box.explorer.echo(host, count, lambda done: call.report("Sending echo requests", done, count)).facts()


def awaited(call: Call, seconds: int) -> Mapping[str, Any]:
    """What another box has measured, or that none has. Raises ServiceRefused."""
    call.report("Waiting for another box", 0, 0)
    found = call.box.explorer.await_measurement(seconds)
    return {"measured": found is not None, **(found.facts() if found else {})}


def _expected(call: Call) -> "list[Expected]":
    from sysmgmt.domain import sockets  # here and below: each shell loads this module

    return sockets.expected(call.state, call.box.listeners(call.state))


def listening(call: Call) -> Mapping[str, Any]:
    """What listens, compared with what should. Raises ServiceRefused."""
    from sysmgmt.domain import sockets

    return sockets.facts(call.box.sight.sockets(), _expected(call))


def hardened(call: Call) -> Mapping[str, Any]:
    """Whether the box is hardened."""
    from sysmgmt.domain import hardening, sockets

    sight, wrong = call.box.sight, None
    with suppress(ServiceRefused):
        wrong = sockets.unexpected(sight.sockets(), _expected(call))
    machine = call.box.network
    seen = hardening.Seen(sight.daemons(), machine.forwards(), machine.filters(), wrong, machine.is_governed(),
                          call.box.doors.root_stays())
    return hardening.facts(list(hardening.checks(call.state, seen, call.now)))
