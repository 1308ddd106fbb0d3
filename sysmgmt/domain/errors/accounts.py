"""Refusals of users, roles, groups and their SSH keys."""

from sysmgmt.domain.errors.refusal import Refusal


class UserExists(Refusal):
    """User {name} already exists."""

    askable = True


class UnknownUser(Refusal):
    """There is no user {name}."""

    hint = "get_users lists the users."
    askable = True


class RoleExists(Refusal):
    """Role {name} already exists."""

    askable = True


class UnknownRole(Refusal):
    """There is no role {name}."""

    hint = "get_roles lists the roles."
    askable = True


class RoleInUse(Refusal):
    """Role {name} is assigned to {users}."""

    hint = "Give these users another role first."


class PredefinedRole(Refusal):
    """Role {name} is predefined and cannot be changed or removed."""


class PredefinedUser(Refusal):
    """User {name} is predefined: it cannot be removed or renamed and keeps its role and groups."""


class OwnAccount(Refusal):
    """You cannot do this to the account you are logged in with."""


class LastSecurityUser(Refusal):
    """The box would be left without an unlocked local user who has the permission security."""


class PermissionNotAssignable(Refusal):
    """The permission {permission} cannot be part of a new role."""


class GroupExists(Refusal):
    """Group {name} already exists."""

    askable = True


class UnknownGroup(Refusal):
    """There is no group {name}."""

    hint = "get_groups lists the groups."
    askable = True


class GroupInUse(Refusal):
    """Users are limited to group {name}: {users}."""

    hint = "Change the groups of these users first."


class KeyExists(Refusal):
    """User {user} has this key already."""


class TooManyKeys(Refusal):
    """User {user} has {count} SSH keys, and nobody has more."""

    hint = "Remove one with remove_ssh_key."


class UnknownKey(Refusal):
    """User {user} has no key {key}."""

    hint = "get_ssh_keys {user} lists the keys."


class UidsExhausted(Refusal):
    """All numbers for users from {first} to {last} have been given; none is given twice."""

    hint = "Deploy again with a larger range."
