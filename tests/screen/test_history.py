"""No secret comes back with arrow-up."""

import asyncio

import pytest

from sysmgmt.screen.history import LONGEST_LINE, MOST_LINES, Redacted, redact

from .small import CATALOG


@pytest.mark.parametrize("line, kept", [
    ("add_role name=ops permissions=view", "add_role name=ops permissions=view"),
    ("add_role 'x |  y", "add_role 'x |  y"),
    ("help add_user", "help add_user"),
    ("add_user name=bob role=admin", "add_user name=bob role=admin"),
    ("add_user name=bob password=hunter2 role=admin", "add_user name=bob role=admin"),
    ('add_user bob password="hunter2 and more"  role="a b"', 'add_user bob role="a b"'),
    ('add_user bob password="hun\\"ter2" --yes', "add_user bob --yes"),
    ("add_user bob password=hunter2|x>y;z", "add_user bob"),
    ("add_user password=- name=bob", "add_user name=bob"),
    ("add_user password=", "add_user"),
    ("set_password current=hunter2 password=hunter3", "set_password"),
])
def test_a_line_is_kept_without_its_secrets(line: str, kept: str) -> None:
    assert redact(line, CATALOG) == kept


@pytest.mark.parametrize("line", [
    "hunter2", "ad_user password=hunter2", "password hunter2",              # no command
    'add_user password="hunter2', 'add_user password="hunter2"x',           # quotes that do not end
    "set_password hunter2", "add_user bob hunter2", "add_user password =hunter2",
    "add_user name=bob pasword=hunter2", "add_user PASSWORD=hunter2",       # a name that it does not have
    "add_user password=a password=hunter2",                                 # twice
    "add_user --hunter2",
    "add_user bob\nhunter2",
    "add_role x" + "x" * LONGEST_LINE,
])
def test_in_doubt_a_line_is_forgotten(line: str) -> None:
    assert redact(line, CATALOG) is None


def test_lines_come_back_newest_first_and_the_same_one_once() -> None:
    history = Redacted(CATALOG)
    for line in ("help", "help", "add_user password=hunter2 bob", "hunter2", "add_role x"):
        history.append_string(line)
    assert history.get_strings() == ["help", "add_user bob", "add_role x"]

    async def loaded() -> list[str]:
        return [line async for line in history.load()]

    assert asyncio.run(loaded()) == ["add_role x", "add_user bob", "help"]


def test_the_history_does_not_grow_without_end() -> None:
    history = Redacted(CATALOG)
    for number in range(MOST_LINES + 10):
        history.append_string(f"help {number}")
    assert len(history.get_strings()) == MOST_LINES
    assert history.get_strings()[0] == "help 10"
