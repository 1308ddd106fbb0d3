"""Refusals of a directory (LDAP)."""

from sysmgmt.domain.errors.refusal import Refusal, Unable


class DirectoryFailed(Refusal):
    """The directory {server} does not give what is needed: {reason}."""


class LdapNotInstalled(Unable):
    """The package ldap3, which speaks to directories, is not installed on this box."""

    hint = "Install the box with the extra ldap: pip install 'boxmgmt[ldap]'."
