"""Diagnostics on a real network: a box, a router and a neighbour with open, closed and filtered ports of our own."""

import socket
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sysmgmt.domain.model import Interface, Reach
from sysmgmt.domain.progress import Listening
from sysmgmt.engine import dispatch
from sysmgmt.engine.request import Answer
from tests.support import box as boxes
from tests.support import namespaces
from tests.support.authorities import LEAF, make
from tests.support.box import Client, TestBox, request
from tests.support.boxmgmtd import for_all
from tests.support.namespaces import (
    GATEWAY, GATEWAY6, NARROW, NEIGHBOUR, NEIGHBOUR6, OWN, OWN6, SILENT, Joined, listener, of, within)
from tests.support.waiting import wait_until

DROPPED = f"""table inet own {{
    chain input {{
        type filter hook input priority 0
        ip daddr {SILENT} drop
        tcp dport 9443 drop
        tcp dport 8082 reject with icmpx admin-prohibited
        udp dport 6015 drop
    }}
}}
"""
DOMAIN = b"\x05north\x07example\x00"
UNPRIVILEGED = f"""from sysmgmt.domain.errors import ServiceRefused
from sysmgmt.domain.probes import Probe
from sysmgmt.host import echoes, probing
for one in probing.probe([Probe("{NEIGHBOUR}", 0, "icmp"), Probe("{NEIGHBOUR}", 25, "tcp")], lambda n: None):
    print(one.verdict, one.reason)
try:
    echoes.echo("{NEIGHBOUR}", 1, lambda n: None)
except ServiceRefused as refusal:
    print(refusal)"""
"""What somebody without rights tries."""
OPEN_TCP, OPEN_UDP = (25, 5020, 5042), 5020
"""Where the neighbour listens; at the UDP port it keeps silent."""


class Network(NamedTuple):
    """The namespaces, and somebody who is admin of the box in the first of them."""

    names: Joined
    admin: Client
    box: TestBox

    def facts(self, line: str) -> dict[str, Any]:
        """What the box answers to a line, whatever that comes to."""
        return dict(self.answer(line).result or {})

    def answer(self, line: str) -> Answer:
        """The answer to a line whose test was carried out."""
        answer = within(self.names.box, lambda: self.admin.do(line))
        assert answer.code in ("Done", "ProbeFailed"), answer
        return answer

    def port(self, line: str) -> dict[str, Any]:
        """What is told of the one port that a line tests."""
        one, = self.facts(f"test_connectivity {line}")["ports"]
        return dict(one)


def name_server(question: bytes) -> bytes:
    """Answers for north.example with two addresses, one of each kind, and that any other name does not exist."""
    asked, kind = question[12:], question[-3]
    if not asked.startswith(DOMAIN):
        return question[:2] + struct.pack(">HHHHH", 0x8183, 1, 0, 0, 0) + asked
    data = {1: socket.inet_aton("203.0.113.5"), 28: socket.inet_pton(socket.AF_INET6, "2001:db8::5")}[kind]
    record = b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(data)) + data
    return question[:2] + struct.pack(">HHHHH", 0x8180, 1, 1, 0, 0) + asked + record


@pytest.fixture(scope="module")
def network(templates: Callable[[str], TestBox]) -> Iterator[Network]:
    with namespaces.joined() as names, ExitStack() as stack, tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        namespaces.run("ip", "netns", "exec", names.neighbour, "nft", "-f", "-", given=DROPPED)

        def opened() -> list[socket.socket]:
            return [*(listener(place, port) for place in (NEIGHBOUR, NEIGHBOUR6) for port in OPEN_TCP),
                    listener(NEIGHBOUR, OPEN_UDP, socket.SOCK_DGRAM), listener(NEIGHBOUR, 53, socket.SOCK_DGRAM)]
        sockets = within(names.neighbour, opened)
        for one in sockets:
            stack.enter_context(one)
        namespaces.answering(sockets[-1], name_server)
        one = boxes.copy(templates("basic"), Path(folder) / "state")
        yield Network(names, one.admin(), one)


