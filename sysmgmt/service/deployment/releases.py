"""Releases that came as an update: each unpacked into a folder of its own, beside the one that is in force."""

import base64
import csv
import hashlib
import io
import os
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from itertools import count

from sysmgmt.domain.errors import PackageRefused
from sysmgmt.host import wheels
from sysmgmt.service.deployment.site import LIBRARY

FOLDER = f"{LIBRARY}/releases"
_OURS = re.compile(r"(sysmgmt|boxmgmt|boxmgmt-[0-9.]+\.dist-info)(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+")
_SHARED = re.compile(r"boxmgmt-[0-9.]+\.data/data/share/(?:man/man[178]/([a-z-]+\.[178])|snmp/mibs/[A-Z-]+\.txt)")
"""Pages of the manual, and the MIB, which lies in our package too."""


def unpack(file: str, data: bytes, version: str, folder: str = FOLDER) -> str:
    """Unpack a wheel whose list of files is right to the last byte into a new folder; which one.

    A folder that is there already stays as it is: the release in force may be in it. Raises PackageRefused,
    OSError; nothing is left then.
    """
    found = contents(file, data)
    place = _new_folder(folder, version)
    try:
        for name, content in found.items():
            _write(os.path.join(place, name), content)
    except OSError:
        shutil.rmtree(place, ignore_errors=True)
        raise
    return place


def _new_folder(folder: str, version: str) -> str:
    """A folder for a release: named like its version, or with a number where there is one. Raises OSError."""
    os.makedirs(folder, mode=0o755, exist_ok=True)
    for number in count(1):
        place = os.path.join(folder, version if number == 1 else f"{version}-{number}")
        with suppress(FileExistsError):
            os.mkdir(place, 0o755)
            return place
    raise AssertionError("there is always another number")


def _write(path: str, content: bytes) -> None:
    os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
    with open(descriptor, "wb") as written:
        written.write(content)
        written.flush()
        os.fsync(descriptor)


def contents(file: str, data: bytes) -> Mapping[str, bytes]:
    """The files of a wheel by where they go, each as its own list says. Raises PackageRefused."""
    try:
        files = wheels.files(data)
        record = wheels.the_one(files, ".dist-info/RECORD")
        listed = {row[0]: row[1] for row in csv.reader(io.StringIO(files[record].decode()))}
        if any(_digest(files.get(name)) != listed.get(name) for name in {*files, *listed} - {record}):
            raise ValueError("other contents")
        return {_place(name): content for name, content in files.items()}
    except (ValueError, IndexError, csv.Error):
        raise PackageRefused(file=file, reason="what it holds is not what its own list names") from None


def _digest(content: bytes | None) -> str | None:
    if content is None:
        return None
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")


def _place(name: str) -> str:
    """Where a file of a wheel goes. Raises ValueError for one that has no business there."""
    if shared := _SHARED.fullmatch(name):
        return f"man/{shared[1]}" if shared[1] else f"mibs/{os.path.basename(name)}"
    if _OURS.fullmatch(name):
        return name
    raise ValueError(name)
