"""What boxmgmtd does for the audit by itself."""

import signal
from pathlib import Path

import pytest

from sysmgmt.domain.model.audit_policy import AuditPolicy
from sysmgmt.engine import self_test
from sysmgmt.service.duties import audit
from tests.support.box import TestBox
from tests.support.boxmgmtd import running
from tests.support.clock import DAY
from tests.support.openssl import openssl
from tests.support.program import credentials


def told(box: TestBox) -> list[tuple[str, str | None]]:
    """Names and details of the events about the audit."""
    names = ("AuditSpaceLow", "AuditSpaceLowCleared", "AuditRecordsLost", "OutcomeUnknown", "AuditTorn")
    found = box.admin().facts("get_events_log limit=1000")["events"]
    return [(one["name"], one["details"]) for one in found if one["name"] in names]


@pytest.mark.requirement(72)
def test_start_and_stop_are_recorded(basic: TestBox) -> None:
    house = basic.house()
    audit.begin(house)
    audit.end(house)
    found = [one["command"] for one in basic.audit()][-3:]
    assert found == ["start_audit", "stop_audit", "sign_audit"]


def test_an_intent_without_outcome_is_told_of_at_the_next_start_and_once(basic: TestBox) -> None:
    house = basic.house()
    audit.begin(house)
    house.box.audit.append({"id": "x1", "user": "bob", "command": "add_group", "phase": "intent"}, durable=True)
    number = basic.audit()[-1]["seq"]
    for _ in range(2):
        audit.begin(basic.house())
    assert told(basic) == [("OutcomeUnknown", f"record {number}, user bob")]
    (record,) = [one for one in basic.audit() if one["command"] == "note_unknown_outcome"]
    assert record["parameters"] == {"number": str(number), "name": "add_group", "user": "bob"}
    assert basic.admin().do("verify_audit_log").code == "Done"


def test_what_a_power_cut_left_of_the_audit_is_told_of_at_the_next_start_and_once(basic: TestBox) -> None:
    basic.clock.boot = "first"
    audit.begin(basic.house())
    journal = basic.house().box.audit
    journal.checkpoint()
    synced = journal.anchor()
    for number in (1, 2):
        journal.append({"n": number}, durable=False)
    path = basic.folder / "audit.journal"
    text = path.read_bytes()
    path.write_bytes(text[:-150] + bytes(100) + text[-50:])
    basic.clock.boot = "second"
    for _ in range(2):
        audit.begin(basic.house())
    (event,) = told(basic)
    assert event[0] == "AuditTorn", event
    assert f"what follows record {synced[0]} may not have been synced" in str(event[1])
    answer = basic.admin().do("verify_audit_log")
    assert answer.code == "Done" and "torn by a power cut" in answer.warnings[0], answer
    assert basic.admin().do(f"verify_audit_log anchor={synced[0]}:{synced[1]}").code == "Done"
    assert basic.admin().do(f"verify_audit_log anchor={synced[0] + 1}:{'0' * 24}").code == "AnchorNotHeld"


def test_a_command_of_that_name_from_outside_hides_no_missing_outcome(basic: TestBox) -> None:
    house = basic.house()
    house.box.audit.append({"id": "x1", "user": "bob", "command": "add_group", "phase": "intent"}, durable=True)
    basic.admin().do("start_audit")
    audit.begin(house)
    assert [name for name, _ in told(basic)] == ["OutcomeUnknown"]


@pytest.mark.checklist("C28")
def test_the_file_is_put_away_in_time_and_the_oldest_archive_goes_by_the_policy(basic: TestBox) -> None:
    basic.configure(audit=AuditPolicy("daily", keep=2, remove="oldest"))
    house = basic.house()
    for _ in range(4):
        audit.keep(house)
        audit.keep(house)
        basic.clock.move(DAY)
    archives = sorted(basic.folder.glob("audit-*.journal"))
    assert len(archives) == 2
    kept = basic.state.settings.audit_kept
    assert f"-{kept:012d}-" in archives[0].name
    removed = [one for one in basic.admin().facts("get_audit_log command=remove_audit_archives limit=99")["records"]
               if one.get("changes")]
    assert removed[-1]["changes"] == [f"settings audit_kept: 1 -> {kept}"]
    assert basic.admin().do("verify_audit_log").code == "Done"


