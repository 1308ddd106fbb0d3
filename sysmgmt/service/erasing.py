"""The end of boxmgmtd when the box is erased: it lets go of what is left, which the next start erases."""

import os
import signal

from sysmgmt.engine.dispatch import House
from sysmgmt.service.duties import Duty
from sysmgmt.store.erasing import has_begun


def duty(folder: str) -> Duty:
    """The duty of a boxmgmtd whose state lies in `folder`."""
    def look(house: House) -> None:
        if has_begun(folder):
            os.kill(os.getpid(), signal.SIGTERM)
    return Duty("the erasure", 1.0, look)
