"""Once a day boxmgmtd asks what TLS the box itself accepts, and tells of what is insecure (A05)."""

from sysmgmt.domain import conditions
from sysmgmt.domain.times import DAY
from sysmgmt.engine import handshakes
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.own_work import settle
from sysmgmt.service.duties.duty import Duty

KINDS = frozenset({"InsecureTls"})


def ask(house: House) -> None:
    """Ask every listener, and tell of those that accept what is insecure. Raises any refusal."""
    state = house.box.store.read()
    settle(house, KINDS, conditions.of_tls(handshakes.judged(house.box, state)))


DUTIES = (Duty("the TLS that the box accepts", DAY, ask),)
