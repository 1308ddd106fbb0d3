"""Password rules (R076-R091), against oracles that share nothing with them."""

import random
import string
import unicodedata

import pytest

from sysmgmt.domain import passwords
from sysmgmt.domain.errors import PasswordTooSimilar, PasswordTooWeak, PasswordTooYoung
from sysmgmt.domain.levels import LEVELS
from sysmgmt.domain.model import Account

DAY = 24 * 60 * 60
ALPHABETS = (string.ascii_lowercase, string.ascii_uppercase, string.digits, string.punctuation, " ",
             "äöüßé", "ÄÖÜÉ", "中文字", "٣४", "€😀")


def accepted(text: str, level: str) -> bool:
    """Whether the product accepts a password."""
    try:
        passwords.check_text(text, LEVELS[level])
    except PasswordTooWeak:
        return False
    return True


def oracle(text: str, level: str) -> bool:
    """The guide's words, from the categories of Unicode: Ll is lower case, Lu upper case, L* alphabetical."""
    kinds = [unicodedata.category(character) for character in text]
    if level == "basic":
        return 5 <= len(kinds) <= 1024
    if level == "nist":
        return 15 <= len(kinds) <= 1024
    if level == "stig":
        return (15 <= len(kinds) <= 1024 and "Ll" in kinds and "Lu" in kinds
                and any(character.isdigit() for character in text)
                and any(kind[0] not in "LN" for kind in kinds))
    return (8 <= len(kinds) <= 1024 and kinds.count("Ll") >= 2 and kinds.count("Lu") >= 2
            and sum(not kind.startswith("L") for kind in kinds) >= 2)


@pytest.mark.requirement(15)
@pytest.mark.parametrize("level", LEVELS)
def test_ten_thousand_random_passwords_are_judged_like_by_the_oracle(level: str) -> None:
    chance = random.Random(level)
    longest = {"basic": 12, "high": 12}.get(level, 24)
    verdicts = set()
    for _ in range(10_000):
        text = "".join(chance.choice(chance.choice(ALPHABETS)) for _ in range(chance.randint(0, longest)))
        assert accepted(text, level) == oracle(text, level), text
        verdicts.add(oracle(text, level))
    assert verdicts == {True, False}


@pytest.mark.parametrize("text, level, good", [
    ("abcd", "basic", False), ("abcde", "basic", True), ("     ", "basic", True), ("", "basic", False),
    ("abCD12e", "high", False), ("abCD12ef", "high", True), ("abcdefgh", "high", False), ("abcDEF12", "high", True),
    ("abcdEf12", "high", False), ("ABCDEf12", "high", False), ("abCDefg1", "high", False), ("abCDef!?", "high", True),
    ("abCDefg ", "high", False), ("abCDef  ", "high", True), ("x" * 1024, "basic", True), ("x" * 1025, "basic", False),
])
def test_a_level_asks_for_exactly_what_the_guide_says(text: str, level: str, good: bool) -> None:
    assert accepted(text, level) == good == oracle(text, level)


def test_a_refusal_names_what_is_missing_and_never_the_password() -> None:
    with pytest.raises(PasswordTooWeak) as caught:
        passwords.check_text("canary", LEVELS["high"])
    assert str(caught.value) == ("The password needs at least 8 characters, at least 2 upper case letters, "
                                 "at least 2 digits or special characters.")


@pytest.mark.requirement(17)
@pytest.mark.parametrize("hours, good", [(0, False), (23 + 59 / 60, False), (24, True), (24 + 1 / 60, True)])
def test_an_own_change_is_possible_once_in_24_hours(hours: float, good: bool) -> None:
    account = passwords.store(Account("bob", "monitor"), "hash", 0.0)._replace(own_change_at=0.0)
    for level in LEVELS:
        try:
            passwords.check_age(account, LEVELS[level], hours * 3600)
            found = True
        except PasswordTooYoung:
            found = False
        assert found == (good or level in ("basic", "nist"))


@pytest.mark.parametrize("days, due", [(89.999, False), (90, True), (91, True), (10_000, True)])
def test_a_password_expires_after_90_days_at_the_level_high(days: float, due: bool) -> None:
    account = passwords.store(Account("bob", "monitor"), "hash", 0.0)
    assert passwords.change_due(account, LEVELS["high"], days * DAY) == due
    assert not passwords.change_due(account, LEVELS["basic"], days * DAY)


