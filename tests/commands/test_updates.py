"""The software of the box: versions, the self-test, and the safe state after one that failed."""

import pytest

from sysmgmt.engine.dispatch import House
from tests.support.box import ADMIN_PASSWORD, Client, TestBox


def broken(box: TestBox, altered: list[str], wrong: list[str] = []) -> House:
    """The engine over this box, of which files were altered."""
    house = box.house()
    found = house.box.soundness._replace(altered=lambda: altered, wrong_answers=lambda: wrong)
    return house._replace(box=house.box._replace(soundness=found))


def client(box: TestBox, house: House) -> Client:
    """Admin of that engine."""
    return box.client("admin", house=house)


def told(box: TestBox) -> list[str]:
    """Names of the events about the self-test."""
    found = box.admin().facts("get_events_log limit=1000")["events"]
    return [one["name"] for one in found if one["name"].startswith("SelfTest")]


def test_the_version_tells_what_the_box_stands_upon(basic: TestBox) -> None:
    found = basic.admin().facts("get_version")
    assert found["version"] == basic.house().box.release and found["state_format"] == 1
    assert found["openssl"].startswith("OpenSSL") and found["cryptography"] and found["tinydb"]


def test_a_sound_box_passes(basic: TestBox) -> None:
    found = basic.admin().facts("run_self_test")
    assert found["parts"] == ["cryptography", "installed files", "state", "audit", "services"]
    assert told(basic) == []


@pytest.mark.requirement(108)
@pytest.mark.parametrize("altered, wrong, words", [
    (["sysmgmt/box.py"], [], "installed files: sysmgmt/box.py"), ([], ["AES-256-GCM"], "cryptography: AES-256-GCM")])
def test_after_a_failure_nothing_is_changed_until_a_test_passes(
        basic: TestBox, altered: list[str], wrong: list[str], words: str) -> None:
    admin = client(basic, broken(basic, altered, wrong))
    assert admin.do("add_user name=eve role=monitor password=eve-first-1").code == "Done"
    answer = admin.do("run_self_test")
    assert (answer.code, answer.status, words in (answer.message or "")) == ("SelfTestFailed", 6, True)
    before = basic.state
    for line in ("add_group name=g", "set_box_name name=x", f"backup_settings name=a password={ADMIN_PASSWORD}",
                 "remove_user name=eve", "set_audit_policy audit_guarantee=no"):
        assert admin.do(line).code == "SafeState"
    assert admin.together("get_users", "add_group name=g")[1].code == "SafeState"
    assert basic.state.settings == before.settings and basic.state.groups == before.groups
    for line in ("get_users", "lock_user name=eve", "verify_audit_log", "rotate_audit_log", "get_events_log",
                 f"set_password current_password={ADMIN_PASSWORD} new_password=Other-Pass-34"):
        assert admin.do(line).status == 0, line
    assert admin.do("run_self_test").code == "SelfTestFailed" and told_by(basic, "Other-Pass-34") == ["SelfTestFails"]
    assert basic.client("admin", "Other-Pass-34").do("run_self_test").code == "Done"
    assert admin.do("add_group name=g").code == "Done"
    assert told_by(basic, "Other-Pass-34") == ["SelfTestFails", "SelfTestFailsCleared"]


def told_by(box: TestBox, password: str) -> list[str]:
    """Names of the events about the self-test."""
    found = box.client("admin", password).facts("get_events_log limit=1000")["events"]
    return [one["name"] for one in found if one["name"].startswith("SelfTest")]


def test_a_damaged_audit_is_found(basic: TestBox) -> None:
    admin = basic.admin()
    path = basic.folder / "audit.journal"
    path.write_bytes(path.read_bytes().replace(b'"command":"install"', b'"command":"insta11"', 1))
    answer = admin.do("run_self_test")
    assert answer.code == "SelfTestFailed" and "audit: record" in (answer.message or "")
