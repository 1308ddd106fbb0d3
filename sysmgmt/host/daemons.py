"""Telling a daemon that its files have changed: through systemd where it runs, else by its pid file."""

import os
import signal

SYSTEMD = "/run/systemd/system"
"""Exists where systemd is the init."""


def reload(service: str, unit: str, program: str, pid_file: str) -> None:
    """Have a daemon read its files again, if it runs; no session is dropped. Raises ServiceRefused."""
    if os.path.isdir(SYSTEMD):
        from sysmgmt.host import programs  # brings subprocess, which asking whether systemd runs does not need

        programs.run(service, ["/usr/bin/systemctl", "try-reload-or-restart", unit])
    elif (pid := running(program, pid_file)) is not None:
        os.kill(pid, signal.SIGHUP)


def running(program: str, pid_file: str) -> int | None:
    """The number of the daemon whose pid file that is; None if it does not run."""
    try:
        with open(pid_file, encoding="ascii") as file:
            pid = int(file.read())
        with open(f"/proc/{pid}/comm", encoding="utf-8") as file:
            return pid if file.read().strip() == program else None
    except (OSError, ValueError):
        return None
