"""Refusals of a directory (LDAP)."""

from sysmgmt.domain.errors.refusal import NoLogin, Refusal, Unable


class DirectoryFailed(Refusal):
    """The directory {server} does not give what is needed: {reason}."""


class LdapNotInstalled(Unable):
    """The package ldap3, which speaks to directories, is not installed on this box."""

    hint = "In a clone of the repository, with the pip that installed the box: pip install '.[ldap]'."


class DirectoryUnreachable(NoLogin):
    """The directory cannot be used now, so that none of its users can log in."""

    hint = "Local users can log in; get_ldap_status tells what is wrong with the directory."


class PasswordDueInDirectory(NoLogin):
    """Your password has expired in the directory, or has to be changed there first."""

    hint = "Change it there, then log in again."


class NotInDirectory(Refusal):
    """The directory has no {kind} {name}, by this very name."""

    hint = "test_ldap_connection tells how many users and groups the box sees there."


class KeptInDirectory(Refusal):
    """User {name} is one of the directory, which keeps the name and the password."""

    hint = "Change it in the directory."
