"""The store where the kernel refuses a call: nothing that was promised is lost, and what comes back is used."""

import ctypes
import fcntl
import os
import time
from errno import EBADF, EINTR, EIO, ENOSPC
from pathlib import Path
from zlib import crc32

import pytest

from sysmgmt.domain.errors import StateDamaged, StorageFailed, StorageFull, StorageUncertain
from sysmgmt.domain.model import Account, State
from sysmgmt.store import files, image, lines, space
from sysmgmt.store.audit import AuditJournal
from sysmgmt.store.journal import AUDIT, Limit, LineJournal
from sysmgmt.store.keyfile import KeyFile
from sysmgmt.store.losses import Losses
from sysmgmt.store.state import StateStore
from sysmgmt.store.writeahead import WriteAhead
from sysmgmt.vault.signing import SigningKeys
from tests.store.boxes import add, added
from tests.support.kernel import refusing


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(tmp_path / "state")


@pytest.fixture
def store(folder: str) -> StateStore:
    """A store with the user a."""
    one = StateStore(folder)
    add(one, "a")
    return one


def users(folder: str) -> list[str]:
    """The users that a new process finds."""
    return list(StateStore(folder).read().accounts)


def test_a_file_that_cannot_be_made_private_is_not_left_open(folder: str) -> None:
    os.mkdir(folder, 0o700)
    before = os.listdir("/proc/self/fd")
    with refusing("fchmod", EIO), pytest.raises(StorageFailed):
        add(StateStore(folder), "a")
    assert os.listdir("/proc/self/fd") == before


def test_after_a_change_that_could_not_be_synced_everything_is_written_anew(store: StateStore, folder: str) -> None:
    before = os.stat(f"{folder}/state.journal").st_ino
    with refusing("fdatasync", EIO), pytest.raises(StorageUncertain, match="Input/output error"):
        add(store, "b")
    assert list(store.read().accounts) == ["a"]
    add(store, "c")
    assert os.stat(f"{folder}/state.journal").st_ino != before
    assert list(store.read().accounts) == users(folder) == ["a", "c"]
    assert store.check()["dropped_bytes"] == 0


def test_a_change_that_is_surely_taken_back_is_told_apart_by_name(store: StateStore, folder: str) -> None:
    codes = []
    for times in (1, 1000):
        with refusing("fdatasync", EIO, times=times), pytest.raises(StorageFailed) as refused:
            add(store, "b")
        codes.append((refused.value.code, refused.value.status))
    assert codes == [("StorageFailed", 6), ("StorageUncertain", 6)]
    assert users(folder) == ["a"]


def test_in_a_transaction_whose_change_could_not_be_synced_no_other_one_is_stored(
        store: StateStore, folder: str) -> None:
    with store.writing() as writing:
        with refusing("fdatasync", EIO), pytest.raises(StorageFailed):
            writing.save(added(writing.state, "b"))
        with pytest.raises(StorageFailed, match="an earlier change could not be synced"):
            writing.save(added(writing.state, "c"))
    assert users(folder) == ["a"]


def test_a_change_that_could_not_be_written_is_cut_off_again(store: StateStore, folder: str) -> None:
    before = os.stat(f"{folder}/state.journal").st_size
    with refusing("write", EIO), pytest.raises(StorageFailed):
        add(store, "b")
    found = os.stat(f"{folder}/state.journal")
    assert found.st_size == before and found.st_blocks * 512 >= before + space.RESERVE
    add(store, "c")
    assert users(folder) == ["a", "c"]


