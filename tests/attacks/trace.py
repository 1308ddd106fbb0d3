"""Which programs were started, as the kernel saw it (strace)."""

import re
from collections.abc import Iterable

STRACE = ("/usr/bin/strace", "-f", "-qq", "-s", "300", "-e", "trace=execve,execveat", "-e", "signal=none")
_STARTED = re.compile(r'(?:execve\(|execveat\([^,]+, )"((?:[^"\\]|\\.)*)".*\) = 0$')
_BEGUN = re.compile(r'^(\d+) +execve(?:at)?\((?:[^",]+, )?"((?:[^"\\]|\\.)*)".*<unfinished \.\.\.>$')
_RESUMED = re.compile(r"^(\d+) +<\.\.\. execve(?:at)? resumed>.*= 0$")


def under(log: str, *command: str) -> list[str]:
    """The command line that runs `command` and writes down what it starts."""
    return [*STRACE, "-o", log, *command]


def attached(log: str, pid: str) -> list[str]:
    """The command line that looks at a process that runs, and all that it starts."""
    return [*STRACE, "-o", log, "-p", pid]


def programs(lines: Iterable[str]) -> list[str]:
    """The programs of a log, each time that one was started."""
    found, pending = [], {}
    for line in lines:
        if match := _BEGUN.match(line):
            pending[match.group(1)] = match.group(2)
        elif (match := _RESUMED.match(line)) and match.group(1) in pending:
            found.append(pending.pop(match.group(1)))
        elif match := _STARTED.search(line):
            found.append(match.group(1))
    return found
