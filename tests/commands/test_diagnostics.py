"""Diagnostics as commands: what is refused, what is recorded, and what is not tried at all."""

import socket

import pytest

from tests.support.box import Client, TestBox
from tests.support.ports import free_port


@pytest.fixture
def admin(basic: TestBox) -> Client:
    return basic.admin()


NO_HOSTS = (
    "-c", "--json", "-oProxyCommand=x", "a b", "a;id", "$(id)", "`id`", "a/b", "", "4294967295", "0x0", "127.1",
    "a.0x7f", "224.0.0.1", "255.255.255.255", "0.0.0.0", "::", "fe80::1%eth0", "fe80::1%$(id)", "a" * 254, "a..b",
    "böx.example")


@pytest.mark.requirement(106)
@pytest.mark.parametrize("line", [
    "test_connectivity port=1 host=", "test_name name=", "test_name name=localhost server=", "test_route host=",
    "test_reachability host=", "measure_throughput host="])
@pytest.mark.attack(12, 24)
def test_what_is_no_host_is_refused_before_anything_is_sent(admin: Client, line: str) -> None:
    answers = {value: admin.do(f'{line}"{value}"') for value in NO_HOSTS}
    assert {value: (one.code, one.status) for value, one in answers.items()} == dict.fromkeys(
        NO_HOSTS, ("InvalidValue", 2))


NO_REQUESTS = (
    "test_connectivity port=0 host=localhost", "test_connectivity port=65536 host=localhost",
    "test_connectivity port=25", "test_connectivity row=9.23", "test_connectivity row=9", "test_connectivity row=-1.1",
    "test_connectivity table=data row=8.1", "test_connectivity table=mine",
    "test_connectivity host=localhost port=25 row=8.1", "test_connectivity host=localhost port=25 protocol=icmp",
    "test_reachability host=localhost count=21", "test_reachability host=localhost count=0",
    "measure_throughput host=localhost seconds=31", "measure_throughput host=localhost direction=both",
    "await_throughput seconds=1000")


@pytest.mark.requirement(114)
@pytest.mark.attack(7)
def test_what_cannot_be_meant_or_has_no_bounds_is_refused(admin: Client) -> None:
    assert {line: admin.do(line).code for line in NO_REQUESTS} == dict.fromkeys(NO_REQUESTS, "InvalidValue")


def test_without_anything_configured_nothing_is_tried_and_every_row_says_why(admin: Client) -> None:
    found = admin.facts("test_connectivity")
    assert (found["tested"], found["ports"]) == (0, [])
    rows = [row for one in found["not_tested"] for row in one["rows"]]
    assert len(rows) == len(set(rows)) == 50
    why = {one["reason"]: one["rows"] for one in found["not_tested"]}
    assert why["no mail server is configured; give its host"] == ["9.5"]


def test_one_port_is_tested_and_recorded_before_and_after(admin: Client, basic: TestBox) -> None:
    closed = free_port()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        opened = listener.getsockname()[1]
        answers = [admin.do(f"test_connectivity host=127.0.0.1 port={port}") for port in (opened, closed)]
    found = [(one.result or {})["ports"][0] for one in answers]
    assert [one["verdict"] for one in found] == ["open", "closed"]
    assert [one["port"] for one in found] == [f"{opened}/tcp", f"{closed}/tcp"]
    intent, outcome = basic.audit()[-2:]
    assert (intent["phase"], outcome["phase"], outcome["code"]) == ("intent", "outcome", "ProbeFailed")
    assert outcome["parameters"] == {"host": "127.0.0.1", "port": str(closed)}


def test_tests_are_no_part_of_what_is_done_together_and_a_dry_run_sends_nothing(admin: Client) -> None:
    assert [one.code for one in admin.together("test_route host=localhost")] == ["NotAtomic"]
    answer = admin.do("test_connectivity host=127.0.0.1 port=1 --dry-run")
    assert (answer.code, answer.result, answer.dry_run) == ("Done", None, True)


def test_what_listens_is_shown_with_its_program(admin: Client) -> None:
    with socket.create_server(("0.0.0.0", 0)) as everywhere, socket.create_server(("127.0.0.1", 0)) as local:
        told = {one["port"]: one for one in admin.facts("get_listening_ports")["ports"]}
        one, other = (told[f"{each.getsockname()[1]}/tcp"] for each in (everywhere, local))
    assert (one["verdict"], other["verdict"]) == ("unexpected", "local")
    assert one["program"] and one["program"] == other["program"]


def test_hardening_follows_the_settings(admin: Client) -> None:
    def step(name: str) -> tuple[str, str | None]:
        found, = [one for one in admin.facts("get_hardening_status")["checks"] if one["check"] == name]
        return found["verdict"], found["fix"]
    assert step("login_banner") == ("attention", "set_login_banner")
    assert admin.do("set_login_banner text=Mine").code == "Done"
    assert step("login_banner") == ("good", None)
    assert step("password_security") == ("attention", "set_security_level level=high")
