"""SNMP notifications, sent by Net-SNMP's snmptrap: what is secret stands in memory, never in its arguments."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import sysmgmt
from sysmgmt.domain import mib, usm
from sysmgmt.domain.errors import DeliveryFailed, ServiceRefused
from sysmgmt.domain.snmp import V2C, Notification, Target
from sysmgmt.host import connections, files, programs
from sysmgmt.host.files import File

PROGRAM = "/usr/bin/snmptrap"
PATIENCE, ATTEMPTS = 1, 3
"""Seconds for an answer, and how often it is asked for."""
LIMIT = 25.0
"""Seconds that all may take."""
MEMORY = "/dev/shm"
FOLDER = "boxmgmt-snmp-"
"""How a folder of secrets is called, before the number of the process that it is of."""
MODULE = os.path.join(os.path.dirname(sysmgmt.__file__), "mibs", "BOXMGMT-MIB.txt")
OF_USER = """defVersion 3
defSecurityName {user}
defSecurityLevel authPriv
defAuthType {authentication_type}
defPrivType {privacy_type}
defAuthMasterKey 0x{authentication}
defPrivMasterKey 0x{privacy}
"""
OF_COMMUNITY = """defVersion 2c
defCommunity {community}
"""
WORDS = (("Timeout", "it does not answer"), ("Authentication failure", "it refuses the passphrase of the user {user}"),
         ("Unknown user name", "it does not know the user {user}"),
         ("Decryption error", "it refuses the privacy passphrase of the user {user}"),
         ("Unsupported security level", "it does not take SHA-256 and AES of the user {user}"))
"""What Net-SNMP says, and what that means."""


class SnmpNotifier:
    """`sysmgmt.engine.ports.Notifier`."""

    def notify(self, target: Target, what: Notification, passed: Callable[[str], None]) -> None:
        """See the port."""
        if not os.access(PROGRAM, os.X_OK):
            raise ServiceRefused(service="SNMP", words=f"there is no {PROGRAM}; apt-get install snmp brings it")
        place = _found(target)
        passed("name")
        with _settings(target) as environment:
            try:
                programs.run("SNMP", _arguments(target, place, what), LIMIT, environment)
            except ServiceRefused as refusal:
                raise DeliveryFailed(server=target.place.server, reason=_reason(refusal, target)) from None
        passed("accepted" if target.confirms else "sent")

    def module(self) -> str:
        """See the port."""
        try:
            with open(MODULE, encoding="utf-8") as file:
                return file.read()
        except OSError:
            raise ServiceRefused(service="SNMP", words=f"{MODULE} is missing; install the package again") from None


def _found(target: Target) -> str:
    """Where the receiver is, as Net-SNMP writes it. Raises ServerUnreachable."""
    address, port = connections.place(*target.place)
    return f"udp6:[{address}]:{port}" if ":" in address else f"udp:{address}:{port}"


def _arguments(target: Target, place: str, what: Notification) -> list[str]:
    """A trap counts its time in the engine of the box, an inform in that of the receiver, which snmptrap asks for."""
    how = ["-Ci"] if target.confirms else []
    if not target.confirms and target.version != V2C:
        how = ["-e", f"0x{target.engine}", "-Z", f"1,{what.time}"]
    values = [word for oid, (kind, value) in what.values for word in (mib.written(oid), kind, value)]
    return [PROGRAM, *how, "-r", str(ATTEMPTS - 1), "-t", str(PATIENCE), "--", place, "",
            mib.written(what.kind), *values]


@contextmanager
def _settings(target: Target) -> Iterator[Mapping[str, str]]:
    """The environment that names a folder of its own with what is secret; nothing is left of it afterwards."""
    import tempfile  # expensive, and each shell loads this module

    form = OF_COMMUNITY if target.version == V2C else OF_USER
    text = form.format(**target._asdict(), authentication_type=usm.AUTHENTICATION, privacy_type=usm.PRIVACY)
    place = MEMORY if os.path.isdir(MEMORY) else tempfile.gettempdir()
    _forget_dead(place)
    with tempfile.TemporaryDirectory(prefix=f"{FOLDER}{os.getpid()}-", dir=place) as own:
        files.put(os.path.join(own, "snmp.conf"), File(text.encode(), 0o600, os.getegid()))
        yield {"SNMPCONFPATH": own, "SNMP_PERSISTENT_DIR": own, "MIBS": "", "HOME": own}


def _forget_dead(place: str) -> None:
    """Remove what a process that was killed has left: its notification still waits, so this comes soon."""
    import shutil  # as above

    for name in os.listdir(place):
        pid = name.removeprefix(FOLDER).partition("-")[0]
        if name.startswith(FOLDER) and pid.isdecimal() and not os.path.exists(f"/proc/{pid}"):
            shutil.rmtree(os.path.join(place, name), ignore_errors=True)


def _reason(refusal: ServiceRefused, target: Target) -> str:
    said = str(refusal.facts.get("words", ""))
    known = next((words for begins, words in WORDS if begins in said), None)
    return known.format(user=target.user) if known else connections.said(said.rpartition(": ")[2]) or "it fails"
