"""The services of a deployed machine, as boxmgmtd settles them, and what it looks after there besides."""

import sys

from sysmgmt.domain import uids
from sysmgmt.domain.errors import Refusal
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.ports import Sealer
from sysmgmt.host import hostkeys, nss
from sysmgmt.host.services import HostServices
from sysmgmt.service.deployment import networking, root_login, snmp_agent, webserver
from sysmgmt.service.deployment.site import HOME, Site

DUTIES = (*root_login.DUTIES, *webserver.DUTIES, *networking.DUTIES)
"""What a deployed boxmgmtd looks after besides."""


def services(site: Site, sealer: Sealer, root: str = "/") -> HostServices:
    """What follows the state on this machine."""
    shells = nss.Shells(site.launcher("boxmgmt"), site.launcher("sysmgmt"), HOME, site.gid)
    always = [nss.service(shells, site.shadow_gid, root), root_login.doors(site, root), hostkeys.service(root),
              snmp_agent.service(sealer, site.launcher("snmp"), root)]
    return HostServices([*always, *webserver.services(sealer, root), *networking.services(sealer, root)], root)


def begin(house: House, site: Site) -> None:
    """Give everybody a number and make the machine what the state wants.

    What refuses now is said and does not keep boxmgmtd from serving.
    """
    try:
        with house.box.store.writing() as transaction:
            state = transaction.state
            if not state.settings.uids or any(uids.lacks(one) for one in state.accounts.values()):
                state = uids.reserve(state, *site.uids)
                transaction.save(state)
            house.box.services.heal(state)
    except Refusal as refusal:
        print(f"Error: {refusal}", file=sys.stderr, flush=True)
