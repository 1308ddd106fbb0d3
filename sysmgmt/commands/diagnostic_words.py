"""The nouns that diagnostics are about. No value of them can be taken for an option or a scope of an address."""

import ipaddress
import re
from typing import Annotated

from sysmgmt.commands.place_words import port, read_server
from sysmgmt.commands.words import choice, one_of, whole
from sysmgmt.domain import probes
from sysmgmt.domain.errors import InvalidValue
from sysmgmt.domain.port_tables import BY_NUMBER, LONGEST_MEASUREMENT, TCP, UDP
from sysmgmt.engine.declaration import Word
from sysmgmt.engine.reading import Reading

SEND, RECEIVE = DIRECTIONS = ("send", "receive")
MOST_ECHOES = 20
_NUMBER = re.compile("[0-9]+|0x[0-9a-f]*")
_EVERYBODY = "255.255.255.255"
_ROW = re.compile(r"[0-9]{1,2}\.[0-9]{1,2}")


def _host(text: str, reading: Reading) -> str:
    """One host, by name or address. What only looks like a name, but would be resolved as a number, is neither."""
    found = read_server(text, reading)
    try:
        one = ipaddress.ip_address(found)
    except ValueError:
        if _NUMBER.fullmatch(found.rpartition(".")[2]):
            raise InvalidValue(what="Expected a name, or an address as it is usually written") from None
        return found
    if one.is_multicast or one.is_unspecified or found == _EVERYBODY or "%" in found:
        raise InvalidValue(what="Expected the address of one host, without a scope")
    return found


def _row(text: str, reading: Reading) -> str:
    if not _ROW.fullmatch(text) or text not in BY_NUMBER:
        raise InvalidValue(what="Expected a row of the tables 8 to 11, such as 9.5 for the fifth of Table 9")
    return text


PortTable = Annotated[str, Word("Table of ports", one_of(*probes.tables()), "|".join(probes.tables()),
                                offers=lambda state: probes.tables())]
PortRow = Annotated[str, Word("Row of the tables 8 to 11", _row, "TABLE.ROW", offers=lambda state: BY_NUMBER)]
Host = Annotated[str, Word("Host, by name or address", _host, "HOST")]
NameServer = Annotated[str, Word("Name server to ask; all that the box knows unless given", _host, "HOST")]
AnyPort = Annotated[int, port("Port")]
Protocol = Annotated[str, choice("Protocol", (TCP, UDP))]
EchoCount = Annotated[int, Word("Echo requests to send", whole(1, MOST_ECHOES, "requests"), f"1-{MOST_ECHOES}")]
MeasureSeconds = Annotated[int, Word("Seconds to measure", whole(1, LONGEST_MEASUREMENT, "seconds"),
                                     f"1-{LONGEST_MEASUREMENT}")]
AwaitSeconds = Annotated[int, Word("Seconds to wait for another box", whole(5, 120, "seconds"), "5-120")]
Direction = Annotated[str, choice("Whether this box sends or receives", DIRECTIONS)]
