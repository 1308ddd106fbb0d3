"""The memory of a process with many threads."""

import ctypes

_ARENA_MAX = -8
POOLS = 2


def share() -> None:
    """Have all threads take what they need from so few pools; without effect where the C library has none.

    glibc makes a pool for each of many threads and gives little of it back: where each has hashed one password,
    each keeps the memory of one hash. Before the first thread begins (mallopt(3)).
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option:
        set_option(_ARENA_MAX, POOLS)
