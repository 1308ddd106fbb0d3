"""SNMP users, receivers and switches: what is taken, what is refused, what is shown (R236-R240)."""

import pytest

from tests.support.box import ADMIN_PASSWORD, TestBox

ADD = "add_snmp_user name={} password=Violet-95-Lamp privacy_password=Walnut-37-Ridge"


@pytest.mark.checklist("R240")
def test_a_new_box_answers_nobody_and_notifies_nobody(basic: TestBox) -> None:
    shown = basic.admin().facts("get_snmp_settings")["snmp"]
    assert (shown["agent"], shown["version"], shown["receivers"], shown["users"]) == (False, "3", [], [])
    assert shown["enabled"] is False


def test_what_was_never_set_up_is_neither_enabled_nor_disabled_and_config_snmp_needs_neither(basic: TestBox) -> None:
    admin = basic.admin()
    for line in ("enable_snmp", "disable_snmp"):
        answer = admin.do(line)
        assert answer.code == "NotConfigured" and "config_snmp" in (answer.hint or ""), answer
    assert admin.facts("config_snmp agent=yes")["snmp"]["enabled"] is True
    assert admin.do("enable_snmp").code == "Unchanged"


@pytest.mark.checklist("R236")
@pytest.mark.checklist("R237")
def test_an_snmp_user_has_sha_256_and_aes_and_no_secret_is_shown(basic: TestBox) -> None:
    admin = basic.admin()
    shown = admin.facts(ADD.format("Watcher.1"))["snmp"]["users"]
    assert shown == [{"name": "Watcher.1", "authentication": "SHA-256", "privacy": "AES-128",
                      "password_configured": True}]
    assert b"Violet-95" not in basic.everything() and b"Walnut-37" not in basic.everything()
    assert "no parameter" in str(admin.do(ADD.format("other") + " authentication=md5").message)


REFUSED = (
    (ADD.format("a/b"), "InvalidValue"), (ADD.format('"a\\"; rwuser x"'), "InvalidValue"),
    (ADD.replace("Violet-95-Lamp", "short77").format("mon"), "InvalidValue"),
    (ADD.replace("Walnut-37-Ridge", '"üüüüüüüü"').format("mon"), "InvalidValue"),
    ("config_snmp receivers=nms.example.com", "MissingValue"),
    ("config_snmp receivers=nms.example.com user=nobody", "UnknownSnmpUser"),
    ("config_snmp receivers=nms.example.com:0 user=mon", "InvalidValue"),
    ("config_snmp receivers=nms.example.com:loud user=mon", "InvalidValue"),
    ("config_snmp receivers=a,a:162 user=mon", "InvalidValue"), ("config_snmp receivers=a,b,c,d,e", "InvalidValue"),
    ("config_snmp address=here", "InvalidValue"), ("config_snmp version=1", "InvalidValue"),
    ("config_snmp version=2c", "ClearText"), ("config_snmp version=2c insecure=yes", "MissingValue"),
    ("config_snmp version=2c insecure=yes community=public", "InvalidValue"),
    ("config_snmp version=2c insecure=yes community=two-lines#1", "InvalidValue"),
    ("test_snmp receiver=127.0.0.1", "NotConfigured"), ("remove_snmp_user name=mon", "UnknownSnmpUser"))


def test_what_is_not_right_is_refused_and_changes_nothing(basic: TestBox) -> None:
    admin = basic.admin()
    before = basic.files()
    for line, code in REFUSED:
        answer = admin.do(line)
        assert (answer.code, basic.audit()[-1]["code"]) == (code, code), (line, answer)
    assert basic.files() == before


def test_the_user_as_whom_the_box_notifies_is_not_removed(basic: TestBox) -> None:
    admin = basic.admin()
    for name in ("mon", "nms"):
        assert admin.do(ADD.format(name)).code == "Done"
    assert admin.do("config_snmp receivers=nms.example.com,[::1]:1162:warning user=mon").code == "Done"
    assert [one["address"] for one in admin.facts("get_snmp_settings")["snmp"]["receivers"]] == [
        "nms.example.com:162", "[::1]:1162"]
    assert admin.do("remove_snmp_user name=mon").code == "SnmpUserInUse"
    assert admin.do("config_snmp user=nms").code == "Done"
    assert admin.do("remove_snmp_user name=mon").code == "Done"
    shown = admin.facts("config_snmp receivers=none")["snmp"]
    assert (shown["receivers"], shown["user"]) == ([], "nms")
    assert admin.do("remove_snmp_user name=nms").code == "Done"
    assert admin.facts("get_snmp_settings")["snmp"]["user"] is None


def test_what_is_not_named_stays_and_disabling_keeps_it(basic: TestBox) -> None:
    admin = basic.admin()
    answer = admin.do("config_snmp agent=yes port=1161 address=127.0.0.1")
    assert "no SNMP user yet" in answer.warnings[0]
    assert admin.do("disable_snmp").code == "Done"
    shown = admin.facts("get_snmp_settings")["snmp"]
    assert (shown["enabled"], shown["agent"], shown["port"], shown["address"]) == (False, True, 1161, "127.0.0.1")
    changed = admin.do("config_snmp port=1162")
    assert "SNMP stays disabled: enable_snmp has the box speak it." in changed.warnings
    assert not (changed.result or {})["snmp"]["enabled"] and admin.do("config_snmp port=1162").code == "Unchanged"
    assert admin.do("config_snmp port=1161").code == admin.do("enable_snmp").code == "Done"
    shown = admin.facts("config_snmp address=all")["snmp"]
    assert (shown["enabled"], shown["agent"], shown["port"], shown["address"]) == (True, True, 1161, "all")


@pytest.mark.checklist("R023")
def test_the_mib_is_written_as_it_stands(basic: TestBox) -> None:
    answer = basic.admin().do("get_snmp_mib")
    assert answer.status == 0 and answer.download.startswith("BOXMGMT-MIB DEFINITIONS ::= BEGIN\n")


def test_new_encryption_keys_seal_the_keys_of_snmp_users_too(basic: TestBox) -> None:
    admin = basic.admin()
    assert admin.do(ADD.format("mon")).code == "Done"
    assert admin.do("config_snmp receivers=127.0.0.1:9 user=mon notification=trap").code == "Done"
    assert admin.do(f"regenerate_encryption_keys password={ADMIN_PASSWORD} --yes").code == "Done"
    assert admin.do("test_snmp receiver=127.0.0.1:9").code == "Done", "they can still be opened"
