"""Questions to a person."""

import pytest

from .harness import Terminal

TERMS = pytest.mark.parametrize("term", ["xterm", "dumb", "vt100"])


def shell(term: str = "xterm") -> Terminal:
    terminal = Terminal("demo.py", environment={"TERM": term, "NO_COLOR": "1"})
    terminal.until("demo 0>")
    return terminal


@TERMS
def test_the_question_stands_on_one_line_and_the_prompt_on_the_next(term: str) -> None:
    terminal = shell(term)
    terminal.enter("text")
    terminal.until("User name\n >")
    terminal.enter("bob")
    assert " > bob\ntext: 'bob'\ndemo 1>" in terminal.until("demo 1>")


@TERMS
def test_choices_are_listed_and_can_be_taken_by_number(term: str) -> None:
    terminal = shell(term)
    terminal.enter("text monitor admin 7")
    terminal.until("User name\n  1. monitor\n  2. admin\n  3. 7\n >")
    terminal.enter("2")
    terminal.until("text: 'admin'")
    terminal.enter("text monitor admin 7")
    terminal.until("demo 1> text")
    terminal.enter("7")
    terminal.until("text: '7'")


@TERMS
def test_a_choice_can_be_completed(term: str) -> None:
    terminal = shell(term)
    terminal.enter("text monitor month")
    terminal.until("2. month\n >")
    terminal.send("m\t\ti\t\r")
    terminal.until("text: 'monitor'")


@pytest.mark.requirement(28)
@TERMS
def test_of_a_secret_nothing_is_shown(term: str) -> None:
    terminal = shell(term)
    terminal.enter("secret")
    terminal.until("Password\n >")
    before = len(terminal.raw)
    terminal.send("hunter2")
    terminal.quiet(0.3)
    assert terminal.raw[before:] == ""
    terminal.send("\x7f3\r")
    terminal.until("secret: 'hunter3'")
    terminal.send("\x1b[A")
    assert "> hunter" not in terminal.quiet(0.2)


@TERMS
def test_a_new_secret_is_asked_for_again_until_both_are_the_same(term: str) -> None:
    terminal = shell(term)
    terminal.send("secret twice\rhunter2\rhunter1\rhunter2\rhunter2\r")  # faster than the prompts come
    shown = terminal.until("secret: 'hunter2'")
    assert "Password, again" in shown
    assert "The two entries differ. Enter both again." in shown
    assert "hunter1" not in terminal.raw


@pytest.mark.parametrize("key", ["\x03", "\x04"])
@pytest.mark.parametrize("line", ["text", "secret", "confirm", "secret twice"])
def test_ctrl_c_and_ctrl_d_break_off(line: str, key: str) -> None:
    terminal = shell()
    terminal.enter(line)
    terminal.until("\n >")
    terminal.send(key)
    assert "cancelled" in terminal.until("demo 1>")


@TERMS
def test_a_confirmation_wants_a_clear_answer(term: str) -> None:
    terminal = shell(term)
    terminal.enter("confirm")
    terminal.until("Remove it? (y/n)\n >")
    terminal.enter("")
    terminal.until("Answer y or n.")
    terminal.enter("Yes")
    terminal.until("confirm: None")
    terminal.enter("confirm")
    terminal.until("demo 1> confirm\ntook 'confirm'\nRemove it? (y/n)\n >")
    terminal.enter("n")
    terminal.until("confirm: cancelled")


def test_what_was_typed_before_a_confirmation_is_no_answer() -> None:
    terminal = shell()
    terminal.enter("confirm 0.5")
    terminal.until("took")
    terminal.send("y\ry\r")
    terminal.until("(y/n)")
    assert "confirm: None" not in terminal.quiet(0.5)
    terminal.enter("n")
    terminal.until("confirm: cancelled")


def test_a_pasted_text_of_several_lines_answers_no_question() -> None:
    terminal = shell()
    terminal.enter("text")
    terminal.until("User name\n >")
    terminal.send("\x1b[200~bob\nquit\n\x1b[201~")
    terminal.until("2 lines were pasted and not used.")
    terminal.enter("eve")
    terminal.until("text: 'eve'")


BLOCK = "-----BEGIN CERTIFICATE-----\nMIIB\nAAAA\n-----END CERTIFICATE-----"


@pytest.mark.parametrize("kind", ["text", "secret"])
@pytest.mark.parametrize("around", [("", ""), ("\x1b[200~", "\x1b[201~")])
def test_a_certificate_is_one_answer_however_it_is_pasted(kind: str, around: tuple[str, str]) -> None:
    terminal = shell()
    terminal.enter(kind)
    terminal.until("\n >")
    terminal.send(around[0] + BLOCK.replace("\n", "\r") + around[1] + "\r")
    terminal.until(f"{kind}: '-----BEGIN CERTIFICATE-----\\nMIIB\\nAAAA\\n-----END CERT")


@pytest.mark.parametrize("kind", ["text", "secret"])
@pytest.mark.parametrize("around", [("", ""), ("\x1b[200~", "\x1b[201~")])
@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_a_chain_of_certificates_is_one_answer(kind: str, around: tuple[str, str], between: str) -> None:
    terminal = shell()
    terminal.enter(kind)
    terminal.until("\n >")
    pasted = between.join([BLOCK, BLOCK.replace("MIIB", "MIIC")])
    terminal.send(around[0] + pasted.replace("\n", "\r") + around[1] + "\r")
    shown = terminal.until("demo 1>")
    assert shown.count("MIIB") >= 1 and f"{kind}: '-----BEGIN CERT" in shown
    assert "MIIC" in shown[shown.rindex(f"{kind}: '"):]


def test_what_is_typed_ahead_behind_a_certificate_is_the_next_line() -> None:
    terminal = shell()
    terminal.enter("text")
    terminal.until("\n >")
    terminal.send(BLOCK.replace("\n", "\r") + "\rtext\rbob\r")
    terminal.until("text: 'bob'")


def test_an_answer_with_control_characters_is_asked_for_again() -> None:
    terminal = shell()
    terminal.enter("text")
    terminal.until("User name\n >")
    terminal.send("b\x11\x07ob\r")
    terminal.until("The answer contains a control character.\n >")
    terminal.enter("bob")
    terminal.until("text: 'bob'")


def test_a_question_is_seen_and_a_secret_hidden_where_output_goes_elsewhere() -> None:
    terminal = Terminal("elsewhere.py", shell='"$@" | cat > /dev/null; echo over')
    terminal.until("Password\n >")
    terminal.send("hunter2")
    assert "hunter2" not in terminal.quiet(0.3)
    terminal.send("\r")
    terminal.until("it was hunter2")
    terminal.until("over")
