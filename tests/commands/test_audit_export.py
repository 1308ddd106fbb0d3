"""An export of the audit proves itself to whoever has openssl and a root certificate, by the commands of the manual."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sysmgmt.domain import certificates
from sysmgmt.engine import audit_export
from sysmgmt.screen.pages import prose
from sysmgmt.store.audit import AuditJournal
from sysmgmt.vault.signing import SigningKeys
from tests.support.box import ADMIN_PASSWORD, Client, TestBox, signing
from tests.support.manual import commands
from tests.support.openssl import Authority


@pytest.fixture
def admin(basic: TestBox) -> Client:
    """The administrator of a box with a system certificate, whose clock is right."""
    return signing(basic)


def exported(admin: Client, filters: str = "") -> str:
    """The text that export_audit_log writes."""
    answer = admin.do(f"export_audit_log {filters}")
    assert answer.code in ("Done", "Unchanged"), answer
    return answer.download


def parsed(text: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What the first line says, and the records."""
    lines = [json.loads(line) for line in text.split("-----BEGIN", 1)[0].splitlines()]
    return lines[0]["audit_export"], lines[1:]


def verified(folder: Path, text: str, root: str) -> "subprocess.CompletedProcess[str]":
    """What the commands of the manual say, but for those that need a network."""
    (folder / "audit.export").write_text(text)
    (folder / "root.pem").write_text(root)
    lines = commands(prose.EXPORT)
    assert len(lines) == 3
    return subprocess.run(["sh", "-e", "-c", "\n".join(lines)], cwd=folder, capture_output=True, text=True, timeout=60)


@pytest.mark.checklist("C29")
@pytest.mark.checklist("R030")
@pytest.mark.requirement(90)
def test_the_commands_of_the_manual_verify_an_export_away_from_the_box(admin: Client, tmp_path: Path) -> None:
    text, root = exported(admin), admin.facts("export_root_certificate")["pem"]
    done = verified(tmp_path, text, root)
    assert (done.returncode, done.stderr.strip()) == (0, "CMS Verification successful")
    assert (tmp_path / "verified.jsonl").read_text() == text.split("-----BEGIN", 1)[0]
    facts, records = parsed(text)
    assert list(facts) == ["box", "box_id", "made_at", "made_by", "after", "since", "until", "records", "last",
                           "complete", "audit_records", "audit_head"]
    assert (facts["box"], facts["made_by"], facts["records"], facts["complete"]) == (
        "box1", "admin", len(records), True)
    assert [one["seq"] for one in records] == list(range(1, len(records) + 1))
    anchor = f"{facts['audit_records']}:{facts['audit_head']}"
    assert admin.do(f"verify_audit_log anchor={anchor}").code == "Done"


@pytest.mark.embedded_only("the engine itself is looked at while it works")
def test_what_is_written_meanwhile_is_not_in_it(basic: TestBox, admin: Client) -> None:
    class Busy(AuditJournal):
        """A journal in which something is written as soon as somebody has asked how long it is."""

        def anchor(self) -> tuple[int, str]:
            """How long it was."""
            found = super().anchor()
            self.append({"late": True}, durable=False)
            return found
    house = basic.house()
    journal = Busy(str(basic.folder), basic.clock.port.now, SigningKeys())
    busy = basic.client(house=house._replace(box=house.box._replace(audit=journal)))
    assert busy.log_in("admin", ADMIN_PASSWORD).code == "Done"
    facts, records = parsed(exported(busy))
    assert facts["audit_records"] == facts["last"] == records[-1]["seq"] and facts["complete"]
    assert "late" not in records[-1] and any("late" in one for one in basic.audit()[facts["last"]:])
    state = basic.state.settings
    assert [facts[one] for one in ("box_id", "after", "since", "until")] == [state.box_id, 0, None, None]
    assert parsed(exported(busy, "after=3"))[0]["after"] == 3


@pytest.mark.requirement(90)
@pytest.mark.parametrize("tamper", [
    lambda text: text.replace('"user":"admin"', '"user":"nimda"', 1), lambda text: text.replace("true", "True", 1),
    lambda text: "".join([*text.splitlines(True)[:3], *text.splitlines(True)[4:]]),
    lambda text: text.split("-----BEGIN", 1)[0]])
def test_an_export_that_was_changed_does_not_verify(admin: Client, tmp_path: Path, tamper: Any) -> None:
    text, root = exported(admin), admin.facts("export_root_certificate")["pem"]
    assert tamper(text) != text
    assert verified(tmp_path, tamper(text), root).returncode != 0


