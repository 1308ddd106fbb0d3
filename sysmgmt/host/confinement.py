"""What a process may not do any more, whoever has taken it over: reach another one (seccomp(2)).

The kernel lets processes of one user signal and limit each other, whatever else it keeps them from.
"""

import ctypes
import os
import resource
from collections.abc import Iterator, Mapping
from errno import ENOSYS, EPERM
from typing import NamedTuple

_MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""What a filter sees of them (AUDIT_ARCH_*)."""
_CALLS = {"kill": (62, 129), "tgkill": (234, 131), "tkill": (200, 130), "pidfd_send_signal": (424, 424),
          "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240), "fcntl": (72, 25), "ioctl": (16, 29),
          "prlimit64": (302, 261), "clone": (56, 220), "clone3": (435, 435), "fork": (57, None), "vfork": (58, None),
          "execve": (59, 221), "execveat": (322, 281), "socket": (41, 198), "connect": (42, 203),
          "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
          "setpriority": (141, 140), "ioprio_set": (251, 30), "sched_setscheduler": (144, 119),
          "sched_setparam": (142, 118), "sched_setattr": (314, 274), "sched_setaffinity": (203, 122),
          "migrate_pages": (256, 238), "move_pages": (279, 239), "socketpair": (53, 199), "bind": (49, 200),
          "listen": (50, 201), "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "msgget": (68, 186),
          "msgsnd": (69, 189), "msgrcv": (70, 188), "msgctl": (71, 187), "semget": (64, 190), "semop": (65, 193),
          "semctl": (66, 191), "semtimedop": (220, 192), "mq_open": (240, 180), "mq_unlink": (241, 181),
          "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219), "flock": (73, 32),
          "open": (2, None), "openat": (257, 56), "openat2": (437, 437), "creat": (85, None), "mknod": (133, None),
          "mknodat": (259, 33), "mkdir": (83, None), "mkdirat": (258, 34), "link": (86, None), "linkat": (265, 37),
          "symlink": (88, None), "symlinkat": (266, 36), "rename": (82, None), "renameat": (264, 38),
          "renameat2": (316, 276), "truncate": (76, 45)}
"""Their numbers on each of the machines."""
_NUMBER, _MACHINE, _ARGUMENTS = 0, 4, 16
"""Where these stand in what a filter sees (struct seccomp_data)."""
_LOAD, _IS, _HAS, _ANSWER = 0x20, 0x15, 0x45, 0x06
_ALLOWED, _ENDED, _REFUSED, _MISSING = 0x7FFF0000, 0x80000000, 0x00050000 | EPERM, 0x00050000 | ENOSYS
_OTHER_KIND, _THREAD = 0x40000000, 0x00010000
"""A bit of the calls of x32, and CLONE_THREAD."""
_TO_WHOM, _TO_WHOM_OF_SOCKETS = (8, 15), (0x8901, 0x8902)
"""F_SETOWN, F_SETOWN_EX and FIOSETOWN, SIOCSPGRP: whom the kernel signals when something arrives."""
_TO_LOCK = (6, 7, 37, 38, 1024)
"""F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW and F_SETLEASE: others see that a file is locked."""
_TO_WRITE = 0x1 | 0x2 | 0x40 | 0x200 | 0x400000
"""O_WRONLY, O_RDWR, O_CREAT, O_TRUNC and O_TMPFILE: any of them writes into a file or makes one."""
_STREAM, _CLOEXEC, _NONBLOCK = 1, 0x80000, 0x800
_STREAMS = tuple(_STREAM | cloexec | nonblock for cloexec in (0, _CLOEXEC) for nonblock in (0, _NONBLOCK))
"""Types of pairs of sockets that send to nobody but each other."""
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _FILTER = 38, 22, 2

Step = tuple[int, int, int, int]
"""What is done, how many steps are skipped if it holds and if it does not, and the value."""


class _Rule(NamedTuple):
    """How a call is answered: `otherwise`, or `then` if its argument at `place` is, or has, one of `values`."""

    otherwise: int = _REFUSED
    then: int = _ALLOWED
    place: int = 0
    values: tuple[int, ...] = ()
    test: int = _IS


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_char_p)]


def begin() -> None:
    """From here on this process signals and limits only itself, starts nothing but threads, and makes no connection.

    It sends to no socket that has a name, and shares no memory, queue, semaphore or key of the kernel with anybody.
    It makes no file, pipe or folder, opens none to write into it, and locks none.
    Nor does it say when, where and how soon any process runs, or have the kernel do all that for it (io_uring(7)).

    Raises OSError where that cannot be had.
    """
    machine = os.uname().machine
    if machine not in _MACHINES:
        raise OSError(ENOSYS, f"the numbers of calls are not known for {machine}")
    steps = [code.to_bytes(2, "little") + bytes([met, unmet]) + value.to_bytes(4, "little")
             for code, met, unmet, value in _filter(machine, _rules(os.getpid()))]
    program = _Program(len(steps), b"".join(steps))
    library = ctypes.CDLL(None, use_errno=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if library.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or \
            library.prctl(_PR_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def _rules(own: int) -> Mapping[str, _Rule]:
    """The rules for the process `own`."""
    return dict.fromkeys(_CALLS, _Rule()) | {
        "kill": _Rule(values=(own,)), "tgkill": _Rule(values=(own,)), "prlimit64": _Rule(values=(0, own)),
        "fcntl": _Rule(_ALLOWED, _REFUSED, 1, _TO_WHOM + _TO_LOCK),
        "ioctl": _Rule(_ALLOWED, _REFUSED, 1, _TO_WHOM_OF_SOCKETS),
        "open": _Rule(_ALLOWED, _REFUSED, 1, (_TO_WRITE,), _HAS),
        "openat": _Rule(_ALLOWED, _REFUSED, 2, (_TO_WRITE,), _HAS),
        "openat2": _Rule(_MISSING),  # how it opens cannot be seen; who wants a file takes openat then
        "socketpair": _Rule(place=1, values=_STREAMS),
        "clone": _Rule(values=(_THREAD,), test=_HAS),
        "clone3": _Rule(_MISSING)}  # what it asks for cannot be seen; who wants a thread takes clone then


def _filter(machine: str, rules: Mapping[str, _Rule]) -> Iterator[Step]:
    yield from ((_LOAD, 0, 0, _MACHINE), (_IS, 1, 0, _MACHINES[machine]), (_ANSWER, 0, 0, _ENDED),
                (_LOAD, 0, 0, _NUMBER), (_HAS, 0, 1, _OTHER_KIND), (_ANSWER, 0, 0, _MISSING))
    for call, rule in rules.items():
        number = _CALLS[call][[*_MACHINES].index(machine)]
        if number is not None:
            yield _IS, 0, len(rule.values) + 3, number
            yield _LOAD, 0, 0, _ARGUMENTS + 8 * rule.place
            for left, value in zip(range(len(rule.values), 0, -1), rule.values, strict=True):
                yield rule.test, left, 0, value
            yield from ((_ANSWER, 0, 0, rule.otherwise), (_ANSWER, 0, 0, rule.then))
    yield _ANSWER, 0, 0, _ALLOWED
