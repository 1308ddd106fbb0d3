"""Releases that came as an update: each unpacked into a folder of its own, beside the one that is in force."""

import base64
import csv
import hashlib
import io
import os
import re
import shutil
import zipfile
from collections.abc import Mapping

from sysmgmt.domain.errors import PackageRefused
from sysmgmt.service.deployment.site import LIBRARY

FOLDER = f"{LIBRARY}/releases"
MOST = 64 << 20
"""Bytes of a release, unpacked."""
_OURS = re.compile(r"(sysmgmt|boxmgmt|boxmgmt-[0-9.]+\.dist-info)(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+")
_PAGE = re.compile(r"boxmgmt-[0-9.]+\.data/data/share/man/man[18]/([a-z]+\.[18])")


def unpack(file: str, data: bytes, version: str, folder: str = FOLDER) -> str:
    """Unpack a wheel whose list of files is right to the last byte; where to. Raises PackageRefused, OSError."""
    found = contents(file, data)
    place = os.path.join(folder, version)
    shutil.rmtree(place, ignore_errors=True)
    for name, content in found.items():
        path = os.path.join(place, name)
        os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
        with open(descriptor, "wb") as written:
            written.write(content)
            written.flush()
            os.fsync(descriptor)
    return place


def contents(file: str, data: bytes) -> Mapping[str, bytes]:
    """The files of a wheel by where they go, each as its own list says. Raises PackageRefused."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as wheel:
            if sum(one.file_size for one in wheel.infolist()) > MOST:
                raise ValueError("too large")
            files = {name: wheel.read(name) for name in wheel.namelist() if not name.endswith("/")}
        record = next(name for name in files if name.endswith(".dist-info/RECORD"))
        listed = {row[0]: row[1] for row in csv.reader(io.StringIO(files[record].decode()))}
        if any(_digest(files.get(name)) != listed.get(name) for name in {*files, *listed} - {record}):
            raise ValueError("other contents")
        return {_place(name): content for name, content in files.items()}
    except (zipfile.BadZipFile, StopIteration, ValueError, IndexError, NotImplementedError, RuntimeError):
        raise PackageRefused(file=file, reason="what it holds is not what its own list names") from None


def _digest(content: bytes | None) -> str | None:
    if content is None:
        return None
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")


def _place(name: str) -> str:
    """Where a file of a wheel goes. Raises ValueError for one that has no business there."""
    if page := _PAGE.fullmatch(name):
        return f"man/{page[1]}"
    if _OURS.fullmatch(name):
        return name
    raise ValueError(name)