@pytest.mark.parametrize("place, source", [(NEIGHBOUR, OWN), (NEIGHBOUR6, OWN6)])
def test_an_open_a_closed_and_a_filtered_port_are_told_apart(network: Network, place: str, source: str) -> None:
    found = {port: network.port(f"host={place} port={port}") for port in (25, 26, 8082, 9443)}
    assert {port: one["verdict"] for port, one in found.items()} == {
        25: "open", 26: "closed", 8082: "filtered", 9443: "filtered"}
    assert {one["source"] for one in found.values()} == {source}
    assert found[9443]["reason"] == "nothing answers" and found[8082]["reason"] in (
        "no route to host", "permission denied")


def test_of_a_silent_udp_port_nothing_is_claimed(network: Network) -> None:
    found = {port: network.port(f"host={NEIGHBOUR} port={port} protocol=udp") for port in (53, OPEN_UDP, 6015, 6016)}
    assert {port: one["verdict"] for port, one in found.items()} == {
        53: "open", OPEN_UDP: "open_or_filtered", 6015: "open_or_filtered", 6016: "closed"}


def test_a_real_snmp_agent_answers_what_it_is_sent(network: Network, tmp_path: Path) -> None:
    (tmp_path / "snmpd.conf").write_text("rouser nobody\n")
    agent = within(network.names.neighbour, lambda: subprocess.Popen(
        ["/usr/sbin/snmpd", "-f", "-LE", "0", "-C", "-c", str(tmp_path / "snmpd.conf"), "-p", str(tmp_path / "pid"),
         f"udp:{NEIGHBOUR}:161"], env={"SNMP_PERSISTENT_DIR": str(tmp_path)}))
    try:
        deadline = time.monotonic() + 20
        while (found := network.port(f"row=9.9 host={NEIGHBOUR} protocol=udp")["verdict"]) == "closed":
            assert time.monotonic() < deadline and agent.poll() is None
        assert found == "open"
    finally:
        agent.terminate()
        agent.wait(20)


def test_where_no_way_leads_nothing_was_used_as_source(network: Network) -> None:
    lost = within(network.names.router, lambda: network.admin.do("test_connectivity host=203.0.113.1 port=1").result)
    assert (lost["ports"][0]["verdict"], lost["ports"][0]["reason"]) == ("filtered", "network is unreachable")
    assert lost["ports"][0]["source"] is None


