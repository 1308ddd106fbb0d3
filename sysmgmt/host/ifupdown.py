"""ifupdown, Debian's own way to set interfaces up: the stanzas of our devices in /etc/network/interfaces."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from glob import glob

from sysmgmt.domain.errors import ServiceRefused
from sysmgmt.domain.model import Interface, State
from sysmgmt.domain.network import by_family
from sysmgmt.host import files, takeover, transient
from sysmgmt.host.files import File
from sysmgmt.host.services import Service

NAME = "ifupdown"
UP, DOWN, IP = "/usr/sbin/ifup", "/usr/sbin/ifdown", "/usr/sbin/ip"
INTERFACES = "/etc/network/interfaces"
STATE = "/run/network/ifstate"
BEFORE = "/run/boxmgmt/interfaces.before"
"""What stood there, for taking a device down as it was brought up."""
BEGIN = "# Below here written by boxmgmtd; changes made there are lost. See boxmgmtd(8)."
DHCP_CLIENTS = ("/usr/sbin/dhclient", "/usr/sbin/dhcpcd", "/usr/sbin/udhcpc")
_PLAIN = re.compile("[0-9A-Fa-f.:/@]+")
_KEYWORD = re.compile(r"\s*(iface|mapping|auto|allow-\S+|no-auto-down|no-scripts|rename|source|source-directory)\s")


class Ifupdown:
    """Brings those devices down and up again whose stanzas have changed."""

    def __init__(self, root: str = "/") -> None:
        self._root = root
        self._before = ""

    def service(self) -> Service:
        """The service."""
        def concerns(old: State, new: State) -> bool:
            return old.settings.reach.interfaces != new.settings.reach.interfaces
        return Service(NAME, self.files, concerns, self.reload, self.check)

    def files(self, state: State) -> Mapping[str, File | None]:
        """The interfaces of a state, behind what the machine's own file says of other devices."""
        ours = state.settings.reach.interfaces
        if not ours:
            return takeover.over(INTERFACES, None, self._root)
        place = takeover.over(INTERFACES, File(b""), self._root)
        original = place[takeover.kept(INTERFACES)] or File(b"")
        others = without(original.content.decode(errors="replace"), {one.device for one in ours})
        text = "\n".join([*others, BEGIN, *(line for one in ours for line in stanza(one))]) + "\n"
        return {**place, INTERFACES: File(text.encode())}

    def check(self, prepared: Mapping[str, str]) -> None:
        """Have ifupdown look at it, and keep what stands there now. Raises ServiceRefused."""
        new = prepared.get(INTERFACES)
        self._before = self._text() if new else ""
        if new is None or self._root != "/":
            return
        wanted = stanzas(_read(new))
        for device in changed(self._before, _read(new)) & set(wanted):
            _check_device(device, any("dhcp" in line.split() for line in wanted[device]))
            transient.run(NAME, [UP, "--no-act", "--force", "--interfaces", new, device])

    def reload(self) -> None:
        """Bring the devices down that have changed, and up again as the file says. Raises ServiceRefused."""
        if self._root != "/":
            return
        now = self._text()
        # Where nobody knows what stood there, a change was cut short: all of them then.
        devices = (changed(self._before, now) if self._before else {*stanzas(now), *_up()}) - {"lo"}
        files.put(BEFORE, File((self._before or now).encode()))
        self._before = now
        for device in sorted(devices):
            with suppress(ServiceRefused):  # one that is not there, or not up
                transient.run(NAME, [DOWN, "--force", "--interfaces", BEFORE, device])
            with suppress(ServiceRefused):
                transient.run(NAME, [IP, "address", "flush", "dev", device, "scope", "global"])
        for device in sorted(devices & set(stanzas(now))):
            transient.run(NAME, [UP, "--force", device], properties=transient.GOES_ON)

    def _text(self) -> str:
        return _read(files.within(self._root, INTERFACES))


