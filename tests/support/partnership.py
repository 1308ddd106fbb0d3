"""Two boxes in two boxmgmtd, and what their administrators do at them."""

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sysmgmt.domain.model import Communication
from tests.service.daemon import Daemon, running
from tests.support import box as boxes
from tests.support.box import ADMIN_PASSWORD, TestBox
from tests.support.program import Result, password_file, result, sysmgmt

HERE = "127.0.0.1"


class Site(NamedTuple):
    """A box with its boxmgmtd, and the port at which it listens for partners."""

    name: str
    daemon: Daemon
    port: int

    def run(self, text: str, *options: str) -> Result:
        """A batch of admin."""
        who = ("--user", "admin", "--password-file", str(password_file(self.daemon.box.folder, ADMIN_PASSWORD)))
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

    def knows(self, other: "Site", certificate: str = "") -> None:
        """Add another one as a partner."""
        pem = certificate or other.certificate
        done = self.run(f"add_partner name={other.name} address={HERE} port={other.port} pem=-\n{pem}")
        assert done.status == 0, done


def free_port() -> int:
    """A port at which nobody listens."""
    with socket.create_server((HERE, 0)) as one:
        return int(one.getsockname()[1])


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
