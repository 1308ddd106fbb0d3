"""A real rsyslogd on the loopback, which writes down what it takes."""

import json
import re
from pathlib import Path
from typing import Any

from tests.support.authorities import CA, LEAF, Made, make
from tests.support.daemons import Daemon
from tests.support.ports import is_taken

ROOT = make("Syslog Root", wish=CA)
SERVER = make("syslog", ROOT, LEAF._replace(names=("localhost",)))
CONFIGURATION = """
global(workDirectory="{folder}" maxMessageSize="64k" defaultNetstreamDriver="ossl"
       defaultNetstreamDriverCAFile="{folder}/ca.pem" defaultNetstreamDriverCertFile="{folder}/server.pem"
       defaultNetstreamDriverKeyFile="{folder}/server.key")
module(load="imudp")
module(load="imtcp" StreamDriver.Name="ossl" StreamDriver.Mode="{mode}" StreamDriver.AuthMode={auth})
template(name="all" type="list" option.jsonf="on") {{
  property(outname="pri" name="pri" format="jsonf") property(outname="host" name="hostname" format="jsonf")
  property(outname="app" name="app-name" format="jsonf") property(outname="id" name="msgid" format="jsonf")
  property(outname="data" name="structured-data" format="jsonf")
  property(outname="time" name="timestamp" dateFormat="rfc3339" format="jsonf")
  property(outname="said" name="msg" format="jsonf") }}
input(type="{input}" address="127.0.0.1" port="{port}")
action(type="omfile" file="{folder}/got.jsonl" template="all" asyncWriting="off")
"""


class Rsyslog(Daemon):
    """rsyslogd with a folder of its own; `peers` are whose client certificates it trusts, "" takes everybody."""

    def __init__(self, folder: Path, port: int, peers: str = "", shown: Made = SERVER, protocol: str = "tls") -> None:
        self.folder, self.port, self.protocol = folder, port, protocol
        folder.mkdir(exist_ok=True)
        (folder / "ca.pem").write_text(peers or ROOT.pem)
        (folder / "server.pem").write_text(shown.pem)
        (folder / "server.key").write_text(shown.key_pem)
        (folder / "rsyslog.conf").write_text(CONFIGURATION.format(
            folder=folder, port=port, mode=int(protocol == "tls"), input="imudp" if protocol == "udp" else "imtcp",
            auth='"x509/name" PermittedPeer=["box1"]' if peers else '"anon"'))
        super().__init__(["rsyslogd", "-n", "-f", str(folder / "rsyslog.conf"), "-i", str(folder / "pid")],
                         lambda: is_taken(port, "udp" if protocol == "udp" else "tcp"))

    @property
    def got(self) -> list[dict[str, Any]]:
        """What it has written down."""
        path = self.folder / "got.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def numbers(self, stream: str) -> list[int]:
        """The numbers of the records of a stream, in the order in which they came."""
        found = (re.match(rf'\[{stream}@32473 box="[^"]*" number="(\d+)"', one["data"]) for one in self.got)
        return [int(one[1]) for one in found if one]
