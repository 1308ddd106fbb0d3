"""Loading a program without looking for garbage: what is loaded stays, and the search takes a fifth of a start."""

import gc


def begin() -> None:
    """From here on nothing is garbage."""
    gc.disable()


def keep() -> None:
    """What there is by now stays, also in processes that are forked."""
    gc.collect()
    gc.freeze()


def end() -> None:
    """What there is by now stays; what comes is looked at again. A single command ends before that would pay."""
    gc.freeze()
    gc.enable()
