"""The nouns of the appliance itself. A vCenter is approached while its name is read, since a network is slow."""

import re
from functools import partial
from typing import Annotated, NamedTuple

from sysmgmt.commands.place_words import port, read_port, read_server
from sysmgmt.commands.words import any_text
from sysmgmt.domain import names, tls, truststore, vcenters
from sysmgmt.domain.errors import InvalidValue, OtherBox, ServerRefused
from sysmgmt.domain.model import Certificate
from sysmgmt.engine.declaration import Word
from sysmgmt.engine.reading import Reading

_CODE = re.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,63}")
_USER = re.compile(r"[!-~][ -~]{0,254}")


class Approached(NamedTuple):
    """A vCenter, and what it showed where the truststore does not vouch for it."""

    server: str
    port: int
    unknown: Certificate | None


def _approach(text: str, reading: Reading) -> Approached:
    server = read_server(text, reading)
    port = read_port(reading.texts.get("port", str(vcenters.PORT)), reading)
    found: Certificate | None = reading.slow.once(("vcenter", server, port), partial(_unknown, reading, server, port))
    return Approached(server, port, found)


def _unknown(reading: Reading, server: str, port: int) -> Certificate | None:
    """The certificate that somebody has to accept; None where the truststore trusts the server.

    Raises ServerUnreachable, ServerRefused, CertificateRefused.
    """
    servers, state = reading.box.servers, reading.state
    try:
        servers.check(vcenters.trust(state, server, "", reading.now), server, port)
        return None
    except ServerRefused:
        shown = servers.presented(server, port, tls.floor(state.settings.reach))
        return truststore.first(server, shown, reading.now)


def _login(text: str, reading: Reading) -> str:
    if not _USER.fullmatch(text):
        raise InvalidValue(what="A user of a vCenter has up to 255 ASCII characters, such as admin@vsphere.local")
    return text


def _code(text: str, reading: Reading) -> str:
    if text and not _CODE.fullmatch(text):
        raise InvalidValue(what="Expected up to 64 letters, digits, '.', '_', '/' and '-'")
    return text


def _license(text: str, reading: Reading) -> str:
    if not text:
        raise InvalidValue(what="Expected a licence")
    return _code(text, reading)


def _this_box(text: str, reading: Reading) -> str:
    if text != reading.state.settings.name:
        raise OtherBox(name=text if names.fits(text) else "that")
    return text


VCenterServer = Annotated[Approached, Word("Name or address of the vCenter", _approach, "SERVER")]
VCenterPort = Annotated[int, port(f"Its port; {vcenters.PORT} unless given")]
VCenterUser = Annotated[str, Word("User to log in as there", _login, "USER")]
VCenterPassword = Annotated[str, Word("Password of that user", any_text, "PASSWORD", secret=True)]
VCenterName = Annotated[str, Word("Which vCenter", read_server, "SERVER", bare=True, none="There are no vCenters.",
                                  offers=lambda state: state.vcenters)]
SerialNumber = Annotated[str, Word("Serial number of the box; empty for none", _code, "TEXT")]
AccountId = Annotated[str, Word("Id of the account at the vendor; empty for none", _code, "TEXT")]
NewLicense = Annotated[str, Word("Licence", _license, "LICENCE", bare=True)]
License = Annotated[str, Word("Which licence", any_text, "LICENCE", bare=True, none="There are no licences.",
                              offers=lambda state: state.settings.registration.licenses)]
ThisBox = Annotated[str, Word("Name of this box, to be sure", _this_box, "NAME")]
