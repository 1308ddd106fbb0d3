"""What network, firewall and time look like on machines of different kinds; in a tree, so that nothing follows."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from sysmgmt.domain.errors import ServiceRefused
from sysmgmt.domain.model import Firewall, Interface, Reach, Settings, State, TimeSettings
from sysmgmt.host import ifupdown, interfaces, networkd, nftables, timekeeping
from sysmgmt.host.nftables import Rule, Wanted
from sysmgmt.host.services import HostServices

LAN = Interface("lan", "eth0", ("192.0.2.7/24", "2001:db8::7/64"), (), ("192.0.2.1",), ("10.0.0.0/8@192.0.2.2",), 1400)
WAN = Interface("wan", "eth1", (), ("ipv4", "ipv6"))
BY_HAND = """# The loopback
auto lo eth0 eth2
iface lo inet loopback

iface eth0 inet dhcp
    mtu 9000

allow-hotplug eth0
iface eth2 inet static
    address 198.51.100.1/24
"""
KEY = "AB" * 32


def box(**reach: object) -> State:
    """A state with settings of the reach."""
    return State(settings=Settings(reach=Reach(**reach)))  # type: ignore[arg-type]


@pytest.fixture
def tree(folder: Path) -> Path:
    """An empty machine."""
    return folder


def has(tree: Path, *programs: str) -> None:
    """Give the machine programs."""
    for one in programs:
        (tree / one.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
        (tree / one.lstrip("/")).write_text("")
        (tree / one.lstrip("/")).chmod(0o755)


def write(tree: Path, path: str, text: str) -> Path:
    """Give the machine a file."""
    place = tree / path.lstrip("/")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)
    place.chmod(0o640)
    return place


def settle(tree: Path, old: State, new: State) -> Mapping[str, str]:
    """Have the machine follow; all of its files below /etc."""
    services = [*interfaces.services(str(tree)), *timekeeping.services(lambda time: KEY, str(tree))]
    HostServices(services, str(tree)).prepare(old, new).apply()
    return {str(one.relative_to(tree)): one.read_text() for one in (tree / "etc").rglob("*") if one.is_file()}


def test_ifupdown_gets_our_stanzas_in_the_place_of_those_of_the_same_device(tree: Path) -> None:
    has(tree, ifupdown.UP, networkd.PROGRAM)
    place = write(tree, ifupdown.INTERFACES, BY_HAND)
    settle(tree, State(), box(interfaces=(LAN, WAN)))
    text = place.read_text()
    assert text.startswith("# The loopback\nauto lo eth2\niface lo inet loopback\n\niface eth2 inet static\n")
    assert "9000" not in text and "hotplug" not in text and place.stat().st_mode & 0o777 == 0o644
    assert ifupdown.stanzas(text)["eth0"] == [
        "iface eth0 inet static", "pre-up /usr/sbin/ip link set dev eth0 mtu 1400",
        "up /usr/sbin/ip route replace 10.0.0.0/8 via 192.0.2.2 dev eth0", "address 192.0.2.7/24",
        "gateway 192.0.2.1", "iface eth0 inet6 static", "pre-up /usr/sbin/ip link set dev eth0 mtu 1400",
        "accept_ra 0", "address 2001:db8::7/64"]
    assert ifupdown.stanzas(text)["eth1"] == ["iface eth1 inet dhcp", "iface eth1 inet6 dhcp"]
    assert ifupdown.changed(BY_HAND, text) == {"eth0", "eth1"}


@pytest.mark.parametrize("one", [
    LAN._replace(addresses=("2001:db8::7%;id;/64",)), LAN._replace(gateways=("2001:db8::1%$(id)",)),
    LAN._replace(routes=("2001:db8:9::%`id`/64@2001:db8::1",)),
    LAN._replace(routes=("10.0.0.0/8@192.0.2.2\n    up id",))])
def test_nothing_but_addresses_comes_before_the_shell_that_sets_an_interface_up(one: Interface) -> None:
    for written in (ifupdown.stanza(one), networkd.lines(one, ())):
        with pytest.raises(ServiceRefused):
            list(written)


def test_what_stood_there_comes_back_exactly(tree: Path) -> None:
    has(tree, ifupdown.UP)
    place = write(tree, ifupdown.INTERFACES, BY_HAND)
    before = settle(tree, box(), box())
    settle(tree, State(), box(interfaces=(LAN,)))
    settle(tree, box(interfaces=(LAN,)), box(interfaces=(WAN,)))
    assert settle(tree, box(interfaces=(WAN,)), State()) == before
    assert (place.read_text(), place.stat().st_mode & 0o777) == (BY_HAND, 0o640)


def test_networkd_gets_a_file_for_each_interface(tree: Path) -> None:
    has(tree, networkd.PROGRAM)
    found = settle(tree, State(), box(interfaces=(LAN, WAN), name_servers=("192.0.2.53",)))
    assert found["etc/systemd/network/00-boxmgmt-lan.network"].splitlines()[1:] == [
        "[Match]", "Name=eth0", "[Link]", "MTUBytes=1400", "[Network]", "DHCP=no", "IPv6AcceptRA=no",
        "ConfigureWithoutCarrier=yes", "Address=192.0.2.7/24", "Address=2001:db8::7/64", "Gateway=192.0.2.1",
        "DNS=192.0.2.53", "[Route]", "Destination=10.0.0.0/8", "Gateway=192.0.2.2", "[DHCPv4]", "UseDNS=no",
        "[DHCPv6]", "UseDNS=no"]
    assert "DHCP=yes\nIPv6AcceptRA=yes" in found["etc/systemd/network/00-boxmgmt-wan.network"]
    left = settle(tree, box(interfaces=(LAN, WAN)), box(interfaces=(WAN,)))
    assert "etc/systemd/network/00-boxmgmt-lan.network" not in left


def test_a_machine_without_any_tool_says_so_and_nothing_is_half_applied(tree: Path) -> None:
    for wanted, said in ((box(interfaces=(LAN,)), "neither ifupdown nor systemd-networkd is installed"),
                         (timed(servers=("ntp.example",)), "neither chrony nor systemd-timesyncd is installed"),
                         (timed(zone="Moon/Base"), "knows no time zone Moon/Base")):
        with pytest.raises(ServiceRefused) as refused:
            settle(tree, State(), wanted)
        assert said in str(refused.value)
        assert list(tree.rglob("*")) == []
    with pytest.raises(ServiceRefused) as refused:
        HostServices([nftables.service(lambda state: Wanted(()), lambda old, new: True, str(tree))],
                     str(tree)).prepare(State(), box(firewall=Firewall(True)))
    assert "apt-get install nftables" in str(refused.value)


def timed(**time: object) -> State:
    """A state with settings of the time."""
    return State(settings=Settings(time=TimeSettings(**time)))  # type: ignore[arg-type]


def of_this_machine(process: Path) -> str:
    """The name of a process; "" of one that has gone, or is of a machine that another test has booted."""
    try:
        return (process / "comm").read_text().strip() if (process / "root").samefile("/") else ""
    except OSError:
        return ""


def test_only_what_runs_is_said_to_keep_the_clock() -> None:
    running = {here for process in Path("/proc").glob("[0-9]*") if (here := of_this_machine(process))}
    keeper = "chrony" if "chronyd" in running else "systemd-timesyncd" if "systemd-timesyn" in running else ""
    assert timekeeping.clock().kept_by == keeper


def test_timesyncd_asks_our_servers_only_and_no_proof(tree: Path) -> None:
    has(tree, timekeeping.TIMESYNCD)
    found = settle(tree, State(), timed(servers=("a.example", "192.0.2.1")))
    assert "NTP=\nNTP=a.example 192.0.2.1\nFallbackNTP=\n" in found[timekeeping.DROP_IN.lstrip("/")]
    with pytest.raises(ServiceRefused) as refused:
        settle(tree, State(), timed(servers=("a.example",), key_number=1, key_type="sha256", key="sealed"))
    assert "cannot ask a server for a proof" in str(refused.value)


def test_rules_name_versions_sources_and_devices() -> None:
    assert list(nftables.lines(Rule("ssh", 22, "tcp", ("192.0.2.0/24", "2001:db8::/32", "10.0.0.0/8"), ("eth2",)))) == [
        'ip saddr { 192.0.2.0/24, 10.0.0.0/8 } iifname != { "eth2" } tcp dport 22 accept comment "ssh"',
        'ip6 saddr { 2001:db8::/32 } iifname != { "eth2" } tcp dport 22 accept comment "ssh"']
    assert list(nftables.lines(Rule("opened", 53, "udp"))) == ['udp dport 53 accept comment "opened"']
    assert "udp sport 67 udp dport 68" in nftables.text(Wanted((), (4,)))
    assert "dport" not in nftables.text(Wanted(()))
