"""Lines from a pipe: strict, bounded, timed."""

import os
import threading
from collections.abc import Iterator

import pytest

from sysmgmt.domain.errors import InvalidValue, SessionEnded
from sysmgmt.screen.ended import Ended
from sysmgmt.screen.lines import LONGEST, Lines


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for one in ends:
        try:
            os.close(one)
        except OSError:
            pass


def fed(pipe: tuple[int, int], content: bytes) -> Lines:
    """Lines of a pipe into which `content` was written, to its end."""
    def write() -> None:
        with os.fdopen(pipe[1], "wb") as sink:
            sink.write(content)
    threading.Thread(target=write, daemon=True).start()
    return Lines(pipe[0])


def all_of(lines: Lines) -> list[str]:
    found = []
    while True:
        try:
            line = lines.next()
        except InvalidValue as refusal:
            line = f"<{refusal}>"
        if line is None:
            return found
        found.append(line)


def test_lines_arrive_one_by_one_and_the_last_needs_no_end(pipe: tuple[int, int]) -> None:
    lines = fed(pipe, b"one\n\n  two  \nthree")
    assert all_of(lines) == ["one", "", "  two  ", "three"]
    assert lines.number == 4
    assert lines.next() is None


def test_nothing_is_no_line(pipe: tuple[int, int]) -> None:
    lines = fed(pipe, b"")
    assert lines.next() is None
    assert lines.number == 0


def test_a_carriage_return_before_the_end_is_part_of_the_end(pipe: tuple[int, int]) -> None:
    assert all_of(fed(pipe, b"one\r\ntwo\r")) == ["one", "two"]


def test_a_byte_order_mark_is_skipped_at_the_start_only(pipe: tuple[int, int]) -> None:
    assert all_of(fed(pipe, b"\xef\xbb\xbfone\n\xef\xbb\xbftwo\n")) == ["one", "\ufefftwo"]


def test_tabs_and_every_script_are_welcome(pipe: tuple[int, int]) -> None:
    assert all_of(fed(pipe, "a\tb\nZoë 中\u00a0x\n".encode())) == ["a\tb", "Zoë 中\u00a0x"]


def test_bytes_that_are_no_utf8_refuse_their_line_alone(pipe: tuple[int, int]) -> None:
    assert all_of(fed(pipe, b"one\nb\xe9\nthree\n")) == ["one", "<Line 2 is not valid UTF-8.>", "three"]


@pytest.mark.parametrize("bad", [b"\0", b"\x1b[31m", b"\x07", b"\x7f", "\x9b".encode(), b"a\rb", "\u2028".encode()])
def test_control_characters_refuse_their_line_alone(pipe: tuple[int, int], bad: bytes) -> None:
    assert all_of(fed(pipe, b"one\nx" + bad + b"y\nthree\n")) == [
        "one", "<Line 2 contains a control character.>", "three"]


def test_the_longest_line_is_accepted_and_a_byte_more_is_not(pipe: tuple[int, int]) -> None:
    found = all_of(fed(pipe, b"x" * LONGEST + b"\r\n" + b"y" * (LONGEST + 1) + b"\nthree\n"))
    assert found == ["x" * LONGEST, "<Line 2 is longer than 64 KiB.>", "three"]


def test_a_line_without_end_takes_no_memory(pipe: tuple[int, int]) -> None:
    import tracemalloc
    tracemalloc.start()
    found = all_of(fed(pipe, b"z" * LONGEST * 64))
    peak = tracemalloc.get_traced_memory()[1] - LONGEST * 64  # what the test itself holds
    tracemalloc.stop()
    assert found == ["<Line 1 is longer than 64 KiB.>"]
    assert peak < 16 * LONGEST


def test_many_lines_in_odd_pieces_are_the_same_lines(pipe: tuple[int, int]) -> None:
    wanted = [f"line {number} " + "x" * (number % 97) for number in range(20_000)]
    assert all_of(fed(pipe, "\n".join(wanted).encode())) == wanted


