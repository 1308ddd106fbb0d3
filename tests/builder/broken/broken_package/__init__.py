"""Values that are neither commands nor menu items, and items that can stand nowhere."""

from boxmgmt.menu import Run
from boxmgmt.others import Below
from sysmgmt.commands import box
from sysmgmt.engine.declaration import Call, Shown, command


@command(needs="anyone")
def undeclared(call: Call) -> Shown:
    """A command that no entry point names."""
    return Shown({})


STATUS = Run("Again", box.get_system_status)
NUMBERS = (1, 2)
PLACES = (Below(("Nowhere",), STATUS, 51), Below(("Diagnostics",), STATUS, 2), Below(("Diagnostics",), STATUS, 60),
          Below(("Diagnostics",), STATUS, 60), Below((), Run("Undeclared", undeclared), 51))
