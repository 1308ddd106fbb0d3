"""What an appliance builder adds: failing a consistency group over, as a command and in the menu."""

from boxmgmt.menu import Run
from boxmgmt.others import Below
from sysmgmt.commands.words import GroupName
from sysmgmt.domain.errors import UnknownGroup
from sysmgmt.domain.permissions import Permission
from sysmgmt.engine.declaration import Act, Call, command


@command(needs=Permission.FAILOVER, scope="group")
def start_failover(call: Call, group: GroupName) -> Act:
    """Fail a consistency group over to the remote copy.

    Hosts lose access to the group until it is done.
    """
    if group not in call.state.groups:
        raise UnknownGroup(name=group)
    return Act(lambda: {"group": group, "failover": "started"})


COMMANDS = (start_failover,)
ITEMS = (Below(("Cluster operations",), Run("Start failover", start_failover), 51),)
