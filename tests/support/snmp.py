"""Net-SNMP on the loopback: a snmptrapd that writes down what it takes, and snmpget and its like."""

from pathlib import Path
from typing import NamedTuple

from tests.support.daemons import Daemon
from tests.support.ports import is_taken

PASSWORD, PRIVACY = "Violet-95-Lamp", "Walnut-37-Ridge"
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "MIBS": "", "LC_ALL": "C"}
CREATE = 'createUser {engine} watcher SHA-256 "{password}" AES "{privacy}"\n'
CONFIGURATION = """disableAuthorization no
authUser log watcher authpriv
format1 GOT%V\\t%v\\n
format2 GOT%V\\t%v\\n
outputOption nUaQ
[snmp] persistentDir {folder}
"""
EVENT, OVER, TEST = (f".1.3.6.1.4.1.32473.1.0.{number}" for number in (1, 2, 3))
OBJECTS = ".1.3.6.1.4.1.32473.1.1"


class Got(NamedTuple):
    """A notification: its values by their identifiers."""

    values: dict[str, str]

    @property
    def kind(self) -> str:
        """Which notification it is."""
        return self.values[".1.3.6.1.6.3.1.1.4.1.0"]

    @property
    def number(self) -> int:
        """The number of the event."""
        return int(self.values[f"{OBJECTS}.3.1.0"])

    @property
    def summary(self) -> str:
        """What it says."""
        return self.values[f"{OBJECTS}.3.10.0"].strip('"')

    @property
    def details(self) -> str:
        """The particulars."""
        return self.values[f"{OBJECTS}.3.11.0"].strip('"')


class Trapd(Daemon):
    """snmptrapd with a folder of its own. It knows the user watcher, for traps of `engine` too."""

    def __init__(self, folder: Path, port: int, engine: str = "", password: str = PASSWORD, community: str = "",
                 user: str = "watcher") -> None:
        self.folder, self.port = folder, port
        folder.mkdir(exist_ok=True)
        engines = ["", *([f"-e 0x{engine}"] if engine else [])]
        text = "".join(CREATE.format(engine=one, password=password, privacy=PRIVACY) for one in engines)
        text = (text + CONFIGURATION.format(folder=folder)).replace("watcher", user)
        (folder / "snmptrapd.conf").write_text(text + f"authCommunity log {community}\n" * bool(community))
        self._got = folder / "got"
        super().__init__(["snmptrapd", "-f", "-C", "-c", str(folder / "snmptrapd.conf"), "-Lf", str(self._got),
                          f"udp:127.0.0.1:{port}"], lambda: is_taken(port, "udp"), environment=ENVIRONMENT)

    @property
    def got(self) -> list[Got]:
        """What it has taken."""
        text = self._got.read_text(errors="replace") if self._got.exists() else ""
        return [Got(dict(pair.partition(" = ")[::2] for pair in line.strip("GOT\n").split("\t")))
                for line in text.splitlines(keepends=True) if line.startswith("GOT") and line.endswith("\n")]

    @property
    def numbers(self) -> list[int]:
        """The numbers of the events it was told of."""
        return [one.number for one in self.got if one.kind != TEST]


def question(program: str, port: int, *oids: str, password: str = PASSWORD, privacy: str = PRIVACY,
             user: str = "watcher", hashed: str = "SHA-256", cipher: str = "AES",
             more: "tuple[str, ...]" = ()) -> list[str]:
    """The command line of snmpget and its like, of whoever asks the agent at a port as a user of SNMPv3."""
    return ["/usr/bin/env", "SNMP_PERSISTENT_DIR=/dev/shm", f"/usr/bin/{program}", "-m", "", "-r", "1", "-t", "1",
            "-O", "nU", "-v3", "-l", "authPriv", "-u", user, "-a", hashed, "-A", password, "-x", cipher, "-X", privacy,
            *more, f"udp:127.0.0.1:{port}", *oids]


def values(text: str) -> dict[str, str]:
    """What snmpget and its like print, by the identifiers."""
    return dict(line.partition(" = ")[::2] for line in text.splitlines()
                if " = " in line and " = No more variables" not in line)
