"""Who installs a box that has no users yet: root, and nobody else who finds the socket."""

from collections.abc import Sequence

from sysmgmt.domain.errors import PermissionDenied
from sysmgmt.domain.progress import NOBODY, Listening
from sysmgmt.engine.embedded import EmbeddedDoor
from sysmgmt.engine.request import Answer, Request, refused

INSTALL = "install"


class OthersDoor(EmbeddedDoor):
    """A door for everybody but root."""

    def run(self, request: Request | Answer, listening: Listening = NOBODY) -> Answer:
        """See Door."""
        return super().run(_admitted(request), listening)

    def run_together(self, requests: Sequence[Request | Answer]) -> list[Answer]:
        """See Door."""
        return super().run_together([_admitted(one) for one in requests])


def _admitted(one: Request | Answer) -> Request | Answer:
    """The request, or the answer that refuses it."""
    if isinstance(one, Request) and one.command == INSTALL:
        return refused(INSTALL, PermissionDenied("Only root may install the box."))
    return one
