"""Long passphrases, every printable character, by every way in."""

import string

import pytest

from tests.screen.harness import Terminal
from tests.support.box import ADMIN_PASSWORD, TestBox
from tests.support.program import result, sysmgmt

PRINTABLE = "".join(chr(number) for number in range(32, 127))
PHRASES = {
    "all 95 printable characters of ASCII": PRINTABLE, "with spaces around": "  correct horse  battery staple ",
    "64 characters": "abcd efgh" * 7 + "x", "128 characters": "é€ " * 42 + "zz", "1024 characters": "x y" * 341 + "z"}


@pytest.mark.requirement(24)
@pytest.mark.parametrize("phrase", PHRASES.values(), ids=PHRASES)
def test_a_passphrase_is_taken_whole_on_standard_input_and_in_a_file(basic: TestBox, phrase: str) -> None:
    given = f"set_password current_password=- new_password=-\n{ADMIN_PASSWORD}\n{phrase}\n"
    done = result(sysmgmt(basic.folder, given, *basic.options))
    assert done.status == 0, done.err
    assert result(sysmgmt(basic.folder, "get_groups\n", *basic.options, password=phrase)).status == 0
    for almost in (phrase[:-1], phrase + " ", phrase.swapcase()):
        assert basic.client().log_in("admin", almost).code == "LoginFailed"
        assert basic.client().log_in("admin", phrase).code == "Done"


@pytest.mark.requirement(24)
def test_a_passphrase_that_is_too_long_is_refused_loudly(basic: TestBox) -> None:
    answer = basic.admin().do(f'set_password current_password="{ADMIN_PASSWORD}" new_password="{"x" * 1025}"')
    assert answer.code == "PasswordTooWeak" and "at most 1024 characters" in str(answer.message)
    assert basic.client().log_in("admin", ADMIN_PASSWORD).code == "Done"


@pytest.mark.requirement(24)
@pytest.mark.embedded_only("what is typed is read by the shell, wherever the engine runs")
@pytest.mark.parametrize("around", [("", ""), ("\x1b[200~", "\x1b[201~")], ids=["typed", "pasted"])
def test_every_printable_character_can_be_typed_and_pasted(around: tuple[str, str]) -> None:
    terminal = Terminal("demo.py", environment={"TERM": "xterm", "NO_COLOR": "1"})
    terminal.until("demo 0>")
    terminal.enter("secret")
    terminal.until("Password\n >")
    terminal.send(around[0] + PRINTABLE + around[1] + "\r")
    terminal.until("secret: ")
    shown = terminal.quiet(0.5).replace("\n", "")
    assert all(part in shown for part in (string.ascii_letters[:20], string.digits, "{|}~")), shown
