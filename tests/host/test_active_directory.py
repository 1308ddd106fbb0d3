"""The forms of Active Directory, as far as a real OpenLDAP can play them with the names of Microsoft.

It does not know the matching rule that follows groups within groups: that it is asked with it is seen
on the way there. What a domain controller answers was never seen here.
"""

import base64
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from sysmgmt.domain.directory import RIGHT, WRONG
from sysmgmt.host.directory import LdapLink
from tests.host.links import access, opened
from tests.support import ldap_peer, slapd
from tests.support.slapd import BASE, PASSWORD, Slapd, Wish

CHAIN = b"1.2.840.113556.1.4.1941"
WHO = "CN=Alice Test,OU=people,DC=lab,DC=test"
GUID = uuid.UUID("6f1a3c52-9c1e-4f7b-8a44-0123456789ab")


def person(name: str, dn: str, guid: uuid.UUID) -> str:
    """A user as Active Directory has them, as LDIF."""
    return "\n".join([
        f"dn: {dn}", "objectClass: user", f"cn: {dn.split(',')[0][3:]}", "sn: Test", f"sAMAccountName: {name}",
        f"userPrincipalName: {name}@lab.test", f"userPassword: {PASSWORD}", *windows(guid)]) + "\n\n"


def group(name: str, members: list[str]) -> str:
    """A group as Active Directory has them, as LDIF."""
    return "\n".join([f"dn: cn={name},{slapd.GROUPS}", "objectClass: group", f"cn: {name}",
                      *(f"member: {one}" for one in members), *windows(uuid.uuid4())]) + "\n\n"


def windows(guid: uuid.UUID) -> list[str]:
    """What every entry has there."""
    return [f"objectGUID:: {base64.b64encode(guid.bytes_le).decode()}", f"objectCategory: cn=Person,{BASE}"]


ENTRIES = (person("alice", WHO, GUID) + person("bob", f"cn=Bob,{slapd.PEOPLE}", uuid.uuid4())
           + group("ops", [WHO]) + group("all", [f"cn=ops,{slapd.GROUPS}"]))


@pytest.fixture(scope="module")
def server() -> Iterator[Slapd]:
    """slapd with the schema of Microsoft, which says that it is an Active Directory."""
    with slapd.running(ENTRIES, Wish(windows=True, clear=True)) as one:
        yield one


def reached(server: Slapd, **more: Any) -> AbstractContextManager[LdapLink]:
    """A link to it."""
    return opened(access(server.ports.ldaps, user_filter="(&(objectCategory=*)(objectClass=user))", **more))


@pytest.mark.parametrize("attribute, name", [("sAMAccountName", "alice"), ("userPrincipalName", "alice@lab.test")])
def test_a_user_is_found_by_either_name_and_known_by_the_guid(server: Slapd, attribute: str, name: str) -> None:
    with reached(server, user_attribute=attribute) as link:
        alice = link.user(name)
        assert alice and (alice.id, alice.name) == (str(GUID), name)
        assert link.check(alice, "wrong") == WRONG
    with reached(server, user_attribute=attribute) as link:
        assert link.check(alice, PASSWORD) == RIGHT


def test_groups_within_groups_are_asked_for_with_the_matching_rule(server: Slapd) -> None:
    with ldap_peer.relaying(server.ports.ldap) as (port, told), opened(access(
            port, "ldap", user_attribute="sAMAccountName")) as link:
        alice, everybody = link.user("alice"), link.group("all")
        assert alice and everybody
        assert link.groups(alice) == link.members(everybody) == (), "OpenLDAP does not know the rule"
        asked = told[-2:]
    assert [(CHAIN in one, b"member" in one, b"memberOf" in one) for one in asked] == [
        (True, True, False), (True, True, True)]


def test_without_nesting_the_groups_are_those_of_memberof(server: Slapd) -> None:
    with reached(server, user_attribute="sAMAccountName", nested_groups=False) as link:
        alice, ops = link.user("alice"), link.group("ops")
        assert alice and ops
        assert [one.name for one in link.groups(alice)] == ["ops"]
        assert [one.name for one in link.members(ops)] == ["alice"]
        every = link.group("all")
        assert every and link.members(every) == ()
