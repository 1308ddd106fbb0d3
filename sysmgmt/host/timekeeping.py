"""The time zone, and who tells the machine the time: chrony or systemd-timesyncd, whichever it has (R172)."""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress

from sysmgmt.domain.errors import ServiceRefused
from sysmgmt.domain.model import State, TimeSettings
from sysmgmt.domain.timekeeping import ClockStatus
from sysmgmt.host import daemons, files, inscriptions, programs, takeover
from sysmgmt.host.daemons import SYSTEMD
from sysmgmt.host.files import File
from sysmgmt.host.services import Service

ZONE = "/etc/boxmgmt/time_zone"
ZONES = "/usr/share/zoneinfo"
CHRONYD, CHRONYC = "/usr/sbin/chronyd", "/usr/bin/chronyc"
CHRONY_PID = "/run/chrony/chronyd.pid"
CHRONY, KEYS = "/etc/chrony/chrony.conf", "/etc/chrony/boxmgmt.keys"
TIMESYNCD, DROP_IN = "/usr/lib/systemd/systemd-timesyncd", "/etc/systemd/timesyncd.conf.d/boxmgmt.conf"

TEXT = """# Written by boxmgmtd; changes made here are lost. See boxmgmtd(8).
{servers}
keyfile {keys}
driftfile /var/lib/chrony/chrony.drift
ntsdumpdir /var/lib/chrony
maxupdateskew 100.0
rtcsync
makestep 1 3
"""


def services(opened: Callable[[TimeSettings], str], root: str = "/") -> list[Service]:
    """The services; `opened` unseals the key of the time servers."""
    def clock(state: State) -> Mapping[str, File | None]:
        return _rendered(state.settings.time, opened, root)
    return [Service("timedatectl", lambda state: _zone(state.settings.time.zone, root), _concerns_zone,
                    lambda: _set_zone(root)),
            Service("chrony" if has_chrony(root) else "systemd-timesyncd", clock, _concerns_servers,
                    lambda: _reload(root), lambda prepared: check(prepared, root))]


def has_chrony(root: str = "/") -> bool:
    """Whether the machine has chrony."""
    return os.access(files.within(root, CHRONYD), os.X_OK)


def _concerns_zone(old: State, new: State) -> bool:
    return old.settings.time.zone != new.settings.time.zone


def _concerns_servers(old: State, new: State) -> bool:
    return old.settings.time._replace(zone="") != new.settings.time._replace(zone="")


def _zone(zone: str, root: str) -> Mapping[str, File | None]:
    inscriptions.check("timedatectl", (zone,))
    if zone and not os.path.isfile(files.within(root, f"{ZONES}/{zone}")):
        raise ServiceRefused(service="timedatectl", words=f"the machine knows no time zone {zone}")
    return {ZONE: File(f"{zone}\n".encode()) if zone else None}


def _set_zone(root: str) -> None:
    """Have the machine show the time of the zone that the file names. Raises ServiceRefused."""
    found = files.read(files.within(root, ZONE))
    if found and root == "/":
        if not os.path.isdir(SYSTEMD):
            raise ServiceRefused(service="timedatectl", words="there is no systemd here")
        programs.run("timedatectl", ["/usr/bin/timedatectl", "set-timezone", found.content.decode().strip()])


def _rendered(wanted: TimeSettings, opened: Callable[[TimeSettings], str], root: str) -> Mapping[str, File | None]:
    """What the program that keeps the time has to read. Raises ServiceRefused where none can do it."""
    inscriptions.check("chrony", (*wanted.servers, wanted.key_type), apart=" ")
    if has_chrony(root):
        if not wanted.servers:
            return {**takeover.over(CHRONY, None, root), KEYS: None}
        key = f"{wanted.key_number} {wanted.key_type.upper()} HEX:{opened(wanted)}\n" if wanted.key else ""
        return {KEYS: File(key.encode(), 0o600), **takeover.over(CHRONY, File(chrony(wanted).encode()), root)}
    if not wanted.servers:
        return {DROP_IN: None}
    if not os.access(files.within(root, TIMESYNCD), os.X_OK):
        raise ServiceRefused(service="The machine", words=(
            "neither chrony nor systemd-timesyncd is installed; apt-get install chrony, then restart boxmgmtd"))
    if wanted.key:
        raise ServiceRefused(service="systemd-timesyncd", words="it cannot ask a server for a proof; chrony can")
    return {DROP_IN: File(f"# Written by boxmgmtd.\n[Time]\nNTP=\nNTP={' '.join(wanted.servers)}\n"
                          "FallbackNTP=\n".encode())}


def chrony(wanted: TimeSettings) -> str:
    """The configuration of chrony."""
    proof = f" key {wanted.key_number}" if wanted.key else ""
    return TEXT.format(servers="\n".join(f"server {one} iburst{proof}" for one in wanted.servers), keys=KEYS)


def check(prepared: Mapping[str, str], root: str = "/") -> None:
    """Have chrony look at its configuration; systemd-timesyncd has no checker. Raises ServiceRefused."""
    if has_chrony(root) and CHRONY in prepared:
        programs.run("chrony", [CHRONYD, "-p", "-f", prepared[CHRONY]])


def _reload(root: str) -> None:
    """Have the program read its files again. Raises ServiceRefused."""
    if root != "/":
        return
    if has_chrony():
        daemons.reload("chrony", "chrony.service", "chronyd", CHRONY_PID)
    elif os.path.isdir(SYSTEMD):
        programs.run("systemd-timesyncd", ["/usr/bin/systemctl", "try-restart", "systemd-timesyncd.service"])


def clock() -> ClockStatus:
    """How well the clock is kept, by the program that does it."""
    keeper = _keeper()
    with suppress(ServiceRefused, ValueError, IndexError):
        if keeper == "chrony":
            fields = programs.run("chrony", [CHRONYC, "-n", "-c", "tracking"], 5).split(",")
            return ClockStatus("chrony", "" if fields[0] == "00000000" else fields[1], float(fields[4]))
        if keeper:
            told = programs.run(keeper, ["/usr/bin/timedatectl", "show-timesync", "--property=ServerName"], 5)
            return ClockStatus(keeper, told.strip().partition("=")[2])
    return ClockStatus(keeper)


def _keeper() -> str:
    """Which of the programs that ask time servers runs; "" if none does, installed or not."""
    if daemons.running("chronyd", CHRONY_PID) is not None:
        return "chrony"
    with suppress(ServiceRefused):
        programs.run("systemd-timesyncd", ["/usr/bin/systemctl", "is-active", "systemd-timesyncd.service"], 5)
        return "systemd-timesyncd"
    return ""