def test_a_name_that_nobody_knows_is_told_as_such(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RES_OPTIONS", "timeout:1 attempts:1")
    found = network.port("host=nosuch.invalid port=25")
    assert (found["verdict"], found["address"]) == ("name_not_resolved", None)


@pytest.mark.checklist("R160")
@pytest.mark.checklist("R208")
def test_a_table_is_tested_row_by_row_with_the_effect_of_what_is_closed(network: Network) -> None:
    found = network.facts(f"test_connectivity table=data host={NEIGHBOUR}")
    rows = {one["row"]: one for one in found["ports"]}
    assert {number: one["verdict"] for number, one in rows.items()} == {
        "8.1": "open", "8.2": "closed", "8.3": "open", "8.4": "closed", "8.5": "closed"}
    assert "no replication" in rows["8.2"]["effect_if_closed"] and "effect_if_closed" not in rows["8.1"]
    assert {one["interface"] for one in rows.values()} == {"data"}
    assert (found["tested"], found["open"], found["closed"], found["not_tested"]) == (5, 2, 3, [])


def test_a_test_that_shows_a_failure_ends_as_one_and_tells_what_was_found_all_the_same(
        network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RES_OPTIONS", "timeout:1 attempts:1")
    told = {line: network.answer(line) for line in (
        f"test_connectivity host={NEIGHBOUR} port=25", f"test_connectivity host={NEIGHBOUR} port=26",
        f"test_connectivity host={NEIGHBOUR} port=6015 protocol=udp", f"test_connectivity table=data host={NEIGHBOUR}",
        "test_name name=localhost", "test_name name=nosuch.invalid",
        f"test_name name=north.example server={NEIGHBOUR}", f"test_name name=localhost server={NEIGHBOUR}",
        f"test_reachability host={NEIGHBOUR} count=1", f"test_reachability host={SILENT} count=1",
        "await_throughput seconds=5", "test_route host=203.0.113.1")}
    assert [(one.code, one.status, one.message) for one in told.values()] == [
        ("Done", 0, None), ("ProbeFailed", 1, "The test failed: 1 of 1 cannot be reached."),
        ("Done", 0, None), ("ProbeFailed", 1, "The test failed: 3 of 5 cannot be reached."),
        ("Done", 0, None), ("ProbeFailed", 1, "The test failed: the box does not resolve nosuch.invalid."),
        ("Done", 0, None), ("ProbeFailed", 1, f"The test failed: {NEIGHBOUR}: no such name."),
        ("Done", 0, None), ("ProbeFailed", 1, f"The test failed: {SILENT} does not answer."),
        ("ProbeFailed", 1, "The test failed: no other box came to measure."), ("Done", 0, None)]
    assert all(one.result for one in told.values())


@pytest.mark.checklist("R188")
def test_an_echo_request_is_a_row_as_others_are(network: Network) -> None:
    assert network.port(f"row=10.1 host={NEIGHBOUR}")["verdict"] == "open"
    silent = network.port(f"row=10.1 host={SILENT}")
    assert (silent["verdict"], silent["effect_if_closed"]) == (
        "filtered", "Installation fails. Cluster management operations fail.")


@pytest.mark.requirement(114)
def test_who_may_not_send_echo_requests_claims_nothing_and_tests_the_rest(network: Network) -> None:
    python, environment = for_all()
    done = within(network.names.box, lambda: subprocess.run(
        [python, "-c", UNPRIVILEGED], user=65534, group=65534, extra_groups=[], cwd="/", env=environment,
        capture_output=True, text=True, timeout=60, check=True))
    assert done.stdout.splitlines() == [
        "open_or_filtered the box may not send echo requests here", "open ",
        "The box may not send echo requests (ICMP) here."]


def test_all_rows_against_a_silent_host_end_in_time_and_tell_how_far_they_are(network: Network) -> None:
    heard: list[tuple[str, int, int]] = []
    began = time.monotonic()
    house = network.box.house()
    reply = within(network.names.box, lambda: dispatch.dispatch(
        house, network.admin.door.caller, request(f"test_connectivity host={SILENT}"),
        Listening(lambda *told: heard.append(told))))
    assert time.monotonic() - began < 15
    result = reply.answer.result or {}
    assert (result["tested"], result["filtered"], result["open_or_filtered"]) == (66, 44, 22)
    assert len({one["row"] for one in result["ports"]}) == 50 and result["not_tested"] == []
    assert heard == [("Testing ports", done, 66) for done in range(1, 67)]


@pytest.mark.checklist("R241")
def test_a_row_is_tested_through_the_device_that_serves_its_interface(network: Network, tmp_path: Path) -> None:
    one = boxes.copy(network.box, tmp_path / "state")
    one.configure(reach=Reach(interfaces=(Interface("wan", "eth0"), Interface("lan", "gone0"))))
    admin = one.admin()
    for number, device, verdict in (("10.1", "eth0", "open"), ("10.5", "eth0", "open"), ("11.2", "gone0", "filtered")):
        line = f"test_connectivity row={number} host={NEIGHBOUR}"
        found = within(network.names.box, lambda: (admin.do(line).result or {})["ports"][0])
        assert (found["device"], found["verdict"]) == (device, verdict), found
    assert found["reason"] == "no such device"


def test_without_a_host_the_rows_are_tested_that_the_settings_name_hosts_for(network: Network, tmp_path: Path) -> None:
    one = boxes.copy(network.box, tmp_path / "state")
    admin = one.admin()
    pem = make("north", wish=LEAF).pem
    for line in (f"config_email server={NEIGHBOUR} sender=a@example.com recipients=b@example.com port=5042",
                 f"config_syslog server={NEIGHBOUR} protocol=udp port=6016 insecure=yes",
                 f'add_partner name=north address={NEIGHBOUR} pem="{pem}"'):
        assert admin.do(line).code == "Done", line
    found = within(network.names.box, lambda: admin.do("test_connectivity").result)
    told = {(one["row"], one["port"]): one["verdict"] for one in found["ports"]}
    assert told[("9.5", "5042/tcp")] == "open" and told[("9.12", "6016/udp")] == "closed"
    assert told[("10.1", "icmp")] == "open" and told[("10.5", "5020/tcp")] == "open"
    assert told[("10.5", "5020/udp")] == "open_or_filtered" and told[("10.3", "5001/tcp")] == "closed"
    why = of("not_tested", found)
    assert "9.10" in why["no LDAP server is configured; give its host"]["rows"]
    assert admin.do("set_cluster_isolation mode=on").code == "Done"
    found = within(network.names.box, lambda: admin.do("test_connectivity table=inter_cluster").result)
    assert (found["tested"], len(of("not_tested", found)["the cluster is isolated"]["rows"])) == (0, 13)


@pytest.mark.parametrize("place, source, gateway", [(NEIGHBOUR, OWN, GATEWAY), (NEIGHBOUR6, OWN6, GATEWAY6)])
def test_the_route_names_interface_gateway_and_every_machine_on_the_way(
        network: Network, place: str, source: str, gateway: str) -> None:
    found = network.facts(f"test_route host={place}")
    assert (found["interface"], found["gateway"], found["source"]) == ("eth0", gateway, source)
    assert [one["address"] for one in found["hops"]] == [gateway, place] and found["arrived"]
    near = network.facts(f"test_route host={gateway}")
    assert (near["gateway"], [one["address"] for one in near["hops"]]) == (None, [gateway])


def test_a_route_that_leads_nowhere_shows_how_far_it_leads(network: Network) -> None:
    found = network.facts("test_route host=203.0.113.1")
    assert (found["arrived"], found["hops"]) == (False, [])
    assert found["reason"] == f"{GATEWAY} says: network is unreachable"
    lost = within(network.names.router, lambda: network.admin.do("test_route host=203.0.113.1"))
    assert lost.message == "The server 203.0.113.1 cannot be reached: network is unreachable."


@pytest.mark.parametrize("place", [NEIGHBOUR, NEIGHBOUR6])
def test_echo_requests_show_the_longest_packet_that_passes_in_one_piece(network: Network, place: str) -> None:
    found = network.facts(f"test_reachability host={place} count=2")
    assert (found["reachable"], found["sent"], found["answered"], found["mtu"]) == (True, 2, 2, NARROW)
    assert 0 <= found["milliseconds"]["least"] <= found["milliseconds"]["mean"] <= found["milliseconds"]["most"]
    gateway = GATEWAY6 if ":" in place else GATEWAY
    assert network.facts(f"test_reachability host={gateway} count=1")["mtu"] == 1500


def test_a_host_that_does_not_answer_is_told_as_such(network: Network) -> None:
    found = network.facts(f"test_reachability host={SILENT} count=1")
    assert (found["reachable"], found["answered"], found["mtu"], found["reason"]) == (False, 0, None, "nothing answers")


def test_a_name_is_asked_of_the_server_that_is_named(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RES_OPTIONS", "timeout:1 attempts:1")
    answer, = network.facts(f"test_name name=north.example server={NEIGHBOUR}")["servers"]
    assert (answer["verdict"], answer["addresses"]) == ("answered", ["203.0.113.5", "2001:db8::5"])
    answer, = network.facts(f"test_name name=localhost server={NEIGHBOUR}")["servers"]
    assert (answer["verdict"], answer["addresses"]) == ("no such name", [])
    answer, = network.facts(f"test_name name=localhost server={GATEWAY}")["servers"]
    assert answer["verdict"] == "connection refused"


@pytest.mark.checklist("R190")
@pytest.mark.parametrize("direction", ["send", "receive"])
def test_two_boxes_measure_what_goes_through_between_them(network: Network, direction: str) -> None:
    other = network.box.admin()
    heard: list[Any] = []
    waiting = threading.Thread(target=lambda: heard.append(
        within(network.names.neighbour, lambda: other.facts("await_throughput seconds=20"))))
    waiting.start()
    within(network.names.neighbour, lambda: wait_for_listener(5001))
    found = network.facts(f"measure_throughput host={NEIGHBOUR} seconds=1 direction={direction}")
    waiting.join(60)
    assert (found["host"], found["port"]) == (NEIGHBOUR, 5001) and found["mbit_per_second"] > 1
    told, = heard
    assert told["measured"] and told["host"] == OWN and told["mbit_per_second"] > 1


def test_whoever_measures_cannot_fill_the_memory_of_the_box(network: Network) -> None:
    taken: list[int] = []

    def flood() -> None:
        wait_for_listener(5001)
        with socket.create_connection(("127.0.0.1", 5001)) as link:
            link.sendall(b"a" * 36 + b"\0")
            link.recv(1)
            link.sendall((0x70000000).to_bytes(4, "big"))
            with suppress(OSError):
                while sum(taken) < 128 << 20:
                    taken.append(link.send(bytes(1 << 20)))

    flooding = threading.Thread(target=lambda: within(network.names.box, flood))
    flooding.start()
    within(network.names.box, lambda: network.admin.do("await_throughput seconds=5"))
    flooding.join(60)
    assert sum(taken) < 32 << 20, "it was gathered"


def test_a_box_that_nobody_waits_on_and_one_that_nobody_comes_to_say_so(network: Network) -> None:
    answer = within(network.names.box, lambda: network.admin.do(f"measure_throughput host={NEIGHBOUR}"))
    assert answer.code == "ServerUnreachable" and "refused" in (answer.message or "")
    assert network.facts("await_throughput seconds=5") == {"measured": False}


@pytest.mark.checklist("R150")
def test_what_listens_is_compared_with_what_the_box_serves(network: Network, tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "key")], check=True)
    (tmp_path / "sshd_config").write_text(f"HostKey {tmp_path}/key\nListenAddress {OWN}\nPidFile none\n")
    Path("/run/sshd").mkdir(exist_ok=True)

    def look() -> dict[str, Any]:
        sshd = subprocess.Popen(["/usr/sbin/sshd", "-D", "-f", str(tmp_path / "sshd_config")])
        try:
            with listener(OWN, 5020), listener("127.0.0.1", 5021), listener(OWN6, 7777), \
                    listener("0.0.0.0", 68, socket.SOCK_DGRAM):
                wait_for_listener(22)
                return dict(network.admin.facts("get_listening_ports"))
        finally:
            sshd.terminate()
            sshd.wait(20)
    found = within(network.names.box, look)
    told = of("ports", found)
    assert {port: one["verdict"] for port, one in told.items()} == {
        "22/tcp": "expected", "68/udp": "unexpected", "5020/tcp": "unexpected", "5021/tcp": "local",
        "7777/tcp": "unexpected"}
    assert (told["22/tcp"]["program"], told["22/tcp"]["rows"]) == ("sshd", ["9.4", "10.2"])
    assert "should listen here, for DHCP" in told["68/udp"]["reason"]
    assert told["5020/tcp"]["rows"] == ["8.1", "10.5", "11.2"] and "splitter" in told["5020/tcp"]["reason"]
    assert (told["7777/tcp"]["address"], told["7777/tcp"]["reason"]) == (OWN6, "nothing of the box listens here")
    assert found["unexpected"] == 3


def wait_for_listener(port: int) -> None:
    wait_until(lambda: any(f":{port:04X} {'0' * digits}:0000 0A" in Path(f"/proc/thread-self/net/{table}").read_text()
                           for table, digits in (("tcp", 8), ("tcp6", 32))))


@pytest.mark.checklist("R241")
@pytest.mark.checklist("R250")
def test_hardening_sees_what_forwards_and_what_listens(network: Network) -> None:
    def verdicts() -> dict[str, str]:
        return {name: one["verdict"] for name, one in of("checks", network.admin.facts("get_hardening_status")).items()}
    quiet = within(network.names.box, verdicts)
    assert (quiet["ip_forwarding"], quiet["listening_ports"]) == ("good", "good")
    assert within(network.names.router, verdicts)["ip_forwarding"] == "bad"
    assert within(network.names.neighbour, verdicts)["listening_ports"] == "bad"
