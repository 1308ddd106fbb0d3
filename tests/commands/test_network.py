"""Network, firewall and time, as far as commands decide about them. The machine itself: tests/doors, tests/host."""

import json
import re

import pytest

from sysmgmt.commands.catalog import CHAPTERS
from sysmgmt.domain.model import Reach
from sysmgmt.engine.request import Request
from sysmgmt.host import names
from tests.attacks import corpus, fields
from tests.support.box import Client, TestBox, deployed
from tests.support.clock import DAY

LAN = "set_network interface=lan device=eth0 addresses=192.0.2.7/24"
KEY = "00112233445566778899aabbccddeeff"


def governed(box: TestBox) -> Client:
    """Admin of a box whose machine follows it."""
    return box.client("admin", house=deployed(box))


@pytest.fixture
def admin(basic: TestBox) -> Client:
    """Admin of a box whose machine follows it."""
    return governed(basic)


@pytest.mark.parametrize("line", [
    LAN, "remove_network interface=lan", "set_name_servers servers=none", "set_host_name name=box7",
    "set_time zone=UTC", "set_firewall mode=on"])
def test_where_nothing_follows_nothing_is_pretended(basic: TestBox, line: str) -> None:
    answer = basic.admin().do(line)
    assert answer.code == "ServiceRefused" and "does not govern the network" in (answer.message or "")
    assert basic.state.settings.reach == Reach()


@pytest.mark.parametrize("command", [
    "set_network", "remove_network", "set_name_servers", "set_host_name", "set_time", "set_firewall",
    "enable_root_access", "disable_root_access", "regenerate_host_keys", "install_update"])
def test_what_only_a_deployed_box_can_do_is_refused_before_any_value_is_looked_at(
        basic: TestBox, command: str) -> None:
    admin = basic.admin()
    barred = admin.door.barred(command)
    assert barred and (barred.code, barred.status) == ("ServiceRefused", 6) and "--deploy" in (barred.hint or "")
    assert admin.do(f"{command} --yes").message == admin.do(f"{command} nonsense=1 --dry-run").message == barred.message
    assert admin.together("get_users", command)[1].code in ("ServiceRefused", "NotAtomic")
    basic.admin().do('add_user name=eve role=monitor password="eve-first-1" must_change=no')
    denied = basic.client("eve", "eve-first-1").door.barred(command)
    assert denied and denied.code == "PermissionDenied", "who may not run it learns nothing of the machine"


def test_what_the_machine_has_is_shown_all_the_same(basic: TestBox) -> None:
    facts = basic.admin().facts("get_network")
    assert facts["interfaces"] == [] and facts["host_name"] and facts["name_servers"] == [] and not facts["governed"]
    assert facts["name_servers_in_use"] == names.known()
    assert basic.admin().facts("get_firewall")["mode"] == "off"
    assert basic.admin().facts("get_time")["servers"] == []


@pytest.mark.checklist("R018")
def test_an_interface_is_set_up_and_returns_unless_it_is_confirmed(basic: TestBox, admin: Client) -> None:
    answer = admin.do(f"{LAN},2001:DB8::7/64 gateways=192.0.2.1,2001:db8::1 routes=10.0.0.0/8@192.0.2.2 mtu=1400")
    assert answer.code == "Done" and "Unless it is confirmed" in answer.warnings[-1]
    wanted = {"interface": "lan", "device": "eth0", "addresses": ["192.0.2.7/24", "2001:db8::7/64"], "dhcp": [],
              "gateways": ["192.0.2.1", "2001:db8::1"], "routes": ["10.0.0.0/8@192.0.2.2"], "mtu": 1400}
    assert admin.facts("get_network")["interfaces"] == [wanted]
    pending = admin.facts("get_pending_change")["change"]["settings"]
    assert pending == [{"setting": "interfaces", "before": [], "now": [wanted]}]
    basic.clock.move(DAY)
    assert basic.admin().facts("get_network")["interfaces"] == []


def test_a_change_that_is_confirmed_stays(basic: TestBox, admin: Client) -> None:
    admin.do("set_network interface=wan device=eth1 addresses=dhcp4,2001:db8:1::7/64")
    assert basic.admin().do("confirm_change").code == "Done"
    basic.clock.move(DAY)
    shown, = basic.admin().facts("get_network")["interfaces"]
    assert (shown["interface"], shown["dhcp"], shown["addresses"]) == ("wan", ["ipv4"], ["2001:db8:1::7/64"])
    assert admin.do("remove_network interface=wan confirm_minutes=0").code == "Done"
    assert admin.do("remove_network interface=wan confirm_minutes=0").code == "NotConfigured"
    assert admin.facts("get_network")["interfaces"] == []


