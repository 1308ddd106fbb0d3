"""A state of an older release or of another box, taken in with a report (R047)."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import closing
from errno import EIO, ENOSPC
from pathlib import Path
from typing import Any

import pytest

from sysmgmt.domain.model import Account
from sysmgmt.engine.imported_state import NOT_WHOLE
from sysmgmt.store import snapshot, writeahead
from tests.support import box as boxes
from tests.support.box import ADMIN_PASSWORD, Client, TestBox
from tests.support.clock import HeldClock
from tests.support.kernel import refusing

SECRET = "Mail-Canary-77"
LINES = (
    "add_group name=sales", "add_role name=crew permissions=se,upgrade",
    "add_user name=bob role=crew groups=sales password=Bob-first-1 must_change=no",
    "add_user name=kim role=administrator password=Kim-first-1", "set_login_banner text=hello",
    "set_registration serial_number=S-1", "config_syslog server=log.example what=events",
    "create_system_certificate common_name=old",
    f"config_email server=mail.example sender=a@b.example recipients=o@b.example user=box password={SECRET}")


@pytest.fixture
def old(folder: Path) -> TestBox:
    """The box whose state is taken in; an older release has left users of its own in it."""
    one = boxes.build(folder / "old", "basic", HeldClock(time.time()))
    client = one.admin()
    for line in LINES:
        assert client.do(line).code == "Done", line
    one.configure(name="Old")
    shipped(one, "security-admin", "boxmgmt", "SE")
    return one


def shipped(one: TestBox, *names: str) -> None:
    """Put users into the state behind the engine's back."""
    store = one.house().box.store
    with store.writing() as transaction:
        accounts = transaction.state.accounts
        for name in names:
            accounts = accounts.put(name, Account(name, "administrator"))
        transaction.save(transaction.state._replace(accounts=accounts))


@pytest.fixture
def new(folder: Path, mode: str) -> Iterator[TestBox]:
    """A new box."""
    built = boxes.build(folder / "new", "basic", HeldClock(time.time() + 5000))
    with closing(TestBox(built.folder, built.clock, mode)) as one:
        yield one


def carry(source: TestBox, target: TestBox, journal: bool = True) -> Client:
    """Admin of the new box, in whose import folder the state lies."""
    (target.folder / "import").mkdir(exist_ok=True)
    shutil.copy(source.folder / snapshot.NAME, target.folder / "import" / "old.json")
    if journal:
        shutil.copy(source.folder / writeahead.NAME, target.folder / "import" / "old.journal")
    return target.admin()


def left_out(facts: Any) -> dict[str, str]:
    """What was left out, and why."""
    return {one["what"]: one["reason"] for one in facts["left_out"]}


@pytest.mark.checklist("R047")
def test_the_state_of_another_box_comes_in_as_far_as_it_can_with_a_report(old: TestBox, new: TestBox) -> None:
    admin = carry(old, new)
    before, mine = new.files(), new.state
    shown = admin.do("import_state file=old.json --dry-run")
    assert shown.status == 0 and new.files() == before
    assert admin.do("import_state file=old.json").code == "ConfirmationNeeded"
    answer = admin.do("import_state file=old.json --yes")
    assert (answer.code, answer.result) == ("Done", shown.result), "the report is that of the dry run"
    state, told = new.state, answer.result
    assert {"bob", "crew", "sales"} <= {*state.accounts, *state.roles, *state.groups}
    assert state.settings.banner == "hello" and len(state.syslog) == 1
    assert (told["box"], told["taken"]["accounts"], told["taken"]["roles"]) == ("Old", 1, 1)
    assert {"accounts bob: added", "settings banner: nothing -> hello"} <= set(told["differences"])
    reasons = left_out(told)
    for name in ("security-admin", "boxmgmt", "SE"):
        assert name not in state.accounts and "older releases shipped" in reasons[f"user {name}"]
    assert "kim" not in state.accounts and "permission security" in reasons["user kim"] == reasons["user admin"]
    assert "master key" in reasons["keys"] == reasons["mail email"] and not state.mail
    assert state.settings.name == "box1" and "another box" in reasons["settings name"]
    assert (state.settings.box_id, state.settings.registration) == (mine.settings.box_id, mine.settings.registration)
    assert list(state.identities) == list(mine.identities) and state.settings.master_key == mine.settings.master_key
    assert admin.do("import_state file=old.json --yes").code == "Unchanged"
    assert new.client("bob", "Bob-first-1").do("get_current_user").code == "Done"
    done = [one for one in new.audit() if one["command"] == "import_state" and one.get("code") == "Done"][-1]
    assert "user security-admin" in done["notes"]["left_out"]
    assert [one["name"] for one in admin.facts("get_events_log")["events"]].count("StateImported") == 1


