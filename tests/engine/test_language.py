"""The language of the shells: `name=value`, quotes, flags; everything else is literal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sysmgmt.domain.errors import InvalidValue, Refusal
from sysmgmt.engine.language import is_blank, parse, quoted, tokens

VALUE = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=30)


@given(st.dictionaries(st.from_regex(r"[a-z][a-z_]{0,9}", fullmatch=True), VALUE, max_size=5))
def test_every_value_can_be_written(texts: dict[str, str]) -> None:
    line = " ".join(["set_user", *(f"{name}={quoted(text)}" for name, text in texts.items())])
    parsed = parse(line)
    assert (parsed.command, parsed.texts, parsed.bare, parsed.flags) == ("set_user", texts, [], set())


@pytest.mark.requirement(25)
@given(VALUE.filter(lambda text: text and " " not in text and "\t" not in text and text[0] != '"' and text != "-"))
def test_every_value_without_blanks_can_be_written_without_quotes(text: str) -> None:
    """Also one that begins or ends with a blank of another script, which is a part of a password."""
    assert parse(f"set_user password={text}").texts == {"password": text}


@given(st.text())
def test_any_text_is_read_or_refused(line: str) -> None:
    try:
        parsed = parse(line)
    except Refusal:
        return
    assert set(parsed.flags) <= {"json", "dry-run", "yes", "help"}


@pytest.mark.parametrize("line, texts", [
    ("c a=b", {"a": "b"}), ("c a=b|c", {"a": "b|c"}), ("c a=b>c;d#e&f", {"a": "b>c;d#e&f"}),
    ("c a='b'", {"a": "'b'"}),
    ("c a=b=c", {"a": "b=c"}), ("c a=", {"a": ""}), ('c a=""', {"a": ""}), ('c a="b c"  d=e', {"a": "b c", "d": "e"}),
    ('c a="b\\"c\\\\d"', {"a": 'b"c\\d'}), ('c a="\\n"', {"a": "\\n"}),
    ("c a=$HOME b=`id`", {"a": "$HOME", "b": "`id`"}),
    ('c a=b"c', {"a": 'b"c'}), ("\tc\ta=b\t", {"a": "b"}), ('c a="-"', {"a": "-"}), ('c a="--json"', {"a": "--json"}),
    ("c a=--json", {"a": "--json"}), ("c a=\u00a0", {"a": "\u00a0"})])
def test_a_line_means_what_it_says(line: str, texts: dict[str, str]) -> None:
    parsed = parse(line)
    assert (parsed.command, parsed.texts, parsed.on_next_lines, parsed.flags) == ("c", texts, [], set())


@pytest.mark.parametrize("line", ['c a="b', 'c a="b"c', 'c "', "c a=b a=c", "c a=- a=b", "c --nosuch", "c --",
                                  "c --JSON", "c a= b", 'c a= "b"', "c a=b d= e f"])
def test_a_line_that_can_be_read_in_two_ways_is_refused(line: str) -> None:
    with pytest.raises(InvalidValue):
        parse(line)


@pytest.mark.parametrize("value, written", [
    ("bob", "bob"), ("", '""'), ("-", '"-"'), ("a b", '"a b"'), ("a\tb", '"a\tb"'), ('a"b', '"a\\"b"'),
    ("a\\b", "a\\b"), ("a\\ b", '"a\\\\ b"'), ("--yes", "--yes"), ("a\u00a0b", "a\u00a0b")])
def test_a_value_is_quoted_where_it_would_be_read_as_something_else(value: str, written: str) -> None:
    assert quoted(value) == written


@given(st.text(st.sampled_from('ab=" \\-\t\u00e9\u00a0'), max_size=12))
def test_the_words_of_a_line_are_all_of_it_but_the_blanks(text: str) -> None:
    words = [one.written for one in tokens(text)]
    assert "".join(words).translate({9: "", 32: ""}) == text.translate({9: "", 32: ""})
    assert [one.written for one in tokens(" ".join(words))] == words


def test_a_value_may_stand_on_the_next_line() -> None:
    assert parse("c a=- b=c").on_next_lines == ["a"]


@pytest.mark.parametrize("line, blank", [("", True), ("   ", True), ("\t", True), ("# x", True), ("  # x", True),
                                         ("x # y", False), ("#", True), ('"', False)])
def test_blank_lines_and_comments_say_nothing(line: str, blank: bool) -> None:
    assert is_blank(line) == blank


def test_what_may_be_a_misplaced_secret_is_not_repeated() -> None:
    for line in ("c Secret1=x Secret1=y", "c password= Secret1", "c Secret1= x"):
        with pytest.raises(InvalidValue) as refusal:
            parse(line)
        assert "Secret1" not in str(refusal.value)
    assert parse("c a= --json").texts == {"a": ""}
