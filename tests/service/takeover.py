"""A session of the fork server that somebody has taken over: it reaches for whatever runs as the same user."""

import ctypes
import fcntl
import mmap
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress

from sysmgmt.screen.client import Client
from sysmgmt.screen.entrance import Guest
from sysmgmt.screen.program import Program
from sysmgmt.service import forkserver

FIOSETOWN = 0x8901
BY_RING, BY_KEYS = CONTAINED = "have the kernel connect to somebody", "share keys"
"""Ways that some machines, and most containers, refuse everybody."""
IO_URING_SETUP, IOPRIO_SET = 425, {"x86_64": 251, "aarch64": 30}[os.uname().machine]
KEYCTL = {"x86_64": 250, "aarch64": 219}[os.uname().machine]


def _call(name: str, *given: int | bytes | None) -> None:
    """A call of the C library. Raises OSError."""
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*given):
        raise OSError(ctypes.get_errno(), name)


def _number(*given: int) -> int:
    """A call that the C library has no name for. Raises OSError."""
    done = ctypes.CDLL(None, use_errno=True).syscall(*map(ctypes.c_long, given))
    if done < 0:
        raise OSError(ctypes.get_errno(), f"call {given[0]}")
    return int(done)


def _ring() -> None:
    """A ring by which the kernel would make sockets and connections."""
    ring = ctypes.create_string_buffer(120)
    os.close(_number(IO_URING_SETUP, 1, ctypes.addressof(ring)))


def _own(pid: int, by_socket: bool = False) -> None:
    """Have the kernel signal `pid` when something arrives."""
    for one in socket.socketpair():
        fcntl.ioctl(one, FIOSETOWN, pid.to_bytes(4, "little")) if by_socket else fcntl.fcntl(one, fcntl.F_SETOWN, pid)


def _start(pid: int) -> None:
    if not (child := os.fork()):
        os._exit(0)
    os.waitpid(child, 0)


def _pair(kind: int) -> None:
    """A pair of sockets, of which each sends to whoever has a name."""
    one, other = socket.socketpair(socket.AF_UNIX, kind)
    with one, other, suppress(FileNotFoundError):
        one.sendto(b"x", "/run/nobody-of-that-name")


def _name() -> None:
    one, other = socket.socketpair()
    with one, other:
        one.bind("")  # a name of the kernel's choice


def _queue() -> None:
    """A queue of messages, whose name anybody may know."""
    name, library = b"/boxmgmt-test-%d" % os.getpid(), ctypes.CDLL(None, use_errno=True)
    if library.mq_open(name, os.O_CREAT | os.O_RDWR, 0o600, None) < 0:
        raise OSError(ctypes.get_errno(), "mq_open")
    _call("mq_unlink", name)


def _shared(get: str, control: str, *more: int) -> None:
    """What processes share by its number (ipc(7))."""
    library = ctypes.CDLL(None, use_errno=True)
    if (number := getattr(library, get)(0, *more, 0o600)) < 0:
        raise OSError(ctypes.get_errno(), get)
    _call(control, number, *([0] if control == "semctl" else []), 0, None)


def _file(folder: str, way: Callable[[str], object]) -> None:
    """Do something with a file in `folder`, which goes again."""
    path = f"{folder}/boxmgmt-test-{os.getpid()}"
    try:
        way(path)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(path)


def _memory(path: str) -> None:
    """Memory that whoever knows the name of a file has too."""
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    os.ftruncate(descriptor, mmap.PAGESIZE)
    mmap.mmap(descriptor, mmap.PAGESIZE, mmap.MAP_SHARED).close()
    os.close(descriptor)


def _fill(path: str) -> None:
    """Take room of the machine's disk."""
    with open(path, "xb", buffering=0) as file:
        file.write(b"x")


def _folder(path: str) -> None:
    os.mkdir(path)
    os.rmdir(path)


def _lock(how: Callable[[int, int], object]) -> None:
    """Lock what everybody reads."""
    descriptor = os.open(__file__, os.O_RDONLY)
    try:
        how(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    finally:
        os.close(descriptor)


WAYS: Mapping[str, Callable[[int], object]] = {
    "signal it": lambda pid: os.kill(pid, 0),
    "signal all": lambda pid: os.kill(-1, 0),
    "signal its thread": lambda pid: _call("tgkill", pid, pid, 0),
    "queue a signal": lambda pid: _call("sigqueue", pid, 0, 0),
    "signal it by a descriptor": lambda pid: signal.pidfd_send_signal(os.pidfd_open(pid), 0),
    "have the kernel signal it": _own,
    "have the kernel signal it for a socket": lambda pid: _own(pid, True),
    "limit it": lambda pid: resource.prlimit(pid, resource.RLIMIT_NOFILE),
    "start a process": _start,
    "start a program": lambda pid: os.posix_spawn("/bin/true", ["true"], {}),
    "connect to somebody": lambda pid: socket.socket(socket.AF_UNIX),
    "have it wait for others": lambda pid: os.setpriority(os.PRIO_PROCESS, pid, 1),
    "schedule it": lambda pid: os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0)),
    "keep it from a processor": lambda pid: os.sched_setaffinity(pid, os.sched_getaffinity(0)),
    "have its files wait": lambda pid: _number(IOPRIO_SET, 1, pid, 2 << 13 | 7),
    "send to whoever has a name": lambda pid: _pair(socket.SOCK_DGRAM),
    "send raw to whoever has a name": lambda pid: _pair(socket.SOCK_RAW),
    "have a name of its own": lambda pid: _name(),
    "share memory": lambda pid: _shared("shmget", "shmctl", 4096),
    "share messages": lambda pid: _shared("msgget", "msgctl"),
    "share semaphores": lambda pid: _shared("semget", "semctl", 1),
    "queue messages": lambda pid: _queue(),
    "share a file in memory": lambda pid: _file("/dev/shm", _memory),
    "write a file": lambda pid: _file("/var/tmp", _fill),
    "write into a file": lambda pid: os.close(os.open("/dev/null", os.O_WRONLY)),
    "make a pipe with a name": lambda pid: _file("/dev/shm", os.mkfifo),
    "make a folder": lambda pid: _file("/var/tmp", _folder),
    "make a link": lambda pid: _file("/dev/shm", lambda path: os.symlink("told", path)),
    "lock a file": lambda pid: _lock(fcntl.flock),
    "lock a part of a file": lambda pid: _lock(fcntl.lockf),
    BY_KEYS: lambda pid: _number(KEYCTL, 0, -4, 0),
    BY_RING: lambda pid: _ring()}


def reach(pid: int) -> str:
    """In which ways the process `pid` can be reached."""
    found = []
    for name, way in WAYS.items():
        with suppress(OSError):
            way(pid)
            found.append(name)
    return f"reached: {', '.join(found) or 'nothing'}."


def _serve(client: Client, guest: Guest) -> int:
    print(reach(os.getppid()), flush=True)
    os.kill(os.getpid(), signal.SIGTERM)  # itself it may reach
    return 0


if __name__ == "__main__":
    if sys.argv[1].isdecimal():
        print(reach(int(sys.argv[1])))
    else:
        forkserver.main(sys.argv[1], Program("sysmgmt", _serve))
