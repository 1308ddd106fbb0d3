"""The line of Sysmgmt that the menu shows does the same, whatever the values are."""

from hypothesis import given
from hypothesis import strategies as some

from boxmgmt import spelling
from sysmgmt.commands import accounts, box
from sysmgmt.engine import language

TEXTS = some.text(some.characters(blacklist_categories=["Cc", "Cs"], blacklist_characters="\u2028\u2029"))


@given(TEXTS)
def test_the_shown_line_is_read_back_as_the_same_text(text: str) -> None:
    parsed = language.parse(spelling.line(box.set_login_banner, {"text": text}))
    assert (parsed.command, parsed.texts, parsed.bare) == ("set_login_banner", {"text": text}, [])


def test_a_secret_is_not_shown() -> None:
    shown = spelling.line(accounts.set_password, {"current_password": "old-1", "new_password": "new-1"})
    assert shown == "set_password current_password=- new_password=-"


def test_what_was_confirmed_is_shown_with_its_confirmation_and_nothing_else_is() -> None:
    assert spelling.line(box.reboot_box, {}, confirmed=True) == "reboot_box --yes"
    assert spelling.line(box.reboot_box, {}) == "reboot_box"
