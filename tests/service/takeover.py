"""A session of the fork server that somebody has taken over: it reaches for whatever runs as the same user."""

import ctypes
import fcntl
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
BY_RING = "have the kernel connect to somebody"
"""A way that some machines, and most containers, refuse everybody."""
IO_URING_SETUP, IOPRIO_SET = 425, {"x86_64": 251, "aarch64": 30}[os.uname().machine]


def _call(name: str, *given: int) -> None:
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
