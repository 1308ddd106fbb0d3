"""A disk that is really full: nothing is lost, the reserve is there, space that comes back is used."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sysmgmt.domain.errors import StorageFull
from sysmgmt.domain.model import Account, State
from sysmgmt.engine.request import Caller
from sysmgmt.service.duties import audit
from sysmgmt.store.audit import AuditJournal
from sysmgmt.store.journal import LineJournal
from sysmgmt.store.state import StateStore
from sysmgmt.store.tables import Tables
from sysmgmt.vault.signing import SigningKeys
from tests.faults import disk
from tests.support.box import ADMIN_PASSWORD, Client, TestBox, build
from tests.support.clock import HeldClock
from tests.support.hashers import WastingHasher, counted

CONSOLE = Caller(origin="tty1", endpoint="console", console=True)


def added(state: State, name: str) -> State:
    return state._replace(accounts=state.accounts.put(name, Account(name, "monitor", password="x" * 90)))


def add(store: StateStore, name: str, reserve: bool = False) -> None:
    with store.writing(reserve) as writing:
        writing.save(added(writing.state, name))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[str]:
    with disk.small(str(tmp_path / "disk"), "1m"):
        os.mkdir(tmp_path / "disk" / "box")
        yield str(tmp_path / "disk" / "box")


def fill_up(store: StateStore, folder: str) -> list[str]:
    """Fill the disk, then add users until the store refuses; who was promised."""
    disk.fill(os.path.dirname(folder))
    promised = []
    with pytest.raises(StorageFull):
        for number in range(10000):
            add(store, f"u{number}")
            promised.append(f"u{number}")
    return promised


def test_a_full_disk_refuses_a_change_and_loses_nothing(folder: str) -> None:
    store = StateStore(folder)
    add(store, "admin")
    promised = fill_up(store, folder)
    with pytest.raises(StorageFull), store.writing() as writing:
        writing.save(added(writing.state, "late"))
    with pytest.raises(StorageFull):
        Tables(folder).table("groups").insert({"text": "x" * 500})
    assert list(store.read().accounts) == list(StateStore(folder).read().accounts) == sorted(["admin", *promised])
    assert not StateStore(folder).read().groups


def test_on_a_full_disk_a_writer_with_the_reserve_makes_three_hundred_changes(folder: str) -> None:
    store = StateStore(folder)
    add(store, "admin")
    fill_up(store, folder)
    for number in range(300):
        add(store, f"r{number}", reserve=True)
    assert len([name for name in StateStore(folder).read().accounts if name.startswith("r")]) == 300


def test_a_new_process_can_use_the_reserve_of_a_full_disk(folder: str) -> None:
    store = StateStore(folder)
    add(store, "admin")
    fill_up(store, folder)
    add(StateStore(folder), "r0", reserve=True)
    assert "r0" in store.read().accounts


def test_even_the_reserve_ends_with_a_refusal_and_loses_nothing(folder: str) -> None:
    store = StateStore(folder)
    add(store, "admin")
    promised = fill_up(store, folder)
    with pytest.raises(StorageFull):
        for number in range(10000):
            add(store, f"r{number}", reserve=True)
            promised.append(f"r{number}")
    assert len(StateStore(folder).read().accounts) == len(promised) + 1
    assert StateStore(folder).check()["dropped_bytes"] == 0


def test_a_full_disk_refuses_compaction_and_leaves_no_temporary_file(folder: str) -> None:
    store = StateStore(folder)
    add(store, "admin")
    fill_up(store, folder)
    before = store.read()
    with pytest.raises(StorageFull):
        store.compact()
    assert StateStore(folder).read() == before
    assert not [name for name in os.listdir(folder) if name.endswith(".tmp")]


def test_changes_work_again_when_space_comes_back(folder: str) -> None:
    store = StateStore(folder)
    add(store, "admin")
    fill_up(store, folder)
    os.unlink(os.path.join(os.path.dirname(folder), "ballast"))
    add(store, "later")
    store.compact()
    assert "later" in StateStore(folder).read().accounts


def test_a_new_box_on_a_full_disk_is_refused_by_name(folder: str) -> None:
    disk.fill(os.path.dirname(folder))
    with pytest.raises(StorageFull):
        add(StateStore(folder), "admin")
    assert StateStore(folder).read() == State()


def test_the_audit_keeps_a_reserve_of_its_own(folder: str) -> None:
    journal = LineJournal(folder)
    journal.append({"event": "first"}, durable=True)
    disk.fill(os.path.dirname(folder))
    with pytest.raises(StorageFull):
        for _ in range(10000):
            journal.append({"event": "ordinary"}, durable=True)
    for _ in range(500):
        journal.append({"event": "reserved"}, durable=True, reserve=True)
    with open(os.path.join(folder, "audit.journal"), encoding="ascii") as lines:
        records = [json.loads(line) for line in lines]
    assert [record["seq"] for record in records] == list(range(1, len(records) + 1))
    assert sum(record["event"] == "reserved" for record in records) == 500


def test_on_a_full_disk_only_a_file_of_the_audit_that_is_put_away_may_use_the_reserve(folder: str) -> None:
    journal = AuditJournal(folder, lambda: 1.5, SigningKeys())
    journal.begin("5eed" * 16)
    disk.fill(os.path.dirname(folder))
    with pytest.raises(StorageFull):
        for _ in range(10000):
            journal.append({"event": "ordinary"}, durable=False)
    with pytest.raises(StorageFull):
        journal.checkpoint()
    assert journal.rotate()
    journal.append({"event": "later"}, durable=True, reserve=True)
    assert journal.verify(["5eed" * 16])["intact"]


def test_the_same_disk_destroys_what_stock_tinydb_stored(folder: str) -> None:
    """Positive control: the disk is full in earnest, and the harness can see a loss."""
    disk.fill(os.path.dirname(folder))
    os.truncate(os.path.join(os.path.dirname(folder), "ballast"), 1048576 - 24576)
    done = subprocess.run([sys.executable, "-m", "tests.faults.writer", folder, "1000", "u", "--stock"],
                          capture_output=True, text=True)
    assert "refused" in done.stdout
    with open(os.path.join(folder, "stock.json"), encoding="ascii") as file, pytest.raises(ValueError):
        json.load(file)


@pytest.mark.requirement(81)
@pytest.mark.requirement(84)
def test_on_a_full_disk_the_audit_is_verified_exported_and_made_room_in(folder: str, tmp_path: Path) -> None:
    """The whole way out, by what the commands may use: nothing else is changed meanwhile, and reading goes on."""
    made = build(tmp_path / "template", "basic", HeldClock())
    shutil.copytree(made.folder, folder, dirs_exist_ok=True)
    box = TestBox(Path(folder), made.clock)
    admin = box.admin()
    for line in ("create_system_certificate common_name=box1", "set_audit_policy keep=1",
                 "add_user name=bob role=monitor password=bob-first-1", "lock_user name=bob", "rotate_audit_log"):
        assert admin.do(line).code == "Done", line
    ballast = Path(disk.fill(os.path.dirname(folder)))
    assert "StorageFull" in {admin.do(f"add_group name=g{number}").code for number in range(2000)}
    for line in ("get_users", "verify_audit_log", "unlock_user name=bob", "rotate_audit_log", "export_audit_log",
                 "rotate_audit_log"):
        assert admin.do(line).code == "Done", line
    assert admin.do(f"export_audit_log after={box.state.settings.audit_handed_out}").code == "Done"
    assert ballast.exists()
    before = disk_free(folder)
    audit.keep(box.house())
    assert disk_free(folder) > before
    assert len(list(Path(folder).glob("audit-*.journal"))) == 1
    assert box.admin().do("verify_audit_log").code == "Done"


@pytest.fixture
def settled(folder: str, tmp_path: Path) -> TestBox:
    """A box on the small disk, with a monitor whose password is bob-first-1."""
    made = build(tmp_path / "template", "basic", HeldClock())
    shutil.copytree(made.folder, folder, dirs_exist_ok=True)
    box = TestBox(Path(folder), made.clock)
    line = "add_user name=bob role=monitor password=bob-first-1 must_change=no"
    assert box.admin().do(line).code == "Done"
    return box


def recorded(box: TestBox, user: str) -> int:
    """How many of a user's looks the audit has."""
    return sum((one["user"], one["command"]) == (user, "get_users") for one in box.audit())


