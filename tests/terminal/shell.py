"""sysmgmt at a terminal, for the tests of this folder."""

from typing import Any

from tests.support.box import ADMIN_PASSWORD, TestBox
from tests.support.program import at_terminal


def logged_in(box: TestBox) -> Any:
    """The shell, as admin."""
    child = at_terminal(box.folder)
    child.expect_exact("Password")
    child.sendline(ADMIN_PASSWORD)
    child.expect_exact("box1> ")
    return child
