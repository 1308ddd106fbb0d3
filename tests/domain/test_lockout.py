"""What becomes of an account at each attempt, as values: at the engine's doors it is tried by tests/engine."""

import pytest

from sysmgmt.domain import lockout
from sysmgmt.domain.levels import LEVELS, Rules
from sysmgmt.domain.lockout import Turn
from sysmgmt.domain.model import Account
from sysmgmt.domain.times import DAY

BASIC = LEVELS["basic"]
PATIENT = Rules(5, unlock_minutes=15, most_failures=100)
"""A lock ends by itself, until there were too many wrong passwords in all."""
BUSY = Rules(5, unused_days=35)
"""Accounts must be used."""
NOW = 1000.0 * DAY
BOB = Account("bob", "monitor")
ADMIN = Account("admin", "administrator")
LOCKED = BOB._replace(locked_by="attempts", locked_since=NOW, strikes=3, wrong_in_a_row=3)


def guessed(account: Account, times: int, rules: Rules = BASIC, console: bool = False) -> Account:
    """The account after so many wrong passwords."""
    for number in range(times):
        account = lockout.wrong(lockout.take(account, f"t{number}", NOW, console), f"t{number}", NOW, rules)
    return account


def test_what_is_stored_of_a_lock_are_these_words() -> None:
    """They are in the states of boxes, which a later release reads."""
    assert (lockout.BY_ATTEMPTS, lockout.BY_COMMAND, lockout.BY_DISUSE, lockout.BY_END) == (
        "attempts", "command", "disuse", "end")
    assert lockout.FINAL == {"command", "disuse", "end"}


def test_each_wrong_password_is_a_strike_and_the_third_locks() -> None:
    assert guessed(BOB, 1) == BOB._replace(strikes=1, wrong_in_a_row=1, failed_logins=1)
    assert guessed(BOB, 2) == BOB._replace(strikes=2, wrong_in_a_row=2, failed_logins=2)
    assert guessed(BOB, 3) == LOCKED._replace(failed_logins=3)


def test_of_an_attempt_that_nobody_made_nothing_is_counted_but_the_failure() -> None:
    assert lockout.wrong(BOB, "unknown", NOW, BASIC) == BOB._replace(failed_logins=1)
    assert lockout.bury(BOB, {"unknown"}, NOW, BASIC) == BOB
    assert lockout.right(BOB, "unknown", False) == lockout.withdraw(BOB, "unknown") == BOB


def test_a_right_password_gives_every_strike_back_and_leaves_other_attempts_alone() -> None:
    trying = lockout.take(lockout.take(guessed(BOB, 2), "mine", NOW, False), "other", NOW, False)
    assert lockout.right(trying, "mine", False) == BOB._replace(failed_logins=2, pending=("other",))


def test_an_attempt_that_was_not_looked_at_is_withdrawn_and_strikes_stay() -> None:
    before = guessed(BOB, 2)
    assert lockout.withdraw(lockout.take(before, "mine", NOW, False), "mine") == before


def test_dead_attempts_are_strikes_and_three_lock() -> None:
    trying = BOB._replace(pending=("a", "b", "c"))
    assert lockout.bury(trying, {"a", "b"}, NOW, BASIC) == BOB._replace(strikes=2, wrong_in_a_row=2, pending=("c",))
    assert lockout.bury(trying, {"a", "b", "c"}, NOW, BASIC) == LOCKED


def test_a_lock_that_stands_keeps_its_reason_and_its_time() -> None:
    locked = BOB._replace(locked_by="command", locked_since=1.0, strikes=2)
    assert guessed(locked, 1) == locked._replace(strikes=3, wrong_in_a_row=1, failed_logins=1)


@pytest.mark.parametrize("strikes, pending, turn", [
    (0, 0, Turn.TRY), (0, 2, Turn.TRY), (0, 3, Turn.WAIT), (2, 0, Turn.TRY), (2, 1, Turn.WAIT), (3, 0, Turn.LOCKED)])
def test_there_are_three_slots_of_which_strikes_take_one_each(strikes: int, pending: int, turn: Turn) -> None:
    account = BOB._replace(strikes=strikes, pending=("x",) * pending)
    assert lockout.turn(account, NOW, False, BASIC) is turn


@pytest.mark.parametrize("in_a_row, pending, turn", [
    (97, 2, Turn.TRY), (98, 1, Turn.TRY), (98, 2, Turn.WAIT), (99, 0, Turn.TRY), (99, 1, Turn.WAIT),
    (100, 0, Turn.LOCKED), (101, 0, Turn.LOCKED)])
