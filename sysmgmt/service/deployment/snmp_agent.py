"""The SNMP agent of a deployed machine: what it is to be, with its keys opened."""

import sysmgmt
from sysmgmt.domain import snmp, usm
from sysmgmt.domain.errors import Refusal
from sysmgmt.domain.model import State
from sysmgmt.engine import snmp_notifications
from sysmgmt.engine.ports import Sealer
from sysmgmt.host import snmpd
from sysmgmt.host.services import Service
from sysmgmt.host.snmpd import Agent


def service(sealer: Sealer, helper: str, root: str = "/") -> Service:
    """The service snmpd; `helper` is the program that tells it of the box."""
    def agent(state: State) -> Agent | None:
        if not snmp.answers(state):
            return None
        try:
            return _wanted(state, sealer, helper)
        except Refusal:  # without its keys it must not run; whoever needs the master key is told of it
            return None
    return snmpd.service(agent, _concerns, root)


def _wanted(state: State, sealer: Sealer, helper: str) -> Agent:
    """Raises MasterKeyMissing, MasterKeyWrong, StateDamaged."""
    found, engine = snmp.settings(state), snmp.engine(state, usm.AGENT)
    opened = [snmp_notifications.opened_user(sealer, one) for one in state.snmp_users.values()]
    users = tuple((one.name, usm.localized(one.authentication, engine), usm.localized(one.privacy, engine))
                  for one in opened)
    return Agent(state.settings.name, sysmgmt.__version__, engine, found.address, found.port, users,
                 snmp_notifications.opened_community(sealer, found), helper)


def _concerns(old: State, new: State) -> bool:
    return (_told(old) != _told(new) or any(True for _ in new.snmp.changed_since(old.snmp))
            or any(True for _ in new.snmp_users.changed_since(old.snmp_users)))


def _told(state: State) -> tuple[str, str]:
    return state.settings.name, state.settings.box_id
