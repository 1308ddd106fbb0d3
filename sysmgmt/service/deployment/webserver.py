"""The web server of a deployed machine, where there is one: it follows the web certificate (A11)."""

import os
import time

from sysmgmt.domain import web
from sysmgmt.domain.errors import Refusal
from sysmgmt.domain.model import State
from sysmgmt.engine import certification
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.own_work import work
from sysmgmt.engine.ports import Sealer
from sysmgmt.host import nginx
from sysmgmt.host.nginx import Web
from sysmgmt.host.services import Service
from sysmgmt.service.duties.duty import Duty

POLL = 1.0
"""Seconds between two looks whether there is a certificate, and whether it is valid."""


def services(sealer: Sealer, root: str = "/") -> list[Service]:
    """The service nginx, if it is installed."""
    def shown(state: State) -> Web:
        one, shut = web.shown(state), web.shut(state, time.time())
        if one is None or shut:
            return Web(shut=shut)
        try:
            key = certification.key_of(sealer, one)
        except Refusal as refusal:
            return Web(shut=f"its key cannot be opened: {refusal}")
        chain = one.certificates[:1] + tuple(above for above in one.certificates[1:] if not above.self_signed)
        return Web("".join(each.pem for each in chain), key)

    def concerns(old: State, new: State) -> bool:
        return web.shown(old) != web.shown(new)
    return [nginx.service(shown, concerns, root)] if nginx.is_installed(root) else []


def follow(house: House) -> None:
    """Give a new box its first certificate; shut the web server when a certificate ends. Raises any refusal."""
    state = house.box.store.read()
    if not (state.installed and nginx.is_installed()):
        return
    if web.shown(state) is None:
        work(house, "begin_web_certificate")
    elif os.path.exists(nginx.CERTIFICATE) == bool(web.shut(state, time.time())):
        with house.box.store.writing() as transaction:
            house.box.services.heal(transaction.state)


DUTIES = (Duty("the certificate of the web server", POLL, follow),)
