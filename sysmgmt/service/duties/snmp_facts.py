"""What boxmgmtd tells the SNMP agent of the box: a file of facts that are not secret, as long as the agent runs."""

import json
import os

from sysmgmt.domain import facts, mib, snmp
from sysmgmt.domain.event_kinds import NAMED
from sysmgmt.domain.model import State
from sysmgmt.domain.times import iso
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.ports import Box
from sysmgmt.host import deployed, files, snmpd
from sysmgmt.host.files import File
from sysmgmt.service.duties.duty import Duty
from sysmgmt.service.snmp_answers import FILE

POLL = 5.0
"""Seconds that what the agent answers may be old."""


def told(box: Box, state: State) -> dict[str, object]:
    """What the agent answers. Raises StorageFailed."""
    status = facts.system_status(state, {})
    records, head = box.audit.anchor()
    conditions = [{**one, "level": NAMED[one["kind"]].level} for one in status["conditions"]]
    return {"name": state.settings.name, "version": box.release, "id": state.settings.box_id,
            "status": mib.STATUS[status["system"]], "users": status["users"],
            "locked_users": len(status["locked_users"]), "sessions": status["sessions"], "audit_records": records,
            "audit_head": head, "last_event": next((one["seq"] for one in box.events.newest()), 0),
            "conditions": conditions, "told_at": iso(box.clock.now())}


def duties(socket: str) -> tuple[Duty, ...]:
    """The duty of a boxmgmtd that listens at `socket`: the file lies beside it."""
    path = os.path.join(os.path.dirname(socket), FILE)

    def tell(house: House) -> None:
        state = house.box.store.read()
        if not snmp.answers(state):
            files.drop(path)
            return
        group = deployed.group_number(snmpd.USER)
        files.put(path, File(json.dumps(told(house.box, state)).encode(), 0o640 if group else 0o600, group))
    return (Duty("what the SNMP agent tells", POLL, tell),)
