"""Advanced support commands, hidden until they are enabled (R105, R245)."""

from sysmgmt.domain import facts
from sysmgmt.domain.permissions import Permission
from sysmgmt.engine.declaration import Act, Call, Shown, command


@command(needs=Permission.SE)
def enable_advanced_support_commands(call: Call) -> Shown:
    """Show the advanced support commands until the end of this session.

    Use them with care.
    """
    shown = [one.name for one in call.catalog.values() if one.advanced]
    return Shown({"advanced_support_commands": shown}, caller=call.caller._replace(advanced=True))


@command(needs=Permission.SE)
def disable_advanced_support_commands(call: Call) -> Shown:
    """Hide the advanced support commands again."""
    return Shown({"advanced_support_commands": []}, caller=call.caller._replace(advanced=False))


@command(needs=Permission.SE, advanced=True, reserve=True)
def check_state(call: Call) -> Shown:
    """Read the whole stored state and check every value of it."""
    return Shown({"state": "ok", **facts.checked(call.state), **call.box.store.check()})


@command(needs=Permission.SE, advanced=True)
def export_state(call: Call) -> Shown:
    """Show the stored state without its secrets."""
    return Shown(facts.exported(call.state))


@command(needs=Permission.SE, advanced=True, reserve=True)
def compact_state(call: Call) -> Act:
    """Fold the journal of the state into its file."""
    return Act(call.box.store.compact)