def test_a_silent_pipe_ends_the_session_after_the_limit(pipe: tuple[int, int]) -> None:
    lines = Lines(pipe[0], lambda: 0.2)
    with pytest.raises(Ended) as ended:
        lines.next()
    assert ended.value.refusal.code == "IdleLogout"
    assert ended.value.code == 5


def test_half_a_line_does_not_stop_the_clock(pipe: tuple[int, int]) -> None:
    os.write(pipe[1], b"half")
    with pytest.raises(Ended):
        Lines(pipe[0], lambda: 0.2).next()


def test_a_byte_starts_the_time_again(pipe: tuple[int, int]) -> None:
    now = [0.0]

    def clock() -> float:
        now[0] += 40
        if now[0] == 80:
            os.write(pipe[1], b"x")
        if now[0] == 200:
            os.write(pipe[1], b"\n")
        return now[0]

    assert Lines(pipe[0], lambda: 100, clock=clock).next() == "x"


def test_the_limit_is_read_anew_for_each_line(pipe: tuple[int, int]) -> None:
    limits = [60.0, 0.1]
    lines = Lines(pipe[0], lambda: limits.pop(0))
    os.write(pipe[1], b"one\n")
    assert lines.next() == "one"
    with pytest.raises(Ended):
        lines.next()


def test_an_ended_session_ends_the_wait(pipe: tuple[int, int]) -> None:
    lines = Lines(pipe[0], lambda: 60, standing=lambda: SessionEnded(reason="the user was removed"))
    with pytest.raises(Ended) as ended:
        lines.next()
    assert ended.value.refusal.code == "SessionEnded"


def test_cmd2_gets_lines_with_their_ends_and_no_terminal(pipe: tuple[int, int]) -> None:
    lines = fed(pipe, b"one\ntwo")
    assert [lines.readline(), lines.readline(), lines.readline()] == ["one\n", "two\n", ""]
    assert not lines.isatty()
    assert lines.fileno() == pipe[0]


def test_no_handler_of_exceptions_holds_up_the_end(pipe: tuple[int, int]) -> None:
    with pytest.raises(Ended):
        try:
            Lines(pipe[0], lambda: 0.1).next()
        except Exception:
            pytest.fail("swallowed")


BLOCK = "-----BEGIN X-----\nAAAA\n-----END X-----"


@pytest.mark.parametrize("given, values", [
    ("plain\nnext", ["plain", "next"]), (BLOCK + "\nnext", [BLOCK, "next"]), (BLOCK + "\n\nnext", [BLOCK, "next"]),
    (f"{BLOCK}\n{BLOCK}\nnext", [f"{BLOCK}\n{BLOCK}", "next"]), (BLOCK, [BLOCK]),
    (f"{BLOCK}\n\n{BLOCK}", [BLOCK, BLOCK]), ("-----BEGIN X-----\nAAAA\nnext", ["-----BEGIN X-----\nAAAA\nnext"]),
    ("\nnext", ["", "next"])])
def test_a_value_is_a_line_or_the_blocks_that_it_begins(pipe: tuple[int, int], given: str, values: list[str]) -> None:
    lines = fed(pipe, given.encode())
    found = []
    while (value := lines.value()) is not None:
        found.append(value)
    assert found == values


@pytest.mark.parametrize("wrong", [b"\xff", b"\x07", b"x" * (2 << 20), b"x" * 70 + b"\n" + b"AAAA\n" * (1 << 18)])
def test_of_a_block_that_cannot_be_used_no_line_is_taken_for_a_command(pipe: tuple[int, int], wrong: bytes) -> None:
    lines = fed(pipe, b"-----BEGIN X-----\n" + wrong + b"\nquit\n-----END X-----\nnext")
    with pytest.raises(InvalidValue):
        lines.value()
    assert lines.value() == "next"
