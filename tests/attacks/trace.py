"""Which programs were started, as the kernel saw it (strace)."""

import re
from collections.abc import Iterable

from tests.support.program import ROOT

STRACE = ("/usr/bin/strace", "-f", "-qq", "-s", "300", "-e", "trace=execve,execveat", "-e", "signal=none")
OURS = frozenset(program for path in (ROOT / "sysmgmt/host").glob("*.py")
                 for program in re.findall(r'"(/(?:usr/)?s?bin/[a-z0-9-]+)"', path.read_text(encoding="utf-8")))
"""What the product starts by itself."""
_STARTED = re.compile(r'(?:execve\(|execveat\([^,]+, )"((?:[^"\\]|\\.)*)".*\) = 0$')
_BEGUN = re.compile(r'^(\d+) +execve(?:at)?\((?:[^",]+, )?"((?:[^"\\]|\\.)*)".*<unfinished \.\.\.>$')
_RESUMED = re.compile(r"^(\d+) +<\.\.\. execve(?:at)? resumed>.*= 0$")


def under(log: str, *command: str) -> list[str]:
    """The command line that runs `command` and writes down what it starts."""
    return [*STRACE, "--seccomp-bpf", "-o", log, *command]  # only these calls stop: the others are as fast as ever


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


def told(lines: Iterable[str], bait: str) -> list[str]:
    """What was started with words of the bait among its arguments."""
    return [line for line in lines if bait in line.partition(", [")[2].partition("], ")[0]]
