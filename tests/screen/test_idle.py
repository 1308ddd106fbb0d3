"""The idle limit at everything that waits for a key."""

import json
import time
from typing import Any

import pytest

from sysmgmt.domain.errors import StateDamaged
from sysmgmt.screen.ended import LOOK
from sysmgmt.screen.idle import Countdown, Due

from .harness import Terminal


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.parametrize("limit, before", [(1800, 60), (120, 60), (119, 59.5), (60, 30), (1, 0.5)])
def test_the_warning_comes_a_minute_before_or_at_half_time(limit: float, before: float, clock: Clock) -> None:
    count = Countdown(lambda: limit, clock)
    count.start()
    clock.now += limit - before - 0.01
    assert count.due() is Due.NOTHING
    clock.now += 0.02
    assert count.due() is Due.WARNING
    assert count.due() is Due.NOTHING
    clock.now += before - 0.02
    assert count.due() is Due.NOTHING
    clock.now += 0.02
    assert count.due() is Due.END


def test_a_key_starts_the_time_and_the_warning_again(clock: Clock) -> None:
    count = Countdown(lambda: 100, clock)
    count.start()
    clock.now += 99
    assert count.due() is Due.WARNING
    count.start()
    assert count.left == 100
    clock.now += 51
    assert count.due() is Due.WARNING


def test_the_limit_is_read_anew_at_each_key(clock: Clock) -> None:
    limits = [1800.0, 60.0]
    count = Countdown(lambda: limits.pop(0), clock)
    count.start()
    assert count.left == 1800
    count.start()
    assert count.left == 60


def test_a_limit_that_cannot_be_read_does_not_switch_the_limit_off(clock: Clock) -> None:
    answers: list[Any] = [900.0]

    def limit() -> float:
        if not answers:
            raise StateDamaged(what="a bit")
        return float(answers.pop())

    count = Countdown(limit, clock)
    count.start()
    count.start()
    assert count.left == 900
    unread = Countdown(limit, clock)
    unread.start()
    assert unread.left == 60


def test_the_next_look_is_never_later_than_what_is_due(clock: Clock) -> None:
    count = Countdown(lambda: 100, clock)
    count.start()
    assert count.wait() == LOOK
    clock.now += 49.7
    assert count.wait() == pytest.approx(0.3)
    clock.now += 0.4
    count.due()
    assert count.wait() == LOOK
    clock.now += 49.7
    assert count.wait() == pytest.approx(0.2)


PLACES = {
    "prompt": ("", "demo 0>"),
    "half a line": ("half", "half"),
    "question": ("text\r", "User name\n >"),
    "half an answer": ("text\rbo", " > bo"),
    "hidden question": ("secret\rhun", "Password\n >"),
    "confirmation": ("confirm\r", "(y/n)\n >"),
    "pager": ("page 100\r", "row 20"),
    "somebody who swallows exceptions": ("swallow\r", "User name\n >"),
}


def at(place: str, **options: Any) -> Terminal:
    """A shell that has come to that place."""
    term = options.pop("term", "xterm")
    keys, shown = PLACES[place]
    terminal = Terminal("demo.py", json.dumps(options), environment={"TERM": term})
    terminal.until("demo 0>")
    terminal.send(keys)
    if not (term == "dumb" and place == "pager"):
        terminal.until(shown)
    return terminal


@pytest.mark.parametrize("term", ["xterm", "dumb"])
@pytest.mark.parametrize("place", PLACES)
def test_silence_logs_out(place: str, term: str) -> None:
    terminal = at(place, limit=0.7, term=term)
    assert terminal.end(3) == 5
    assert "ended: Logged out after 1 second without a keystroke." in terminal.shown
    assert terminal.is_clean()
    assert "Traceback" not in terminal.raw and "ENTER" not in terminal.raw
    assert "hun" not in terminal.shown.replace("secret", "")


@pytest.mark.parametrize("place", ["prompt", "hidden question", "pager"])
def test_an_ended_session_ends_what_waits(place: str) -> None:
    terminal = at(place, stands=0.8)
    assert terminal.end(4) == 5
    assert "ended: The session was ended: the user was locked." in terminal.shown
    assert terminal.is_clean()


def test_a_key_starts_the_time_again() -> None:
    terminal = at("prompt", limit=1)
    for _ in range(5):
        terminal.quiet(0.4)
        terminal.send("x")
    began = time.monotonic()
    terminal.until("xxxxx")
    assert terminal.end(3) == 5
    assert 0.8 < time.monotonic() - began < 2


def test_no_time_passes_while_a_command_runs() -> None:
    terminal = at("prompt", limit=0.6)
    terminal.enter("sleep 1.5")
    terminal.until("demo 1>")
    terminal.enter("quit")
    assert terminal.end() == 0


@pytest.mark.parametrize("term", ["xterm", "dumb"])
def test_the_warning_stands_above_what_was_typed(term: str) -> None:
    terminal = at("half a line", limit=2, term=term)
    shown = terminal.until("You will be logged out in 1 second.")
    shown = terminal.quiet(0.2)
    assert shown.splitlines()[-1] == "demo 0> half"
    terminal.send(" and\r")
    terminal.until("took 'half and'")


def test_the_warning_of_a_hidden_question_shows_the_prompt_again_and_nothing_typed() -> None:
    terminal = at("hidden question", limit=2)
    terminal.until("You will be logged out")
    assert terminal.quiet(0.2).splitlines()[-1] == " >"
    terminal.send("ter2\r")
    terminal.until("secret: 'hunter2'")


def test_the_warning_stands_in_the_last_row_of_the_pager_and_goes_with_a_key() -> None:
    terminal = at("pager", limit=2)
    assert "You will be logged out" in terminal.until("You will be logged out").splitlines()[-1]
    terminal.send(" ")
    assert "lines 24-46 of 100" in terminal.until("lines 24-46")


def test_what_was_typed_when_the_end_came_reaches_no_shell_behind() -> None:
    terminal = Terminal("demo.py", json.dumps({"limit": 0.5}), shell='"$@"; read -t 1 left; echo "left=$left."')
    terminal.until("demo 0>")
    terminal.until("ended")
    terminal.until("left=.", 4)
