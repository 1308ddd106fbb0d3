"""Changing a syslog server: what is not named stays, and what will not be sent is said."""

from collections.abc import Mapping
from typing import Any

import pytest

from sysmgmt.engine.request import Request
from tests.support.box import Client, TestBox

FIRST = "config_syslog server=log.example protocol=tcp port=1514 what=events insecure=yes"


@pytest.fixture
def admin(basic: TestBox) -> Client:
    """Admin of a box with a syslog server."""
    client = basic.admin()
    assert client.do(FIRST).code == "Done"
    return client


def shown(admin: Client, *names: str) -> Any:
    """What there is of the server."""
    [one] = admin.facts("get_syslog_settings")["syslog"]
    return tuple(one[name] for name in names)


def test_a_first_server_has_to_be_named_and_is_sent_both_over_tls(basic: TestBox) -> None:
    admin = basic.admin()
    missing = admin.do("config_syslog what=events")
    assert missing.code == "MissingValue" and "server" in str(missing.message)
    assert admin.do("config_syslog server=log.example").code == "Done"
    found = shown(admin, "protocol", "port", "what", "client_certificate", "enabled")
    assert found == ("tls", 6514, "both", False, True)


@pytest.mark.parametrize("given, changed", [
    ("what=audit", {"what": "audit"}), ("server=new.example", {"server": "new.example"}), ("port=99", {"port": 99}),
    ("protocol=udp", {"protocol": "udp", "port": 514}), ("protocol=tls", {"protocol": "tls", "port": 6514}),
    ("protocol=tcp", {}), ("protocol=udp port=77", {"protocol": "udp", "port": 77})])
def test_what_is_not_named_stays_as_it_is(admin: Client, given: str, changed: Mapping[str, object]) -> None:
    before = {"server": "log.example", "protocol": "tcp", "port": 1514, "what": "events"}
    assert admin.do(f"config_syslog {given}").code == ("Done" if changed else "Unchanged")
    assert shown(admin, *before) == tuple({**before, **changed}.values())


def test_a_server_that_is_disabled_stays_so_and_that_is_said(admin: Client) -> None:
    admin.do("disable_syslog")
    answer = admin.do("config_syslog server=new.example")
    assert "The syslog server 1 stays disabled: enable_syslog number=1 sends to it." in answer.warnings
    assert shown(admin, "server", "enabled") == ("new.example", False)
    assert admin.do("config_syslog server=new.example").code == "Unchanged"


@pytest.mark.parametrize("line, lost", [
    ("config_syslog server=new.example", True), ("config_syslog port=99", True), ("config_syslog what=audit", True),
    ("disable_syslog", True), ("config_syslog what=both", False)])
def test_it_is_said_how_many_events_that_wait_will_not_be_sent(admin: Client, line: str, lost: bool) -> None:
    for name in ("g1", "g2"):
        admin.do(f"add_group name={name}")
    told = [one for one in admin.do(line).warnings if "waited" in one]
    assert told == ["3 events waited for log.example and will not be sent to it."] * lost, told
    assert not [one for one in admin.do(line).warnings if "waited" in one], "once"


def test_audit_records_that_wait_are_counted_without_that_of_the_command(basic: TestBox) -> None:
    admin = basic.admin()
    admin.do("config_syslog server=log.example what=audit")
    waiting = admin.facts("get_syslog_settings")["syslog"][0]["audit"]["waiting"]
    told = [one for one in admin.do("disable_syslog").warnings if "waited" in one]
    assert told == [f"{waiting + 1} audit records waited for log.example and will not be sent to it."]


def test_a_server_can_be_removed_and_what_waits_for_it_is_said(admin: Client) -> None:
    admin.do("add_group name=g1")
    assert [admin.do(f"remove_syslog{one}").code for one in ("", " number=2")] == ["MissingValue", "NotConfigured"]
    answer = admin.do("remove_syslog number=1")
    assert answer.code == "Done" and answer.result == {"number": 1, "server": "log.example"}
    assert "2 events waited for log.example and will not be sent to it." in answer.warnings
    assert admin.facts("get_syslog_settings") == {"syslog": []}
    assert admin.do("remove_syslog number=1").code == "NotConfigured"
    answer = admin.do("remove_syslog")
    assert (answer.code, answer.message) == ("Unchanged", "There are no syslog servers.")


def test_one_that_is_disabled_is_removed_without_a_word(admin: Client) -> None:
    admin.do("disable_syslog")
    assert not [one for one in admin.do("remove_syslog number=1").warnings if "server" in one]


def test_clear_text_that_was_agreed_to_is_not_asked_for_again(admin: Client) -> None:
    answer = admin.do("config_syslog what=audit")
    assert answer.code == "Done" and any("Over tcp everybody" in one for one in answer.warnings)
    admin.do("config_syslog protocol=tls")
    assert admin.do("config_syslog protocol=tcp").code == "ClearText"


AUDITED = "config_syslog number=2 server=vault.example what=both"


@pytest.fixture
def eve(basic: TestBox, admin: Client) -> Client:
    """Somebody who may configure the system, and neither read the audit nor decide about security."""
    for line in (AUDITED, "add_role name=netops permissions=system_configuration",
                 "add_user name=eve role=netops password=Eve-first-12 must_change=no"):
        assert admin.do(line).code == "Done", line
    return basic.client("eve", "Eve-first-12")


@pytest.mark.parametrize("line", [
    "config_syslog what=audit", "config_syslog what=both", "config_syslog number=2 server=elsewhere.example",
    "config_syslog number=2 what=events", "config_syslog number=2 port=99", "disable_syslog number=2",
    "enable_syslog number=2", "remove_syslog number=2", "config_syslog number=2 protocol=udp insecure=yes --dry-run"])
def test_where_audit_records_go_is_decided_by_those_who_may_read_them_or_decide_about_security(
        basic: TestBox, admin: Client, eve: Client, line: str) -> None:
    before = basic.state.syslog
    answer = eve.do(line)
    assert (answer.code, answer.message) == ("PermissionDenied", (
        f"{line.split()[0]} needs the permission audit or security where audit records are sent."))
    assert basic.state.syslog == before
    for more in ("audit", "security"):
        assert admin.do(f"modify_role name=netops permissions=system_configuration,{more}").code == "Done"
        assert eve.do(f"{line.removesuffix('--dry-run')} --dry-run").code in ("Done", "Unchanged"), more


def test_where_events_go_takes_system_configuration_alone(basic: TestBox, admin: Client, eve: Client) -> None:
    for line in ("config_syslog server=other.example", "disable_syslog", "enable_syslog", "test_syslog number=2"):
        assert eve.do(line).code != "PermissionDenied", line
    basic.put("syslog", "1", None)
    answer = eve.do("config_syslog server=new.example")
    assert answer.code == "PermissionDenied" and "what=events" in str(answer.hint), "both are sent unless it is said"
    assert eve.do("config_syslog server=new.example what=events").code == "Done"


@pytest.mark.parametrize("server, taken", [("fe80::1%eth0", True), ("fe80::1%;id;", False), ("fe80::1%$(id)", False)])
def test_the_scope_of_an_address_is_a_device_and_nothing_else(basic: TestBox, server: str, taken: bool) -> None:
    answer = basic.admin().door.run(Request("config_syslog", {"server": server}))
    assert answer.code == ("Done" if taken else "InvalidValue"), answer
