"""Three wrong passwords in a row lock the account, at whichever door they come (R088)."""

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from sysmgmt.box import embedded
from sysmgmt.domain.errors import BoxBusy
from sysmgmt.domain.model import Cost
from sysmgmt.engine import attempt
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.request import Caller
from tests.engine import lockout_race
from tests.support.box import ADMIN_PASSWORD, BOB, STRANGER, TestBox
from tests.support.clock import HOUR, MINUTE
from tests.support.hashers import BusyHasher, CountingHasher, FailingHasher, at_once, counted
from tests.support.program import ENVIRONMENT

CONSOLE = Caller(origin="tty1", endpoint="console", console=True)
at_the_console = pytest.mark.embedded_only("in service mode PAM says who stands at the console: tests/doors")
in_many_processes = pytest.mark.embedded_only("each of its processes has an engine of its own over the one state")


def guess(box: TestBox, count: int, name: str = "bob", stranger: Caller = STRANGER, password: str = "wrong") -> None:
    """Guess wrongly a number of times."""
    for _ in range(count):
        assert box.client(stranger=stranger).log_in(name, password).code == "LoginFailed"


@pytest.mark.requirement(37)
def test_third_wrong_password_locks_the_account(box: TestBox) -> None:
    guess(box, 3)
    account = box.state.accounts.get("bob")
    assert account and account.locked_by == "attempts" and account.locked_since == box.clock.now
    assert box.client().log_in("bob", BOB).code == "LoginFailed"


def test_two_wrong_passwords_do_not_lock_and_a_right_one_forgets_them(box: TestBox) -> None:
    for _ in range(4):
        guess(box, 2)
        assert box.client().log_in("bob", BOB).code == "Done"


@pytest.mark.requirement(39)
@pytest.mark.requirement(42)
def test_no_time_and_no_restart_unlocks(box: TestBox) -> None:
    guess(box, 3)
    for _ in range(3):
        box.clock.move(1000 * 24 * HOUR)
        assert box.client().log_in("bob", BOB).code == "LoginFailed"
    box.clock.move(-5000 * 24 * HOUR)
    assert box.client().log_in("bob", BOB).code == "LoginFailed"


@pytest.mark.requirement(39)
def test_unlock_user_unlocks_and_gives_three_attempts_back(box: TestBox) -> None:
    admin = box.admin()
    guess(box, 3)
    assert admin.do("unlock_user name=bob").code == "Done"
    guess(box, 2)
    assert box.client().log_in("bob", BOB).code == "Done"


def test_unlock_user_without_a_name_says_when_nobody_is_locked(box: TestBox) -> None:
    answer = box.admin().do("unlock_user")
    assert (answer.code, answer.status, answer.message) == ("Unchanged", 0, "No users to unlock.")
    guess(box, 3)
    admin = box.admin()
    assert admin.do("unlock_user").code == "MissingValue"
    assert admin.door.offers("unlock_user", "name", {}) == ["bob"]


def test_security_sees_since_when_and_how_often(box: TestBox) -> None:
    guess(box, 3)
    bob = box.admin().facts("get_users name=bob")["users"][0]
    assert bob["locked"] and bob["failed_logins"] == 3 and bob["locked_since"].endswith("Z")


@pytest.mark.parametrize("spelling", ["BOB", "Bob", "bOb"])
@pytest.mark.requirement(12)
def test_other_cases_of_the_name_share_the_counter(box: TestBox, spelling: str) -> None:
    guess(box, 1, spelling)
    guess(box, 1, "bob")
    guess(box, 1, spelling)
    assert box.client().log_in("bob", BOB).code == "LoginFailed"


@pytest.mark.parametrize("spelling", [
    " bob", "bob ", "bob\t", "b\u043eb", "bob\x00", "\uff42ob", "", "bob\n", "b" * 999, "../bob", "*", "bob\u200b",
    "\ud800"])
@pytest.mark.requirement(12)
def test_other_spellings_are_refused_like_unknown_users(box: TestBox, spelling: str) -> None:
    answer = box.client().log_in(spelling, BOB)
    assert (answer.code, answer.status, answer.message, answer.hint) == ("LoginFailed", 4, "Login failed.", None)
    account = box.state.accounts.get("bob")
    assert account and account.strikes == 0
    assert box.client().log_in("bob", BOB).code == "Done"


@pytest.mark.requirement(33)
def test_unknown_wrong_and_locked_are_answered_alike(box: TestBox) -> None:
    wrong = box.client().log_in("bob", "wrong")
    unknown = box.client().log_in("nobody-here", "wrong")
    guess(box, 2)
    locked = box.client().log_in("bob", BOB)
    assert wrong == unknown == locked


