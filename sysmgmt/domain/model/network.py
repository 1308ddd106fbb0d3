"""How the box is attached to its networks and to the time: what is stored about it."""

from typing import Annotated, NamedTuple

from sysmgmt.domain.bounds import within
from sysmgmt.domain.secrecy import SECRET


class Interface(NamedTuple):
    """One use of a network, on the device that serves it (R018).

    `addresses` are written with their prefix; `dhcp` holds the families, of `network.FAMILIES`,
    that are asked for besides. A route is written NETWORK@GATEWAY. `mtu` 0: that of the device.
    """

    use: str
    device: str
    addresses: tuple[str, ...] = ()
    dhcp: tuple[str, ...] = ()
    gateways: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    mtu: Annotated[int, within(0, 9216)] = 0


class Firewall(NamedTuple):
    """Who comes to the box (R150). Nobody is kept away unless it is `enabled`.

    For each door, the networks that may come to it: () is everybody, `firewall.NOBODY` nobody. `opened`
    are ports that nothing of ours serves, written PORT/PROTOCOL or PORT/PROTOCOL@NETWORK.
    """

    enabled: bool = False
    ssh: tuple[str, ...] = ()
    https: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    snmp: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()


class TimeSettings(NamedTuple):
    """The time zone, "" for that of the machine, and the servers that tell the time, () for those of the machine.

    With `key_number` they are believed only if they prove that they know `key`, which is sealed.
    """

    zone: str = ""
    servers: tuple[str, ...] = ()
    key_number: Annotated[int, within(0, 65535)] = 0
    key_type: str = ""
    key: Annotated[str, SECRET] = ""
