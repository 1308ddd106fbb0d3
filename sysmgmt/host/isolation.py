"""What keeps processes of one user apart from each other."""

import ctypes

_PR_SET_DUMPABLE = 4
_CAPABILITY_VERSION_3 = 0x20080522


def begin() -> None:
    """From here on no other process of this user may look into this one, or into what it forks (prctl(2)).

    Before that only one with the same capabilities may, so a process of which others of its user shall never see
    anything is started with one that they have not. It is given up here with all others. Raises OSError.
    """
    library = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    none = (ctypes.c_uint32 * 6)()
    if library.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) or library.capset(header, none):
        raise OSError(ctypes.get_errno(), "prctl, capset")