@in_many_processes
@pytest.mark.requirement(43)
def test_of_fifty_parallel_guesses_three_are_compared_a_hundred_times(box: TestBox, folder: Path) -> None:
    found = lockout_race.rounds(box, folder, 100)
    assert max(found) <= 3 and min(found) == 3


@in_many_processes
def test_without_counting_first_more_would_be_compared(box: TestBox, folder: Path) -> None:
    """The positive control: where every success gives the slots back, all right logins are compared."""
    assert box.admin().do("set_session_policy sessions_per_user=100").code == "Done"
    crowd = lockout_race.Crowd(box, folder / "compared", 4, 5, BOB)
    compared, answers = crowd.storm()
    crowd.leave()
    assert compared == 20 and answers == ["Done"] * 20


def test_eight_right_logins_at_once_are_all_let_in(box: TestBox) -> None:
    for _ in range(5):
        clients = [box.client() for _ in range(8)]
        found = [""] * 8

        def enter(number: int) -> None:
            found[number] = clients[number].log_in("bob", BOB).code
        at_once(8, enter)
        assert found == ["Done"] * 8
        for one in clients:
            one.door.log_out("over")


def test_right_logins_wait_behind_wrong_ones_that_are_in_progress(box: TestBox) -> None:
    """Two strikes are taken; a right login behind a slow right one is not refused, it waits."""
    guess(box, 2)
    slow, go = threading.Event(), threading.Event()

    def hold() -> None:
        slow.set()
        assert go.wait(10)
    first = box.client(house=box.house(CountingHasher(box.folder, box.folder.parent / "log", hold)))
    second = box.client()
    found: dict[str, str] = {}
    threads = [threading.Thread(target=lambda: found.update(first=first.log_in("bob", BOB).code)),
               threading.Thread(target=lambda: found.update(second=second.log_in("bob", BOB).code))]
    threads[0].start()
    assert slow.wait(10)
    threads[1].start()
    threads[1].join(0.2)
    assert "second" not in found
    go.set()
    for one in threads:
        one.join()
    assert found == {"first": "Done", "second": "Done"}


KILLED = """
import sys, time
from pathlib import Path
from tests.support.box import TestBox
from tests.support.clock import HeldClock
from tests.support.hashers import CountingHasher
def hang():
    print("comparing", flush=True)
    time.sleep(60)
box = TestBox(Path(sys.argv[1]), HeldClock())
box.client(house=box.house(CountingHasher(box.folder, Path(sys.argv[2]), hang))).log_in("bob", sys.argv[3])
"""


@in_many_processes
@pytest.mark.requirement(44)
def test_killing_the_process_in_mid_check_gives_no_free_guess(box: TestBox, folder: Path) -> None:
    for _ in range(3):
        child = subprocess.Popen([sys.executable, "-c", KILLED, str(box.folder), str(folder / "log"), "wrong"],
                                 stdout=subprocess.PIPE, env=ENVIRONMENT)
        assert child.stdout and child.stdout.readline() == b"comparing\n"
        child.send_signal(signal.SIGKILL)
        child.communicate()
    assert box.client().log_in("bob", BOB).code == "LoginFailed"
    assert counted(folder / "log") == 3


@in_many_processes
def test_an_account_locked_by_killed_attempts_is_shown_as_locked(box: TestBox, folder: Path) -> None:
    test_killing_the_process_in_mid_check_gives_no_free_guess(box, folder)
    admin = box.admin()
    assert admin.facts("get_users name=bob")["users"][0]["locked"] is True
    assert admin.door.offers("unlock_user", "name", {}) == ["bob"]
    assert admin.do("unlock_user name=bob").code == "Done"
    assert box.client().log_in("bob", BOB).code == "Done"


def test_a_check_that_fails_counts_and_tells_nothing(box: TestBox) -> None:
    house = box.house(FailingHasher(box.folder, box.folder.parent / "log"))
    for _ in range(3):
        answer = box.client(house=house).log_in("bob", BOB)
        assert answer.code == "InternalError" and "canary" not in str(answer)
    assert box.client().log_in("bob", BOB).code == "LoginFailed"
    assert b"canary" not in box.everything()
    failures = [one for one in box.audit() if one.get("phase") == "error"]
    assert len(failures) == 3 and all(one["type"] == "MemoryError" and one["frames"] for one in failures)


def busy(box: TestBox) -> House:
    """The engine with a hasher whose turn never comes."""
    return box.house(BusyHasher(box.folder, box.folder.parent / "log"))


