"""snmpd, the SNMP agent of the box: it runs only where the state says so (R014, R236-R240).

What boxmgmtd governs is one file with the SNMP users, in which each key is bound to the engine of
this box. snmpd would keep the users it has once been given in a file of its own, and go on with
their old keys: so those are taken out of it before each start.
"""

import os
import signal
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NamedTuple

from sysmgmt.domain import mib, usm
from sysmgmt.domain.errors import ServiceRefused
from sysmgmt.domain.model import State
from sysmgmt.host import daemons, files, inscriptions, programs
from sysmgmt.host.files import File
from sysmgmt.host.services import Service

NAME = "snmpd"
PROGRAM = "/usr/sbin/snmpd"
UNIT = "snmpd.service"
USER = "Debian-snmp"
FOLDER = "/etc/boxmgmt/snmp"
CONFIGURATION = f"{FOLDER}/snmpd.conf"
"""Empty where the agent must not run; the unit starts nothing then."""
KEPT = "/var/lib/snmp"
"""Where snmpd counts its starts, without which it could be told old requests again."""
PID = "/run/snmpd.pid"
FORGET_USERS = ("/usr/bin/sed", "-i", "/^usmUser/d", f"{KEPT}/snmpd.conf")
OPTIONS = ("-u", USER, "-g", USER, "-I", "-smux,mteTrigger,mteTriggerConf")
ENVIRONMENT = {"SNMPCONFPATH": f"{FOLDER}:{KEPT}", "SNMP_PERSISTENT_DIR": KEPT, "MIBS": ""}
TAKES = 10.0
"""Seconds within which the agent must answer, or end."""
POLL = 0.05
LOCAL = "127.0.0.1"

TEXT = """# Written by boxmgmtd; changes made here are lost. See boxmgmtd(8).
agentaddress {places}
exactEngineID 0x{engine}
sysDescr Boxmgmt {version}
sysObjectID {root}
sysName {name}
sysContact none
sysLocation none
# MIB-II and the hardware, without the processes and the programs of the machine; and what the box says of itself.
view box included .1.3.6.1.2.1
view box excluded .1.3.6.1.2.1.25.4
view box excluded .1.3.6.1.2.1.25.5
view box excluded .1.3.6.1.2.1.25.6
view box included {root}
pass_persist {root} {helper}
{users}"""
USER_TEXT = """createUser {name} {authentication_type} -l 0x{authentication} {privacy_type} -l 0x{privacy}
rouser {name} authpriv -V box
"""
COMMUNITY_TEXT = """rocommunity {community} default -V box
rocommunity6 {community} default -V box
"""


class Agent(NamedTuple):
    """What the agent is to be. `users` have their keys bound to its engine; `helper` tells of the box."""

    name: str
    version: str
    engine: str
    address: str
    port: int
    users: tuple[tuple[str, str, str], ...]
    community: str
    helper: str


def service(agent: Callable[[State], Agent | None], concerns: Callable[[State, State], bool],
            root: str = "/") -> Service:
    """The service. `agent` says what it is to be, None: it must not run; `concerns` whether a change may touch that."""
    def render(state: State) -> Mapping[str, File | None]:
        one = agent(state)
        return {CONFIGURATION: File(text(one).encode() if one else b"", 0o600)}
    return Service(NAME, render, concerns, lambda: reload(root), lambda prepared: check(prepared, root))


def is_installed(root: str = "/") -> bool:
    """Whether there is an agent to govern."""
    return os.access(files.within(root, PROGRAM), os.X_OK)


def text(one: Agent) -> str:
    """The file. Names, keys and communities hold neither blanks nor quotes. Raises ServiceRefused."""
    inscriptions.check(NAME, (one.name, one.address, one.community, *(text for user in one.users for text in user)),
                       apart=" \"'#")
    users = "".join(USER_TEXT.format(name=name, authentication=authentication, privacy=privacy,
                                     authentication_type=usm.AUTHENTICATION, privacy_type=usm.PRIVACY)
                    for name, authentication, privacy in one.users)
    if one.community:
        users += COMMUNITY_TEXT.format(community=one.community)
    return TEXT.format(places=_places(one.address, one.port), engine=one.engine, version=one.version, name=one.name,
                       root=mib.written(mib.ROOT), helper=one.helper, users=users)


def _places(address: str, port: int) -> str:
    if not address:
        return f"udp:{port},udp6:{port}" if socket.has_dualstack_ipv6() else f"udp:{port}"
    return f"udp6:[{address}]:{port}" if ":" in address else f"udp:{address}:{port}"


def check(prepared: Mapping[str, str], root: str = "/") -> None:
    """Raise ServiceRefused where an agent is wanted and there is none; snmpd itself has no check of its files."""
    wanted = any(os.path.getsize(path) for path in prepared.values())
    if wanted and not is_installed(root):
        raise ServiceRefused(service=NAME, words=f"there is no {PROGRAM}; apt-get install snmpd brings it")


def reload(root: str = "/") -> None:
    """Start the agent anew, or end it. Raises ServiceRefused unless it answers then as the engine it should be."""
    if not is_installed(root):
        return
    found = (files.read(files.within(root, CONFIGURATION)) or File(b"")).content.decode()
    if os.path.isdir(daemons.SYSTEMD):
        programs.run(NAME, ["/usr/bin/systemctl", "restart" if found else "stop", UNIT])
    else:
        end()
        if found:
            start()
    if found:
        wait_for_answer(found)


def start() -> None:
    """Start the agent where systemd is not the init. Raises ServiceRefused."""
    with suppress(ServiceRefused):  # the first time there is no such file
        programs.run(NAME, FORGET_USERS)
    blocked = signal.pthread_sigmask(signal.SIG_SETMASK, ())  # the agent would inherit them, and never end
    try:
        programs.run(NAME, [PROGRAM, "-LSwd", *OPTIONS, "-p", PID], more=ENVIRONMENT)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


def end() -> None:
    """End the agent where systemd is not the init. Raises ServiceRefused where it does not end."""
    deadline = time.monotonic() + TAKES
    pid = daemons.running(NAME, PID)
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    while pid is not None and daemons.running(NAME, PID) == pid:
        if time.monotonic() > deadline:
            raise ServiceRefused(service=NAME, words="it does not end")
        time.sleep(POLL)


def let_go() -> None:
    """Have the agent run as the machine's own files say, if it runs. Raises ServiceRefused."""
    if is_installed() and os.path.isdir(daemons.SYSTEMD):
        programs.run(NAME, ["/usr/bin/systemctl", "try-restart", UNIT])
    elif is_installed():
        end()


def wait_for_answer(configuration: str) -> None:
    """Wait until the agent of that file answers. Raises ServiceRefused where it does not in time."""
    facts = dict(line.split(" ", 1) for line in configuration.splitlines() if " " in line)
    place = facts["agentaddress"].split(",")[0]
    port = int(place.rpartition(":")[2])
    address = place.partition(":")[2].rpartition(":")[0].strip("[]") or LOCAL
    engine = bytes.fromhex(facts["exactEngineID"].removeprefix("0x"))
    deadline = time.monotonic() + TAKES
    while engine not in asked(address, port):
        if time.monotonic() > deadline:
            raise ServiceRefused(service=NAME, words=f"it does not answer at {address}, UDP port {port}; "
                                                     "its messages are in the log of the system")


def asked(address: str, port: int) -> bytes:
    """What answers there in a moment; b"" if nothing does."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as one:
        one.settimeout(POLL)
        try:
            one.connect((address, port))
            one.send(usm.DISCOVERY)
            return one.recv(2048)
        except OSError:
            time.sleep(POLL)
            return b""