def test_a_kernel_that_writes_nothing_and_says_so_counts_as_a_full_disk(
        store: StateStore, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch, pytest.raises(StorageFull):
        patch.setattr(os, "write", lambda descriptor, data: 0)
        add(store, "b")
    assert users(folder) == ["a"]


@pytest.mark.parametrize("sync, kept", [(0, True), (1, True), (2, True), (3, False)])
def test_a_state_that_could_not_be_folded_is_as_it_was(store: StateStore, folder: str, sync: int, kept: bool) -> None:
    """Of the four syncs of a fold only the last one leaves a journal behind that is not sure."""
    journal = os.stat(f"{folder}/state.journal").st_ino
    with refusing("fsync", EIO, sync, 1), pytest.raises(StorageFailed):
        store.compact()
    assert (os.stat(f"{folder}/state.journal").st_ino == journal) == kept
    assert list(store.read().accounts) == users(folder) == ["a"]
    before = os.stat(f"{folder}/state.journal").st_ino
    add(store, "b")
    assert (os.stat(f"{folder}/state.journal").st_ino == before) == kept, "what is not sure is written anew"
    assert users(folder) == ["a", "b"]
    assert not [one for one in os.listdir(folder) if one.endswith(files.TEMPORARY)]


def test_nobody_hears_of_a_journal_that_could_not_be_folded_now(
        folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image, "FOLD_AT", 400)
    store = StateStore(folder)
    with refusing("rename", EIO, after=2):  # the first two make a new box
        for number in range(9):
            add(store, f"u{number}")
    grown = os.stat(f"{folder}/state.journal").st_size
    assert grown > 400 and len(users(folder)) == 9
    for number in range(2):
        add(store, f"v{number}")
    assert os.stat(f"{folder}/state.journal").st_size < grown and len(users(folder)) == 11


def test_a_journal_that_can_be_neither_opened_nor_looked_at_is_named(store: StateStore, folder: str) -> None:
    os.remove(f"{folder}/state.journal")
    os.symlink("state.journal", f"{folder}/state.journal")
    for one in (store, StateStore(folder)):
        with pytest.raises(StateDamaged, match="state.journal: Too many levels of symbolic links"):
            one.read()


def test_a_state_file_that_can_be_neither_opened_nor_read_is_named(store: StateStore, folder: str) -> None:
    with refusing("pread", EIO), pytest.raises(StateDamaged, match="state.json: Input/output error"):
        StateStore(folder).read()
    os.rename(f"{folder}/state.json", f"{folder}/kept")
    os.symlink("state.json", f"{folder}/state.json")
    with pytest.raises(StateDamaged, match="state.json: Too many levels of symbolic links"):
        StateStore(folder).read()
    os.replace(f"{folder}/kept", f"{folder}/state.json")
    assert users(folder) == ["a"]


def test_a_file_that_the_kernel_gives_in_pieces_is_read_whole(store: StateStore, folder: str) -> None:
    real = os.pread
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "pread", lambda descriptor, size, offset: real(descriptor, min(size, 10), offset))
        assert users(folder) == ["a"]


