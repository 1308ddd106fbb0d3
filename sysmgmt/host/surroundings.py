"""What the machine tells of itself for whoever looks for a fault: versions, services, their logs (R026).

Nothing is asked for by the name of a user of the box, and what strangers have typed or sent is
masked: a password typed in the place of a name stands in the log of sshd.
"""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from sysmgmt.domain.errors import ServiceRefused
from sysmgmt.domain.secrecy import MASK
from sysmgmt.host.daemons import SYSTEMD

UNITS = ("boxmgmtd.service", "boxmgmt-sessions.service", "ssh.service", "nginx.service")
PACKAGES = ("libnss-extrausers", "nginx-light", "openssh-server", "openssl", "rsyslog", "snmpd")
LIBRARIES = ("argon2-cffi", "boxmgmt", "cmd2", "cryptography", "prompt_toolkit", "tinydb")
FILES = ("/var/log/nginx/error.log",)
"""Logs that no unit writes to the journal."""
MOST_LINES, MOST_BYTES = "20000", 4_000_000
"""The newest ones of one log."""
_NAMES = re.compile(r"((?:[Ii]nvalid|illegal) user ).*?(?=(?: from)? [0-9A-Fa-f:.]+ port \d+|$)", re.MULTILINE)
_QUERIES = re.compile(r"\?[^\s\"]*|/collected/[^\s\"]*")


class LinuxSurroundings:
    """`sysmgmt.engine.ports.Surroundings` of the machine that this process runs on."""

    def versions(self) -> Mapping[str, Any]:
        """See the port."""
        from importlib import metadata

        libraries = {}
        for one in LIBRARIES:
            with suppress(metadata.PackageNotFoundError):
                libraries[one] = metadata.version(one)
        machine = os.uname()
        return {"operating_system": _release(), "kernel": machine.release, "machine": machine.machine,
                "python": sys.version.split()[0], "libraries": libraries, "packages": _packages()}

    def services(self) -> Mapping[str, Any]:
        """See the port."""
        disk = os.statvfs("/")
        told: dict[str, Any] = {"load": os.getloadavg(), "free_on_root": disk.f_bavail * disk.f_frsize,
                                "memory": _memory(), "uptime": _first_line("/proc/uptime"), "units": None}
        if os.path.isdir(SYSTEMD):
            wanted = "Id,LoadState,ActiveState,SubState,Result,NRestarts,ActiveEnterTimestamp,MemoryCurrent"
            told["units"] = _run("/usr/bin/systemctl", "show", "--property", wanted, *UNITS).split("\n")
        return told

    def logs(self, since: str, until: str) -> Iterator[tuple[str, bytes]]:
        """See the port."""
        if os.path.isdir(SYSTEMD):
            limits = [f"--{name}={text.replace('T', ' ')} UTC"
                      for name, text in (("since", _whole(since)), ("until", _whole(until))) if text]
            for unit in UNITS:
                said = _run("/usr/bin/journalctl", "--quiet", "--no-pager", "--utc", "--output=short-iso",
                            f"--lines={MOST_LINES}", f"--unit={unit}", *limits)
                yield f"{unit}.log", masked(said).encode()[-MOST_BYTES:]
        for path in FILES:
            with suppress(OSError), open(path, "rb") as file:
                file.seek(max(0, os.fstat(file.fileno()).st_size - MOST_BYTES))
                yield os.path.basename(os.path.dirname(path)) + ".log", masked(
                    file.read(MOST_BYTES).decode(errors="replace")).encode()


def masked(text: str) -> str:
    """A log without what strangers gave as a name, and without what stood behind an address."""
    return _QUERIES.sub(MASK, _NAMES.sub(rf"\1{MASK}", text))


def _whole(time: str) -> str:
    """A time that may be cut short, as journalctl wants it."""
    return time + "0000-01-01T00:00:00"[len(time):] if len(time) > 10 else time


def _release() -> str:
    with suppress(OSError), open("/etc/os-release", encoding="utf-8") as file:
        if found := re.search(r'^PRETTY_NAME="?([^"\n]*)', file.read(), re.MULTILINE):
            return found[1]
    return "unknown"


def _packages() -> list[str]:
    with suppress(ServiceRefused):
        said = _run("/usr/bin/dpkg-query", "--show", "--showformat=${db:Status-Abbrev} ${Package} ${Version}\n")
        lines = (line.split() for line in said.splitlines())
        return [f"{one[1]} {one[2]}" for one in lines if len(one) == 3 and one[1] in PACKAGES]
    return []


def _memory() -> list[str]:
    with suppress(OSError), open("/proc/meminfo", encoding="ascii") as file:
        return [line.strip() for line in file if line.startswith(("MemTotal", "MemAvailable", "SwapFree"))]
    return []


def _first_line(path: str) -> str:
    with suppress(OSError), open(path, encoding="ascii") as file:
        return file.readline().strip()
    return ""


def _run(*arguments: str) -> str:
    from sysmgmt.host import programs  # brings subprocess

    return programs.run("The collection", arguments)
