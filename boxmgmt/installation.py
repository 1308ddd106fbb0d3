"""What Installation offers once the box is installed: the network, where the machine takes it over (R018)."""

from contextlib import suppress

from boxmgmt.action import Site, perform
from boxmgmt.menu import Run
from sysmgmt.commands import network
from sysmgmt.domain.errors import Cancelled
from sysmgmt.engine.request import Request

QUESTION = "Set up an interface of the network now? Setup > Network and time does it at any time."


def offer_network(site: Site) -> None:
    """Ask whether to set up an interface, and do so; whoever does not want to loses nothing."""
    here = site.door.run(Request(network.get_network.name)).result
    if here and here["governed"]:
        with suppress(Cancelled):
            site.asker.confirm(QUESTION)
            perform(site, Run("Set up an interface", network.set_network))
