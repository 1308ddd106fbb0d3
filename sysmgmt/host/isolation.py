"""What keeps processes of one user apart from each other."""

import ctypes

_PR_SET_DUMPABLE = 4


def begin() -> None:
    """From here on no other process of this user may look into this one, or into what it forks (prctl(2)).

    Raises OSError.
    """
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")
