"""System info is collected into one archive, whole or in parts, and handed out byte for byte."""

import hashlib
import io
import json
import os
import subprocess
import tarfile
from collections.abc import Iterator
from errno import EIO
from pathlib import Path
from typing import Any

import pytest

from sysmgmt.domain.collection import DAYS, KEPT, Archive, Member
from sysmgmt.domain.errors import ArchiveTooLarge, CollectionRuns, StateDamaged, StorageUncertain
from sysmgmt.domain.progress import Listening, unheard
from sysmgmt.engine.request import Answer
from sysmgmt.screen.pages import prose
from sysmgmt.service.duties import collections
from sysmgmt.store.collected import CollectedFiles, Room
from tests.support.box import Client, TestBox, request, signing
from tests.support.kernel import refusing
from tests.support.manual import commands
from tests.support.openssl import Authority


@pytest.fixture
def admin(basic: TestBox) -> Client:
    """The administrator of a box with a system certificate, whose clock is right."""
    return signing(basic)


def downloaded(client: Client, name: str) -> tuple[Answer, bytes]:
    """The answer to a download, and what came."""
    taken: list[bytes] = []
    answer = client.door.run(request(f"download_collected_info name={name}"), Listening(unheard, taken.append))
    return answer, b"".join(taken)


def members(data: bytes) -> dict[str, bytes]:
    """What is in an archive."""
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as packed:
        return {one.name: packed.extractfile(one).read() for one in packed}  # type: ignore[union-attr]


def collected(client: Client, options: str = "") -> dict[str, bytes]:
    """Collect, download, and unpack."""
    name = client.facts(f"collect_system_info {options}")["name"]
    return members(downloaded(client, name)[1])


@pytest.mark.checklist("R026")
@pytest.mark.checklist("R034")
def test_one_archive_holds_everything_and_is_downloaded_as_it_is(basic: TestBox, admin: Client) -> None:
    made = admin.facts("collect_system_info")
    answer, data = downloaded(admin, made["name"])
    assert answer.code == "Done" and not answer.download
    assert (made["size"], made["sha256"], made["signed"]) == (len(data), hashlib.sha256(data).hexdigest(), True)
    assert [one for one in made["missing"] if not one.startswith("logs: ")] == [] and made["made_by"] == "admin"
    found = members(data)
    audit = [json.loads(line) for name in found if name.startswith("home/kos/auditlog/audit-")
             for line in found[name].splitlines()]
    assert [one["seq"] for one in audit] == list(range(1, len(audit) + 1))
    assert json.loads(found["home/kos/auditlog/anchor.json"])["records"] == len(audit)
    assert any(one["command"] == "collect_system_info" and one["phase"] == "intent" for one in audit)
    events = next(text for name, text in found.items() if name.startswith("home/kos/eventlog/events-"))
    assert "BoxInstalled" in events.decode()
    assert json.loads(found["settings.json"])["settings"]["name"] == "box1"
    assert json.loads(found["versions.json"])["python"].startswith("3.")
    assert json.loads(found["status.json"])["system"] == "ok"
    assert json.loads(found["services.json"])["memory"]
    assert admin.facts("get_collected_info")["collected_info"][0]["sha256"] == made["sha256"]


@pytest.mark.checklist("R031")
def test_parts_and_times_choose_what_is_collected(admin: Client) -> None:
    always = {"collection.json", "SHA256SUMS", "SHA256SUMS.pem"}
    assert set(collected(admin, "parts=settings,versions")) == {"settings.json", "versions.json", *always}
    later = collected(admin, "parts=audit,events since=2999-01-01")
    assert set(later) == {"home/kos/auditlog/anchor.json", *always}
    assert json.loads(later["collection.json"])["since"] == "2999-01-01"
    assert len(collected(admin, "parts=events until=2999-01-01")) == 4


@pytest.mark.parametrize("wrong", ["parts=nonsense", "parts=", "since=yesterday"])
def test_what_cannot_be_collected_is_refused(admin: Client, wrong: str) -> None:
    assert admin.do(f"collect_system_info {wrong}").code == "InvalidValue"


