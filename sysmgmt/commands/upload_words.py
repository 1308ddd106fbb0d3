"""The nouns of upload targets. What a server shows is fetched while they are read, since a network is slow."""

import re
from functools import partial
from typing import Annotated, NamedTuple

from sysmgmt.commands.place_words import port, read_port, read_server
from sysmgmt.commands.words import any_name, any_text, choice
from sysmgmt.domain import names, uploads
from sysmgmt.domain.errors import InvalidValue
from sysmgmt.domain.uploads import PROTOCOLS, SFTP
from sysmgmt.engine.declaration import Word
from sysmgmt.engine.reading import Reading

_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
_PLAIN = re.compile(r"[!-~]([ -~]{0,198}[!-~])?")


class Reached(NamedTuple):
    """A server, and the fingerprint of the host key that it shows, where that has to be known."""

    server: str
    host_key: str = ""


def _server(text: str, reading: Reading) -> Reached:
    """For sftp, without a fingerprint to expect, the server is asked for the one that it shows."""
    server, texts = read_server(text, reading), reading.texts
    if texts.get("protocol", SFTP).lower() != SFTP or "fingerprint" in texts:
        return Reached(server)
    port = read_port(texts["port"], reading) if "port" in texts else PROTOCOLS[SFTP]
    fetch = partial(reading.box.uploads.host_key, server, port)
    return Reached(server, str(reading.slow.once(("host key", server, port), fetch)))


def _fingerprint(text: str, reading: Reading) -> str:
    if not _FINGERPRINT.fullmatch(text):
        raise InvalidValue(what="Expected a fingerprint as ssh-keygen -l shows it: SHA256: and 43 characters")
    return text


def _line(text: str, reading: Reading) -> str:
    if not _PLAIN.fullmatch(text):
        raise InvalidValue(what="Expected up to 200 ASCII characters that do not begin or end with a blank")
    return text


def _known(text: str, reading: Reading) -> str:
    return uploads.find(reading.state, names.canonical(text)).name


NewTarget = Annotated[str, Word("Name of the target", any_name, "NAME")]
TargetName = Annotated[str, Word("Which upload target", _known, "NAME", none="There are no upload targets.",
                                 offers=lambda state: state.upload_targets)]
UploadProtocol = Annotated[str, choice("How it is spoken to (sftp and ftps know who takes the file)", PROTOCOLS)]
UploadServer = Annotated[Reached, Word("Name or address of the server", _server, "SERVER")]
UploadPort = Annotated[int, port("Its port; 22 for sftp and 21 for ftps and ftp unless given")]
UploadUser = Annotated[str, Word("User to log in as", _line, "USER")]
UploadPassword = Annotated[str, Word("Password of that user", any_text, "PASSWORD", secret=True)]
RemoteFolder = Annotated[str, Word("Directory on the server; that of the login unless given", _line, "PATH")]
HostKeyFingerprint = Annotated[str, Word("SHA-256 fingerprint of the SSH host key, for sftp", _fingerprint,
                                         "SHA256:...")]