@pytest.mark.requirement(84)
@pytest.mark.attack(7)
def test_who_may_only_look_leaves_the_last_of_a_disk_to_administrators(settled: TestBox, folder: str) -> None:
    admin, bob = settled.admin(), settled.client("bob", "bob-first-1")
    disk.leave(os.path.dirname(folder), 400_000)
    tries = 2000
    assert {bob.do("get_users").code for _ in range(tries)} == {"Done"}, "reading goes on, unrecorded in the end"
    assert 0 < recorded(settled, "bob") < tries and bob.do("end_session session=none").code == "StorageFull"
    for number in range(100):
        assert admin.do("get_users").code == admin.do(f"add_group name=g{number}").code == "Done"
    assert recorded(settled, "admin") == 100
    assert admin.do("lock_user name=bob").code == "Done"
    assert admin.facts("get_audit_policy")["lost_records"] >= tries - recorded(settled, "bob")


@pytest.mark.requirement(84)
@pytest.mark.attack(7)
@pytest.mark.parametrize("asks", [
    lambda box, bob: box.client().do("unlock_user name=x").code, lambda box, bob: bob.do("lock_user name=x").code,
    lambda box, bob: bob.do("end_session session=none").code,
    lambda box, bob: box.client().log_in("sue", "wrong-guess-1").code,
], ids=["strangers who unlock", "a monitor who locks", "changes that are refused", "guesses at who is locked"])
def test_who_is_refused_uses_up_neither_the_last_of_a_disk_nor_the_reserve(
        settled: TestBox, folder: str, asks: Callable[[TestBox, Client], str]) -> None:
    bob = settled.client("bob", "bob-first-1")
    assert settled.admin().do("add_user name=sue role=monitor password=sue-first-1").code == "Done"
    for _ in range(3):
        settled.client().log_in("sue", "wrong-guess-1")
    disk.leave(os.path.dirname(folder), 61_440)
    asks(settled, bob)
    before = written(folder)
    assert "Done" not in {asks(settled, bob) for _ in range(20)}
    assert written(folder) == before
    assert settled.admin().do("lock_user name=bob").code == "Done"