def test_where_there_is_a_most_of_all_failures_no_attempt_goes_beyond(in_a_row: int, pending: int, turn: Turn) -> None:
    account = BOB._replace(wrong_in_a_row=in_a_row, pending=("x",) * pending)
    assert lockout.turn(account, NOW, False, PATIENT) is turn


def test_the_hundredth_wrong_password_in_a_row_locks_whatever_the_strikes() -> None:
    assert guessed(BOB._replace(wrong_in_a_row=98), 1, PATIENT).locked_by == ""
    assert guessed(BOB._replace(wrong_in_a_row=99), 1, PATIENT).locked_by == "attempts"


@pytest.mark.parametrize("locked_by", ["attempts", "command", "disuse", "end"])
def test_a_locked_account_is_locked_for_every_attempt(locked_by: str) -> None:
    assert lockout.turn(BOB._replace(locked_by=locked_by), NOW, False, BASIC) is Turn.LOCKED
    at_console = lockout.turn(ADMIN._replace(locked_by=locked_by), NOW, True, BASIC)
    assert at_console is (Turn.TRY if locked_by == "attempts" else Turn.LOCKED)


@pytest.mark.parametrize("after, over", [(0, False), (899.9, False), (900, True), (10_000, True)])
def test_a_lock_ends_by_itself_only_where_the_level_says_so(after: float, over: bool) -> None:
    freed = LOCKED._replace(locked_by="", locked_since=None, strikes=0)
    assert lockout.settled(LOCKED, NOW + after, PATIENT) == (freed if over else LOCKED)
    assert lockout.settled(LOCKED, NOW + after, BASIC) == LOCKED


@pytest.mark.parametrize("in_a_row, over", [(99, True), (100, False), (101, False)])
def test_a_lock_after_too_many_failures_in_all_does_not_end_by_itself(in_a_row: int, over: bool) -> None:
    account = lockout.settled(LOCKED._replace(wrong_in_a_row=in_a_row), NOW + 900, PATIENT)
    assert (account.locked_by == "") == over


def test_only_a_lock_by_attempts_whose_time_is_known_ends_by_itself() -> None:
    for stays in (LOCKED._replace(locked_by="command"), LOCKED._replace(locked_since=None)):
        assert lockout.settled(stays, NOW + DAY, PATIENT) == stays


@pytest.mark.parametrize("field", ["last_login_at", "password_changed_at", "enabled_at"])
def test_an_account_that_nobody_used_for_too_long_is_locked(field: str) -> None:
    """The last use of any kind counts."""
    used = BOB._replace(last_login_at=1.0, password_changed_at=1.0, enabled_at=1.0)._replace(**{field: NOW})
    end = NOW + 35 * DAY
    assert lockout.settled(used, end, BUSY) == used
    assert lockout.settled(used, end + 1, BUSY) == used._replace(locked_by="disuse", locked_since=end + 1)
    assert lockout.settled(used, end + 1, BASIC) == used


def test_who_was_never_there_and_admin_are_not_locked_for_disuse() -> None:
    assert lockout.settled(BOB, NOW, BUSY) == BOB
    used = ADMIN._replace(last_login_at=1.0)
    assert lockout.settled(used, NOW, BUSY) == used


def test_a_lock_that_stands_is_none_for_disuse() -> None:
    locked = LOCKED._replace(last_login_at=1.0)
    assert lockout.settled(locked, NOW, BUSY) == locked


@pytest.mark.parametrize("locked_by", ["", "attempts"])
def test_a_temporary_account_is_locked_at_its_end_and_no_earlier(locked_by: str) -> None:
    temporary = BOB._replace(ends_at=NOW, locked_by=locked_by, locked_since=1.0 if locked_by else None)
    assert lockout.settled(temporary, NOW - 0.1, BASIC) == temporary
    assert lockout.settled(temporary, NOW, BASIC) == temporary._replace(locked_by="end", locked_since=NOW)


@pytest.mark.parametrize("locked_by", ["command", "disuse", "end"])
def test_the_end_of_an_account_changes_no_final_lock(locked_by: str) -> None:
    locked = BOB._replace(ends_at=NOW, locked_by=locked_by, locked_since=1.0)
    assert lockout.settled(locked, NOW + DAY, BASIC) == locked


def test_only_admin_has_a_counter_of_its_own_and_only_at_the_console() -> None:
    assert lockout.own_counter(ADMIN, True)
    assert not lockout.own_counter(ADMIN, False) and not lockout.own_counter(BOB, True)