@pytest.mark.parametrize("left, warned", [
    (15 * DAY, None), (14 * DAY + 1, None), (14 * DAY, 14), (14 * DAY - 1, 13), (DAY, 1), (DAY - 1, 0), (1, 0),
    (0, 0), (-1, None)])
def test_expiry_is_announced_from_14_days_before(left: int, warned: int | None) -> None:
    account = passwords.store(Account("bob", "monitor"), "hash", 0.0)
    assert passwords.days_left(account, LEVELS["high"], 90 * DAY - left) == warned
    assert passwords.days_left(account, LEVELS["basic"], 90 * DAY - left) is None


@pytest.mark.requirement(20)
def test_ten_passwords_are_remembered_the_present_one_among_them() -> None:
    account = Account("bob", "monitor")
    for number in range(20):
        account = passwords.store(account, f"hash {number}", float(number))
    assert passwords.remembered(account, LEVELS["high"]) == tuple(f"hash {number}" for number in range(19, 9, -1))
    assert passwords.remembered(account, LEVELS["basic"]) == ()


@pytest.mark.parametrize("text, names, common", [
    ("password", (), True), ("Password1!", (), True), ("bob", ("bob",), True), ("Bob2026", ("bob",), True),
    ("adminadmin2026!", (), True), ("BobBobBobBob1", ("bob",), True), ("gh7-kkwq-zz", ("bob",), False)])
def test_common_passwords_and_names_are_recognised(text: str, names: tuple[str, ...], common: bool) -> None:
    assert passwords.is_common(text, *names) == common


def test_what_is_wanted_of_a_password_is_said_in_words() -> None:
    assert passwords.wanted(LEVELS["high"]) == (
        "at least 8 characters, at least 2 lower case letters, at least 2 upper case letters, "
        "at least 2 digits or special characters")
    assert passwords.wanted(LEVELS["stig"]) == (
        "at least 15 characters, at least 1 lower case letter, at least 1 upper case letter, at least 1 digit, "
        "at least 1 special character")


def test_too_long_a_password_is_refused_with_the_limit() -> None:
    with pytest.raises(PasswordTooWeak, match="at most 1024 characters"):
        passwords.check_text("x" * 1025, LEVELS["basic"])


@pytest.mark.parametrize("old, new, good", [
    ("abcdefgh", "abcdefgX", False), ("abcdefgh", "12345678", True), ("abcdefgh", "1234567h", False),
    ("abcdefgh", "abcdefgh12345678", True), ("abcdefgh", "abcdefgh1234567", False),
    ("abcdefgh12345678", "abcdefgh", True)])
def test_a_new_password_differs_in_as_many_places_as_the_level_says(old: str, new: str, good: bool) -> None:
    if good:
        passwords.check_difference(old, new, LEVELS["stig"])
    else:
        with pytest.raises(PasswordTooSimilar, match="8"):
            passwords.check_difference(old, new, LEVELS["stig"])
    passwords.check_difference(old, old, LEVELS["basic"])


def test_a_forced_change_knows_no_least_age() -> None:
    changed = passwords.store(Account("bob", "monitor"), "hash", 0.0)._replace(own_change_at=0.0)
    for exempt in (changed._replace(must_change_password=True), changed._replace(own_change_at=None)):
        passwords.check_age(exempt, LEVELS["high"], 1.0)
    with pytest.raises(PasswordTooYoung, match="24"):
        passwords.check_age(changed, LEVELS["high"], 1.0)


def test_an_account_without_a_password_neither_expires_nor_remembers() -> None:
    nobody = Account("bob", "monitor")
    assert passwords.expires_at(nobody, LEVELS["high"]) is None and passwords.remembered(nobody, LEVELS["high"]) == ()
    assert passwords.expires_at(nobody._replace(password_changed_at=1.0), LEVELS["high"]) == 1.0 + 90 * DAY
    assert not passwords.change_due(nobody, LEVELS["high"], 1e9)
    assert passwords.change_due(nobody._replace(must_change_password=True), LEVELS["basic"], 0.0)
    first = passwords.store(nobody._replace(must_change_password=True), "hash", 5.0)
    assert first == nobody._replace(password="hash", password_changed_at=5.0)


def test_no_more_passwords_are_kept_than_24() -> None:
    account = Account("bob", "monitor")
    for number in range(30):
        account = passwords.store(account, f"hash {number}", float(number))
    assert (account.password, len(account.password_history)) == ("hash 29", 23)
