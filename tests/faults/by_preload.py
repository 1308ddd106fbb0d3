"""What happens at the boundary to the operating system: written down, and made to fail at one call.

`by_preload.c` stands between Python and the C library, so it sees every call that concerns a folder,
whoever makes it. It has to be there when the process begins: `ready` starts this program again with it.
"""

import ctypes
import mmap
import os
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from errno import errorcode
from pathlib import Path
from typing import NamedTuple

NOTHING, KILL, ERROR, SHORT, TORN, STOP = range(6)
READS, WRITES, TAKES_SPACE, CHANGES = 1, 2, 4, 8
"""Kinds of calls: those that only read, write data, need space for it, or change names and sizes."""
ANY = READS | WRITES | TAKES_SPACE | CHANGES
SOURCE = Path(__file__).with_name("by_preload.c")
APART = ("unshare", "--mount")
_LIBRARY = "BOXMGMT_FAULTS_LIBRARY"
_RECORD = struct.Struct("16slllIII4x")


class Fault(NamedTuple):
    """What goes wrong: at the call `at` (from 1), `times` times (0: from then on), with `error`."""

    kind: int
    at: int
    error: int = 0
    times: int = 1
    calls: int = ANY

    @property
    def kind_of(self) -> str:
        """Whether it is a crash or a fault of the disk."""
        return "crash points" if self.kind in (KILL, TORN) else "I/O faults"

    @property
    def name(self) -> str:
        """What happens, and whether it stays."""
        what = {KILL: "SIGKILL", TORN: "SIGKILL in a write", SHORT: "short write"}.get(self.kind)
        return (what or errorcode[self.error]) + (" for good" if not self.times else "")


class Record(NamedTuple):
    """One call as it was made. A `call` that ends with ! was made to fail, one with - failed by itself."""

    call: str
    inode: int
    offset: int
    flags: int
    names: tuple[str, ...]
    data: bytes

    @property
    def kind(self) -> int:
        """Which kind of call it is."""
        name = self.call.rstrip("!-")
        if name in ("write", "pwrite64"):
            return WRITES
        if name in ("create", "fsync", "fdatasync", "fallocate", "rename", "mkdir"):
            return TAKES_SPACE
        if name == "close" and not self.flags:
            return 0
        writes = name == "open" and self.flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        return CHANGES if writes or name in ("close", "ftruncate", "fchmod", "chmod", "unlink", "rmdir") else READS


class _Plan(ctypes.Structure):
    _fields_ = [*((name, ctypes.c_int) for name in ("kind", "error", "times", "log", "calls")),
                *((name, ctypes.c_long) for name in ("at", "count", "fired")), ("folder", ctypes.c_char * 512)]


class Boundary:
    """The boundary of processes that are forked from this one, as far as it concerns `folder`."""

    def __init__(self, folder: Path) -> None:
        self._shared = mmap.mmap(-1, ctypes.sizeof(_Plan))
        self._plan = _Plan.from_buffer(self._shared)
        self._plan.folder = os.fsencode(folder)
        self._library = ctypes.CDLL(os.environ[_LIBRARY])
        self._log = -1

    def plan(self, fault: Fault | None = None, traced: bool = False) -> None:
        """Say what is to happen in the next process."""
        if self._log >= 0:
            os.close(self._log)
        self._log = os.memfd_create("trace") if traced else -1
        self._plan.kind, self._plan.at, self._plan.error, self._plan.times, self._plan.calls = (
            fault or Fault(NOTHING, 0))
        self._plan.count = self._plan.fired = 0
        self._plan.log = self._log

    @contextmanager
    def armed(self) -> Iterator[None]:
        """Meanwhile it happens, in the process that is meant."""
        self._library.boundary_use(ctypes.byref(self._plan))
        try:
            yield
        finally:
            self._library.boundary_use(None)

    def answered(self) -> None:
        """Note, in that process, that whoever asked has the answer."""
        self._library.boundary_answered()

    @property
    def count(self) -> int:
        """How many calls there were."""
        return int(self._plan.count)

    @property
    def fired(self) -> int:
        """How often something went wrong."""
        return int(self._plan.fired)

    @property
    def trace(self) -> list[Record]:
        """The calls that were made."""
        data = os.pread(self._log, os.fstat(self._log).st_size, 0)
        return list(_records(data))


def _records(data: bytes) -> Iterator[Record]:
    place = 0
    while place < len(data):
        call, inode, offset, size, flags, first, second = _RECORD.unpack_from(data, place)
        place += _RECORD.size
        names = [data[place:place + first], data[place + first:place + first + second]]
        place += first + second
        held = data[place:place + size] if call.startswith((b"write", b"pwrite")) else b""
        place += len(held)
        yield Record(call.rstrip(b"\0").decode(), inode, offset, flags,
                     tuple(os.fsdecode(one) for one in names if one), held)


def ready() -> None:
    """Start this program again, at the boundary of which calls can be seen, unless it is one already.

    It has a namespace of mounts of its own then: what it mounts is gone with it. Needs root.
    """
    if _LIBRARY in os.environ:
        return
    with tempfile.TemporaryDirectory() as folder:
        library = build(Path(folder))
        environment = {**os.environ, _LIBRARY: str(library), "LD_PRELOAD": str(library), "PYTHONHASHSEED": "0"}
        sys.exit(subprocess.call([*APART, sys.executable, *sys.orig_argv[1:]], env=environment))


def build(folder: Path) -> Path:
    """Compile it."""
    library = folder / "by_preload.so"
    subprocess.run(["gcc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"], check=True)
    return library
