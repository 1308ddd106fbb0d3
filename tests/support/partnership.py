"""Two boxes in two boxmgmtd, and what their administrators do at them."""

import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sysmgmt.domain import partner_messages
from sysmgmt.domain.model import Communication
from tests.support import box as boxes
from tests.support.authorities import Made
from tests.support.box import TestBox
from tests.support.boxmgmtd import Boxmgmtd, running
from tests.support.ports import free_port
from tests.support.program import Result, credentials, result, sysmgmt

HERE = "127.0.0.1"


class Site(NamedTuple):
    """A box with its boxmgmtd, and the port at which it listens for partners."""

    name: str
    daemon: Boxmgmtd
    port: int

    def run(self, text: str, *options: str) -> Result:
        """A batch of admin."""
        who = credentials(self.daemon.box.folder)
        return result(self.daemon.run(text, *who, *options))

    def menu(self, *lines: str) -> Result:
        """What admin chooses and answers in the menu."""
        return result(sysmgmt(self.daemon.box.folder, "".join(f"{one}\n" for one in lines),
                              "--socket", str(self.daemon.path), module="boxmgmt"))

    def answer(self, line: str) -> dict[str, Any]:
        """The answer to one command."""
        found: dict[str, Any] = json.loads(self.run(line, "--json").out)
        return found

    def code(self, line: str) -> str:
        """What becomes of one command."""
        return str(self.answer(line)["code"])

    def facts(self, line: str) -> dict[str, Any]:
        """The facts of a command, which must succeed."""
        found = self.answer(line)
        assert found["status"] == 0, found
        return dict(found["result"])

    @property
    def certificate(self) -> str:
        """What "View cluster's certificate" shows to be pasted."""
        return str(self.facts("get_cluster_certificate")["pem"])

    def knows(self, other: "Site") -> None:
        """Add another one as a partner."""
        self.pins(other.name, other.certificate, other.port)

    def pins(self, name: str, certificate: str, port: int = 1) -> None:
        """Add a partner."""
        done = self.run(f"add_partner name={name} address={HERE} port={port} pem=-\n{certificate}")
        assert done.status == 0, done

    def listens(self) -> bool:
        """Whether it listens for partners."""
        return bool(self.facts("get_partners")["listener"]["listening"])

    def refusals(self) -> list[dict[str, Any]]:
        """What the audit says of refused partners."""
        return [one["parameters"] for one in self.daemon.box.audit() if one["command"] == "note_refused_partner"]


@contextmanager
def sites(template: TestBox, folder: Path) -> Iterator[tuple[Site, Site]]:
    """Two boxes that know nothing of each other, called north and south."""
    with ExitStack() as stack:
        found = []
        for name in ("north", "south"):
            box = boxes.build(folder / name, "basic", template.clock)
            port = free_port()
            box.configure(name=name, communication=Communication(port=port, address=HERE))
            found.append(Site(name, stack.enter_context(running(box)), port))
        yield found[0], found[1]


class Visitor(NamedTuple):
    """Somebody at the port for partners, with certificates and a key of the test's own; from one address of many."""

    shown: tuple[Made, ...] = ()
    version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
    origin: str = HERE

    def plain(self, site: Site) -> socket.socket:
        """A connection without TLS."""
        return socket.create_connection((HERE, site.port), 20, (self.origin, 0))

    def secured(self, site: Site) -> ssl.SSLSocket:
        """A connection with TLS; whoever is there, is believed."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.maximum_version = self.version
        if self.shown:
            path = site.daemon.box.folder.parent / "visitor.pem"
            path.write_text("".join([self.shown[0].key_pem, *(one.pem for one in self.shown)]))
            context.load_cert_chain(path)
        return context.wrap_socket(self.plain(site))

    def says(self, site: Site, line: bytes) -> bytes:
        """What is answered to a line; raises OSError where nobody answers."""
        with self.secured(site) as connection:
            connection.sendall(line)
            return answered(connection)


def answered(connection: socket.socket) -> bytes:
    """The line that comes back, b"" where the connection ends before."""
    found = b""
    while not found.endswith(b"\n") and (chunk := connection.recv(4096)):
        found += chunk
    return found


def line(name: str, **fields: Any) -> bytes:
    """What a box called `name` says."""
    said = partner_messages.Message(name, "1.0", "basic", "authenticated_encrypted", 0.0)
    return partner_messages.written(said._replace(**fields))
