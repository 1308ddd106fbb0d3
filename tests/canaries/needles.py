"""Secrets that can be told wherever they turn up, and in what disguises they are looked for."""

import base64
import gzip
import io
import re
import tarfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import NamedTuple

STEM = "Qz7Kanarienvogel"
"""Stands in every canary, and nowhere else."""
CONTEXT = 40


class Found(NamedTuple):
    """A secret that came to light: where, and what stands around it."""

    where: str
    around: str


class Canaries:
    """Makes secrets, each of its own."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self._numbers = count(1)

    def fresh(self) -> str:
        """Another one: good enough for every rule about passwords."""
        self.made.append(f"{STEM}-{next(self._numbers):04}")
        return self.made[-1]


def disguises(text: str) -> Iterator[bytes]:
    """`text` as it stands, and as something else would write it down."""
    raw = text.encode()
    yield from (raw, raw.lower(), raw.upper(), raw[::-1], text.encode("utf-16-le"), text.encode("utf-16-be"),
                raw.hex().encode(), raw.hex().upper().encode())
    yield from (base64.b64encode(part) for part in _whole(raw, 3))
    yield from (base64.b32encode(part) for part in _whole(raw, 5))


def _whole(raw: bytes, size: int) -> Iterator[bytes]:
    """The parts of a text that are groups of `size` bytes, wherever it begins."""
    for start in range(size):
        rest = raw[start:]
        yield rest[:len(rest) - len(rest) % size]


NEEDLES = tuple(disguises(STEM))


def look(where: str, data: bytes, more: Iterable[bytes] = ()) -> list[Found]:
    """The canaries in `data`, and `more` secrets, also in what is packed there."""
    found = []
    for needle in (*NEEDLES, *more):
        at = data.find(needle)
        if at >= 0:
            around = data[max(at - CONTEXT, 0):at + len(needle) + CONTEXT]
            found.append(Found(where, around.decode("ascii", "backslashreplace")))
    return found + [one for name, inner in _packed(data).items() for one in look(f"{where}/{name}", inner, more)]


def _packed(data: bytes) -> Mapping[str, bytes]:
    """What is in a packed file."""
    if data[:2] != b"\x1f\x8b":
        return {}
    try:
        plain = gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        return {}
    try:
        with tarfile.open(fileobj=io.BytesIO(plain)) as members:
            return {one.name: file.read() for one in members if (file := members.extractfile(one))}
    except tarfile.ReadError:
        return {"unpacked": plain}


def files(folder: Path, more: Iterable[bytes] = ()) -> list[Found]:
    """The canaries, and `more`, in all files below a folder, and in their names."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found += look(str(path), path.read_bytes() + b"\n" + str(path.relative_to(folder)).encode(), more)
    return found


_CALL = re.compile(r"^\d+ +(execve|execveat|write|pwrite64|writev|pwritev|rename|symlink|openat)\((.*)")


def trace(log: Path, more: Iterable[bytes] = ()) -> list[Found]:
    """The canaries that the kernel saw in arguments, environments, names of files and what was written to files."""
    wanted = (*NEEDLES, *more)
    found = []
    for line in log.read_bytes().splitlines():
        if any(one in line for one in wanted):
            call = _CALL.match(line.decode(errors="replace"))
            if call and not _is_apart(call[1], call[2]):
                found += look(f"{call[1]} of process {line.split()[0].decode()}: {call[2][:80]}", line, more)
    return found


_FILE = re.compile(r"\d+</(?!dev/(?:null|pts|shm/boxmgmt-snmp-))")
"""A file on a disk. What snmptrap reads is in memory only, private, and gone at once.

See tests/service/duties/test_snmp_receivers.py.
"""


def _is_apart(call: str, rest: str) -> bool:
    """Whether what is written goes into no file, but to somebody who asked or over a connection."""
    return "write" in call and not _FILE.match(rest)
