"""Who may watch the box by SNMP, and whom it notifies, as the state has it."""

from typing import Annotated, NamedTuple

from sysmgmt.domain.bounds import Count, Port
from sysmgmt.domain.secrecy import SECRET


class SnmpSettings(NamedTuple):
    """How the box speaks SNMP; `name` is the key of the one record.

    With `agent` it answers whoever asks at `address` ("": at all) and `port`. `receivers` are written
    as config_snmp takes them, and are notified as the SNMP user `user`; `after` has for each of them
    the number of the last event before it was configured. With `version` 2c whoever knows the
    `community` may ask too, and notifications carry it in clear text.
    """

    name: str
    agent: bool = False
    address: str = ""
    port: Port = 161
    receivers: tuple[str, ...] = ()
    notification: str = "inform"
    user: str = ""
    version: str = "3"
    community: Annotated[str, SECRET] = ""
    enabled: bool = True
    after: tuple[Count, ...] = ()


class SnmpUser(NamedTuple):
    """An SNMP user (RFC 3414). Kept are the keys made of the two passphrases, never those themselves."""

    name: str
    authentication: Annotated[str, SECRET]
    privacy: Annotated[str, SECRET]
