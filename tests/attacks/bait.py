"""What an attempt that succeeds touches: a mark that it makes, a secret that it shows, a program that it runs."""

import re
from collections.abc import Iterable
from typing import NamedTuple, Protocol

SECRET = "canary-7f3b19c2d4"
SHOWN = re.compile(rf"{SECRET}|uid=\d+\(|root:x:0:0:".encode())
"""What only something that got out could print; it stands in no line of the corpus."""
BROKEN = re.compile(rb"Traceback \(most recent call last\)|the audit explains it under the id|InternalError")
"""What is printed where a program of ours did not know what to do."""
FILES = {
    "canary": f"{SECRET}\n", "script": "#!/bin/sh\ntouch {folder}/mark-script\n",
    "editor": "#!/bin/sh\ntouch {folder}/mark-editor\n", "python.py": "open('{folder}/mark-python', 'w')\n",
}


class Place(Protocol):
    """Where files are, seen from outside what is attacked."""

    def write(self, name: str, text: str) -> None:
        """Make a file that everybody may read and run."""

    def names(self) -> list[str]:
        """The names of all files."""


class Escape(NamedTuple):
    """Something that should not have happened, seen from outside."""

    kind: str
    detail: str


def lay(place: Place, folder: str) -> None:
    """Lay the bait out in a place that is called `folder` where it is attacked."""
    for name, text in FILES.items():
        place.write(name, text.replace("{folder}", folder))


def taken(place: Place) -> list[Escape]:
    """Files that were made."""
    return [Escape("file", name) for name in sorted(place.names()) if name not in FILES]


def shown(output: bytes) -> list[Escape]:
    """Secrets that were shown, and failures."""
    return [Escape(kind, found.decode()) for kind, told in (("shown", SHOWN), ("broken", BROKEN))
            for found in sorted(set(told.findall(output)))]


def started(programs: Iterable[str], allowed: Iterable[str]) -> list[Escape]:
    """Programs that are not ours to start."""
    return [Escape("program", one) for one in sorted(set(programs) - set(allowed))]


def unrecorded(count: int) -> list[Escape]:
    """Attempts of which the audit knows nothing, or that were never read: then the others prove nothing."""
    return [Escape("unrecorded", f"{count} lines")] if count else []