def test_attempts_at_the_console_are_counted_apart() -> None:
    trying = lockout.take(ADMIN, "t", NOW, True)
    assert trying == ADMIN._replace(console_pending=("t",), console_tried_at=NOW)
    struck = lockout.wrong(trying, "t", NOW, BASIC)
    assert struck == ADMIN._replace(console_strikes=1, console_tried_at=NOW, failed_logins=1)
    assert guessed(ADMIN, 5, console=True).console_strikes == 3, "there are no more than three"
    assert guessed(ADMIN, 5, console=True).locked_by == ""
    assert lockout.bury(trying, {"t"}, NOW, BASIC).console_strikes == 1


@pytest.mark.parametrize("strikes, pending, turn", [
    (0, 0, Turn.TRY), (0, 2, Turn.TRY), (0, 3, Turn.WAIT), (2, 0, Turn.TRY), (2, 1, Turn.WAIT), (3, 1, Turn.LOCKED)])
def test_the_console_has_three_slots_too(strikes: int, pending: int, turn: Turn) -> None:
    account = ADMIN._replace(console_strikes=strikes, console_pending=("x",) * pending)
    assert lockout.turn(account, NOW, True, BASIC) is turn


@pytest.mark.parametrize("after, turn", [(0, Turn.LOCKED), (899.9, Turn.LOCKED), (900, Turn.TRY), (-1, Turn.TRY)])
def test_after_three_wrong_ones_the_console_has_one_attempt_in_fifteen_minutes(after: float, turn: Turn) -> None:
    """A clock that was set back shuts nobody out."""
    account = ADMIN._replace(console_strikes=3, console_tried_at=NOW)
    assert lockout.turn(account, NOW + after, True, BASIC) is turn
    busy = account._replace(console_pending=("x",))
    assert lockout.turn(busy, NOW + after, True, BASIC) is Turn.LOCKED
    assert lockout.turn(account._replace(console_tried_at=None), NOW, True, BASIC) is Turn.TRY


def test_a_right_password_at_the_console_clears_both_counters_and_a_lock_by_attempts_only() -> None:
    struck = ADMIN._replace(strikes=3, wrong_in_a_row=3, console_strikes=2, console_tried_at=NOW,
                            console_pending=("t",), locked_by="attempts", locked_since=NOW)
    assert lockout.right(struck, "t", True) == ADMIN
    assert lockout.right(struck._replace(locked_by="command"), "t", True) == ADMIN._replace(
        locked_by="command", locked_since=NOW)


def test_a_right_password_elsewhere_leaves_the_counter_of_the_console() -> None:
    struck = ADMIN._replace(console_strikes=2, console_tried_at=NOW, strikes=2, wrong_in_a_row=2, pending=("t",))
    assert lockout.right(struck, "t", False) == ADMIN._replace(console_strikes=2, console_tried_at=NOW)


@pytest.mark.parametrize("strikes, tried_at", [(2, NOW), (3, None)])
def test_withdrawing_gives_the_one_attempt_in_fifteen_minutes_back(strikes: int, tried_at: float | None) -> None:
    before = ADMIN._replace(console_strikes=strikes)
    trying = lockout.take(before, "t", NOW, True)
    assert lockout.withdraw(trying, "t") == before._replace(console_tried_at=tried_at)
    assert lockout.withdraw(trying, "other") == trying


def test_a_command_locks_from_now_on() -> None:
    assert lockout.lock(BOB, NOW) == BOB._replace(locked_by="command", locked_since=NOW)


STRUCK = Account("bob", "monitor", strikes=3, wrong_in_a_row=5, pending=("a",), console_strikes=2,
                 console_pending=("b",), console_tried_at=NOW, ends_at=9.0, enabled_at=1.0, locked_since=NOW)


@pytest.mark.parametrize("locked_by, ends_at, enabled_at", [
    ("attempts", 9.0, 1.0), ("command", 9.0, 1.0), ("disuse", None, NOW + 5), ("end", None, NOW + 5)])
def test_unlocking_gives_all_attempts_back(locked_by: str, ends_at: float | None, enabled_at: float) -> None:
    """Whoever was locked for the time counts as used now, and has no end any more."""
    unlocked = lockout.unlock(STRUCK._replace(locked_by=locked_by), NOW + 5)
    assert unlocked == BOB._replace(ends_at=ends_at, enabled_at=enabled_at)


def test_another_end_unlocks_whom_the_end_has_locked_and_nobody_else() -> None:
    ended = BOB._replace(locked_by="end", locked_since=NOW, ends_at=NOW)
    for end in (NOW + DAY, None):
        assert lockout.ending(ended, end, NOW + 5) == BOB._replace(enabled_at=NOW + 5, ends_at=end)
        assert lockout.ending(LOCKED, end, NOW + 5) == LOCKED._replace(ends_at=end)
