"""Long texts, a screen at a time."""

import pytest

from sysmgmt.screen.wrapping import wrapped

from .harness import Terminal


def paged(rows: int, term: str = "xterm") -> Terminal:
    terminal = Terminal("demo.py", environment={"TERM": term})
    terminal.until("demo 0>")
    terminal.enter(f"page {rows}")
    return terminal


def test_a_text_that_fits_is_just_written() -> None:
    terminal = paged(10)
    assert "row 10\npage: None" in terminal.until("demo 1>")
    assert "\x1b[?1049h" not in terminal.raw


def test_a_dumb_terminal_gets_the_text_as_it_is() -> None:
    terminal = paged(100, "dumb")
    terminal.until("demo 1>")
    assert terminal.raw.count("row ") == 100


@pytest.mark.parametrize("keys, first", [(" ", 24), ("f", 24), (" b", 1), ("jj", 3), ("\x1b[B\x1b[B\x1b[A", 2),
                                         ("\r", 2), ("G", 78), ("Gg", 1), ("kkk", 1), (" " * 9, 78), ("\x1b[6~", 24)])
def test_its_keys(keys: str, first: int) -> None:
    terminal = paged(100)
    terminal.until("lines 1-23 of 100")
    terminal.send(keys)
    shown = terminal.until(f"lines {first}-{first + 22} of 100").splitlines()
    assert shown[0] == f"row {first}"
    assert shown[22] == f"row {first + 22}"


@pytest.mark.parametrize("key", ["q", "Q", "\x03", "\x04"])
def test_it_leaves_no_trace(key: str) -> None:
    terminal = paged(100)
    terminal.until("lines 1-23 of 100")
    terminal.send(key)
    terminal.until("demo 1>")
    inside, _, after = terminal.raw.partition("\x1b[?1049h")[2].partition("\x1b[?1049l")  # the other screen
    assert "row 5" in inside and "row" not in after
    terminal.enter("quit")
    assert terminal.end() == 0
    assert terminal.is_clean()


@pytest.mark.parametrize("key", ["!", "|", "v", "s", "o", ":", "/", "&", "-", "m", "\x1b!"])
def test_no_key_of_less_does_anything(key: str) -> None:
    terminal = paged(100)
    before = terminal.until("lines 1-23 of 100")
    terminal.send(key)
    assert terminal.quiet(0.2) == before


def test_long_rows_are_wrapped_by_width() -> None:
    assert list(wrapped("abcdef\n\ngh\n", 4)) == ["abcd", "ef", "", "gh"]
    assert list(wrapped("中中中", 4)) == ["中中", "中"]
    assert list(wrapped("", 4)) == []


def test_long_lines_are_broken_between_words_and_their_rest_stands_further_right() -> None:
    assert list(wrapped("Error: The box is busy now.", 12)) == ["Error: The", "  box is", "  busy now."]
    assert list(wrapped("  Groups: one, two", 12)) == ["  Groups:", "    one, two"]
    assert list(wrapped("key AAAAAAAAAAAA end", 8)) == ["key", "  AAAAAA", "AAAAAA", "  end"]
    assert list(wrapped("中a", 1)) == ["中", "a"]