@pytest.mark.checklist("R241")
@pytest.mark.parametrize("line, said", [
    ("interface=wan device=eth0 addresses=198.51.100.7/24", "serves lan already"),
    ("interface=wan device=eth1 addresses=192.0.2.130/25", "meets one of lan"),
    ("interface=data1 device=eth1 addresses=192.0.0.1/16", "meets one of lan"),
    ("interface=wan device=eth1 addresses=198.51.100.7/24 gateways=198.51.100.1", "lan has the gateway already"),
    ("interface=lan device=eth0 addresses=192.0.2.7/24 gateways=198.51.100.1", "in no network of this interface"),
    ("interface=lan device=eth0 addresses=192.0.2.7/24 gateways=192.0.2.1,192.0.2.2", "one gateway for IPv4"),
    ("interface=lan device=eth0 addresses=192.0.2.7/24 routes=10.0.0.0/8@10.0.0.1", "in no network"),
    ("interface=lan device=eth0 addresses=2001:db8::7/64 mtu=1000", "1280 bytes")])
def test_networks_stay_apart_and_gateways_in_reach(basic: TestBox, admin: Client, line: str, said: str) -> None:
    admin.do(f"{LAN} gateways=192.0.2.1 confirm_minutes=0")
    before = basic.files()
    answer = admin.do(f"set_network {line}")
    assert answer.code == "InvalidValue" and said in (answer.message or "")
    assert basic.files() == before


@pytest.mark.parametrize("line", [
    "set_network interface=lan device=-e addresses=dhcp", "set_network interface=lan device=lo addresses=dhcp",
    "set_network interface=lan device=e*0 addresses=dhcp", "set_network interface=lan device=eth0/1 addresses=dhcp",
    "set_network interface=san device=eth0 addresses=dhcp", "set_network interface=lan device=eth0 addresses=192.0.2.7",
    "set_network interface=lan device=eth0 addresses=192.0.2.0/24",
    "set_network interface=lan device=eth0 addresses=127.0.0.1/8",
    "set_network interface=lan device=eth0 addresses=fe80::1/64",
    "set_network interface=lan device=eth0 addresses=192.0.2.7/33",
    'set_network interface=lan device=eth0 addresses=""',
    f"{LAN} routes=0.0.0.0/0@192.0.2.1", f"{LAN} routes=10.0.0.0/8@2001:db8::1", f"{LAN} routes=10.0.0.0/8",
    f"{LAN} mtu=100000", "set_name_servers servers=ns.example", "set_name_servers servers=fe80::1%eth0",
    "set_name_servers servers=192.0.2.1,192.0.2.2,192.0.2.3,192.0.2.4",
    'set_network interface=lan device=eth0 addresses="2001:db8::7%;id;/64"',
    'set_network interface=lan device=eth0 addresses=2001:db8::7/64 routes="2001:db8:9::%$(id)/64@2001:db8::1"',
    'set_firewall mode=on ssh="2001:db8::%;id;/64"', 'set_firewall mode=on open="80/tcp@2001:db8::%;id;/64"',
    'set_time servers="fe80::1%;id;"',
    "set_firewall mode=on open=80", "set_firewall mode=on open=0/tcp", "set_firewall mode=on open=70000/tcp",
    "set_firewall mode=on open=80/icmp", "set_firewall mode=on ssh=192.0.2.7/24", "set_firewall mode=maybe",
    "set_firewall mode=on open=80/tcp@here", "set_host_name name=-box", "set_host_name name=a..b",
    f"set_host_name name={'a' * 65}", "set_time zone=../../etc/shadow", "set_time zone=/etc/passwd",
    "set_time servers=-x", "set_time servers=a/b", f"set_time servers=ntp.example key_number=0 key={KEY}",
    "set_time servers=ntp.example key_number=1 key=short", f"set_time servers=none key_number=1 key={KEY}",
    f"set_time servers=ntp.example key_number=1 key_type=aes256 key={KEY}"])
def test_what_cannot_be_meant_is_refused(basic: TestBox, admin: Client, line: str) -> None:
    before = basic.files()
    answer = admin.do(line)
    assert (answer.code, answer.status) == ("InvalidValue", 2), answer
    assert basic.files() == before