def _read(path: str) -> str:
    found = files.read(path)
    return found.content.decode(errors="replace") if found else ""


def _up() -> Iterator[str]:
    """The devices that ifupdown has brought up."""
    for line in _read(STATE).splitlines():
        yield line.partition("=")[0]


def is_installed(root: str = "/") -> bool:
    """Whether the machine has it."""
    return os.access(files.within(root, UP), os.X_OK)


def _check_device(device: str, dhcp: bool) -> None:
    check_exists(NAME, device)
    if dhcp and not any(os.access(one, os.X_OK) for one in DHCP_CLIENTS):
        raise ServiceRefused(service=NAME, words="no DHCP client is installed; apt-get install isc-dhcp-client")
    for path in glob("/etc/network/interfaces.d/*"):
        if device in stanzas(_read(path)):
            raise ServiceRefused(service=NAME, words=f"{device} is set up in {path}; take it out there first")


def check_exists(service: str, device: str) -> None:
    """Raise ServiceRefused where the machine has no such network device."""
    if not os.path.exists(f"/sys/class/net/{device}"):
        raise ServiceRefused(service=service, words=f"there is no network device {device}")


def check_plain(service: str, one: Interface) -> None:
    """Raise ServiceRefused for an interface with anything but addresses: a shell of root reads what ifupdown does."""
    for text in (*one.addresses, *one.gateways, *one.routes):
        if not _PLAIN.fullmatch(text):
            raise ServiceRefused(service=service, words=f"{ascii(text[:64])} cannot be written into its files")


def stanza(one: Interface) -> Iterator[str]:
    """How an interface is written. Raises ServiceRefused."""
    check_plain(NAME, one)
    yield f"auto {one.device}"
    for version, family in ((4, "inet"), (6, "inet6")):
        first = True
        if ("ipv4" if version == 4 else "ipv6") in one.dhcp:
            yield from _written(one, f"iface {one.device} {family} dhcp", first, version)
            first = False
        for address in by_family(one.addresses, version):
            yield from _written(one, f"iface {one.device} {family} static", first, version)
            yield f"    address {address}"
            if first:
                yield from (f"    gateway {gateway}" for gateway in by_family(one.gateways, version))
            first = False


def _written(one: Interface, head: str, first: bool, version: int) -> Iterator[str]:
    """A stanza's head, with what belongs to the first one of a family."""
    yield head
    if not first:
        return
    if one.mtu:
        yield f"    pre-up {IP} link set dev {one.device} mtu {one.mtu}"
    if version == 6 and "ipv6" not in one.dhcp:
        yield "    accept_ra 0"
    for route in by_family(one.routes, version):
        network, _, gateway = route.partition("@")
        yield f"    up {IP} route replace {network} via {gateway} dev {one.device}"


def changed(before: str, after: str) -> set[str]:
    """The devices that two files set up differently."""
    old, new = stanzas(before), stanzas(after)
    return {device for device in {*old, *new} if old.get(device) != new.get(device)}


def stanzas(text: str) -> dict[str, list[str]]:
    """By device, the lines of all its stanzas."""
    found: dict[str, list[str]] = {}
    device = ""
    for line in text.splitlines():
        if _KEYWORD.match(line):
            words = line.split()
            device = words[1] if words[0] == "iface" else ""
        if device and line.strip() and not line.lstrip().startswith("#"):
            found.setdefault(device, []).append(line.strip())
    return found


def without(text: str, devices: Iterable[str]) -> Iterator[str]:
    """The lines of a file that are about other devices."""
    gone, skips = set(devices), False
    for line in text.splitlines():
        if _KEYWORD.match(line):
            words = line.split()
            skips = words[0] == "iface" and words[1] in gone
            if words[0] == "auto" or words[0].startswith("allow-"):
                kept = [one for one in words[1:] if one not in gone]
                line = " ".join([words[0], *kept])
                skips = not kept
        if not skips:
            yield line
