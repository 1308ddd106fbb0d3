"""Space kept free behind the end of a file, so that a full disk does not lock everybody out."""

import os
from errno import EDQUOT, EINTR, EINVAL, ENOSPC, ENOSYS, EOPNOTSUPP
from typing import Any

RESERVE = 65536
"""Bytes behind the end of a file that only the writers may use who are allowed to."""

AMPLE, PART = 64 << 20, 16
"""Bytes of a disk below which its space is no more for everybody; of a small disk it is that part."""

STEPS = (262144, 65536, 16384, 0)
"""Bytes to reserve at a time beyond the reserve itself, the largest that fits."""

_KEEP_SIZE = 1
_library: Any = None


def keep(descriptor: int, end: int, facts: os.stat_result | None = None) -> bool:
    """Keep the reserve behind byte `end`; False when it does not fit. Raises OSError.

    `facts` is what fstat says, if the caller knows. On a file system that cannot preallocate
    there is no reserve, and the answer is True.
    """
    facts = facts or os.fstat(descriptor)
    wanted = end + RESERVE
    if facts.st_blocks * 512 >= wanted:
        return True
    return any(_allocated(descriptor, facts.st_size, wanted + step - facts.st_size) for step in STEPS)


def is_ample(folder: str) -> bool:
    """Whether there is space for everybody. Where that cannot be told the answer is True."""
    try:
        facts = os.statvfs(folder)
    except OSError:
        return True
    return facts.f_bavail * facts.f_frsize >= min(AMPLE, facts.f_blocks * facts.f_frsize // PART)


def _allocated(descriptor: int, offset: int, length: int) -> bool:
    problem = _fallocate(descriptor, offset, length)
    if problem in (ENOSPC, EDQUOT):
        return False
    if problem not in (0, EOPNOTSUPP, ENOSYS, EINVAL):
        raise OSError(problem, os.strerror(problem))
    return True


def _fallocate(descriptor: int, offset: int, length: int) -> int:
    """The error number of fallocate(2), which the standard library does not offer."""
    global _library
    import ctypes  # expensive, and needed once in hundreds of appends
    if _library is None:
        _library = ctypes.CDLL(None, use_errno=True)
    arguments = (ctypes.c_int(descriptor), ctypes.c_int(_KEEP_SIZE), ctypes.c_int64(offset), ctypes.c_int64(length))
    while _library.fallocate64(*arguments):
        if ctypes.get_errno() != EINTR:
            return ctypes.get_errno()
    return 0