@pytest.mark.requirement(84)
@pytest.mark.attack(7)
def test_on_a_full_disk_those_come_in_who_can_make_room_and_nobody_else_uses_that_up(
        settled: TestBox, folder: str) -> None:
    disk.fill(os.path.dirname(folder))
    admin = settled.admin()
    assert "StorageFull" in {admin.do(f"add_group name=g{number}").code for number in range(2000)}
    size = written(folder)
    for name in ("bob", "nobody", "bob") * 20:
        assert settled.client().log_in(name, "wrong-guess-1").code == "LoginFailed"
    assert settled.client().log_in("bob", "bob-first-1").code == "LoginFailed", "who there is remains unknown"
    assert settled.client(stranger=CONSOLE).log_in("bob", "bob-first-1").code == "StorageFull"
    assert written(folder) == size
    codes = [settled.client().log_in("admin", "wrong-guess-1").code for _ in range(60)]
    assert codes == ["LoginFailed"] * 60, "three are counted, and nothing is written of the rest"
    other = settled.client(stranger=CONSOLE)
    assert other.log_in("admin", ADMIN_PASSWORD).code == "Done"
    for line in ("lock_user name=bob", "remove_user name=bob", "set_audit_policy remove=oldest keep=1"):
        assert other.do(f"{line} --yes").code == "Done", line


@pytest.mark.requirement(33)
@pytest.mark.attack(6)
@pytest.mark.parametrize("name", ["bob", "nobody"])
def test_on_a_full_disk_a_login_costs_a_hash_whoever_is_meant(
        settled: TestBox, folder: str, tmp_path: Path, name: str) -> None:
    disk.fill(os.path.dirname(folder))
    admin = settled.admin()
    assert "StorageFull" in {admin.do(f"add_group name=g{number}").code for number in range(2000)}
    log = tmp_path / "hashes"
    house = settled.house(WastingHasher(Path(folder), log))
    assert settled.client(house=house).log_in(name, "bob-first-1").code == "LoginFailed"
    assert counted(log) == 1


def written(folder: str) -> int:
    """Bytes of everything in a folder."""
    return sum(one.stat().st_size for one in Path(folder).iterdir())


def disk_free(folder: str) -> int:
    """Bytes."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def test_a_new_box_without_room_for_the_reserve_is_refused_and_made_when_there_is(folder: str) -> None:
    ballast = disk.fill(os.path.dirname(folder))
    os.truncate(ballast, os.path.getsize(ballast) - 32768)
    store = StateStore(folder)
    with pytest.raises(StorageFull):
        add(store, "admin")
    assert not list(store.read().accounts) and not [one for one in os.listdir(folder) if one.startswith("state.j")]
    os.remove(ballast)
    add(store, "admin")
    assert list(StateStore(folder).read().accounts) == ["admin"]
