"""Whichever way guesses come: one counter, three evaluated, and nothing that is no password lets in."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attacks.guesses import RIGHT, WAYS, by_login
from tests.support.box import TestBox
from tests.support.hashers import CountingHasher, at_once, counted
from tests.support.served import Served

WRONG = "wrong-one"
GUESSES = 40


class Counted:
    """A box behind its socket, with a hasher that counts the passwords it looks at."""

    def __init__(self, box: TestBox, folder: Path) -> None:
        self.box, self.path, self.log = box, folder / "box.sock", folder / "compared"
        self._served = Served(box.house(CountingHasher(box.folder, self.log)), self.path)

    def stop(self) -> None:
        self._served.cut()
        self._served.join()

    def begin_again(self) -> None:
        """Give all attempts back, behind the engine's back."""
        self.box.replace("mona", strikes=0, pending=(), locked_by="", locked_since=None, failed_logins=0)
        self.log.unlink(missing_ok=True)

    def strikes(self) -> int:
        account = self.box.state.accounts.get("mona")
        assert account is not None
        return account.strikes


@pytest.fixture
def served(basic: TestBox, folder: Path) -> Iterator[Counted]:
    basic.add("mona", RIGHT)
    one = Counted(basic, folder)
    yield one
    one.stop()


@pytest.mark.requirement(37)
@pytest.mark.attack(8)
def test_three_wrong_in_any_mixture_of_ways_lock_all_of_them(served: Counted) -> None:
    for ways in itertools.combinations_with_replacement(WAYS, 3):
        served.begin_again()
        assert all(guess(served.path, "mona", RIGHT) for guess in WAYS.values()), "the control"
        for way in ways:
            assert WAYS[way](served.path, "mona", WRONG) is False
        assert {name: guess(served.path, "mona", RIGHT) for name, guess in WAYS.items()} == dict.fromkeys(WAYS, False)
        assert served.strikes() == 3


@pytest.mark.requirement(12)
@pytest.mark.attack(37)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("forms", [("Mona", "MONA", "mOnA"), ("mona", "MONA", "Mona")])
def test_forms_of_a_name_share_its_counter(served: Counted, way: str, forms: tuple[str, ...]) -> None:
    for form in forms:
        assert WAYS[way](served.path, form, WRONG) is False
    assert served.strikes() == 3
    assert not WAYS[way](served.path, "mona", RIGHT) and not WAYS[way](served.path, "MONA", RIGHT)


@pytest.mark.attack(3, 36, 37)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("form", [
    "mona ", " mona", "mona\t", "mona\n", "mona\0", "\0mona", "ｍｏｎａ", "mоna", "mona\u200b", "mo\u00adna", "mona/",
    "../mona", "./mona", "mona:", "mona,admin", "mona@", "m%6fna", "mona\r", "\"mona\"", "mona;", "-fmona"])
def test_what_is_no_form_of_a_name_is_nobody(served: Counted, way: str, form: str) -> None:
    assert WAYS[way](served.path, form, RIGHT) is False
    assert served.strikes() == 0 and counted(served.log) == 0


@pytest.mark.attack(36, 45)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("password", ["", " ", "   ", "\0", f"\0{RIGHT}", f"{RIGHT}\0", f"{RIGHT} ", f" {RIGHT}", "\n",
                                      f"{RIGHT}\n", RIGHT.lower(), RIGHT[:-1], RIGHT * 100, "*", "%", "' or 1=1 --"])
def test_what_is_not_the_password_lets_nobody_in(served: Counted, way: str, password: str) -> None:
    assert WAYS[way](served.path, "mona", password) is False
    assert served.strikes() == 1
    assert WAYS[way](served.path, "mona", RIGHT) is True, "the control"


@pytest.mark.attack(45)
@pytest.mark.parametrize("stored", ["", "*", "!", "x"])
@pytest.mark.parametrize("way", WAYS)
def test_an_account_without_a_hash_has_no_password(served: Counted, way: str, stored: str) -> None:
    served.box.replace("mona", password=stored)
    for password in ("", stored):
        assert WAYS[way](served.path, "mona", password) is False


@pytest.mark.requirement(43)
@pytest.mark.attack(8)
def test_of_many_guesses_at_once_by_all_ways_three_are_evaluated(served: Counted) -> None:
    guesses = list(itertools.islice(itertools.cycle(WAYS.values()), GUESSES))
    at_once(GUESSES, lambda number: guesses[number](served.path, "mona", f"wrong-{number}") and None)
    assert (counted(served.log), served.strikes()) == (3, 3)
    assert by_login(served.path, "mona", RIGHT) is False


@pytest.mark.attack(8)
def test_more_than_three_would_be_seen(served: Counted) -> None:
    for _ in range(5):
        by_login(served.path, "mona", WRONG)
        served.box.replace("mona", strikes=0, locked_by="")
    assert counted(served.log) == 5
