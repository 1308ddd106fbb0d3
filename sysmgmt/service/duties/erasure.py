"""The end of boxmgmtd when the box is erased: it lets go of what is left, which the next start erases."""

import os
import signal

from sysmgmt.engine.dispatch import House
from sysmgmt.service.duties.duty import Duty
from sysmgmt.store.erasing import has_begun

POLL = 1.0
"""Seconds between two looks."""


def begin_if_decided(house: House, folder: str) -> bool:
    """Whether `folder` is being erased. What was decided and is not begun, as after a crash, begins.

    Raises StateDamaged, StorageFailed.
    """
    if has_begun(folder):
        return True
    wished = house.box.store.read().settings.erasure
    if wished is None or not wished.decided:
        return False
    house.box.eraser.begin()
    return True


def duties(folder: str) -> tuple[Duty, ...]:
    """The duty of a boxmgmtd whose state lies in `folder`."""
    def look(house: House) -> None:
        if begin_if_decided(house, folder):
            os.kill(os.getpid(), signal.SIGTERM)
    return (Duty("the erasure", POLL, look),)
