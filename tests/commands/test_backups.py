"""Settings backup: taken and proven, refused where it is not as written, restored here and elsewhere (C19, C30)."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sysmgmt import vault
from sysmgmt.commands.catalog import CATALOG
from sysmgmt.domain import backups, errors
from sysmgmt.domain.model import Account, Certificate, Firewall, Partner, Role, State, TimeSettings
from sysmgmt.domain.model.policy import Policy
from sysmgmt.engine.declaration import OWN_WORK
from sysmgmt.engine.restoring import RAISED, SHIPPED
from sysmgmt.screen.output import readable
from sysmgmt.store import snapshot
from sysmgmt.vault.backups import LONGEST, BackupSeal
from sysmgmt.vault.hashing import Argon2Hasher
from tests.support import box as boxes
from tests.support.authorities import CA, make, revocations
from tests.support.box import ADMIN_PASSWORD, Client, TestBox
from tests.support.clock import DAY, HOUR, HeldClock

PASSWORD = "Violet-95-Lamp"
MORNING = (time.time() // DAY + 1) * DAY + HOUR + 0.5
"""The next one, in UTC, in the time of the certificates: no day of theirs ends while these boxes are used."""
SECRET = "Mail-Canary-77"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGKDQ8ZVdTrVbTyRU+Vu0yPVTi6rBjWqbFCvj7fQDJxo bob@desk"
OTHER_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC5jYW5hcnktY2FuYXJ5LWNhbmFyeS1jYW5hcnktMjAy"
ROOT = make("authority", wish=CA)
REFUSED = (errors.BackupDamaged, errors.BackupPasswordWrong, errors.NotABackup, errors.BackupNewer)
OF_ONE_BOX = {"get_events_log", "get_audit_log", "get_audit_policy", "get_sessions", "get_backups", "get_system_status",
              "get_installation", "get_key_status", "get_time", "get_listening_ports"}
"""What tells of one machine: its records, sessions, files, keys, clock, ports, and when it was installed."""


@pytest.fixture(scope="module")
def filled(templates: Callable[[str], TestBox], tmp_path_factory: pytest.TempPathFactory) -> TestBox:
    """A box with something of everything, in the time of the certificates, and a backup of all of it."""
    one = boxes.copy(templates("basic"), tmp_path_factory.mktemp("filled") / "state")
    one.clock.now = MORNING
    client = one.admin()
    for line in ("add_group name=sales", "add_role name=crew permissions=se,upgrade",
                 "add_role name=keeper permissions=security",
                 "add_user name=bob role=crew groups=sales password=Bob-first-1",
                 "add_user name=kim role=keeper password=Kim-first-1", f'add_ssh_key name=bob key="{KEY}"',
                 "lock_user name=bob", 'set_login_banner text="For friends only"', "set_session_policy idle_timeout=7",
                 "create_system_certificate common_name=box1", "create_certificate_request common_name=box1.example",
                 f'add_trusted_certificate name=company purposes=email,syslog pem="{ROOT.pem}"',
                 f'add_revocation_list name=company pem="{revocations(ROOT)}"',
                 "config_syslog server=log.example what=both", "set_audit_policy keep=9",
                 "config_email server=mail.example sender=box1@example.com recipients=ops@example.com "
                 f"user=box password={SECRET}",
                 "set_registration serial_number=S-1", "add_license license=L-1",
                 f"schedule_backup name=nightly interval=daily password={PASSWORD}",
                 f"backup_settings name=whole password={PASSWORD}"):
        assert client.do(line).code == "Done", line
    client.door.log_out("the template is ready")
    facts, content = one.house().box.backups.seal.open(path(one).read_bytes(), "whole", PASSWORD)
    path(one).write_bytes(cheaply(one).seal(facts, content, PASSWORD))  # opening it is cheap, too
    return one


@pytest.fixture
def basic(filled: TestBox, folder: Path, mode: str) -> Iterator[TestBox]:
    """A box with something of everything."""
    with closing(boxes.copy(filled, folder / "state", mode)) as one:
        yield one


@pytest.fixture
def admin(basic: TestBox) -> Client:
    """Its admin."""
    return basic.admin()


@pytest.fixture
def other(folder: Path, mode: str) -> Iterator[TestBox]:
    """Another box, installed just now, on which nothing was set up."""
    built = boxes.build(folder / "other", "basic", HeldClock(MORNING + 5000))
    with closing(TestBox(built.folder, built.clock, mode)) as one:
        yield one


def path(box: TestBox, name: str = "whole") -> Path:
    """The file of a backup."""
    return box.folder / "backups" / f"{name}.backup"


def carry(source: TestBox, target: TestBox) -> Client:
    """Admin of another box, which has taken the backup in through its import folder."""
    (target.folder / "import").mkdir()
    (target.folder / "import" / "copy.txt").write_bytes(path(source).read_bytes())
    client = target.admin()
    assert client.do("import_backup name=whole file=copy.txt").code == "Done"
    return client


def restore(client: Client, more: str = "", name: str = "whole") -> Any:
    """The answer to restoring."""
    return client.do(f"restore_settings name={name} password={PASSWORD} --yes {more}")


def left_out(answer: Any) -> dict[str, str]:
    """What was left out, and why."""
    return {one["what"]: one["reason"] for one in answer.result["left_out"]}


def answers(client: Client) -> Mapping[str, Any]:
    """What every `get_` command says that does not tell of one machine."""
    client.do("enable_advanced_support_commands")
    names = [one.name for one in CATALOG if one.name.startswith("get_") and one.needs != OWN_WORK]
    return {name: (found.code, counted_out(found.result)) for name in names if name not in OF_ONE_BOX
            for found in [client.do(name)]}


def counted_out(facts: Any) -> Any:
    """Facts without how much waits for a receiver: that is told of by the records of one machine."""
    if isinstance(facts, dict):
        return {name: counted_out(one) for name, one in facts.items() if name != "waiting"}
    return [counted_out(one) for one in facts] if isinstance(facts, (list, tuple)) else facts


def cheaply(box: TestBox) -> BackupSeal:
    """Seals under a key that costs little."""
    return BackupSeal(Argon2Hasher(str(box.folder)).derive, boxes.CHEAP)


def sealed_with(box: TestBox, content: State, name: str = "crafted") -> None:
    """Put a backup into the folder that only somebody can have made who has the password."""
    here = box.house().box.backups
    facts = {"box": "x", "box_id": "x", "release": "x", "made_at": "2026-01-01T00:00:00Z",
             "made_by": "x", "schedule": "", "items": backups.ITEMS}
    path(box, name).write_bytes(cheaply(box).seal(facts, here.contents.write(content), PASSWORD))


def content_of(box: TestBox) -> State:
    """What a backup of this box holds."""
    here = box.house().box.backups
    _, text = here.seal.open(path(box).read_bytes(), "whole", PASSWORD)
    return here.contents.read(text)


@pytest.mark.requirement(113)
@pytest.mark.checklist("C30")
def test_another_box_answers_as_the_first_one_once_its_backup_is_restored(
        basic: TestBox, admin: Client, other: TestBox) -> None:
    wanted = answers(admin)
    elsewhere = carry(basic, other)
    assert answers(elsewhere) != wanted, "it was another box"
    answer = restore(elsewhere, "administrators=replace")
    assert answer.code == "Done" and "serial number" in answer.warnings[0]
    found = answers(elsewhere)
    assert {name: found[name] for name in wanted if found[name] != wanted[name]} == {}
    assert other.admin().do("verify_audit_log").code == "Done", "the audit of the box goes on"
    keys = other.house().box
    assert keys.sealer.unseal(next(other.state.mail.values()).password, "mail email password") == SECRET
    assert next(other.state.mail.values()).after != (0,) and not other.state.settings.pending
    again = other.admin()
    assert again.do(f"backup_settings name=again password={PASSWORD}").code == "Done"
    assert restore(again, "administrators=replace --dry-run", "again").result["differences"] == []


@pytest.mark.checklist("C19")
def test_a_backup_opens_with_its_password_alone_and_holds_no_secret_in_clear(basic: TestBox, admin: Client) -> None:
    data = path(basic).read_bytes()
    for secret in (SECRET, "PRIVATE KEY", "$argon2", "bob@desk", PASSWORD):
        assert secret.encode() not in data
    assert SECRET.encode() not in basic.everything()
    content = content_of(basic)
    assert next(content.mail.values()).password == SECRET, "inside it is open, or another box could not use it"
    assert content.settings.master_key == "" and content.settings.audit_seeds == ()
    assert (basic.folder / "master.key").read_bytes().split(b'"material": "')[1][:64] not in repr(content).encode()
    for wrong in ("Violet-95-Lampe", "", ADMIN_PASSWORD):
        for line in ("verify_backup", "restore_settings --yes"):
            assert admin.do(f'{line} name=whole password="{wrong}"').code == "BackupPasswordWrong"
    assert admin.facts(f"verify_backup name=whole password={PASSWORD}")["backup"] == "intact"
    assert path(basic).stat().st_mode & 0o777 == 0o600 and path(basic).parent.stat().st_mode & 0o777 == 0o700
    assert [one.name for one in path(basic).parent.iterdir() if "scratch" in one.name or "proven" in one.name] == []


@pytest.mark.requirement(113)
def test_a_file_that_was_altered_anywhere_is_refused_and_nothing_changes(basic: TestBox, admin: Client) -> None:
    admin.do("set_box_name name=Later")
    data, before = path(basic).read_bytes(), basic.files()
    for place in range(0, len(data), 10):
        path(basic).write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1:])
        assert restore(admin).code in ("BackupDamaged", "NotABackup"), place
    for cut in (data[:-1], data[:-70], data[:100], b"", data + b"\n", data.replace(b"\n", b"\r\n")):
        path(basic).write_bytes(cut)
        assert restore(admin).code in ("BackupDamaged", "NotABackup")
        assert admin.do("export_backup name=whole").code in ("BackupDamaged", "NotABackup")
    assert basic.files() == before
    assert admin.facts("get_backups")["backups"][0]["problem"]
    path(basic).write_bytes(data)
    assert restore(admin).code == "Done" and basic.files() != before, "unaltered it is taken"


@pytest.mark.requirement(113)
def test_what_is_foreign_or_newer_is_refused_before_anything_is_touched(
        basic: TestBox, admin: Client, other: TestBox) -> None:
    data, before = path(basic).read_bytes(), basic.files()
    newer = snapshot.write(snapshot.Snapshot(2, 0, {"settings": {"1": {}}}))
    said = dict.fromkeys(("box", "box_id", "release", "made_at", "made_by", "schedule"), "x")
    sealed = cheaply(basic).seal({**said, "items": ["users"]}, newer, PASSWORD)
    odd = cheaply(basic).seal({**said, "items": ["cars"]}, newer, PASSWORD)
    for found, code in ((b'{"other": 1}\nxx\n', "NotABackup"), (b"PK\x03\x04", "NotABackup"),
                        (checksummed(data.replace(b'"format": 1', b'"format": 2')), "BackupNewer"),
                        (sealed, "StateNewer"), (odd, "BackupDamaged")):
        path(basic).write_bytes(found)
        assert restore(admin).code == code
    assert basic.files() == before
    (basic.folder / "import").mkdir()
    (basic.folder / "import" / "foreign").write_bytes(b"settings")
    refused = admin.do("import_backup name=x file=foreign")
    assert (refused.code, refused.message) == ("NotABackup", "foreign is no settings backup of a box.")
    assert admin.do("import_backup name=../x file=foreign").code == "InvalidValue"
    for name in ("nothing", "..", "a/b", "x" * 65):
        assert restore(admin, name=name).code in ("UnknownBackup", "InvalidValue")


def checksummed(data: bytes) -> bytes:
    """A file whose checksum fits, as somebody makes it who alters it on purpose."""
    rest = data[:data.rfind(b"\n", 0, -1) + 1]
    return rest + hashlib.sha256(rest).hexdigest().encode() + b"\n"


@pytest.mark.embedded_only("it looks at the file alone")
def test_whoever_alters_it_and_mends_the_checksum_does_not_get_it_open_either(basic: TestBox) -> None:
    seal = cheaply(basic)
    data = seal.seal({"items": ["users"], "box": "box1"}, b"content " * 40, PASSWORD)
    assert seal.open(checksummed(data), "x", PASSWORD)[1] == b"content " * 40
    for place in range(0, data.rfind(b"\n", 0, -1), 3):
        altered = checksummed(data[:place] + bytes([data[place] ^ 1]) + data[place + 1:])
        with pytest.raises(REFUSED):
            seal.open(altered, "x", PASSWORD)
    huge = checksummed(data.replace(b'"memory": 8,', b'"memory": 9999999,'))
    with pytest.raises(REFUSED, match="makes no sense"):
        seal.open(huge, "x", PASSWORD)


def test_administrators_stay_as_they_are_unless_it_is_said_otherwise(
        basic: TestBox, admin: Client, other: TestBox) -> None:
    elsewhere = carry(basic, other)
    own = other.state.accounts.get("admin")
    assert elsewhere.do("add_role name=own permissions=security").code == "Done"
    assert elsewhere.do("add_user name=zoe role=own password=Zoe-first-1").code == "Done"
    answer = restore(elsewhere)
    assert answer.result["administrators_kept"] == ["admin", "zoe"]
    kept = other.state.accounts.get("admin")
    assert own and kept and kept.password == own.password and "own" in other.state.roles
    assert {"bob", "zoe"} <= set(other.state.accounts) and "kim" not in other.state.accounts
    assert left_out(answer) == {"user kim": RAISED}, "nobody comes to hold security who does not now"
    asked = elsewhere.do(f"restore_settings name=whole password={PASSWORD} administrators=replace")
    assert asked.code == "ConfirmationNeeded" and "administrators, too: admin, zoe." in str(asked.message)
    assert restore(elsewhere, "administrators=replace").code == "Done"
    assert "zoe" not in other.state.accounts and "own" not in other.state.roles
    assert (one := other.state.accounts.get("admin")) and one.password != own.password


@pytest.mark.attack(28)
def test_nobody_is_raised_brought_back_or_unlocked_as_long_as_administrators_stay(
        basic: TestBox, admin: Client) -> None:
    for line in ("add_user name=ann role=keeper password=Ann-first-1", "add_user name=joe role=monitor "
                 "password=Joe-first-1", f"backup_settings name=before password={PASSWORD}",
                 "remove_user name=kim", "set_user name=ann role=monitor", "lock_user name=joe",
                 "remove_role name=keeper", "add_role name=keeper permissions=se",
                 "add_user name=max role=keeper password=Max-first-1"):
        assert admin.do(line).code == "Done", line
    answer = restore(admin, name="before")
    there = basic.state.accounts
    assert (ann := there.get("ann")) and ann.role == "keeper" and "max" not in there, "the role has no security now"
    assert (joe := there.get("joe")) and joe.locked_by
    assert (role := basic.state.roles.get("keeper")) and "security" not in role.permissions
    assert answer.code == "Done" and answer.result["administrators_kept"] == ["admin"]
    for line in ("remove_user name=kim", "set_user name=ann role=monitor", "remove_role name=keeper"):
        assert admin.do(line).code == "Done", line
    answer = restore(admin, name="before")
    assert left_out(answer) == {"user ann": RAISED, "user kim": RAISED} and "kim" not in basic.state.accounts
    assert (ann := basic.state.accounts.get("ann")) and ann.role == "monitor", "who was demoted stays so"
    assert restore(admin, "administrators=replace", "before").code == "Done"
    assert "kim" in basic.state.accounts and (joe := basic.state.accounts.get("joe")) and not joe.locked_by
    noted = [one["notes"]["left_out"] for one in basic.audit() if one["command"] == "restore_settings"
             and one.get("code") == "Done"]
    assert noted == [[], ["user ann", "user kim"], []]


@pytest.mark.parametrize("more", ["", "administrators=replace"])
def test_how_many_wrong_passwords_there_were_is_no_matter_of_a_backup(basic: TestBox, admin: Client, more: str) -> None:
    for line in ("unlock_user name=bob", f"backup_settings name=before password={PASSWORD}"):
        assert admin.do(line).code == "Done", line
    counted: dict[str, Any] = {"strikes": 2, "console_strikes": 1, "console_tried_at": MORNING, "wrong_in_a_row": 2,
                               "failed_logins": 7, "pending": ("begun",), "console_pending": ("begun-2",)}
    basic.replace("bob", must_change_password=False, **counted)
    assert restore(admin, more, name="before").code == "Done"
    bob = basic.state.accounts.get("bob")
    assert bob and bob.must_change_password and {one: getattr(bob, one) for one in counted} == counted
    basic.replace("bob", locked_by="disuse", locked_since=MORNING, strikes=3)
    assert restore(admin, more, name="before").code == ("Done" if more else "Unchanged")
    bob = basic.state.accounts.get("bob")
    assert bob and (bob.locked_by, bob.strikes, bob.enabled_at == basic.clock.now) == (
        ("", 0, True) if more else ("disuse", 3, False))


def test_who_reaches_the_box_returns_unless_it_is_confirmed(basic: TestBox, admin: Client) -> None:
    now = basic.state.settings.reach
    content = content_of(basic)
    sealed_with(basic, of_reach(content, name_servers=("192.0.2.7",)))
    answer = restore(admin, name="crafted")
    assert answer.code == "Done" and "boxmgmtd --deploy" in answer.warnings[1], "nothing follows here"
    waits = basic.state.settings.pending
    assert waits and waits.before == now and basic.state.settings.reach.name_servers == ("192.0.2.7",)
    assert restore(admin, "confirm_minutes=0").code == "Done" and basic.state.settings.reach == now


def test_settings_below_their_own_level_are_not_restored(basic: TestBox, admin: Client) -> None:
    content = content_of(basic)
    short = Policy(min_length=1)
    for wrong in (of_settings(content, level="stig", banner=""), of_settings(content, level="high", policy=short)):
        sealed_with(basic, wrong)
        assert restore(admin, name="crafted").code == "LevelForbids"
    sealed_with(basic, of_settings(content, level="high"))
    answer = restore(admin, "--dry-run", name="crafted")
    assert answer.status == 0 and "settings level: basic -> high" in answer.result["differences"]


def headed(box: TestBox, old: bytes, new: bytes) -> None:
    """Put a backup into the folder whose first line was changed, and whose checksum fits."""
    head, _, rest = path(box).read_bytes().partition(b"\n")
    assert old in head
    path(box, "crafted").write_bytes(checksummed(head.replace(old, new) + b"\n" + rest))


def test_a_first_line_that_no_box_writes_is_refused_in_one_sentence(basic: TestBox, admin: Client) -> None:
    box = b'"box": "box1"'
    for old, new in ((box, b'"box": ' + b"[" * 100000 + b"]" * 100000), (b'"format": 1', b'"format": Infinity'),
                     (b'"format": 1', b'"format": true'), (box, '"box": "bé"'.encode()), (box, b'"box": 7'),
                     (box, b'"box": "\\u001b[2J"'), (b'"items": ["users"', b'"items": [["users"]'),
                     (b'"items": [', b'"items": {}, "x": ['),
                     (b'"key": {', b'"key": 7, "x": {'), (b'"passes": ', b'"passes": Infinity, "x": '),
                     (b'"memory": 8', b'"memory": 262144'), (b'"salt": "', b'"salt": "00", "x": "')):
        headed(basic, old, new)
        assert restore(admin, name="crafted").code == "BackupDamaged", new[:40]
        assert admin.do("get_backups").code == "Done"
    headed(basic, b'"made_by": "admin"', b'"made_by": "other"')
    assert restore(admin, name="crafted").code == "BackupPasswordWrong", "only its password proves that"


@pytest.mark.embedded_only("it looks at the file alone")
def test_what_little_stands_for_too_much_is_not_unpacked(basic: TestBox, monkeypatch: pytest.MonkeyPatch) -> None:
    seal = cheaply(basic)
    most = seal.seal({"items": []}, bytes(LONGEST), PASSWORD)
    assert len(seal.open(most, "x", PASSWORD)[1]) == LONGEST
    monkeypatch.setattr(vault.backups, "LONGEST", LONGEST - 1)
    with pytest.raises(errors.BackupTooLarge):
        seal.open(most, "x", PASSWORD)


@pytest.mark.embedded_only("the bound of the engine's own process is lowered")
def test_what_could_not_be_read_again_is_not_written(
        basic: TestBox, admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault.backups, "LONGEST", 1000)
    there = basic.house().box.backups.shelf.names()
    answer = admin.do(f"backup_settings name=large password={PASSWORD}")
    assert (answer.code, answer.status) == ("BackupTooLarge", 1)
    assert basic.house().box.backups.shelf.names() == there


def test_each_difference_has_a_line_of_its_own_and_is_shown_whole(admin: Client) -> None:
    admin.do(f"set_login_banner text={'x' * 500}")
    shown = readable(restore(admin, "--dry-run items=settings"))
    assert [one for one in shown if one.startswith(f"  settings banner: {'x' * 500} -> ")], shown


@pytest.mark.attack(28)
def test_nobody_restores_himself_away(basic: TestBox, admin: Client) -> None:
    assert admin.do("add_user name=late role=administrator password=Late-first-1 must_change=no").code == "Done"
    late = basic.client("late", "Late-first-1")
    assert restore(late, "administrators=replace").code == "OwnAccount"
    assert restore(late).status == 0 and late.do("get_users name=late").code == "Done"


def test_only_what_is_wanted_is_restored_and_what_it_would_change_is_shown(basic: TestBox, admin: Client) -> None:
    admin.do("set_box_name name=Later")
    admin.do("remove_user name=bob")
    before = basic.files()
    shown = restore(admin, "--dry-run items=users").result["differences"]
    assert shown == sorted(shown) and "accounts bob: added" in shown and not [one for one in shown if "settings" in one]
    assert basic.files() == before
    assert restore(admin, "items=users").result["differences"] == shown
    assert basic.state.settings.name == "Later" and "bob" in basic.state.accounts
    assert restore(admin, "items=settings").result["differences"] == ["settings name: Later -> box1"]
    assert admin.do(f"backup_settings name=part password={PASSWORD} items=roles,users").code == "Done"
    assert restore(admin, "items=keys", "part").code == "NotInBackup"
    admin.do("set_user name=bob role=monitor")
    admin.do("remove_role name=crew")
    assert restore(admin, "items=users", "part").code == "UnknownRole"
    assert restore(admin, name="part").code == "Done"


@pytest.mark.checklist("R047")
def test_names_that_older_releases_shipped_and_what_no_command_lets_in_are_not_restored(
        basic: TestBox, admin: Client) -> None:
    content = content_of(basic)
    old = content._replace(accounts=content.accounts.put("security-admin", Account("security-admin", "administrator")))
    sealed_with(basic, old)
    answer = restore(admin, name="crafted")
    assert (answer.code, left_out(answer)) == ("Unchanged", {"user security-admin": SHIPPED})
    assert "security-admin" not in basic.state.accounts
    assert left_out(restore(admin, "items=settings", "crafted")) == {}, "what is not asked for is not left out"
    before = basic.files()
    for wrong, code in ((content.roles.put("sly", Role("sly", ("boxmgmt",))), "PermissionNotAssignable"),
                        (content.roles.put("sly", Role("sly", ("fly",))), "InvalidValue")):
        sealed_with(basic, content._replace(roles=wrong))
        assert restore(admin, name="crafted").code == code
    sealed_with(basic, content._replace(accounts=content.accounts.put("Bob Up", Account("Bob Up", "monitor"))))
    assert restore(admin, name="crafted").code == "InvalidValue"
    assert basic.files() == before


FORGED = "x\nserver evil.example"


def of_settings(content: State, **fields: Any) -> State:
    """The content with other settings."""
    return content._replace(settings=content.settings._replace(**fields))


def of_reach(content: State, **fields: Any) -> State:
    """The content with another reach."""
    return of_settings(content, reach=content.settings.reach._replace(**fields))


def test_what_no_command_would_have_stored_is_not_restored(basic: TestBox, admin: Client) -> None:
    content = content_of(basic)
    bob, mail, admin_there = content.accounts.get("bob"), content.mail.get("email"), content.accounts.get("admin")
    assert bob and mail and admin_there
    role = "x:/tmp:/bin/bash\n#"
    before = basic.files()
    sealed_with(basic, content)
    assert restore(admin, "--dry-run", name="crafted").status == 0, "as it was taken it is let in"
    for wrong in (
            content._replace(roles=content.roles.put(role, Role(role, ("view",))),
                             accounts=content.accounts.put("bob", bob._replace(role=role))),
            content._replace(roles=content.roles.put("administrator", Role("administrator", ("view",)))),
            content._replace(accounts=content.accounts.put("bob", bob._replace(last_login_from="\x9b2J"))),
            content._replace(accounts=content.accounts.put("bob", bob._replace(type="root"))),
            content._replace(accounts=content.accounts.put("bob", bob._replace(strikes=-10 ** 6))),
            content._replace(accounts=content.accounts.put("bob", bob._replace(locked_by="nobody"))),
            of_settings(content, policy=Policy(min_length=10 ** 15)),
            content._replace(mail=content.mail.put("email", mail._replace(server="mail.example\r\nRCPT"))),
            content._replace(mail=content.mail.put("email", mail._replace(port=70000))),
            *(content._replace(mail=content.mail.put("email", mail._replace(recipients=wrong)))
              for wrong in (("nobody",), ("a@b.example:loud",), ("a@b.example", "A@b.example"), ())),
            content._replace(mail=content.mail.put("email", mail._replace(sender="<a@b.example> SIZE=1"))),
            *(content._replace(accounts=content.accounts.put("admin", admin_there._replace(**fields))) for fields in (
                {"password": ""}, {"role": "monitor"}, {"type": "ldap_user"}, {"ends_at": MORNING},
                {"groups": ("sales",)})),
            *(content._replace(accounts=content.accounts.put("bob", bob._replace(**fields))) for fields in (
                {"granted_by": "staff"}, {"directory_id": "x"}, {"type": "ldap_group"},
                {"type": "ldap_group", "password": "", "ends_at": MORNING},
                {"last_login_from": "x" * 2097153})),
            of_settings(content, banner="x" * 2001), of_settings(content, box_id="x" * 65),
            of_reach(content, web_certificate="root"),
            of_settings(content, name="box1\nview box included .1"), of_settings(content, name="../../../escaped"),
            of_settings(content, level="foo"), of_settings(content, banner="\x1b[2J"),
            of_settings(content, time=TimeSettings(servers=(FORGED,))), of_settings(content, time=TimeSettings("../x")),
            of_settings(content, time=TimeSettings(servers=("fe80::1%a key 1",))),
            of_reach(content, name_servers=(FORGED,)), of_reach(content, tls_minimum="0.9"),
            of_reach(content, firewall=Firewall(True, ssh=("10.0.0.0/8 } accept",))),
            of_reach(content, firewall=Firewall(True, opened=("22/tcp@any\n",)))):
        sealed_with(basic, wrong)
        assert restore(admin, "administrators=replace", name="crafted").code == "InvalidValue", wrong
        assert admin.do(f"verify_backup name=crafted password={PASSWORD}").code == "InvalidValue"
    path(basic, "crafted").unlink()
    assert basic.files() == before


def forged(content: State) -> Iterator[State]:
    """The content with one key, certificate or list each that is another than its fields say."""
    key, trusted = next(content.ssh_keys.values()), next(content.trusted_certificates.values())
    other = content.identities.get("root")
    asked, listed = next(content.signing_requests.values()), next(content.revocation_lists.values())
    system, [one] = content.identities.get("system"), trusted.certificates
    assert other and system

    def trusting(*found: Certificate, **fields: Any) -> State:
        return content._replace(trusted_certificates=content.trusted_certificates.put(
            trusted.name, trusted._replace(certificates=found, **fields)))
    for fields in ({"line": OTHER_KEY}, {"line": f"cert-authority {key.line}"}, {"line": f"{key.line} bob"},
                   {"fingerprint": "SHA256:x"}, {"user": "kim"}):
        yield content._replace(ssh_keys=content.ssh_keys.put(key.id, key._replace(**fields)))
    for field, value in (("pem", other.certificates[0].pem), ("fingerprint", "AB:CD"), ("subject", "CN=sly"),
                         ("serial", "1"), ("not_after", one.not_after + DAY), ("key_type", "ec_p521"),
                         ("usages", ()), ("authority", False), ("pem", one.pem * 2), ("pem", "")):
        yield trusting(one._replace(**{field: value}))
    yield trusting(system.certificates[0])
    yield trusting(one, purposes=("everything",))
    for fields in ({"key": other.key}, {"key": "x"}, {"certificates": other.certificates},
                   {"certificates": (system.certificates[0], one._replace(subject="CN=sly"))}):
        yield content._replace(identities=content.identities.put("system", system._replace(**fields)))
    for fields in ({"key": system.key}, {"pem": f"{asked.pem}x"}, {"names": ("DNS:sly.example",)},
                   {"subject": asked.subject._replace(common_name="sly")}, {"key_type": "rsa2048"}):
        yield content._replace(signing_requests=content.signing_requests.put(asked.use, asked._replace(**fields)))
    for fields in ({"issuer": "CN=sly"}, {"revoked": 5}, {"next_update": None}, {"pem": one.pem}):
        yield content._replace(revocation_lists=content.revocation_lists.put(listed.name, listed._replace(**fields)))
    partner = Partner("sly", "sly.example", 7450, one._replace(fingerprint="AB:CD"))
    yield content._replace(partners=content.partners.put("sly", partner))


def test_a_key_or_certificate_that_is_another_than_it_says_is_not_restored(basic: TestBox, admin: Client) -> None:
    before = basic.files()
    for number, wrong in enumerate(forged(content_of(basic))):
        sealed_with(basic, wrong)
        answer = restore(admin, name="crafted")
        assert answer.code == "InvalidValue" and "than it says" in str(answer.message), (number, answer)
    assert number == 30 and basic.files() == before


@pytest.mark.parametrize("moment", [2.0**62, -1e12, 253402300800.0])
def test_a_moment_that_is_none_is_not_restored(basic: TestBox, admin: Client, moment: float) -> None:
    content = content_of(basic)
    key = next(content.ssh_keys.values())
    sealed_with(basic, content._replace(ssh_keys=content.ssh_keys.put(key.id, key._replace(added_at=moment))))
    assert restore(admin, name="crafted").code == "InvalidValue"


def test_a_second_line_that_is_no_base64_is_refused_whatever_its_checksum(basic: TestBox, admin: Client) -> None:
    first, second, _ = path(basic).read_bytes().splitlines()
    (basic.folder / "import").mkdir()
    for wrong, code in ((second[:20] + b"\xff\x1b[2J" + second[20:], "BackupDamaged"), (second, "Done")):
        (basic.folder / "import" / "in.backup").write_bytes(checksummed(first + b"\n" + wrong + b"\nx\n"))
        assert admin.do("import_backup name=taken file=in.backup").code == code
    assert admin.do("export_backup name=taken").status == 0, "the control"


@pytest.mark.parametrize("wrong", [
    "m=262144,t=2,p=1", "m=65536,t=5,p=1", "m=65536,t=3,p=9", "m=0,t=2,p=1", "m=8,t=1,p=2"])
def test_a_hash_whose_login_would_take_the_memory_of_the_box_is_not_restored(
        basic: TestBox, admin: Client, wrong: str) -> None:
    content = content_of(basic)
    bob = content.accounts.get("bob")
    assert bob and "$m=8,t=1,p=1$" in bob.password
    dear = bob.password.replace("m=8,t=1,p=1", wrong)
    for one in (bob._replace(password=dear), bob._replace(password_history=(bob.password, dear)),
                bob._replace(password=bob.password.replace("argon2id", "argon2i")), bob._replace(password="plain")):
        sealed_with(basic, content._replace(accounts=content.accounts.put("bob", one)))
        assert restore(admin, name="crafted").code == "InvalidValue"
    strong = bob._replace(password=bob.password.replace("m=8,t=1,p=1", "m=65536,t=3,p=4"))
    sealed_with(basic, content._replace(accounts=content.accounts.put("bob", strong)))
    assert restore(admin, "--dry-run", name="crafted").status == 0, "the control: what a box makes is let in"


def test_the_number_of_a_user_is_never_that_of_a_backup(basic: TestBox, admin: Client) -> None:
    basic.configure(uids=(70000, 70010, 70003))
    content = content_of(basic)
    sealed_with(basic, content._replace(accounts=content.accounts.put("eve", Account("eve", "monitor", uid=0))))
    assert restore(admin, name="crafted").code == "Done"
    assert (eve := basic.state.accounts.get("eve")) and eve.uid == 70003


def test_sessions_of_users_who_get_another_password_end(basic: TestBox, admin: Client) -> None:
    admin.do("set_user name=kim password=Kim-other-2")
    kim = basic.client("kim", "Kim-other-2")
    assert restore(admin, "administrators=replace").code == "Done"
    assert kim.do("get_current_user").code == "SessionEnded"
    assert admin.do("get_users").code == "Done", "who restores goes on"


def test_users_keep_the_number_that_the_machine_knows_them_by(basic: TestBox, admin: Client) -> None:
    basic.configure(uids=(70000, 70010, 70003))
    basic.replace("kim", uid=70001)
    admin.do("remove_user name=bob")
    assert restore(admin, "administrators=replace").code == "Done"
    uids = {one.name: one.uid for one in basic.state.accounts.values()}
    assert (uids["kim"], uids["bob"]) == (70001, 70003) and basic.state.settings.uids[2] == 70004


def test_a_backup_is_taken_out_kept_once_and_removed(basic: TestBox, admin: Client) -> None:
    answer = admin.do("export_backup name=whole")
    assert answer.code == "Done", "nothing was changed, and it was delivered"
    assert answer.download.encode() == path(basic).read_bytes()
    assert admin.do(f"backup_settings name=whole password={PASSWORD}").code == "BackupExists"
    assert admin.do("backup_settings name=weak password=short").code == "PasswordTooWeak"
    assert admin.do(f"backup_settings name=a password={PASSWORD} items=users,cars").code == "InvalidValue"
    answer = admin.do("remove_backup name=whole")
    assert answer.code == "ConfirmationNeeded" and "removes the backup whole for ever" in str(answer.message)
    assert admin.do("remove_backup name=nothing").code == "UnknownBackup", "nothing is asked about what is not there"
    assert admin.do("remove_backup name=whole --yes").code == "Done"
    assert admin.do("remove_backup name=whole --yes").code == "UnknownBackup"
    assert admin.facts("get_backups")["backups"] == []


@pytest.mark.embedded_only("it proves what is read back, which no client sees")
def test_what_does_not_prove_itself_does_not_count(basic: TestBox) -> None:
    shelf = basic.house().box.backups.shelf

    def refuse(data: bytes) -> None:
        raise ValueError(data)
    with pytest.raises(ValueError, match="as written"):
        shelf.put("broken", b"as written", refuse)
    assert list(shelf.names()) == ["whole"]
    (basic.folder / "backups" / "killed.backup.unproven").write_bytes(b"half")
    assert list(shelf.names()) == ["whole"]
    shelf.put("good", b"as written", lambda data: None)
    assert sorted(one.name for one in path(basic).parent.iterdir()) == ["backups.lock", "good.backup", "whole.backup"]


@pytest.mark.embedded_only("it is about what is stored")
def test_everything_that_is_stored_belongs_to_a_backup_but_what_is_of_the_moment() -> None:
    kept = {table for item in backups.ITEMS for table in backups.tables([item])}
    assert sum(len(backups.tables([item])) for item in backups.ITEMS) == len(kept)
    assert set(State._fields) - kept == {"generation", "settings", "sessions", "conditions", "download_links",
                                         "directory_uids"}


@pytest.mark.parametrize("command", ["verify_backup", "restore_settings"])
def test_a_backup_that_is_not_there_is_refused_before_its_password_is_asked_for(admin: Client, command: str) -> None:
    answer = admin.door.check(command, "name", {"name": "nosuch"})
    assert answer is not None and answer.code == "UnknownBackup"
    assert admin.door.check(command, "name", {"name": "whole"}) is None
