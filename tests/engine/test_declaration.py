"""What a wrong declaration is refused with, when its module is loaded."""

from typing import Annotated, Any

import pytest

from sysmgmt.engine.declaration import BadDeclaration, Call, Shown, Word, command

Text = Annotated[str, Word("A text", lambda text, reading: text, "TEXT")]


def show(call: Call, text: Text = "") -> Shown:
    """Show a text."""
    return Shown({})


def silent(call: Call) -> Shown:
    return Shown({})


def plain(call: Call, text: str) -> Shown:
    """Show a text."""
    return Shown({})


def answerless(call: Call) -> str:
    """Answer with a text."""
    return ""


def several(call: Call, first: Text, second: Text = "a", third: Text = "b") -> Shown:
    """Show several texts (R113, R114).

    One after the other (R001).
    """
    return Shown({})


def called(name: str) -> Any:
    """A function with a name."""
    def function(call: Call) -> Shown:
        """Show nothing."""
        return Shown({})
    function.__name__ = name
    return function


@pytest.mark.parametrize("name", ["add", "add_user", "x" * 64])
def test_a_command_is_called_as_messages_may_repeat_it(name: str) -> None:
    assert command(needs="anyone")(called(name)).name == name


@pytest.mark.parametrize("name", ["", "_", "_add", "Add", "add2", "add-user", "ädd", "x" * 65])
def test_a_command_with_another_name_is_refused(name: str) -> None:
    with pytest.raises(BadDeclaration, match="the name of a command has up to 64 small letters and _, and begins with"):
        command(needs="anyone")(called(name))


@pytest.mark.parametrize("function, scope, words", [
    (silent, "", "silent: the docstring must begin with a sentence"),
    (plain, "", "plain: parameter text is not declared with a word"),
    (show, "group", "show: scope group is not one of its parameters"),
    (answerless, "", "answerless: it must return Change, Shown or Act")])
def test_what_is_wrong_with_a_declaration_is_said(function: Any, scope: str, words: str) -> None:
    with pytest.raises(BadDeclaration, match=words):
        command(needs="anyone", scope=scope)(function)
    declared = command(needs="anyone", scope="text")(show)
    assert declared.name == "show" and not declared.parameters[0].required


def test_a_command_is_nothing_special_unless_it_says_so() -> None:
    plain = command(needs="anyone")(show)
    assert (plain.asks, plain.scope, plain.advanced, plain.reserve, plain.while_due, plain.alone, plain.streams) == (
        "", "", False, False, False, False, False)
    assert command(needs="anyone", alone=True)(show) == plain._replace(alone=True)
    assert command(needs="anyone", streams=True)(show) == plain._replace(streams=True)


def test_a_function_says_what_the_command_is_given_and_what_it_does() -> None:
    declared = command(needs="anyone")(several)
    assert [(one.name, one.required, one.default) for one in declared.parameters] == [
        ("first", True, None), ("second", False, "a"), ("third", False, "b")]
    assert declared.kind is Shown
    assert (declared.summary, declared.details) == ("Show several texts.", "One after the other.")
    assert command(needs="anyone")(show).details == ""


Other = Annotated[str, Word("A text", lambda text, reading: text, "TEXT", instead="text")]


@command(needs="anyone")
def show_one(call: Call, text: Text = "", other: Other = "") -> Shown:
    """Show one of two texts."""
    return Shown({})


def test_what_another_parameter_may_stand_for_is_asked_for_where_that_is_not_given() -> None:
    text, other = show_one.parameters
    assert not text.is_due({}) and other.is_due({}) and not other.is_due({"text": "a"})
    needed, = command(needs="anyone")(needing).parameters
    assert needed.is_due({})


def needing(call: Call, text: Text) -> Shown:
    """Show a text."""
    return Shown({})
