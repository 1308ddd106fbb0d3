"""Password hashes with the real argon2id."""

import fcntl
import os
import threading
import time
from pathlib import Path

import argon2
import argon2.low_level
import pytest

from sysmgmt.domain.errors import BoxBusy, StorageFailed
from sysmgmt.domain.model import Cost
from sysmgmt.vault.hashing import Argon2Hasher

CHEAP = Cost(1, 8, 1)


def test_a_password_matches_its_hash_and_no_other(tmp_path: Path) -> None:
    hasher = Argon2Hasher(str(tmp_path))
    encoded = hasher.encode("pässwörd |>;", CHEAP)
    assert encoded.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    assert hasher.matches(encoded, "pässwörd |>;")
    assert not hasher.matches(encoded, "pässwörd |>") and not hasher.matches(encoded, "")


def test_the_classes_of_argon2_cffi_give_the_same_hashes(tmp_path: Path) -> None:
    cost, hasher = Cost(2, 32, 2), Argon2Hasher(str(tmp_path))
    theirs = argon2.PasswordHasher(2, 32, 2, hash_len=32)
    assert theirs.verify(hasher.encode("pässwörd", cost), "pässwörd")
    assert hasher.matches(theirs.hash("pässwörd"), "pässwörd") and not hasher.matches(theirs.hash("p"), "q")
    assert hasher.derive("p", b"12345678", cost) == argon2.low_level.hash_secret_raw(
        b"p", b"12345678", 2, 32, 2, 32, argon2.Type.ID)


def test_what_is_no_hash_and_a_cost_that_cannot_be_are_refused(tmp_path: Path) -> None:
    hasher = Argon2Hasher(str(tmp_path))
    for act in (lambda: hasher.matches("$argon2id$v=19$m=8,t=1,p=1$", "p"),
                lambda: hasher.encode("p", Cost(1, 1, 1)), lambda: hasher.derive("p", b"short", CHEAP)):
        with pytest.raises(ValueError):
            act()


@pytest.mark.requirement(26)
def test_the_same_password_never_has_the_same_hash(tmp_path: Path) -> None:
    hasher = Argon2Hasher(str(tmp_path))
    assert len({hasher.encode("same", CHEAP) for _ in range(50)}) == 50


@pytest.mark.requirement(25)
def test_every_character_of_a_long_password_counts(tmp_path: Path) -> None:
    hasher = Argon2Hasher(str(tmp_path))
    encoded = hasher.encode("x" * 200, CHEAP)
    assert hasher.matches(encoded, "x" * 200) and not hasher.matches(encoded, "x" * 199 + "y")


def test_other_parameters_are_outdated(tmp_path: Path) -> None:
    hasher = Argon2Hasher(str(tmp_path))
    encoded = hasher.encode("p", CHEAP)
    assert not hasher.outdated(encoded, CHEAP)
    assert hasher.outdated(encoded, Cost(2, 8, 1)) and hasher.outdated(encoded, Cost(1, 16, 1))


def held(folder: Path, number: int) -> int:
    descriptor = os.open(folder / f"hashing.{number}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def test_whoever_hangs_with_both_slots_does_not_stop_others_for_ever(tmp_path: Path) -> None:
    hasher = Argon2Hasher(str(tmp_path), patience=0.2)
    first, second = held(tmp_path, 0), held(tmp_path, 1)
    with pytest.raises(BoxBusy):
        hasher.encode("p", CHEAP)
    with pytest.raises(BoxBusy):
        hasher.waste("p", CHEAP)  # a stranger waits as long as a user
    os.close(second)
    assert hasher.encode("p", CHEAP), "with one slot free it goes on"
    os.close(first)


def test_a_slot_that_comes_free_is_taken(tmp_path: Path) -> None:
    hasher = Argon2Hasher(str(tmp_path))
    descriptors = [held(tmp_path, 0), held(tmp_path, 1)]
    done: list[str] = []
    waiter = threading.Thread(target=lambda: done.append(hasher.encode("p", CHEAP)))
    waiter.start()
    assert not done
    os.close(descriptors[0])
    waiter.join(20)
    assert done
    os.close(descriptors[1])


def test_never_more_than_two_are_computed_at_a_time(tmp_path: Path) -> None:
    """Eight at once take about four times as long as two at once, on any number of processors."""
    def together(number: int) -> float:
        threads = [threading.Thread(target=Argon2Hasher(str(tmp_path)).encode, args=("p", Cost(2, 19456, 1)))
                   for _ in range(number)]
        began = time.monotonic()
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        return time.monotonic() - began
    assert min(together(8) for _ in range(3)) > 2 * min(together(2) for _ in range(3))


def test_a_lock_that_cannot_be_opened_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "hashing.0.lock").mkdir()
    with pytest.raises(StorageFailed):
        Argon2Hasher(str(tmp_path)).encode("p", CHEAP)


def test_a_key_cannot_be_derived_with_what_argon2_does_not_take(tmp_path: Path) -> None:
    hasher = Argon2Hasher(str(tmp_path))
    with pytest.raises(ValueError, match="(?i)salt"):
        hasher.derive("p", b"short", CHEAP)
    assert len(hasher.derive("p", b"long enough salt", CHEAP)) == 32


def test_the_folder_of_the_slots_is_made_for_its_owner_only(tmp_path: Path) -> None:
    Argon2Hasher(str(tmp_path / "new")).encode("p", CHEAP)
    assert os.stat(tmp_path / "new").st_mode & 0o777 == 0o700


def test_a_text_that_no_file_can_hold_is_hashed_like_any_other(tmp_path: Path) -> None:
    hasher = Argon2Hasher(str(tmp_path))
    assert hasher.matches(hasher.encode("a\ud800", CHEAP), "a\ud800")
