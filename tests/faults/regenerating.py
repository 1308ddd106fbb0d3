"""Regenerates the keys of the box in a folder, as admin in the session that is named: a process to be killed."""

import sys

from sysmgmt import box
from sysmgmt.engine.dispatch import Reply
from sysmgmt.engine.embedded import EmbeddedDoor
from sysmgmt.engine.request import Answer, Caller, Request
from tests.support.box import ADMIN_PASSWORD, STRANGER
from tests.support.clock import HeldClock


def regenerate(folder: str, session: str) -> None:
    """Ask for it at the door of the engine, like everybody, and print the code of the answer."""
    known = Reply(Answer(None), Caller("admin", session, "local", "batch"))
    door = EmbeddedDoor(box.embedded(folder, HeldClock().port), STRANGER, known)
    print(door.run(Request("regenerate_encryption_keys", {"password": ADMIN_PASSWORD}, confirmed=True)).code)


if __name__ == "__main__":
    regenerate(*sys.argv[1:])