def test_who_waits_for_the_lock_has_it_as_soon_as_it_is_free(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkdir(folder, 0o700)
    held, waited = os.open(f"{folder}/state.lock", os.O_RDWR | os.O_CREAT, 0o600), []
    fcntl.flock(held, fcntl.LOCK_EX)

    def let_go(seconds: float) -> None:
        waited.append(seconds)
        fcntl.flock(held, fcntl.LOCK_UN)
    monkeypatch.setattr(time, "sleep", let_go)
    add(StateStore(folder), "a")
    os.close(held)
    assert users(folder) == ["a"] and len(waited) == 1


@pytest.mark.parametrize("rename", [0, 1, 2])
def test_an_empty_box_whose_folding_fails_is_still_an_empty_box(folder: str, rename: int) -> None:
    with refusing("rename", EIO, rename), pytest.raises(StorageFailed):
        StateStore(folder).compact()
    assert StateStore(folder).read() == State()


def test_a_key_that_is_not_surely_overwritten_is_not_said_to_be_replaced(folder: str) -> None:
    keys = KeyFile(folder)
    keys.write(b"first")
    with refusing("fsync", EIO, after=2), pytest.raises(StorageFailed):  # the first two are of the new file
        keys.write(b"second")


def test_closing_a_journal_never_fails(store: StateStore, folder: str) -> None:
    def refuse(descriptor: int) -> None:
        os.close(descriptor)
        raise OSError(EIO, os.strerror(EIO))
    log = WriteAhead(folder)
    assert log.open() and not log.moved()
    log.close(refuse)
    assert log.moved() and log.torn() == 0 and log.replay() == []


def test_a_folder_that_everybody_may_write_to_could_hold_anything(folder: str) -> None:
    os.mkdir(folder)
    os.chmod(folder, 0o702)
    with pytest.raises(StateDamaged, match="somebody else owns this folder or may write to it"):
        StateStore(folder).read()
    os.chmod(folder, 0o770)
    StateStore(folder).read()


def test_a_folder_of_somebody_else_could_hold_anything(folder: str) -> None:
    os.mkdir(folder)
    os.chown(folder, 12345, -1)
    with pytest.raises(StateDamaged, match="somebody else owns this folder or may write to it") as refused:
        with StateStore(folder).writing():
            pass
    assert refused.value.advice == "It belongs to the user 12345: run the program as that user."


def test_a_file_of_which_the_disk_has_kept_less_replaces_nothing(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"before")
    with pytest.raises(OSError, match="No space left") as refused:
        files.replace(str(path), b"after", lambda descriptor: os.ftruncate(descriptor, 1))
    assert path.read_bytes() == b"before" and os.listdir(tmp_path) == ["file"] and refused.value.errno == ENOSPC
    files.replace(str(path), b"after")
    assert path.read_bytes() == b"after" and path.stat().st_mode & 0o777 == 0o600


def test_the_reserve_is_refused_by_name_where_it_cannot_be_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    with open(path, "rb") as file, pytest.raises(OSError, match="Bad file descriptor") as caught:
        space.keep(file.fileno(), 0)
    assert caught.value.errno == EBADF


def test_the_reserve_is_asked_for_again_after_an_interruption(tmp_path: Path) -> None:
    path, numbers = tmp_path / "file", iter((EINTR, EINTR, EBADF, EBADF))
    path.touch()
    with open(path, "rb") as file, pytest.MonkeyPatch.context() as patch:
        patch.setattr(ctypes, "get_errno", lambda: next(numbers))
        with pytest.raises(OSError, match="Bad file descriptor"):
            space.keep(file.fileno(), 0)
    assert list(numbers) == []


def test_a_header_whose_checksum_fits_and_that_is_no_json_is_damage() -> None:
    with pytest.raises(StateDamaged, match="name: line 1 is damaged"):
        lines.read_header(b"%08x nonsense" % crc32(b"nonsense"), "name")


def test_a_transaction_sees_itself_in_its_own_store(store: StateStore) -> None:
    with store.writing() as writing:
        writing.save(added(writing.state, "b"))
        assert store.read() is writing.state and list(store.read().accounts) == ["a", "b"]


def test_a_record_stands_under_its_first_field(store: StateStore, folder: str) -> None:
    with pytest.raises(ValueError, match="first field"), store.writing() as writing:
        writing.save(writing.state._replace(accounts=writing.state.accounts.put("x", Account("y", "monitor"))))
    assert list(store.read().accounts) == users(folder) == ["a"]


def test_where_there_is_nothing_to_fold_nothing_is_folded(folder: str, store: StateStore) -> None:
    store.compact()
    before = os.stat(f"{folder}/state.json").st_ino
    empty = StateStore(f"{folder}-none")
    empty.tidy()
    assert not os.path.exists(f"{folder}-none") and os.stat(f"{folder}/state.json").st_ino == before


def audited(folder: str) -> list[int]:
    """The numbers of the records of the audit."""
    with open(f"{folder}/{AUDIT}", "rb") as file:
        return [int(line.split(b'"seq":')[1].split(b",")[0].rstrip(b"}\n")) for line in file]


def test_a_record_that_could_not_be_synced_is_written_again_by_the_next_sync(folder: str) -> None:
    journal = LineJournal(folder)
    journal.append({"n": 1}, durable=True)
    written: list[int] = []
    with refusing("fdatasync", EIO), pytest.raises(StorageFailed):
        journal.append({"n": 2}, durable=True)
    real = os.pwrite
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "pwrite", lambda *given: written.append(given[2]) or real(*given))
        journal.sync()
        journal.sync()
    assert written == [len(b'{"seq":1,"n":1}\n')], "from the end of what had been synced on, and once"
    journal.append({"n": 3}, durable=True)
    assert audited(folder) == [1, 2, 3]


def test_what_was_appended_counts_though_its_lock_cannot_be_let_go(folder: str) -> None:
    journal = LineJournal(folder)
    journal.append({"n": 1}, durable=True)
    real = fcntl.flock

    def refuse(descriptor: int, what: int) -> None:
        if what == fcntl.LOCK_UN:
            os.close(descriptor)  # so that closing it again fails, too
            raise OSError(EIO, os.strerror(EIO))
        real(descriptor, what)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fcntl, "flock", refuse)
        journal.append({"n": 2}, durable=True)
    LineJournal(folder).append({"n": 3}, durable=True)
    journal.append({"n": 4}, durable=True)
    assert audited(folder) == [1, 2, 3, 4]


def test_a_file_that_turned_out_to_be_unusable_is_opened_again(folder: str) -> None:
    journal = LineJournal(folder)
    journal.append({"n": 1}, durable=True)

    def refuse(descriptor: int, what: int) -> None:
        patch.undo()
        os.close(descriptor)
        raise OSError(EIO, os.strerror(EIO))
    with pytest.MonkeyPatch.context() as patch, pytest.raises(StorageFailed):
        patch.setattr(fcntl, "flock", refuse)
        journal.append({"n": 2}, durable=True)
    journal.append({"n": 3}, durable=True)
    assert audited(folder) == [1, 2]


