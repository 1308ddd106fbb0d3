"""The directory: set up, shown, and tested step by step with a real OpenLDAP (R043, R067-R075)."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.support import ldap_peer, slapd
from tests.support.authorities import LEAF, make
from tests.support.box import Client, TestBox
from tests.support.ldap_box import config
from tests.support.ports import free_port, free_ports
from tests.support.slapd import (
    BASE, GROUPS, PEOPLE, ROOT, SERVICE, SERVICE_PASSWORD, Ports, Slapd, Wish, at, group, user)

ENTRIES = "".join([user("alice"), user("bob"), group("ops", [at("alice")])])


@pytest.fixture(scope="module")
def server() -> Iterator[Slapd]:
    """A directory with two people and a group."""
    with slapd.running(ENTRIES) as one:
        yield one


@pytest.fixture
def basic(basic: TestBox) -> TestBox:
    """A box in the time of the certificates."""
    basic.clock.now = time.time()
    return basic


@pytest.fixture
def admin(basic: TestBox) -> Client:
    """Admin of a box that trusts the authority of the directory."""
    client = basic.admin()
    assert client.do(f'add_trusted_certificate name=dir purposes=ldap pem="{ROOT.pem}"').code == "Done"
    return client


STEPS = ["name", "port", "tls", "bind", "base", "users", "groups"]


@pytest.mark.checklist("R073")
@pytest.mark.checklist("R075")
@pytest.mark.parametrize("protocol", ["ldaps", "starttls"])
def test_a_test_goes_all_the_way_and_tells_what_it_found(admin: Client, server: Slapd, protocol: str) -> None:
    assert admin.do(config(server, f"group_base_dn={GROUPS}", base=PEOPLE, protocol=protocol)).code == "Done"
    (found,) = admin.facts("test_ldap_connection")["servers"]
    assert [one["step"] for one in found["steps"]] == STEPS
    assert (found["users"], found["groups"], found["certificate"], found["naming_contexts"]) == (
        2, 1, "trusted", [BASE])
    assert found["tls"] in ("TLSv1.2", "TLSv1.3") and not found["more_users"]


def test_a_directory_that_tells_of_some_entries_only_is_usable(admin: Client) -> None:
    with slapd.running(ENTRIES, Wish(limits="sizelimit size.soft=1 size.hard=1 size.prtotal=1")) as one:
        (found,) = admin.facts(config(one, command="test_ldap_connection"))["servers"]
    assert (found["users"], found["more_users"], found["groups"], found["more_groups"]) == (1, True, 1, False)


HERE = LEAF._replace(names=("localhost",))
SHOWN = {"itself": make("directory", wish=HERE), "other name": make("directory", ROOT),
         "expired": make("directory", ROOT, HERE._replace(end=LEAF.begin.replace(year=2021)))}
GIVEN = {"password": {"password": "Canary-Wrong-1"}, "clear": {"protocol": "ldap", "more": "insecure=yes"},
         "base": {"base": "dc=elsewhere,dc=test"}, "filter": {"more": "user_filter=(uid=nobody)"}}
ANSWERS = {"no starttls": ("starttls", ldap_peer.answering(extended=2)),
           "silent": ("ldap", ldap_peer.silent_at(ldap_peer.SEARCH)), "time": ("ldap", ldap_peer.answering(search=3))}


@contextmanager
def failing(what: str, server: Slapd) -> Iterator[str]:
    """The line that tests a directory with which something is wrong."""
    test = "test_ldap_connection"
    with ExitStack() as stack:
        if what in GIVEN:
            yield config(server, command=test, **GIVEN[what])
        elif what in SHOWN:
            yield config(stack.enter_context(slapd.running(wish=Wish(shown=SHOWN[what]))), command=test)
        elif what in ANSWERS:
            protocol, answers = ANSWERS[what]
            port, _ = stack.enter_context(ldap_peer.listening(answers))
            yield (f"{test} server=localhost port={port} protocol={protocol} insecure=yes bind_dn={SERVICE} "
                   f"bind_password={SERVICE_PASSWORD} base_dn={BASE} search_time_limit=1")
        else:
            port = server.ports.ldap if what == "plain" else free_port()
            yield config(server, command=test).replace(f"port={server.ports.ldaps}", f"port={port}")


@pytest.mark.requirement(104)
@pytest.mark.checklist("R075")
@pytest.mark.parametrize("what, step, words, advice", [
    ("closed", "port", "refused", "firewall"), ("plain", "tls", "no TLS connection comes about", "protocol"),
    ("itself", "tls", "is not trusted", "purposes=ldap"), ("other name", "tls", "is not trusted", "purposes=ldap"),
    ("expired", "tls", "is not trusted", "purposes=ldap"), ("no starttls", "tls", "no STARTTLS", "protocol"),
    ("password", "bind", "refuses the bind DN or its password", "bind_dn"),
    ("clear", "bind", "wants an encrypted connection", "bind_dn"),
    ("base", "base", f"It says that its entries begin at {BASE}.", "base_dn"),
    ("filter", "users", "no user is found", "user_filter"), ("time", "base", "time limit", "base_dn"),
    ("silent", "base", "does not answer", "base_dn")])
def test_a_test_names_the_first_step_that_fails_and_what_to_do(
        admin: Client, basic: TestBox, server: Slapd, what: str, step: str, words: str, advice: str) -> None:
    began = time.monotonic()
    with failing(what, server) as line:
        answer = admin.do(line)
    assert answer.code == "DirectoryFailed" and time.monotonic() - began < 10, answer
    told = answer.message or ""
    assert told.startswith(f"The step {step} fails: ") and words in told and advice in (answer.hint or "")
    for canary in (SERVICE_PASSWORD, "Canary-Wrong-1"):
        assert canary not in repr(answer) and canary.encode() not in basic.everything()
    assert admin.do("get_ldap_configuration").code == "NotConfigured", "a test keeps nothing"


@pytest.mark.requirement(74)
@pytest.mark.requirement(91)
@pytest.mark.checklist("R074")
@pytest.mark.attack(4)
def test_the_password_is_sealed_and_shown_nowhere(admin: Client, basic: TestBox, server: Slapd) -> None:
    assert admin.do(config(server)).code == "Done"
    assert admin.facts("test_ldap_connection")["servers"][0]["users"] == 2, "it can be opened again"
    shown = admin.facts("get_ldap_configuration")["ldap"]
    assert shown == {
        "server": "localhost", "port": server.ports.ldaps, "protocol": "ldaps", "base_dn": BASE, "bind_dn": SERVICE,
        "secondary_server": "", "user_attribute": "uid", "user_filter": "(objectClass=person)", "group_base_dn": BASE,
        "nested_groups": True, "search_time_limit": 2, "sync_minutes": 10, "enabled": False,
        "bind_password_configured": True}
    told = json.dumps([basic.audit(), admin.facts("get_events_log")], default=str)
    assert "SettingsChanged" in told and SERVICE_PASSWORD not in told
    assert SERVICE_PASSWORD.encode() not in basic.everything()
    assert admin.facts("get_key_status")["sealed"]["directories"] == 1


@pytest.mark.requirement(74)
@pytest.mark.attack(4)
def test_the_password_goes_to_no_server_that_it_was_not_given_for(admin: Client, server: Slapd) -> None:
    for name in ("server", "bind_dn", "bind_password", "base_dn"):
        line = " ".join(one for one in config(server, command="config_ldap").split() if not one.startswith(f"{name}="))
        assert (admin.do(line).message or "").endswith(f"{name}.") and admin.do(line).code == "MissingValue"
    admin.do(config(server))
    with ldap_peer.listening(ldap_peer.answering()) as (port, told):
        for other in (f"port={port}", "server=127.0.0.1", "secondary_server=127.0.0.2", "protocol=starttls",
                      f"bind_dn={at('alice')}", f"port={port} protocol=ldap insecure=yes"):
            for command in ("test_ldap_connection", "config_ldap"):
                answer = admin.do(f"{command} {other}")
                assert (answer.code, "bind_password" in (answer.message or "")) == ("MissingValue", True), other
        assert told == []
    assert admin.facts("test_ldap_connection user_filter=(uid=al*)")["servers"][0]["users"] == 1


@pytest.mark.requirement(27)
@pytest.mark.checklist("R069")
def test_plain_ldap_needs_a_switch_that_is_audited(admin: Client, basic: TestBox, server: Slapd) -> None:
    for line in (config(server, protocol="ldap"), config(server, protocol="ldap", command="test_ldap_connection")):
        answer = admin.do(line)
        assert answer.code == "ClearText" and "insecure=yes" in (answer.hint or "")
    assert admin.do("get_ldap_configuration").code == "NotConfigured"
    answer = admin.do(config(server, "insecure=yes", protocol="ldap"))
    assert answer.code == "Done" and any("can read the passwords" in one for one in answer.warnings)
    last = [one for one in basic.audit() if one["command"] == "config_ldap"][-1]
    assert "insecure" in json.dumps(last)


@pytest.mark.checklist("R072")
def test_a_directory_is_enabled_disabled_and_cleared(admin: Client, server: Slapd) -> None:
    for line in ("enable_ldap", "disable_ldap", "clear_ldap_configuration --yes", "get_ldap_status"):
        assert admin.do(line).code == "NotConfigured", line
    assert admin.do("test_ldap_connection").code == "MissingValue"
    admin.do(config(server))
    assert [admin.do(line).code for line in ("enable_ldap", "enable_ldap", config(server), "disable_ldap")] == [
        "Done", "Unchanged", "Done", "Done"]
    admin.do("enable_ldap")
    admin.do(config(server, "nested_groups=no"))
    assert admin.facts("get_ldap_configuration")["ldap"]["enabled"] is True, "a change leaves it in use"
    assert admin.do("clear_ldap_configuration").code == "ConfirmationNeeded"
    assert admin.do("clear_ldap_configuration --yes").code == "Done"
    assert admin.do("get_ldap_configuration").code == "NotConfigured"


def test_a_box_without_the_library_says_so_before_anything_else(
        admin: Client, server: Slapd, monkeypatch: pytest.MonkeyPatch) -> None:
    assert admin.do(config(server)).warnings == ()
    monkeypatch.setitem(sys.modules, "ldap3", None)
    for line in (config(server, "nested_groups=no"), "enable_ldap"):
        answer = admin.do(line)
        assert answer.code == "Done" and "ldap3" in answer.warnings[0] and "pip install '.[ldap]'" in answer.warnings[0]
    for line in ("test_ldap_connection", "add_user type=ldap_user name=alice role=monitor"):
        answer = admin.do(line)
        assert answer.code == "LdapNotInstalled" and "pip install '.[ldap]'" in (answer.hint or ""), line


@pytest.mark.requirement(36)
def test_the_secondary_server_is_tested_and_told_of_by_itself(admin: Client) -> None:
    ports = Ports(*free_ports(2))
    two = Wish(address="127.0.0.2")
    with slapd.running(ENTRIES, two, ports) as second, slapd.running(ENTRIES, ports=ports) as first:
        assert admin.do(config(first, "secondary_server=127.0.0.2")).code == "Done"
        assert [one["server"] for one in admin.facts("test_ldap_connection")["servers"]] == ["localhost", "127.0.0.2"]
        assert [one["usable"] for one in admin.facts("get_ldap_status")["servers"]] == [True, True]
        first.end()
        answer = admin.do("test_ldap_connection")
        told = answer.message or ""
        assert told.startswith("The step port fails: The server localhost cannot be reached")
        assert told.endswith("The server 127.0.0.2 passes every step.")
        usable = admin.facts("get_ldap_status")["servers"]
        assert [one["usable"] for one in usable] == [False, True] and "refused" in usable[0]["reason"]
        assert second.binds(SERVICE) == 4, "twice tested, twice looked at"


@pytest.mark.parametrize("given, words", [
    ("bind_dn=nobody", "a DN such as"), ("base_dn=lab", "a DN such as"), ("user_filter=(a=b", "a filter such as"),
    ("user_attribute=(uid", "the name of an attribute"), ("server=a/b", "the name or the address"),
    ("search_time_limit=31", "from 1 to 30"), ("protocol=http", "Expected one of"), ("nested_groups=maybe", "yes, no"),
    ("port=0", "1 to 65535"), ("secondary_server=(", "the name or the address"), ("group_base_dn=*", "a DN such as")])
def test_what_is_no_setting_is_refused_in_a_sentence(admin: Client, given: str, words: str) -> None:
    line = {"server": "localhost", "bind_dn": SERVICE, "bind_password": "x", "base_dn": BASE}
    name, _, value = given.partition("=")
    answer = admin.do("config_ldap " + " ".join(f"{one}={text}" for one, text in {**line, name: value}.items()))
    assert answer.code == "InvalidValue" and words in (answer.message or "")
    assert admin.do("get_ldap_configuration").code == "NotConfigured"


@pytest.mark.requirement(120)
@pytest.mark.attack(45)
def test_an_empty_bind_password_is_refused(admin: Client) -> None:
    answer = admin.do(f'config_ldap server=localhost bind_dn={SERVICE} bind_password="" base_dn={BASE}')
    assert answer.code == "MissingValue" and "bind_password" in (answer.message or "")


@pytest.mark.checklist("R070")
def test_an_administrator_as_service_account_is_warned_of(admin: Client, server: Slapd) -> None:
    answer = admin.do(config(server).replace(SERVICE, f"cn=Administrator,{BASE}"))
    assert answer.code == "Done" and any("an administrator" in one for one in answer.warnings)


def test_whoever_is_asked_for_the_base_is_offered_what_the_directory_holds(admin: Client, server: Slapd) -> None:
    texts = {"server": "localhost", "port": str(server.ports.ldaps), "protocol": "ldaps", "bind_dn": SERVICE,
             "bind_password": SERVICE_PASSWORD}
    assert admin.door.offers("config_ldap", "base_dn", texts) == [PEOPLE, BASE], "first what holds them all"
    assert admin.door.offers("config_ldap", "group_base_dn", texts | {"base_dn": PEOPLE}) == [GROUPS, BASE]
    for wrong in ({"bind_password": "wrong"}, {"server": "("}, {"protocol": "ldap", "port": str(server.ports.ldap)}):
        assert admin.door.offers("config_ldap", "base_dn", texts | wrong) == []
    before = server.log.count("BIND")
    assert admin.door.offers("config_ldap", "base_dn", {"server": "localhost"}) == []
    assert server.log.count("BIND") == before


def test_nobody_without_the_permission_is_offered_anything(admin: Client, basic: TestBox, server: Slapd) -> None:
    admin.do("add_user name=bob role=monitor password=bob-first-1 must_change=no")
    texts = {"server": "localhost", "port": str(server.ports.ldaps), "bind_dn": SERVICE,
             "bind_password": SERVICE_PASSWORD}
    bob = basic.client("bob", "bob-first-1")
    assert bob.door.offers("config_ldap", "base_dn", texts) == []
    assert bob.do("test_ldap_connection").code == "PermissionDenied"
