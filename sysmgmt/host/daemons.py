"""Talking to daemons: that their files have changed, through systemd or by their pid file; and to systemd itself."""

import os
import signal
from contextlib import suppress

SYSTEMD = "/run/systemd/system"
"""Exists where systemd is the init."""


def reload(service: str, unit: str, program: str, pid_file: str) -> None:
    """Have a daemon read its files again, if it runs; no session is dropped. Raises ServiceRefused."""
    if os.path.isdir(SYSTEMD):
        from sysmgmt.host import programs  # brings subprocess, which asking whether systemd runs does not need

        programs.run(service, ["/usr/bin/systemctl", "try-reload-or-restart", unit])
    elif (pid := running(program, pid_file)) is not None:
        os.kill(pid, signal.SIGHUP)


def tell_ready() -> None:
    """Tell systemd that this process serves now, if systemd wants to know (sd_notify(3))."""
    place = os.environ.pop("NOTIFY_SOCKET", "")
    if not place:
        return
    import socket  # only a service needs it

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagram, suppress(OSError):
        datagram.sendto(b"READY=1", "\0" + place[1:] if place.startswith("@") else place)


def running(program: str, pid_file: str) -> int | None:
    """The number of the daemon whose pid file that is; None if it does not run."""
    try:
        with open(pid_file, encoding="ascii") as file:
            pid = int(file.read())
        with open(f"/proc/{pid}/comm", encoding="utf-8") as file:
            return pid if file.read().strip() == program else None
    except (OSError, ValueError):
        return None