def test_archives_that_go_while_the_audit_is_tested_are_no_failure(basic: TestBox) -> None:
    basic.configure(audit=AuditPolicy("daily", keep=9, remove="oldest"))
    house = basic.house()
    for _ in range(4):
        audit.keep(house)
        basic.clock.move(DAY)
    basic.configure(audit=AuditPolicy("daily", keep=1, remove="oldest"))

    def meanwhile(about: str, done: int, whole: int) -> None:
        if about == "Testing the audit":
            audit.keep(house)
            audit.keep(house)
    before = basic.state.settings.audit_kept
    assert self_test.run(house.box, house.catalog, meanwhile)["self_test"] == self_test.PASSED
    assert basic.state.settings.audit_kept > before, "the control: some went"


def test_nothing_goes_that_was_not_exported_unless_the_policy_says_so(basic: TestBox) -> None:
    basic.configure(audit=AuditPolicy("daily", keep=1))
    house = basic.house()
    for _ in range(4):
        basic.clock.move(DAY)
        audit.keep(house)
    assert len(list(basic.folder.glob("audit-*.journal"))) == 4
    admin = basic.admin()
    assert admin.do("create_system_certificate common_name=box1").code == "Done"
    assert admin.do("export_audit_log").code == "Done"
    audit.keep(house)
    assert len(list(basic.folder.glob("audit-*.journal"))) == 4, "it may not have arrived"
    assert admin.do(f"export_audit_log after={basic.state.settings.audit_handed_out}").code == "Done"
    audit.keep(house)
    assert len(list(basic.folder.glob("audit-*.journal"))) == 1
    assert admin.do("verify_audit_log").code == "Done"


@pytest.mark.requirement(82)
def test_records_that_could_not_be_written_are_counted_and_told_of_once(basic: TestBox) -> None:
    house = basic.house()
    path = basic.folder / "audit.journal"
    path.rename(basic.folder / "elsewhere")
    path.mkdir()
    for _ in range(7):
        assert basic.client().door.sign()
        with pytest.raises(Exception):
            house.box.audit.append({"n": 1}, durable=True)
    assert house.box.audit_files.lost() == 7
    path.rmdir()
    (basic.folder / "elsewhere").rename(path)
    for _ in range(2):
        audit.look(house)
    assert told(basic) == [("AuditRecordsLost", "7 records")]
    assert basic.admin().facts("get_audit_policy")["lost_records"] == 0


@pytest.mark.requirement(83)
def test_space_that_gets_low_is_told_of_until_there_is_some_again(basic: TestBox) -> None:
    house = basic.house()
    basic.configure(audit=AuditPolicy(size=1, keep=1))
    archive = basic.folder / "audit-000000000000-000000000000.journal"
    archive.write_bytes(bytes(1_600_000))
    audit.look(house)
    archive.unlink()
    audit.look(house)
    assert [name for name, _ in told(basic)] == ["AuditSpaceLow", "AuditSpaceLowCleared"]


def commands(box: TestBox) -> list[str]:
    """Who has done what, in order, without the signatures."""
    return [one["command"] for one in box.audit() if one.get("phase") != "intent" and one["command"] != "sign_audit"]


@pytest.mark.requirement(72)
def test_a_real_boxmgmtd_records_its_start_before_anybody_comes_in_and_its_end(basic: TestBox) -> None:
    seen = len(commands(basic))
    with running(basic) as daemon:
        assert commands(basic)[seen] == "start_audit"
        assert daemon.end() == 0
        assert commands(basic)[-1] == "stop_audit"
    with running(basic) as daemon:
        daemon.end(signal.SIGKILL)
        assert commands(basic)[-1] != "stop_audit"
    assert basic.admin().do("verify_audit_log").code == "Done"


@pytest.mark.checklist("C29")
@pytest.mark.parametrize("how", ["batch", "command"])
def test_an_export_comes_out_of_the_shell_byte_for_byte(basic: TestBox, tmp_path: Path, how: str) -> None:
    admin = basic.admin()
    assert admin.do("create_system_certificate common_name=box1").code == "Done"
    words = credentials(basic.folder)
    with running(basic) as daemon:
        done = daemon.run("export_audit_log\n", *words) if how == "batch" else daemon.run(
            "", *words, "-c", "export_audit_log")
    assert (done.returncode, done.stderr) == (0, b"")
    text, mark, signature = done.stdout.decode().partition("-----BEGIN PKCS7-----\n")
    assert text.startswith('{"audit_export": ') and mark and signature.endswith("-----END PKCS7-----\n")
    (tmp_path / "lines").write_text(text)
    (tmp_path / "signature").write_text(mark + signature)
    (tmp_path / "root.pem").write_text(admin.facts("export_root_certificate")["pem"])
    openssl("cms", "-verify", "-binary", "-inform", "PEM", "-in", "signature", "-content", "lines", "-CAfile",
            "root.pem", "-purpose", "any", "-no_check_time", "-out", "verified", folder=tmp_path)
