"""The directory: its servers tried in their order, and a test of them that goes step by step."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from sysmgmt.domain import ldap, sealed, truststore
from sysmgmt.domain.delivery import unfollowed
from sysmgmt.domain.directory import CLEAR, NAME, DirectorySettings
from sysmgmt.domain.errors import DirectoryFailed, LdapNotInstalled, Refusal, ServerRefused, ServerUnreachable
from sysmgmt.domain.ldap import Access
from sysmgmt.domain.model import State
from sysmgmt.engine.declaration import Call
from sysmgmt.engine.ports import Box, DirectoryLink
from sysmgmt.engine.trial import Steps, trusting

PLACE = sealed.place("directories", NAME, "bind_password")
ADVICE = {
    "name": "Check the name of the server (get_ldap_configuration), and the DNS of the box.",
    "port": "Check the port, and whether the server runs and a firewall lets the box through.",
    "tls": "Check protocol and port; trust the authority of the server with add_trusted_certificate (purposes=ldap).",
    "bind": "Check bind_dn and its password, and whether the account is locked or has expired in the directory.",
    "base": "Check base_dn and group_base_dn; the service account needs to read them and all below them.",
    "users": "Check user_attribute and user_filter, and that the service account may read users with their entryUUID "
             "or objectGUID.",
    "groups": "Check group_base_dn, and that the service account may read groups."}
"""What to do where a test ends at a step."""


def protected(call: Call, new: DirectorySettings, password: str) -> DirectorySettings:
    """The settings with the password of the service account, sealed. Raises MasterKeyMissing, MasterKeyWrong."""
    return new._replace(bind_password=call.box.sealer.seal(password, PLACE, call.state.settings.master_key))


def password_of(box: Box, settings: DirectorySettings) -> str:
    """The password of the service account. Raises MasterKeyMissing, MasterKeyWrong, StateDamaged."""
    return box.sealer.unseal(settings.bind_password, PLACE)


def lacks(box: Box) -> tuple[str, ...]:
    """What whoever sets a directory up is warned of: that this box cannot speak to any."""
    try:
        box.directory.check_installed()
    except LdapNotInstalled as problem:
        return (f"{problem} {problem.advice}",)
    return ()


def accesses(box: Box, state: State, settings: DirectorySettings, password: str) -> tuple[Access, ...]:
    """The servers in the order in which they are tried, each with all that is needed to speak to it."""
    return tuple(Access(server, settings, password, truststore.trust(state, "ldap", server, box.clock.now()))
                 for server in settings.servers)


@contextmanager
def opened(box: Box, state: State) -> Iterator[DirectoryLink]:
    """A link to the first server that can be used, by the settings of the state.

    Raises NotConfigured, LdapNotInstalled, DirectoryFailed, and what stands in the way to the first
    server where there is no other one that can be used.
    """
    settings = ldap.settings(state)
    with ExitStack() as stack:
        yield _first(box, accesses(box, state, settings, password_of(box, settings)), stack)


def _first(box: Box, servers: Sequence[Access], stack: ExitStack) -> DirectoryLink:
    problems: list[Refusal] = []
    for one in servers:
        try:
            return stack.enter_context(box.directory.open(one, unfollowed))
        except (ServerUnreachable, ServerRefused) as problem:
            problems.append(problem)
    raise problems[0]


def bases(box: Box, servers: Sequence[Access], groups: bool) -> tuple[str, ...]:
    """Where a directory may have its users, or `groups`, the likeliest first. Raises as `opened`."""
    with ExitStack() as stack:
        return _first(box, servers, stack).bases(groups)


def facts(settings: DirectorySettings) -> dict[str, Any]:
    """What get_ldap_configuration tells."""
    shown = settings._asdict()
    for name in ("name", "bind_password"):
        del shown[name]
    return {**shown, "group_base_dn": settings.groups_below, "bind_password_configured": bool(settings.bind_password)}


def looked_at(box: Box, state: State, settings: DirectorySettings) -> list[dict[str, Any]]:
    """Which servers can be used now, and why not. Raises MasterKeyMissing, MasterKeyWrong, StateDamaged."""
    return [_looked_at(box, one) for one in accesses(box, state, settings, password_of(box, settings))]


def _looked_at(box: Box, one: Access) -> dict[str, Any]:
    began, reason = box.clock.now(), None
    try:
        with box.directory.open(one, unfollowed):
            pass
    except Refusal as problem:
        reason = str(problem)
    return {"server": one.server, "usable": reason is None, "reason": reason,
            "milliseconds": round(1000 * (box.clock.now() - began))}


def test(call: Call, settings: DirectorySettings, password: str) -> Mapping[str, Any]:
    """Go all the way to each server; the steps with their times. Raises DirectoryFailed with what to do."""
    passed, failed = [], []
    for one in accesses(call.box, call.state, settings, password):
        try:
            passed.append(_tested(call, one))
        except DirectoryFailed as problem:
            failed.append(problem)
    if not failed:
        return {"servers": passed}
    others = "".join(f" The server {one['server']} passes every step." for one in passed)
    raise DirectoryFailed(f"{failed[0]}{others}", failed[0].advice or "", **failed[0].facts)


def _tested(call: Call, one: Access) -> dict[str, Any]:
    told = trusting(ADVICE, "tls", call.state.settings, " (starttls=ldap, unless it speaks ldaps)")
    advice = {step: what for step, what in told.items() if step != "tls" or one.settings.protocol != CLEAR}
    steps = Steps(advice, call.box.clock.now, DirectoryFailed)
    try:
        with call.box.directory.open(one, steps.passed) as link:
            return _looked_through(link, one, steps.passed) | {"steps": steps.done}
    except Refusal as problem:
        raise steps.failed(one.server, problem) from None


def _looked_through(link: DirectoryLink, one: Access, passed: Callable[[str], None]) -> dict[str, Any]:
    for base in dict.fromkeys((one.settings.base_dn, one.settings.groups_below)):
        _check_base(link, base, one.server)
    passed("base")
    users = link.count_users()
    if not users.number:
        raise DirectoryFailed(server=one.server, reason="no user is found there")
    passed("users")
    groups = link.count_groups()
    passed("groups")
    return {"server": one.server, "tls": link.tls or None, "certificate": "trusted" if link.tls else None,
            "users": users.number, "more_users": users.more, "groups": groups.number, "more_groups": groups.more,
            "naming_contexts": list(link.contexts())}


def _check_base(link: DirectoryLink, base: str, server: str) -> None:
    try:
        link.check_base(base)
    except DirectoryFailed as problem:
        found: tuple[str, ...] = ()
        with suppress(Refusal):
            found = link.contexts()
        told = f" It says that its entries begin at {' and '.join(found)}." if found else ""
        raise DirectoryFailed(f"{problem}{told}", server=server, reason="") from None