def test_a_password_that_was_not_looked_at_since_the_box_is_busy_is_no_strike(box: TestBox) -> None:
    guess(box, 2)
    for _ in range(4):
        answer = box.client(house=busy(box)).log_in("bob", BOB)
        assert (answer.code, answer.status) == ("BoxBusy", 6)
    account = box.state.accounts.get("bob")
    assert account and (account.strikes, account.pending, account.failed_logins) == (2, (), 2)
    guess(box, 1)
    assert box.client().log_in("bob", BOB).code == "LoginFailed", "the control: strikes before it stay strikes"


def test_a_busy_box_takes_no_attempt_of_a_changed_password(box: TestBox) -> None:
    house = busy(box)
    bob = Caller("bob", console=False)
    for _ in range(4):
        with pytest.raises(BoxBusy):
            attempt.verify(house, bob, BOB, "a hash")
    assert box.client().log_in("bob", BOB).code == "Done"


@at_the_console
def test_a_busy_box_does_not_move_the_time_of_the_console(box: TestBox) -> None:
    guess(box, 3, "admin", CONSOLE)
    box.clock.move(15 * MINUTE)
    assert box.client(stranger=CONSOLE, house=busy(box)).log_in("admin", ADMIN_PASSWORD).code == "BoxBusy"
    guess(box, 1, "admin", CONSOLE)
    assert box.client(stranger=CONSOLE).log_in("admin", ADMIN_PASSWORD).code == "LoginFailed", "that one was looked at"


LINES = ['set_password current_password=wrong new_password="bob-second-2"',
         'set_password current_password=wrong new_password="bob-second-2" --dry-run',
         "set_password current_password=wrong new_password=abc",
         "set_password current_password=wrong"]


@pytest.mark.requirement(29)
@pytest.mark.requirement(37)
@pytest.mark.parametrize("line", LINES)
def test_a_wrong_current_password_counts_locks_and_ends_the_session(box: TestBox, line: str) -> None:
    bob = box.client("bob", BOB)
    answers = [bob.do(line) for _ in range(3)]
    assert [one.code for one in answers] == ["PasswordWrong", "PasswordWrong", "AccountLocked"]
    assert [one.status for one in answers] == [1, 1, 4]
    assert [one.fatal for one in answers] == [False, False, True]
    assert box.client().log_in("bob", BOB).code == "LoginFailed"


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_wrong_current_password_in_an_atomic_batch_counts(box: TestBox, times: int) -> None:
    bob = box.client("bob", BOB)
    for number in range(times):
        answers = bob.together("get_users", LINES[0], "get_roles")
        assert [one.code for one in answers] == [
            "NotApplied", "AccountLocked" if number == 2 else "PasswordWrong", "NotApplied"]
    account = box.state.accounts.get("bob")
    assert account and account.strikes == times and bool(account.locked_by) == (times == 3)


def test_the_counter_is_one_for_logins_and_set_password(box: TestBox) -> None:
    bob = box.client("bob", BOB)
    guess(box, 2)
    assert bob.do(LINES[0]).code == "AccountLocked"


def test_a_right_current_password_gives_the_attempts_back_even_if_the_command_is_refused(box: TestBox) -> None:
    bob = box.client("bob", BOB)
    guess(box, 2)
    assert bob.do(f"set_password current_password={BOB} new_password=abc").code == "PasswordTooWeak"
    guess(box, 2)
    assert box.client().log_in("bob", BOB).code == "Done"


def test_a_lock_by_wrong_passwords_does_not_end_open_sessions(box: TestBox) -> None:
    bob = box.client("bob", BOB)
    guess(box, 3)
    assert bob.do("get_users").code == "Done"


@at_the_console
def test_remote_guesses_never_shut_admin_out_of_the_console(box: TestBox) -> None:
    guess(box, 3, "admin")
    assert box.client().log_in("admin", ADMIN_PASSWORD).code == "LoginFailed"
    assert box.client(stranger=CONSOLE).log_in("admin", ADMIN_PASSWORD).code == "Done"
    assert box.client().log_in("admin", ADMIN_PASSWORD).code == "Done", "a success on the console clears both"


@at_the_console
@pytest.mark.requirement(5)
def test_a_hundred_remote_guesses_at_every_user_leave_the_console_open(box: TestBox) -> None:
    for _ in range(50):
        for name in ("admin", "bob"):
            guess(box, 1, name)
    assert box.client(stranger=CONSOLE).log_in("admin", ADMIN_PASSWORD).code == "Done"
    assert box.admin().do("remove_user name=admin").code == "PredefinedUser"


@at_the_console
def test_guesses_on_the_console_do_not_lock_admin_elsewhere(box: TestBox) -> None:
    guess(box, 3, "admin", CONSOLE)
    assert box.client().log_in("admin", ADMIN_PASSWORD).code == "Done"


