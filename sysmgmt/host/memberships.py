"""Who is in which group of a directory.

An Active Directory follows groups within groups by itself, with a matching rule that no other server
knows; any other one is asked level by level.
"""

from collections.abc import Iterable, Iterator, Sequence

from sysmgmt.domain.directory import Entry
from sysmgmt.domain.ldap_syntax import equal
from sysmgmt.host.entries import Entries

BY_DN, BY_NAME = ("member", "uniqueMember"), "memberUid"
"""Attributes of a group that name its members."""
CHAIN = "1.2.840.113556.1.4.1941"
"""The matching rule of Active Directory (LDAP_MATCHING_RULE_IN_CHAIN)."""
MOST = 2000
"""Groups that a user may have, or that may lie within a group: more is a mistake, or an attack."""
BATCH = 50
"""Groups that one search asks about."""


def groups(entries: Entries, user: Entry) -> tuple[Entry, ...]:
    """The groups of a user, with those above them if groups nest. Raises DirectoryFailed, ServerUnreachable."""
    nested = entries.settings.nested_groups
    if nested and entries.is_active_directory:
        return tuple(entries.groups(equal(f"member:{CHAIN}:", user.dn)))
    wave = entries.groups(_any([*_holding(user.dn), equal(BY_NAME, user.name)]))
    found = {one.id: one for one in wave}
    while wave and nested:
        above = {one.id: one for some in _batches(wave)
                 for one in entries.groups(_any([part for each in some for part in _holding(each.dn)]))}
        wave = [one for one in above.values() if one.id not in found]
        found.update((one.id, one) for one in wave)
        if len(found) > MOST:
            raise entries.failed(f"{user.name} is in more than {MOST} groups")
    return tuple(found.values())


def members(entries: Entries, group: Entry) -> tuple[Entry, ...]:
    """The users of a group, with those of groups within it if groups nest. Raises as `groups`."""
    nested = entries.settings.nested_groups
    if entries.is_active_directory:
        return tuple(entries.users(equal(f"memberOf:{CHAIN}:" if nested else "memberOf", group.dn)))
    found: dict[str, Entry] = {}
    seen, todo = {group.dn}, [group.dn]
    while todo:
        dns, users = _named(entries, todo.pop())
        for dn in dns:
            user = entries.user_at(dn)
            if user:
                users.append(user)
            elif nested and dn not in seen:
                seen.add(dn)
                todo.append(dn)
        found.update((one.id, one) for one in users)
        if len(seen) > MOST:
            raise entries.failed(f"more than {MOST} groups lie within {group.name}")
    return tuple(found.values())


def _named(entries: Entries, dn: str) -> tuple[Sequence[str], list[Entry]]:
    """The members of a group that are named by their DN, and the users who are named by their name."""
    group = entries.group_at(dn, (*BY_DN, BY_NAME))
    if group is None:
        return (), []
    users = [user for name in group.texts(BY_NAME) for user in entries.users(entries.named(name))]
    return group.texts(*BY_DN), users


def _holding(dn: str) -> list[str]:
    """The conditions that a group names this DN, either of which is enough."""
    return [equal(one, dn) for one in BY_DN]


def _any(conditions: Iterable[str]) -> str:
    return f"(|{''.join(conditions)})"


def _batches(found: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    return (found[at:at + BATCH] for at in range(0, len(found), BATCH))
