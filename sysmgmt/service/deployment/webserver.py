"""The web server of a deployed machine, where there is one: which certificate it shows."""

from sysmgmt.domain.model import State
from sysmgmt.engine.ports import Sealer
from sysmgmt.host import nginx
from sysmgmt.host.nginx import Web
from sysmgmt.host.services import Service


def services(sealer: Sealer, root: str = "/") -> list[Service]:
    """The service nginx, if it is installed."""
    def web(state: State) -> Web:
        return Web(shut="the box has no web certificate yet")
    return [nginx.service(web, lambda old, new: False, root)] if nginx.is_installed(root) else []