@at_the_console
def test_after_three_guesses_the_console_evaluates_one_in_fifteen_minutes(box: TestBox, folder: Path) -> None:
    log = folder / "compared"

    def compared(password: str) -> int:
        before = counted(log)
        box.client(stranger=CONSOLE, house=box.house(CountingHasher(box.folder, log))).log_in("admin", password)
        return counted(log) - before
    assert [compared("wrong") for _ in range(6)] == [1, 1, 1, 0, 0, 0]
    box.clock.move(15 * MINUTE - 1)
    assert compared(ADMIN_PASSWORD) == 0
    box.clock.move(1)
    assert [compared("wrong"), compared("wrong")] == [1, 0]
    box.clock.move(15 * MINUTE)
    assert box.client(stranger=CONSOLE).log_in("admin", ADMIN_PASSWORD).code == "Done"
    assert [compared("wrong") for _ in range(4)] == [1, 1, 1, 0]


@at_the_console
def test_waiting_at_the_console_does_not_move_its_time(box: TestBox) -> None:
    """Attempts that are refused do not push the next evaluated one away."""
    guess(box, 3, "admin", CONSOLE)
    for _ in range(14):
        box.clock.move(MINUTE)
        guess(box, 1, "admin", CONSOLE)
    box.clock.move(MINUTE)
    assert box.client(stranger=CONSOLE).log_in("admin", ADMIN_PASSWORD).code == "Done"


@at_the_console
def test_the_console_counts_everybody_else_like_any_door(box: TestBox) -> None:
    guess(box, 2, "bob", CONSOLE)
    guess(box, 1, "bob")
    assert box.client(stranger=CONSOLE).log_in("bob", BOB).code == "LoginFailed"


@at_the_console
def test_a_command_locks_at_every_door(box: TestBox) -> None:
    admin = box.admin()
    admin.do('add_user name=eve role=administrator password="eve-first-1" must_change=no')
    eve = box.client("eve", "eve-first-1")
    assert eve.do("lock_user name=admin").code == "Done"
    for stranger in (CONSOLE, STRANGER):
        assert box.client(stranger=stranger).log_in("admin", ADMIN_PASSWORD).code == "LoginFailed"
    assert admin.do("get_users").code == "SessionEnded"


@pytest.mark.embedded_only("13 seconds of the real clock, of which the socket's part is nothing")
@pytest.mark.requirement(33)
def test_a_stranger_waits_as_long_for_every_refusal(box: TestBox) -> None:
    """Medians over 25, at the real cost and with the real clock; a right login shows that it need not take so long."""
    box.configure(hashing=Cost())
    admin = box.admin()
    for number in range(9):
        admin.do(f'add_user name=u{number} role=monitor password="{BOB}" must_change=no')
    guess(box, 3, "bob")
    names = (lambda turn: f"x{turn}", lambda turn: f"u{turn % 9}", lambda turn: "bob")
    spent: list[list[float]] = [[], [], []]
    clients = [box.client(house=at_real_time(box)) for _ in names]

    def measure(number: int) -> None:
        for turn in range(25):
            begun = time.perf_counter()
            assert clients[number].log_in(names[number](turn), "wrong").code == "LoginFailed"
            spent[number].append(time.perf_counter() - begun)
    at_once(len(names), measure)
    medians = [sorted(values)[12] for values in spent]
    assert max(medians) <= min(medians) * 1.1 and min(medians) > 0.45, medians
    begun = time.perf_counter()
    assert box.client(house=at_real_time(box)).log_in("admin", ADMIN_PASSWORD).code == "Done"
    assert time.perf_counter() - begun < min(medians) / 2


def at_real_time(box: TestBox) -> House:
    """The engine with the clock of the world."""
    return embedded(str(box.folder))


def test_the_owner_of_an_open_session_is_told_once_of_a_lock_by_strangers(box: TestBox) -> None:
    bob = box.client("bob", BOB)
    assert bob.do("get_groups").warnings == ()
    for _ in range(3):
        box.client().log_in("bob", "wrong")
    told = bob.do("get_groups")
    assert told.code == "Done", "a stranger cannot end the session"
    assert told.warnings and "Wrong passwords have locked your account" in told.warnings[0]
    assert bob.do("get_groups").warnings == ()


@at_the_console
def test_of_any_number_of_right_logins_at_the_console_none_is_refused(basic: TestBox) -> None:
    doors = [basic.client(stranger=CONSOLE) for _ in range(8)]
    codes: list[str] = []
    threads = [threading.Thread(target=lambda one=one: codes.append(one.log_in("admin", ADMIN_PASSWORD).code))
               for one in doors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == ["Done"] * 8