@pytest.mark.requirement(90)
def test_the_commands_of_the_manual_verify_an_archive_away_from_the_box(admin: Client, tmp_path: Path) -> None:
    name = admin.facts("collect_system_info parts=audit,settings")["name"]
    root = admin.facts("export_root_certificate")["pem"]
    data = downloaded(admin, name)[1]
    assert verified(tmp_path / "right", data, root).returncode == 0
    assert verified(tmp_path / "strange", data, Authority(tmp_path / "ca").begin().certificate).returncode != 0
    found = members(data)
    assert verified(tmp_path / "same", packed(found), root).returncode == 0
    changed = found | {"settings.json": found["settings.json"].replace(b"box1", b"box2")}
    assert verified(tmp_path / "changed", packed(changed), root).returncode != 0
    assert verified(tmp_path / "sums", packed(found | {"SHA256SUMS": b""}), root).returncode != 0


def packed(found: dict[str, bytes]) -> bytes:
    """An archive of these members."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as new:
        for name, data in found.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            new.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def verified(folder: Path, data: bytes, root: str) -> "subprocess.CompletedProcess[str]":
    """What the commands of the manual say, but for those that need a network."""
    folder.mkdir()
    (folder / "NAME.tar.gz").write_bytes(data)
    (folder / "root.pem").write_text(root)
    lines = commands(prose.COLLECTED)
    assert len(lines) == 3
    return subprocess.run(["sh", "-e", "-c", "\n".join(lines)], cwd=folder, capture_output=True, text=True, timeout=60)


def test_a_box_without_a_certificate_is_collected_unsigned_and_says_so(basic: TestBox) -> None:
    answer = basic.admin().do("collect_system_info parts=versions")
    assert answer.code == "Done" and answer.result and answer.result["signed"] is False
    assert answer.warnings == ("The archive is not signed: The box has no system certificate.",)


def test_what_cannot_be_read_is_named_and_the_rest_is_collected(basic: TestBox, admin: Client) -> None:
    (basic.folder / "deliveries.json").write_text("no JSON")
    made = admin.facts("collect_system_info parts=services,versions")
    assert len(made["missing"]) == 1 and "deliveries.json" in made["missing"][0]
    found = members(downloaded(admin, made["name"])[1])
    assert "versions.json" in found and json.loads(found["collection.json"])["missing"] == made["missing"]


@pytest.mark.embedded_only("it is about what the machine tells")
@pytest.mark.parametrize("logs, missing", [
    ((), "logs: this machine has none that the box can read"),
    ((("ssh.log", b"a line\n"), ("nginx.log", b"\n")), "logs: nginx.log has nothing"),
    ((("ssh.log", b"a line\n"),), "")])
def test_a_log_with_nothing_in_it_is_named(basic: TestBox, logs: tuple[tuple[str, bytes], ...], missing: str) -> None:
    class Surroundings:
        """A machine with these logs."""

        def logs(self, since: str, until: str) -> Iterator[tuple[str, bytes]]:
            """See the port."""
            yield from logs
    house = basic.house()
    house = house._replace(box=house.box._replace(surroundings=Surroundings()))  # type: ignore[arg-type]
    made = basic.client("admin", house=house).facts("collect_system_info parts=logs")
    assert made["missing"] == ([missing] if missing else [])


def test_what_there_is_can_be_chosen(admin: Client) -> None:
    name = admin.facts("collect_system_info parts=versions")["name"]
    assert admin.do('backup_settings name=nightly password="Backup-Pass-12"').code == "Done"
    for command in ("download_collected_info", "send_collected_info", "create_download_link", "remove_collected_info"):
        assert admin.door.offers(command, "name", {}) == [name]
    for command in ("export_backup", "verify_backup", "restore_settings", "remove_backup"):
        assert admin.door.offers(command, "name", {}) == ["nightly"]


def test_nothing_is_written_to_a_terminal_or_in_a_dry_run(admin: Client) -> None:
    name = admin.facts("collect_system_info parts=versions")["name"]
    answer = admin.do(f"download_collected_info name={name}")
    assert (answer.code, answer.status) == ("NotForTerminals", 1) and f"> {name}.tar.gz" in (answer.hint or "")
    taken: list[bytes] = []
    dry = request(f"download_collected_info name={name} --dry-run")
    assert admin.door.run(dry, Listening(unheard, taken.append)).code == "Done" and taken == []
    assert downloaded(admin, name)[1], "without --dry-run it comes"
    assert [one.code for one in admin.together(f"download_collected_info name={name}")] == ["NotAtomic"]


def test_a_download_that_nobody_takes_to_its_end_is_recorded_as_that(basic: TestBox, admin: Client) -> None:
    name = admin.facts("collect_system_info")["name"]

    def full(piece: bytes) -> None:
        raise OSError(28, "No space left on device")
    answer = admin.door.run(request(f"download_collected_info name={name}"), Listening(unheard, full))
    assert answer.code == "DownloadBrokenOff" and "No space left" in (answer.message or "")
    again = basic.admin()
    assert downloaded(again, name)[0].code == "Done", "it can be downloaded again"
    assert any(one.get("command") == "download_collected_info" and one.get("phase") == "intent"
               and one["parameters"] == {"name": name} for one in basic.audit())


def test_archives_are_removed_and_the_oldest_go_when_there_are_too_many(basic: TestBox, admin: Client) -> None:
    names = []
    for _ in range(KEPT + 1):
        basic.clock.now += 1
        made = admin.facts("collect_system_info parts=versions")
        names.append(made["name"])
    assert made["removed"] == names[:1]
    assert [one["name"] for one in admin.facts("get_collected_info")["collected_info"]] == names[1:]
    assert admin.do(f"remove_collected_info name={names[1]}").code == "Done"
    assert admin.do(f"remove_collected_info name={names[1]}").code == "UnknownArchive"
    assert admin.do(f"download_collected_info name={names[0]}").code == "UnknownArchive"
    assert [one["name"] for one in admin.facts("get_collected_info")["collected_info"]] == names[2:]


def test_what_cannot_be_removed_does_not_make_a_collection_fail(basic: TestBox, admin: Client) -> None:
    names = [admin.facts("collect_system_info parts=versions")["name"] for _ in range(KEPT)]
    stays = basic.folder / "collected" / f"{names[0]}.tar.gz"
    stays.unlink()
    stays.mkdir()
    made = admin.facts("collect_system_info parts=versions")
    assert made["removed"] == []
    assert made["name"] in [one["name"] for one in admin.facts("get_collected_info")["collected_info"]]


def test_an_archive_is_made_whatever_the_clock_shows(basic: TestBox, admin: Client) -> None:
    for now in (0.0, 2.0 ** 33):
        basic.clock.now = now
        assert basic.admin().facts("collect_system_info parts=versions")["missing"] == []


def test_a_new_archive_stays_although_the_clock_was_set_back(basic: TestBox, admin: Client) -> None:
    names = [admin.facts("collect_system_info parts=versions")["name"] for _ in range(KEPT)]
    basic.clock.now -= 400 * 86400
    made = admin.facts("collect_system_info parts=versions")
    assert made["removed"] == names[:1]
    assert made["name"] in [one["name"] for one in admin.facts("get_collected_info")["collected_info"]]


@pytest.mark.requirement(122)
@pytest.mark.parametrize("name", ["../state", "/etc/passwd", "box1-20260131T143000Z/../x", "."])
@pytest.mark.attack(20, 23)
def test_a_name_is_never_a_path(admin: Client, name: str) -> None:
    for command in ("download_collected_info", "remove_collected_info"):
        assert admin.do(f"{command} name={name}").code == "InvalidValue"


def test_old_archives_expire(basic: TestBox, admin: Client) -> None:
    made = admin.facts("collect_system_info parts=versions")
    house = basic.house()
    collections.expire(house)
    assert len(admin.facts("get_collected_info")["collected_info"]) == 1
    basic.clock.now += DAYS * 86400
    collections.expire(house)
    assert admin.facts("get_collected_info")["collected_info"] == []
    last = basic.audit()[-2]
    assert (last["command"], last["user"], last["parameters"]["name"]) == (
        "expire_collected_info", "system", made["name"])


NEW = Archive("box1-20260131T143000Z", 0.0, "admin", ("versions",))


@pytest.mark.embedded_only("it is about the files alone")
def test_an_archive_that_does_not_fit_leaves_nothing_behind(tmp_path: Path, mode: str) -> None:
    def noise() -> Any:
        yield Member("a", hashlib.sha512(b"a").digest() * 10)
        yield Member("b", b"".join(hashlib.sha512(bytes([one])).digest() for one in range(200)))
    small, large = (CollectedFiles(str(tmp_path), Room(most, 0.0, 0)) for most in (5000, 50_000))
    with pytest.raises(ArchiveTooLarge):
        small.make(NEW, noise())
    assert small.present() == [] and list((tmp_path / "collected").iterdir()) == []
    assert large.make(NEW, noise()).size < 50_000, "with more room it is made"
    with pytest.raises(ArchiveTooLarge):
        CollectedFiles(str(tmp_path), Room(share=1.0)).make(NEW._replace(name="other"), noise())


@pytest.mark.embedded_only("it is about the files alone")
def test_an_archive_that_is_removed_while_all_are_listed_is_no_damage(
        tmp_path: Path, mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    files = CollectedFiles(str(tmp_path))
    gone, kept = (files.make(NEW._replace(name=name), ()) for name in ("gone", "kept"))

    def listed(folder: str) -> list[str]:
        monkeypatch.undo()
        names = os.listdir(folder)
        CollectedFiles(str(tmp_path)).remove(gone.name)  # another process
        return names
    monkeypatch.setattr(os, "listdir", listed)
    assert files.present() == [kept]
    (tmp_path / "collected" / "kept.json").unlink()
    with pytest.raises(StateDamaged):
        files.present()


@pytest.mark.embedded_only("it is about the files alone")
def test_nothing_is_left_of_an_archive_but_its_facts_until_its_removal_is_sure(tmp_path: Path, mode: str) -> None:
    """A power cut may undo what was not synced: an archive of which nothing is known would be damage."""
    files = CollectedFiles(str(tmp_path))
    files.make(NEW, ())
    with refusing("fsync", EIO), pytest.raises(StorageUncertain):
        files.remove(NEW.name)
    assert [one.name for one in (tmp_path / "collected").iterdir()] == [f"{NEW.name}.json"]
    assert files.present() == []
    files.make(NEW._replace(name="other"), ())
    assert sorted(one.name for one in (tmp_path / "collected").iterdir()) == ["other.json", "other.tar.gz"]


@pytest.mark.embedded_only("it is about the files alone")
def test_only_one_archive_is_made_at_a_time(tmp_path: Path, mode: str) -> None:
    files = CollectedFiles(str(tmp_path))

    def within() -> Any:
        with pytest.raises(CollectionRuns):
            CollectedFiles(str(tmp_path)).make(NEW._replace(name="other"), ())
        assert CollectedFiles(str(tmp_path)).present() == [], "it does not exist before it is whole"
        yield Member("a", b"")
    assert files.make(NEW, within()) in files.present()


CANARY = "Canary-SECRET-99"


@pytest.mark.requirement(26)
def test_no_secret_is_in_an_archive(basic: TestBox, admin: Client) -> None:
    lines = [f'add_user name=eve role=monitor password="{CANARY}"', f'set_user name=eve password="{CANARY}1"',
             f'set_password current_password="{CANARY}" new_password="{CANARY}"', f'no_such password="{CANARY}"',
             f'get_users pasword="{CANARY}"', f'get_users "name=x password={CANARY}"',
             f'config_email server=m.example sender=a@b.example recipients=c@d.example user=u password="{CANARY}"',
             f'add_upload_target name=t server=u.example protocol=ftps user=u password="{CANARY}"',
             "create_certificate_request common_name=box1", "create_web_certificate_request common_name=box1"]
    for line in lines:
        parsed = line if '"name=' not in line else "get_users"
        assert admin.do(parsed).code != "InternalError"
    assert basic.client().log_in(CANARY, CANARY).code == "LoginFailed"
    assert basic.client().log_in("eve", CANARY + "1").code == "Done", "it is a real password"
    found = b"\n".join(collected(admin).values())
    kept = [one for one in basic.folder.iterdir() if one.name in ("master.key", "audit.key")]
    wanted = [CANARY.encode(), b"$argon2", b"PRIVATE KEY", *(one.read_bytes() for one in kept)]
    wanted += [text.encode() for account in basic.state.accounts.values() for text in (account.password,)]
    wanted += [one.key.encode() for one in (*basic.state.identities.values(), *basic.state.signing_requests.values())]
    wanted += [one.password.encode() for one in (*basic.state.mail.values(), *basic.state.upload_targets.values())]
    wanted += [seed.encode() for seed in basic.state.settings.audit_seeds]
    assert len(kept) == 2 and len(wanted) > 12 and all(wanted)
    assert [one for one in wanted if one in found] == []
    assert b'"eve"' in found and b"m.example" in found, "the search would find what is there"