def test_what_this_box_has_of_what_it_cannot_open_stays(old: TestBox, new: TestBox) -> None:
    admin = carry(old, new)
    for line in ("config_email server=own.example sender=a@b.example recipients=o@b.example user=x password=Own-77",
                 "create_system_certificate common_name=own"):
        assert admin.do(line).code == "Done"
    before = new.state
    assert admin.do("import_state file=old.json --yes").code == "Done"
    assert new.state.identities.get("system") == before.identities.get("system")
    mail = new.state.mail.get("email")
    assert mail and mail.server == "own.example"
    assert new.house().box.sealer.unseal(mail.password, "mail email password") == "Own-77"
    assert admin.do("import_state file=old.json items=keys --yes").code == "NotInBackup"


def test_an_earlier_state_of_the_same_box_brings_its_secrets_and_its_name(basic: TestBox) -> None:
    admin = basic.admin()
    for line in LINES:
        assert admin.do(line).code == "Done", line
    carry(basic, basic)
    for line in ("set_box_name name=Later", "set_registration serial_number=S-2", "remove_user name=bob",
                 'config_email server=other.example user=""'):
        assert admin.do(line).code == "Done", line
    answer = admin.do("import_state file=old.json --yes")
    assert answer.code == "Done" and left_out(answer.result).keys() == {"user admin", "user kim"}
    state = basic.state
    assert (state.settings.name, state.settings.registration.serial_number) == ("box1", "S-1")
    assert "bob" in state.accounts and (mail := state.mail.get("email"))
    assert basic.house().box.sealer.unseal(mail.password, "mail email password") == SECRET