def test_the_certificate_of_somebody_else_does_not_verify_it(admin: Client, tmp_path: Path) -> None:
    other = Authority(tmp_path / "ca").begin()
    assert verified(tmp_path, exported(admin), other.certificate).returncode != 0


def test_records_are_chosen_by_number_and_time_and_stand_as_they_were_written(
        basic: TestBox, admin: Client) -> None:
    admin.do("rotate_audit_log")
    admin.do("add_group name=g1")
    lines = exported(admin, "after=5").split("-----BEGIN", 1)[0].splitlines(True)
    written = b"".join(one.read_bytes() for one in [*sorted(basic.folder.glob("audit-*")),
                                                    basic.folder / "audit.journal"]).decode()
    assert json.loads(lines[1])["seq"] == 6 and "".join(lines[1:]) in written
    assert parsed(exported(admin, "since=2999-01-01"))[1] == []
    assert parsed(exported(admin, "until=2999-01-01"))[0]["until"] == "2999-01-01"


def test_a_large_audit_is_exported_in_parts(basic: TestBox, admin: Client) -> None:
    journal = basic.house().box.audit
    for _ in range(90):
        journal.append({"time": "2026-01-01T00:00:00Z", "text": "x" * 100_000}, durable=False)
    first = admin.do("export_audit_log")
    facts, records = parsed(first.download)
    assert not facts["complete"] and len(first.download) < audit_export.MOST * 1.1
    assert first.warnings == (f"More records follow: go on with export_audit_log after={facts['last']}.",)
    rest, others = parsed(exported(admin, f"after={facts['last']}"))
    assert rest["complete"] and others[0]["seq"] == records[-1]["seq"] + 1
    assert (basic.state.settings.audit_exported, basic.state.settings.audit_handed_out) == (facts["last"], rest["last"])


def test_a_record_that_is_longer_than_an_export_is_exported_alone(basic: TestBox, admin: Client) -> None:
    journal = basic.house().box.audit
    last = basic.audit()[-1]["seq"]
    for size in (audit_export.MOST + 1, 1):
        journal.append({"time": "2026-01-01T00:00:00Z", "text": "x" * size}, durable=False)
    facts, records = parsed(exported(admin, f"after={last}"))
    assert [one["seq"] for one in records] == [last + 1] == [facts["last"]] and not facts["complete"]
    assert parsed(exported(admin, f"after={last + 1}"))[1][0]["seq"] == last + 2


def test_what_is_exported_with_a_gap_before_it_does_not_count_as_exported(basic: TestBox, admin: Client) -> None:
    exported(admin, "after=9")
    assert basic.state.settings.audit_exported == 0
    exported(admin, "since=2000-01-01")
    assert basic.state.settings.audit_exported == 0
    last = parsed(exported(admin))[0]["last"]
    assert admin.facts("get_audit_policy")["handed_out_up_to"] == last
    assert basic.state.settings.audit_exported == 0, "it may not have arrived"
    exported(admin, f"after={last}")
    assert admin.facts("get_audit_policy")["exported_up_to"] == last


def test_without_a_system_certificate_there_is_nothing_to_sign_with(basic: TestBox) -> None:
    answer = basic.admin().do("export_audit_log")
    assert (answer.code, answer.hint, answer.download) == (
        "NoCertificate", "create_system_certificate common_name=NAME makes one.", "")


def test_an_expired_system_certificate_signs_nothing(basic: TestBox, admin: Client) -> None:
    basic.clock.now = certificates.identity(basic.state, "system").certificates[0].not_after + 1
    admin = basic.admin()
    answer = admin.do("export_audit_log")
    assert (answer.code, answer.download) == ("CertificateRefused", "") and "it expired on" in (answer.message or "")
    assert "create_system_certificate makes another one" in (answer.hint or "")
    assert basic.state.settings.audit_exported == 0
    admin.facts("create_system_certificate common_name=box1")
    assert parsed(exported(admin))[0]["complete"] is True


def test_a_dry_run_hands_nothing_out(admin: Client) -> None:
    answer = admin.do("export_audit_log --dry-run")
    assert (answer.code, answer.download) == ("Done", "")


def test_no_secret_is_in_an_export(admin: Client) -> None:
    admin.do('add_user name=eve role=monitor password="Canary-SECRET-99"')
    text = exported(admin)
    assert "eve" in text and "Canary" not in text and "PRIVATE KEY" not in text
