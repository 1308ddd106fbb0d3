"""nftables, the firewall of the box (R150): one table of its own, which replaces itself at once."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

from sysmgmt.domain.errors import ServiceRefused
from sysmgmt.domain.firewall import Rule
from sysmgmt.domain.model import State
from sysmgmt.domain.network import by_family
from sysmgmt.host import files, inscriptions, transient
from sysmgmt.host.files import File
from sysmgmt.host.services import Service

NAME = "nftables"
PROGRAM = "/usr/sbin/nft"
RULES = "/etc/boxmgmt/firewall.nft"
TABLE = ("inet", "boxmgmt")
MISSING = "nft is not installed; apt-get install nftables, then restart boxmgmtd"

TEXT = """# Written by boxmgmtd; changes made here are lost. See boxmgmtd(8).
table inet boxmgmt
delete table inet boxmgmt
table inet boxmgmt {{
    chain input {{
        type filter hook input priority filter; policy drop;
        iif lo accept
        # An address of the box is reached through its own network only: nothing passes from one to another.
        fib daddr . iif type != {{ local, broadcast, multicast }} drop
        ct state established,related accept
        ct state invalid drop
        icmp type {{ echo-request, destination-unreachable, time-exceeded, parameter-problem }} accept
        icmpv6 type {{ echo-request, destination-unreachable, packet-too-big, time-exceeded, parameter-problem, \
nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert, mld-listener-query }} accept
{rules}
    }}
    chain forward {{
        type filter hook forward priority filter; policy drop;
    }}
}}
"""


class Wanted(NamedTuple):
    """What is let in besides answers to the box: by rules, and offers of addresses by DHCP for versions of IP."""

    rules: Iterable[Rule]
    dhcp: tuple[int, ...] = ()


def text(wanted: Wanted) -> str:
    """The rules as nft reads them."""
    found = [one for version in wanted.dhcp for one in DHCP[version]]
    found += [line for rule in wanted.rules for line in lines(rule)]
    return TEXT.format(rules="\n".join(f"        {one}" for one in found))


DHCP = {4: ("udp sport 67 udp dport 68 accept",), 6: ("ip6 saddr fe80::/10 udp sport 547 udp dport 546 accept",)}


def lines(rule: Rule) -> Iterator[str]:
    """A rule as nft reads it: one line for each version of IP, or for both together. Raises ServiceRefused."""
    inscriptions.check(NAME, (rule.name, rule.protocol, *rule.sources, *rule.not_through), apart=' "{};')
    place = f'{rule.protocol} dport {rule.port} accept comment "{rule.name}"'
    if rule.not_through:
        quoted = [f'"{one}"' for one in rule.not_through]
        place = f"iifname != {_set(quoted)} {place}"
    for family, version in (("ip", 4), ("ip6", 6)):
        if sources := by_family(rule.sources, version):
            yield f"{family} saddr {_set(sources)} {place}"
    if not rule.sources:
        yield place


def _set(members: Iterable[str]) -> str:
    return "{ " + ", ".join(members) + " }"


def service(wanted: Callable[[State], Wanted], concerns: Callable[[State, State], bool], root: str = "/") -> Service:
    """The service: a file of rules that is loaded before the networks come up, and whenever it changes."""
    def render(state: State) -> Mapping[str, File | None]:
        if not state.settings.reach.firewall.enabled:
            return {RULES: None}
        if not is_installed(root):
            raise ServiceRefused(service=NAME, words=MISSING)
        return {RULES: File(text(wanted(state)).encode(), 0o600)}
    return Service(NAME, render, concerns, lambda: load(root), check)


def is_installed(root: str = "/") -> bool:
    """Whether the machine has nftables."""
    return os.access(files.within(root, PROGRAM), os.X_OK)


def check(prepared: Mapping[str, str]) -> None:
    """Have nft look at rules. Raises ServiceRefused."""
    for path in prepared.values():
        transient.run(NAME, [PROGRAM, "--check", "--file", path])


def load(root: str = "/") -> None:
    """Have the kernel follow the rules in place, or none. Raises ServiceRefused."""
    if root != "/" or not is_installed():
        return
    if os.path.exists(RULES):
        transient.run(NAME, [PROGRAM, "--file", RULES])
    elif in_force():
        transient.run(NAME, [PROGRAM, "delete", "table", *TABLE])


def in_force() -> bool:
    """Whether the kernel has our rules."""
    with suppress(ServiceRefused):
        return bool(transient.run(NAME, [PROGRAM, "list", "table", *TABLE]))
    return False
