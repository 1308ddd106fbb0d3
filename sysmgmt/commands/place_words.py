"""The nouns of places in a network: servers by name or address, ports, and addresses of the box."""

import ipaddress
import re
from typing import Annotated

from sysmgmt.commands.words import stored
from sysmgmt.domain.errors import InvalidValue
from sysmgmt.domain.model import VCenter
from sysmgmt.domain.notation import EVERYWHERE, scoped
from sysmgmt.engine.declaration import Word
from sysmgmt.engine.reading import Reading

_LABEL = "[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*\.?")


def is_host(text: str) -> bool:
    """Whether a host may be called like this."""
    return len(text) <= 253 and _HOST.fullmatch(text) is not None


def address(text: str) -> str:
    """An address as it is stored; "" where it is none."""
    try:
        return str(ipaddress.ip_address(scoped(text)))
    except ValueError:
        return ""


def read_server(text: str, reading: Reading) -> str:
    """Reads the name or the address of a server."""
    found = address(text) or (text.lower().rstrip(".") if is_host(text) else "")
    if not found:
        raise InvalidValue(what="Expected the name or the address of a server")
    return found


def _own_address(text: str, reading: Reading) -> str:
    """Reads an address of the box; "" stands for all."""
    found = address(text)
    if not found and text.lower() != EVERYWHERE:
        raise InvalidValue(what=f"Expected an address of the box, or {EVERYWHERE}")
    return found


def own_address(about: str) -> Word:
    """The word for an address at which the box listens."""
    return Word(f"{about}, or {EVERYWHERE}", _own_address, f"{EVERYWHERE}|ADDRESS", offers=lambda state: [EVERYWHERE])


def port(about: str) -> Word:
    """The word for a port."""
    return stored(about, VCenter, "port")


read_port = port("").read


Server = Annotated[str, Word("Name or address of the server", read_server, "SERVER")]