def test_a_chain_of_which_the_first_record_is_not_sure_is_not_said_to_be_begun(folder: str) -> None:
    journal = AuditJournal(folder, lambda: 1.5, SigningKeys())
    with refusing("fdatasync", EIO, after=1), pytest.raises(StorageFailed):  # the first is of what it follows
        journal.begin("5eed" * 16)


def test_names_that_could_not_be_made_durable_are_not_promised(tmp_path: Path) -> None:
    files.keep_names(str(tmp_path))
    with refusing("fsync", EIO), pytest.raises(StorageUncertain, match="Input/output error"):
        files.keep_names(str(tmp_path))


def test_a_sync_that_is_refused_says_so_each_time(folder: str) -> None:
    journal = LineJournal(folder)
    journal.append({"n": 1}, durable=True)
    journal.append({"n": 2}, durable=False)
    with refusing("fdatasync", EIO):
        for _ in range(2):
            with pytest.raises(StorageFailed):
                journal.sync()
    journal.append({"n": 3}, durable=False)
    journal.sync()
    assert audited(folder) == [1, 2, 3]


def test_a_record_that_could_not_be_written_leaves_nothing_behind(folder: str) -> None:
    journal = LineJournal(folder)
    journal.append({"n": 1}, durable=True)
    real = os.write
    with pytest.MonkeyPatch.context() as patch, pytest.raises(StorageFailed):
        def half(descriptor: int, data: bytes) -> int:
            patch.undo()
            real(descriptor, data[:4])
            raise OSError(EIO, os.strerror(EIO))
        patch.setattr(os, "write", half)
        journal.append({"n": 2}, durable=True)
    journal.append({"n": 3}, durable=True)
    assert audited(folder) == [1, 2]
    assert os.stat(f"{folder}/{AUDIT}").st_blocks * 512 >= space.RESERVE


def test_a_journal_whose_name_is_taken_again_and_again_is_given_up(folder: str) -> None:
    """Whoever swaps the file each time it is opened stops the writer, and does not make it loop for ever."""
    journal = LineJournal(folder)
    journal.append({"n": 1}, durable=True)
    other = os.stat(folder)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(StorageFailed, match="Stale file handle"):
        patch.setattr(os, "stat", lambda path, **how: other)
        journal.append({"n": 2}, durable=True)
    journal.append({"n": 2}, durable=True)
    assert audited(folder) == [1, 2]


def test_a_new_file_that_cannot_be_begun_now_is_begun_by_the_next_record(folder: str) -> None:
    journal = LineJournal(folder, limit=Limit(1, 3))
    journal.append({"n": 1}, durable=True)
    with refusing("open", EIO, after=1):  # the first one syncs the folder
        journal.append({"n": 2}, durable=True)
    assert not os.path.exists(f"{folder}/{AUDIT}")
    journal.append({"n": 3}, durable=True)
    assert [one["seq"] for one in journal.newest()] == [3, 2, 1]


def test_a_file_that_becomes_an_archive_while_it_is_read_is_read_once(folder: str, tmp_path: Path) -> None:
    journal = LineJournal(folder, limit=Limit(100, 3))
    for number in range(2):
        journal.append({"n": number}, durable=True)
    reading = journal.newest()
    assert next(reading)["seq"] == 2
    journal.append({"long": "x" * 100}, durable=True)
    assert not (tmp_path / "state" / AUDIT).read_bytes(), "it is an archive now"
    assert [one["seq"] for one in reading] == [1]


def test_where_there_is_no_folder_there_is_no_record(folder: str) -> None:
    assert list(LineJournal(folder).newest()) == []


@pytest.mark.parametrize("text, count", [(None, 0), (b"nonsense\n", 0), (b"%020d\n" % 12, 12), (b"", 0)])
def test_losses_that_cannot_be_read_are_none(tmp_path: Path, text: bytes | None, count: int) -> None:
    losses = Losses(str(tmp_path))
    if text is not None:
        (tmp_path / "audit.lost").write_bytes(text)
    assert losses.count() == count
    losses.add(3)
    assert losses.count() == (15 if count else 0)


def test_in_a_folder_whose_name_may_not_stay_nothing_is_begun(folder: str) -> None:
    with refusing("fsync", EIO), pytest.raises(StorageFailed):
        add(StateStore(folder), "a")
    assert os.listdir(folder) == []
