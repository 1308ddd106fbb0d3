"""A box on a pristine Debian with cables to a neighbour: its interfaces, its firewall and its time, for real.

Debian 12 has ifupdown and chrony here, Debian 13 systemd-networkd and systemd-timesyncd.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

from tests.doors.booted import Pristine
from tests.doors.site import LIBRARY, PASSWORDS, STATE
from tests.support.waiting import wait_until

OVERDUE = f"""from sysmgmt import box
with box.embedded({STATE!r}).box.store.writing() as transaction:
    settings = transaction.state.settings
    waits = settings.pending
    waits = waits._replace(made_at=waits.made_at - 3600, returns_at=waits.returns_at - 3600)
    transaction.save(transaction.state._replace(settings=settings._replace(pending=waits)))"""
"""Lets an hour go by for the change that waits."""
PROBE = """import socket, sys
for place in sys.argv[1:]:
    address, port = place.split(',')
    try:
        socket.create_connection((address, int(port)), 0.4).close()
        print('open')
    except TimeoutError:
        print('filtered')
    except OSError as problem:
        print('closed' if problem.errno == 111 else problem.errno)"""
LISTEN = "import socket, signal; one = socket.create_server(('', 8082)); signal.pause()"
LAN, DATA = "192.0.2.7", "198.51.100.7"
SET_LAN = f"set_network interface=lan device=eth0 addresses={LAN}/24,2001:db8::7/64 routes=10.0.0.0/8@192.0.2.1"
CABLES = """[Unit]
DefaultDependencies=no
Before=network-pre.target networking.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/ip link add wan0 type veth peer name wan1
[Install]
WantedBy=sysinit.target
"""
"""A device that is there again after a restart of the machine."""
KEY = "00112233445566778899aabbccddeeff"
SERVER = """local stratum 8
allow all
cmdport 0
bindcmdaddress /run/neighbour.sock
pidfile /run/neighbour.pid
keyfile /root/neighbour.keys
"""


LEASES = """interface eth0
start 192.0.2.100
end 192.0.2.110
option subnet 255.255.255.0
option router 192.0.2.1
option lease 600
lease_file {folder}/leases
pidfile {folder}/pid
"""


def the_network_is_governed(site: Pristine) -> None:
    """Everything below."""
    for device, address in (("eth0", "192.0.2.1/24"), ("eth1", "198.51.100.1/24")):
        site.machine.lay_cable(device)
        site.machine.neighbour("ip", "address", "add", address, "dev", device)
    a_device_that_is_not_there_is_refused_and_nothing_is_half_applied(site)
    an_interface_that_is_not_confirmed_returns(site)
    an_address_comes_from_a_dhcp_server(site)
    what_is_confirmed_stays_and_the_neighbour_sees_it(site)
    what_was_cut_short_is_finished(site)
    the_machine_is_told_names(site)
    nothing_is_passed_on(site)
    only_what_is_used_is_open(site)
    if site.machine.exists("/usr/sbin/chronyd"):
        the_time_comes_from_a_neighbour_that_knows_the_key(site)
    else:
        timesyncd_is_told_the_servers(site)
    site.as_admin("set_firewall mode=off confirm_minutes=0", *(
        f"remove_network interface={one} confirm_minutes=0" for one in ("lan", "data1")))
    assert "boxmgmt" not in site.machine.do("/usr/sbin/nft", "list", "tables")


def a_change_waits_when_the_machine_is_switched_off(site: Pristine) -> None:
    site.machine.path("/etc/systemd/system/cables.service").write_text(CABLES)
    site.order("enable", "--now", "cables.service")
    site.as_admin("set_firewall mode=on open=8082/tcp confirm_minutes=0",
                  "set_network interface=wan device=wan0 addresses=203.0.113.7/24")
    wait_until(lambda: addresses(site, "wan0") == {"203.0.113.7"})


def it_has_returned_after_the_start_and_the_firewall_is_in_force(site: Pristine) -> None:
    shown = facts(site, "get_firewall")
    assert (shown["mode"], shown["in_force"], shown["opened"]) == ("on", True, ["8082/tcp"])
    assert site.fact("boxmgmt-firewall", "ActiveState") == "active"
    assert facts(site, "get_network")["interfaces"] == [] and facts(site, "get_pending_change")["change"] is None
    wait_until(lambda: addresses(site, "wan0") == set())
    site.as_admin("set_firewall mode=off confirm_minutes=0")


def facts(site: Pristine, line: str) -> dict[str, Any]:
    """The facts that a line answers with."""
    found: dict[str, Any] = json.loads(site.as_admin(f"{line} --json"))["result"]
    return found


def addresses(site: Pristine, device: str) -> set[str]:
    """What a device of the machine has."""
    told = json.loads(site.machine.do("/usr/sbin/ip", "-json", "address", "show", "dev", device))
    return {one["local"] for one in told[0]["addr_info"] if one["scope"] == "global"}


def a_device_that_is_not_there_is_refused_and_nothing_is_half_applied(site: Pristine) -> None:
    if not site.machine.exists("/usr/sbin/ifup"):
        assert "it does not run" in refused(site, SET_LAN)
        site.order("enable", "--now", "systemd-networkd")
    files = ("/bin/sh", "-c", "cd /etc && sha256sum network/interfaces systemd/network/* 2>&1")
    before = site.machine.run(*files)
    assert "there is no network device eth9" in refused(site, SET_LAN.replace("eth0", "eth9"))
    assert site.machine.run(*files).stdout == before.stdout and facts(site, "get_network")["interfaces"] == []


def refused(site: Pristine, line: str) -> str:
    """What is said where a line cannot be done."""
    site.machine.do("/bin/sh", "-c", "umask 077; cat > /root/admin.password", given=PASSWORDS["admin"].encode())
    done = site.machine.run(f"{LIBRARY}/sysmgmt", "--user", "admin", "--password-file", "/root/admin.password",
                            "--json", given=f"{line}\n".encode())
    assert done.returncode == 6, done
    return done.stdout.decode()


def an_interface_that_is_not_confirmed_returns(site: Pristine) -> None:
    for how in ("its time is over", "boxmgmtd is killed"):
        site.as_admin(SET_LAN)
        wait_until(lambda: addresses(site, "eth0") == {LAN, "2001:db8::7"})
        if how == "its time is over":
            site.machine.do(f"{site.home}/bin/python", "-c", OVERDUE)
        else:
            site.order("kill", "--signal=KILL", "boxmgmtd")
        wait_until(lambda: addresses(site, "eth0") == set())
        site.serve()
        assert facts(site, "get_network")["interfaces"] == [], how


def an_address_comes_from_a_dhcp_server(site: Pristine) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "udhcpd.conf")
        path.write_text(LEASES.format(folder=folder))
        Path(folder, "leases").touch()
        server = site.machine.serve_at_neighbour("/usr/sbin/udhcpd", "-f", str(path))
        site.as_admin("set_firewall mode=on confirm_minutes=0",
                      "set_network interface=lan device=eth0 addresses=dhcp4 confirm_minutes=0")
        wait_until(lambda: any(one.startswith("192.0.2.1") for one in addresses(site, "eth0")))
        given, = addresses(site, "eth0")
        assert 100 <= int(given.rpartition(".")[2]) <= 110, "of those that the server has"
        assert "default via 192.0.2.1 dev eth0" in site.machine.do("/usr/sbin/ip", "route")
        assert facts(site, "get_network")["interfaces"][0]["dhcp"] == ["ipv4"]
        if site.machine.exists("/usr/sbin/ifup"):  # systemd-networkd asks itself
            assert site.machine.do("/bin/sh", "-c", "cat /proc/$(cat /run/dhclient.eth0.pid)/comm") == "dhclient\n", (
                "it goes on, and renews the lease")
        server.kill()
    site.as_admin("set_firewall mode=off confirm_minutes=0", "remove_network interface=lan confirm_minutes=0")
    wait_until(lambda: addresses(site, "eth0") == set())


def what_is_confirmed_stays_and_the_neighbour_sees_it(site: Pristine) -> None:
    site.as_admin(SET_LAN)
    site.as_admin("confirm_change")
    site.as_admin(f"set_network interface=data1 device=eth1 addresses={DATA}/24 mtu=1400 confirm_minutes=0")
    wait_until(lambda: seen(site, f"{LAN},22", f"{DATA},22", f"{LAN},8082") == ["open", "open", "closed"])
    assert "10.0.0.0/8 via 192.0.2.1" in site.machine.do("/usr/sbin/ip", "route")
    wait_until(lambda: {one["name"]: one["mtu"] for one in facts(site, "get_network")["devices"]} == {
        "eth0": 1500, "eth1": 1400})


def what_was_cut_short_is_finished(site: Pristine) -> None:
    site.stop_serving()
    if site.machine.exists("/usr/sbin/ifup"):  # systemd-networkd looks after its devices itself
        site.machine.path("/etc/boxmgmt/unsettled").write_text("ifupdown\n")
        site.machine.do("/usr/sbin/ip", "address", "flush", "dev", "eth0")
    site.serve()
    wait_until(lambda: addresses(site, "eth0") == {LAN, "2001:db8::7"})
    assert not site.machine.exists("/etc/boxmgmt/unsettled")


def seen(site: Pristine, *places: str) -> list[str]:
    """What the neighbour meets at ports of the machine."""
    done = site.machine.neighbour("/usr/bin/python3", "-c", PROBE, *places)
    return done.stdout.decode().split()


def the_machine_is_told_names(site: Pristine) -> None:
    before = site.machine.do("/bin/cat", "/etc/resolv.conf")
    site.as_admin("set_name_servers servers=192.0.2.53 confirm_minutes=0", "set_host_name name=Newbox")
    assert "nameserver 192.0.2.53\n" in site.machine.do("/bin/cat", "/etc/resolv.conf")
    assert site.machine.do("/bin/uname", "-n") == site.machine.do("/bin/cat", "/etc/hostname") == "newbox\n"
    site.as_admin("set_name_servers servers=none confirm_minutes=0")
    assert site.machine.do("/bin/cat", "/etc/resolv.conf") == before


def nothing_is_passed_on(site: Pristine) -> None:
    switch = "/proc/sys/net/ipv4/ip_forward"
    assert site.machine.do("/bin/sh", "-c", f"echo 1 > {switch}; cat {switch}") == "1\n", "the control"
    wait_until(lambda: site.machine.do("/bin/cat", switch) == "0\n")
    assert facts(site, "get_network")["forwarding"] == "off"


def only_what_is_used_is_open(site: Pristine) -> None:
    site.machine.do("/usr/bin/systemd-run", "--quiet", "--unit=listener", "/usr/bin/python3", "-c", LISTEN)
    places = (f"{LAN},22", f"{DATA},22", f"{LAN},8082", f"{LAN},9")
    wait_until(lambda: seen(site, *places) == ["open", "open", "open", "closed"])
    site.as_admin("set_firewall mode=on")
    assert seen(site, *places) == ["open", "filtered", "filtered", "filtered"]
    site.as_admin("confirm_change", "set_firewall mode=on ssh=203.0.113.0/24 open=8082/tcp@192.0.2.0/24")
    assert seen(site, *places) == ["filtered", "filtered", "open", "filtered"]
    site.machine.do(f"{site.home}/bin/python", "-c", OVERDUE)
    wait_until(lambda: seen(site, *places) == ["open", "filtered", "filtered", "filtered"])
    assert facts(site, "get_firewall")["in_force"] is True
    site.machine.neighbour("ip", "route", "add", f"{DATA}/32", "via", LAN)
    assert seen(site, f"{DATA},22") == ["filtered"], "an address is reached through its own network only"
    site.machine.neighbour("ip", "route", "del", f"{DATA}/32", "via", LAN)


def the_time_comes_from_a_neighbour_that_knows_the_key(site: Pristine) -> None:
    machine = site.machine
    machine.do("/bin/mkdir", "-p", "/etc/systemd/system/chrony.service.d")
    # The clock of the machine is the one of this machine: whoever runs there must not touch it.
    machine.do("/bin/sh", "-c", "printf '[Unit]\\nConditionCapability=\\n' > "
               "/etc/systemd/system/chrony.service.d/x.conf; echo 'DAEMON_OPTS=\"-F 1 -x\"' > /etc/default/chrony")
    machine.path("/root/neighbour.conf").write_text(SERVER)
    machine.path("/root/neighbour.keys").write_text(f"5 SHA256 HEX:{KEY}\n")
    server = machine.start_at_neighbour("/usr/sbin/chronyd", "-x", "-d", "-u", "root", "-f", "/root/neighbour.conf")
    before = machine.do("/bin/cat", "/etc/chrony/chrony.conf")
    site.order("daemon-reload")
    site.order("start", "chrony")
    site.as_admin(f"set_time zone=Europe/London servers=192.0.2.1 key_number=5 key={KEY[::-1]}")
    # A wrong key: packets come, and none is believed.
    wait_until(lambda: "192.0.2.1" in machine.do("/usr/bin/chronyc", "-n", "-c", "sources"))
    site.as_admin(f"set_time servers=192.0.2.1 key_number=5 key={KEY}")
    wait_until(lambda: facts(site, "get_time")["synchronised_with"] == "192.0.2.1")
    told = facts(site, "get_time")
    assert (told["zone"], told["kept_by"], abs(told["offset_seconds"]) < 1) == ("Europe/London", "chrony", True)
    assert machine.do("/usr/bin/readlink", "/etc/localtime").endswith("Europe/London\n")
    site.as_admin("set_time servers=none")
    assert machine.do("/bin/cat", "/etc/chrony/chrony.conf") == before
    server.kill()


def timesyncd_is_told_the_servers(site: Pristine) -> None:
    site.as_admin("set_time zone=Europe/London servers=192.0.2.1")
    assert "NTP=192.0.2.1" in site.machine.do("/bin/cat", "/etc/systemd/timesyncd.conf.d/boxmgmt.conf")
    assert "cannot ask a server for a proof" in refused(site, f"set_time servers=192.0.2.1 key_number=5 key={KEY}")
    # Where the machine may not set a clock systemd does not start it, and nothing keeps the time.
    runs = "systemd-timesyn" in site.machine.do("/bin/sh", "-c", "cat /proc/[0-9]*/comm || true").split()
    assert facts(site, "get_time")["kept_by"] == ("systemd-timesyncd" if runs else None)
    site.as_admin("set_time servers=none")