@pytest.mark.checklist("R150")
def test_what_is_not_given_stays_as_it_is_in_the_firewall(basic: TestBox, admin: Client) -> None:
    admin.do("set_firewall mode=on ssh=192.0.2.0/25,192.0.2.128/25,2001:db8::/32 snmp=closed "
             "open=8082/TCP,7/udp@10.0.0.1 confirm_minutes=0")
    assert admin.facts("get_firewall") == {
        "mode": "on", "in_force": False, "ssh": ["192.0.2.0/24", "2001:db8::/32"], "https": ["any"],
        "partners": ["any"], "snmp": ["closed"], "opened": ["8082/tcp", "7/udp@10.0.0.1/32"]}
    admin.do("set_firewall mode=off open=none confirm_minutes=0")
    shown = admin.facts("get_firewall")
    assert (shown["mode"], shown["opened"], shown["snmp"]) == ("off", [], ["closed"])


def test_a_firewall_that_waits_is_told_as_get_firewall_tells_it(admin: Client) -> None:
    before = admin.facts("get_firewall")
    admin.do("set_firewall mode=on")
    [pending] = admin.facts("get_pending_change")["change"]["settings"]
    told = {name: admin.facts("get_firewall")[name] for name in pending["now"]}
    assert pending == {"setting": "firewall", "before": {name: before[name] for name in told}, "now": told}
    assert told["mode"] == "on" and told["ssh"] == ["any"]


def test_a_firewall_that_is_not_confirmed_returns(basic: TestBox, admin: Client) -> None:
    assert admin.do("set_firewall mode=on ssh=closed").code == "Done"
    basic.clock.move(DAY)
    assert basic.admin().facts("get_firewall")["ssh"] == ["any"]


def test_the_key_of_time_servers_is_sealed_and_shown_to_nobody(basic: TestBox, admin: Client) -> None:
    assert admin.do(f"set_time servers=ntp1.example,192.0.2.1 key_number=7 key={KEY}").code == "Done"
    shown = admin.facts("get_time")
    assert (shown["servers"], shown["key_number"], shown["key_type"], shown["key_configured"]) == (
        ["ntp1.example", "192.0.2.1"], 7, "sha256", True)
    sealed = basic.state.settings.time.key
    assert KEY.encode() not in basic.everything().lower() and KEY not in json.dumps(admin.do("get_time")).lower()
    admin.do("set_time zone=Europe/London")
    assert basic.state.settings.time.key == sealed, "another zone leaves the servers alone"
    assert admin.facts("get_key_status")["sealed"]["time_keys"] == 1
    assert admin.do("set_time servers=ntp1.example").code == "Done"
    assert basic.state.settings.time.key == "", "servers without a key are believed without one"
    assert admin.do(f"set_time key={KEY}").code == "MissingValue"


def test_the_key_of_time_servers_survives_new_keys_of_the_box(basic: TestBox, admin: Client) -> None:
    admin.do(f"set_time servers=ntp1.example key_number=7 key={KEY}")
    before = basic.state.settings.time.key
    assert admin.do("regenerate_encryption_keys password=Admin-Pass-12 --yes").code == "Done"
    assert basic.state.settings.time.key not in ("", before)


FIELDS = [one for one in (*fields.lines(), *corpus.lines("fields"))
          if one.split()[0] in dict(CHAPTERS)["Network and time"]]
SCOPED = [f"{place}%{what}{end}" for place in ("2001:db8::7", "fe80::1", "80/tcp@2001:db8::7")
          for what in (";id;", "$(id)", "`id`", "a b", "&id", "a}") for end in ("", "/64", "/64@2001:db8::1")]
"""Addresses whose scope is what Python lets it be: anything."""
HARMLESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:/@,_-]*")


@pytest.mark.parametrize("field", FIELDS)
def test_no_value_that_means_something_to_a_shell_or_a_file_is_taken(admin: Client, field: str) -> None:
    name, _, parameter = field.partition('="{value}"')[0].rpartition(" ")
    texts = dict(one.replace('"', "").split("=", 1) for one in field.split()[1:] if "{value}" not in one)
    for value in (*corpus.lines("values"), *SCOPED):
        answer = admin.door.run(Request(name.split()[0], {**texts, parameter: value}))
        assert answer.status == 2 or HARMLESS.fullmatch(value), (field, value, answer)
    assert len(FIELDS) > 20
