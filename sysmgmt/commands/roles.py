"""Roles and consistency groups."""

from sysmgmt.commands.words import GroupName, NewGroup, NewName, NewRole, OwnRole, Permissions
from sysmgmt.domain import facts, groups, roles
from sysmgmt.domain.permissions import Permission
from sysmgmt.engine.declaration import Call, Change, Shown, command


@command(needs=Permission.SECURITY)
def add_role(call: Call, name: NewRole, permissions: Permissions) -> Change:
    """Add a role with its permissions.

    Every role contains the permission view; boxmgmt and web_download cannot be part of a new one. The others are
    array_configuration, audit, data_transfer, failover, group_clear_settings, group_configuration, se, security,
    splitter_configuration, storage_management, system_configuration, target_image and upgrade: PERMISSIONS in
    sysmgmt(1) says what each is for, and help COMMAND which one a command needs.
    """
    return Change(roles.add(call.state, name, permissions), {"name": name})


@command(needs=Permission.VIEW)
def get_roles(call: Call) -> Shown:
    """List the roles and their permissions."""
    return Shown({"roles": [facts.role(one) for one in roles.every(call.state)]})


@command(needs=Permission.SECURITY)
def modify_role(call: Call, name: OwnRole, permissions: Permissions | None = None,
                new_name: NewName | None = None) -> Change:
    """Replace the permissions of a role, or rename it.

    Predefined roles cannot be changed, nor can your own.
    """
    state = roles.modify(call.state, name, new_name, permissions, call.caller.user)
    return Change(state, {"name": new_name or name})


@command(needs=Permission.SECURITY)
def remove_role(call: Call, name: OwnRole) -> Change:
    """Remove a role that is not assigned to any user."""
    return Change(roles.remove(call.state, name), {"name": name})


@command(needs=Permission.GROUP_CONFIGURATION)
def add_group(call: Call, name: NewGroup) -> Change:
    """Add a consistency group, to which the authorization of users can be limited."""
    return Change(groups.add(call.state, name), {"name": name})


@command(needs=Permission.VIEW)
def get_groups(call: Call) -> Shown:
    """List the consistency groups."""
    return Shown({"groups": [{"name": name} for name in call.state.groups]})


@command(needs=Permission.GROUP_CONFIGURATION, scope="name")
def remove_group(call: Call, name: GroupName) -> Change:
    """Remove a consistency group to which no user is limited."""
    return Change(groups.remove(call.state, name), {"name": name})