@pytest.mark.parametrize("fields, code", [
    ({"line": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC5jYW5hcnktY2FuYXJ5LWNhbmFyeS1jYW5hcnktMjAy"}, "InvalidValue"),
    ({"added_at": 2.0**62}, "NotAState"), ({}, "Done")])
def test_a_key_that_is_another_than_it_says_and_a_moment_that_is_none_stay_outside(
        old: TestBox, new: TestBox, fields: dict[str, Any], code: str) -> None:
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGKDQ8ZVdTrVbTyRU+Vu0yPVTi6rBjWqbFCvj7fQDJxo"
    assert old.admin().do(f'add_ssh_key name=bob key="{key}"').code == "Done"
    with old.house().box.store.writing() as transaction:
        keys = transaction.state.ssh_keys
        one = next(keys.values())
        transaction.save(transaction.state._replace(ssh_keys=keys.put(one.id, one._replace(**fields))))
    admin = carry(old, new)
    for way in ("--dry-run", "--yes"):
        assert admin.do(f"import_state file=old.json items=users,roles {way}").code == code


def test_without_its_journal_the_file_counts_and_that_is_said(old: TestBox, new: TestBox) -> None:
    old.house().box.store.compact()
    admin = carry(old, new, journal=False)
    answer = admin.do("import_state file=old.json items=users,roles --yes")
    assert answer.code == "Done" and answer.warnings == (NOT_WHOLE,)
    assert "bob" in new.state.accounts and new.state.settings.banner == ""
    for line in ("add_group name=one", "add_group name=two"):
        assert old.admin().do(line).code == "Done"
    admin = carry(old, new)
    assert admin.do("import_state file=old.json --dry-run").warnings == ()
    journal = new.folder / "import" / "old.journal"
    journal.write_bytes(journal.read_bytes()[:-1])
    assert admin.do("import_state file=old.json --dry-run").warnings == (NOT_WHOLE,)


@pytest.mark.embedded_only("the process of the test meets the fault")
@pytest.mark.parametrize("error, code", [(ENOSPC, "StorageFull"), (EIO, "StorageFailed")])
def test_a_disk_that_does_not_take_what_is_looked_at_is_named(
        old: TestBox, new: TestBox, error: int, code: str) -> None:
    admin = carry(old, new)
    before = new.files()
    with refusing("fchmod", error):
        assert admin.do("import_state file=old.json --yes").code == code
    assert new.files() == before and not list(new.folder.glob("backups/scratch-*"))
    assert admin.do("import_state file=old.json --yes").code == "Done", "the control"


@pytest.mark.embedded_only("the process of the test meets the fault")
def test_a_journal_that_cannot_be_looked_for_is_not_taken_for_a_missing_one(old: TestBox, new: TestBox) -> None:
    admin = carry(old, new)
    before = new.files()

    def failing(path: str, *more: Any, **named: Any) -> int:
        if path == "old.journal":
            raise OSError(EIO, os.strerror(EIO))
        return opened(path, *more, **named)
    opened = os.open
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "open", failing)
        assert admin.do("import_state file=old.json --yes").code == "StorageFailed"
    assert new.files() == before


def test_what_is_no_state_is_damaged_newer_or_not_installed_changes_nothing(old: TestBox, new: TestBox) -> None:
    admin = carry(old, new)
    place, before = new.folder / "import", new.files()
    text, journal = (place / "old.json").read_bytes(), (place / "old.journal").read_bytes()
    newer = snapshot.write(snapshot.Snapshot(2, 0, {"settings": {"1": {}}}))
    empty = snapshot.write(snapshot.Snapshot(1, 0, {"settings": {"1": {}}}))
    odd = snapshot.write(snapshot.Snapshot(1, 0, {"settings": {"1": {"installed_at": 1.0, "banner": 7}}}))
    for data, more, code in (
            (b"{}", b"", "NotAState"), (b"PK\x03", b"", "NotAState"), (newer, b"", "StateNewer"),
            (empty, b"", "NotAState"), (odd, b"", "NotAState"), (text, b"nonsense", "NotAState"),
            (text[:-9], journal, "NotAState"), (text, journal.replace(b'"bob"', b'"eve"', 1), "NotAState")):
        (place / "odd.json").write_bytes(data)
        (place / "odd.journal").write_bytes(more)
        answer = admin.do("import_state file=odd.json --yes")
        assert answer.code == code, (data[:40], answer)
    for name, code in (("../state.json", "UnknownFile"), ("none", "UnknownFile"), ("a/b", "UnknownFile")):
        assert admin.do(f"import_state file={name} --yes").code == code
    assert new.files() == before
    assert admin.do("import_state file=old.json --yes").code == "Done", "the control"


@pytest.mark.parametrize("hostile", [
    {"idle_timeout": 5}, {"level": "foo"}, {"banner": "\x1b[2J"}])
def test_what_no_command_would_have_stored_does_not_come_in(
        old: TestBox, new: TestBox, hostile: dict[str, Any]) -> None:
    old.configure(**hostile)
    admin = carry(old, new)
    before = new.files()
    assert admin.do("import_state file=old.json --yes").code == "InvalidValue"
    assert new.files() == before


def test_nobody_is_raised_by_it(old: TestBox, new: TestBox) -> None:
    admin = carry(old, new)
    for line in ("add_role name=crew permissions=se", "add_user name=kim role=monitor password=Kim-other-2"):
        assert admin.do(line).code == "Done"
    assert admin.do("import_state file=old.json --yes").code == "Done"
    assert (kim := new.state.accounts.get("kim")) and kim.role == "monitor"
    assert new.client("admin", ADMIN_PASSWORD).do("get_users").code == "Done"
