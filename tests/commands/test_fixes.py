"""What check_compliance and get_hardening_status advise can be carried out as it stands, and helps."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sysmgmt.domain.compliance import FAIL
from sysmgmt.domain.levels import LEVELS
from sysmgmt.domain.model import TrustedCertificate
from sysmgmt.store.state import StateStore
from sysmgmt.vault.bundles import read_certificates
from tests.support import box as boxes
from tests.support.authorities import make
from tests.support.box import CHEAP, Client, TestBox

PAIRS = [(level, profile) for level in LEVELS for profile in LEVELS]
ASKS_FOR = {"set_login_banner": 'set_login_banner text="Authorized use only."',
            "create_system_certificate": "create_system_certificate common_name=box1"}
"""Commands that ask a person for what only he knows, with an answer."""
UNTIDY = ("add_snmp_user name=watch password=Long-Pass-1 privacy_password=Long-Pass-2",
          "config_snmp agent=yes version=2c community=secret-word insecure=yes",
          "config_syslog server=logs.example protocol=udp insecure=yes what=audit",
          "config_syslog number=2 server=192.0.2.9 protocol=tcp insecure=yes",
          "add_upload_target name=old server=ftp.example user=box password=Pass-1 protocol=ftp insecure=yes",
          "create_system_certificate common_name=box1 key_type=rsa2048 validity=3650")
pytestmark = pytest.mark.embedded_only("rules over values: that boxmgmtd asks the same engine is shown by the others")


@pytest.fixture
def at(templates: Callable[[str], TestBox], folder: Path, mode: str) -> Iterator[Callable[[str], TestBox]]:
    """A box at a level."""
    opened: list[TestBox] = []

    def build(level: str) -> TestBox:
        one = boxes.copy(templates("basic"), folder / "at", mode)
        opened.append(one)
        do(one, one.admin(), f"set_security_level level={level}")
        return one
    yield build
    for one in opened:
        one.close()


def do(box: TestBox, admin: Client, line: str) -> None:
    """Carry a line out, confirmed, with what it asks a person for."""
    assert admin.do(f"{ASKS_FOR.get(line, line)} --yes").status == 0, line
    box.configure(hashing=CHEAP)
    box.replace("admin", must_change_password=False)


def failing(admin: Client, profile: str) -> dict[str, str]:
    """The fix of every rule of a profile that fails, by the name of the rule."""
    answer: Any = admin.do(f"check_compliance profile={profile}").result
    return {one["rule"]: one["fix"] for one in answer["rules"] if one["verdict"] == FAIL}


@pytest.mark.parametrize("level, profile", PAIRS)
def test_every_fix_is_accepted_on_the_box_as_it_is_and_all_of_them_make_it_comply(
        at: Callable[[str], TestBox], level: str, profile: str) -> None:
    box = at(level)
    admin = box.admin()
    found = failing(admin, profile)
    for rule, fix in found.items():
        tried = admin.do(f"{ASKS_FOR.get(fix, fix)} --dry-run")
        assert tried.code in ("Done", "Unchanged"), (rule, fix, tried)
    for rule, fix in found.items():
        do(box, admin, fix)
        assert rule not in failing(admin, profile), (rule, fix)
    assert failing(admin, profile) == {}


@pytest.mark.parametrize("level, profile", [("basic", "stig"), ("high", "nist")])
def test_what_breaks_a_rule_in_several_ways_is_led_out_of_each(
        at: Callable[[str], TestBox], level: str, profile: str) -> None:
    box = at(level)
    admin = box.admin()
    for line in UNTIDY:
        assert admin.do(line).code == "Done", line
    trusted(box)
    assert {"clear_text", "server_certificates_accepted"} <= set(failing(admin, profile))
    for _ in range(40):
        if not (found := failing(admin, profile)):
            break
        do(box, admin, next(iter(found.values())))
    assert failing(admin, profile) == {}
    (kept, other) = admin.facts("get_syslog_settings")["syslog"]
    assert (kept["server"], kept["what"], other["server"]) == ("logs.example", "audit", "192.0.2.9")


def trusted(box: TestBox) -> None:
    """Have the box trust the own certificates of two servers."""
    with StateStore(str(box.folder)).writing() as transaction:
        state = transaction.state
        for name in ("one.example", "two.example"):
            entry = TrustedCertificate(name, ("ldap",), read_certificates(make(name).pem), name, "admin", 0.0)
            state = state._replace(trusted_certificates=state.trusted_certificates.put(name, entry))
        transaction.save(state)


@pytest.mark.parametrize("line, code", [
    ("set_login_banner", "MissingValue"), ("create_system_certificate", "MissingValue"),
    ("create_certificate_request", "MissingValue"), ("create_web_certificate_request", "MissingValue"),
    ("config_ldap server=ldap.example protocol=ldaps", "MissingValue"),
    ("config_snmp version=3 user=NAME", "UnknownSnmpUser")])
def test_a_fix_that_lacks_what_only_a_person_knows_cannot_be_taken_literally(
        at: Callable[[str], TestBox], line: str, code: str) -> None:
    assert at("basic").admin().do(line).code == code
