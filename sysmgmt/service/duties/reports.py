"""The weekly report: configuration and state of the box, and nothing else (R248)."""

from typing import Any

from sysmgmt.domain import expiry, facts
from sysmgmt.domain.times import iso
from sysmgmt.engine import status
from sysmgmt.engine.ports import Box
from sysmgmt.screen import text as prose


def text(box: Box, now: float) -> str:
    """The report as it is sent. Raises StateDamaged, StorageFailed."""
    state = box.store.read()
    told: dict[str, Any] = {
        "report_of": iso(now), "installation": facts.installation(state.settings), "version": box.release,
        "status": status.of_box(box, state),
        "expiring_certificates": [one.sentence for one in expiry.expiring(state, now)],
        "settings": facts.box_settings(state.settings),
        "security_settings": facts.security_settings(state.settings, now)}
    return "\n".join(prose.lines(told))
