"""Which rows of the tables the settings name hosts for."""

import pytest

from sysmgmt.domain import destinations, probes
from sysmgmt.domain.destinations import Place
from sysmgmt.domain.directory import DirectorySettings
from sysmgmt.domain.errors import InvalidValue
from sysmgmt.domain.model import MailServer, State, SyslogServer, UploadTarget
from sysmgmt.domain.model.appliance import VCenter
from sysmgmt.domain.probes import Wish
from sysmgmt.domain.records import Records

SETTINGS = State().settings
STATE = State(
    settings=SETTINGS._replace(reach=SETTINGS.reach._replace(name_servers=("192.0.2.53",)),
                               time=SETTINGS.time._replace(servers=("time.example",))),
    mail=Records[MailServer]().put("email", MailServer("email", "mail.example", 587, "starttls", "a@b", ())),
    syslog=Records[SyslogServer]().put("1", SyslogServer("1", "log.example", 6514, "tls", "both")).put(
        "2", SyslogServer("2", "old.example", 514, "udp", "both", enabled=False)),
    directories=Records[DirectorySettings]().put("ldap", DirectorySettings(
        "ldap", "one.example", 636, "ldaps", "dc=x", "cn=x", secondary_server="two.example", enabled=True)),
    vcenters=Records[VCenter]().put("v", VCenter("vcenter.example", 443, "u", "")),
    upload_targets=Records[UploadTarget]().put("a", UploadTarget("a", "ftps", "files.example", 21, "u", "")).put(
        "b", UploadTarget("b", "sftp", "other.example", 22, "u", "")))


def test_what_is_configured_is_tested_where_it_is_and_what_is_disabled_is_not() -> None:
    assert list(destinations.known(STATE)) == [
        ("9.3", Place("files.example", 21)), ("9.5", Place("mail.example", 587)),
        ("9.6", Place("192.0.2.53")), ("9.8", Place("time.example")),
        ("9.14", Place("one.example", 636)), ("9.14", Place("two.example", 636)),
        ("9.11", Place("vcenter.example", 443)), ("9.12", Place("log.example", 6514, "tcp"))]


def test_a_place_that_has_a_port_of_its_own_is_tried_there_and_with_its_protocol_alone() -> None:
    found = probes.plan(STATE, Wish(row="9.12")).probes
    assert [(one.host, one.port, one.protocol) for one in found] == [("log.example", 6514, "tcp")]


def test_with_a_host_the_settings_do_not_matter() -> None:
    plan = probes.plan(STATE, Wish(table="external", host="here.example", protocol="udp"))
    assert {one.host for one in plan.probes} == {"here.example"} and {one.protocol for one in plan.probes} == {"udp"}
    assert [one.port for one in plan.probes] == [53, 68, 123, 161, 514, 623, 7225, 10161]


def test_what_is_too_much_for_one_request_is_refused() -> None:
    many = Records[SyslogServer]()
    for number in range(probes.MOST + 1):
        many = many.put(str(number), SyslogServer(str(number), "log.example", 1 + number, "tls", "both"))
    with pytest.raises(InvalidValue, match="At most 500 ports"):
        probes.plan(State(syslog=many), Wish())
