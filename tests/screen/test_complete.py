"""What Tab offers."""

import pytest

from sysmgmt.screen.complete import candidates, split

from .small import CATALOG, SmallDoor


def offered(before: str, advanced: bool = False) -> list[str]:
    """The texts as they would stand in the line."""
    return [before[:len(before) - one.replaces] + one.text
            for one in candidates(before, CATALOG, SmallDoor(advanced))]


@pytest.mark.parametrize("before, texts", [
    ("add", ["add_user ", "add_role "]),
    ("  set", ["  set_password "]),
    ("dig", []),
    ("tidy", []),
    ("nothing", []),
    ("unknown ", []),
    ("tidy --", []),
    ("add_user ro", ["add_user role="]),
    ("add_user role=mon", ["add_user role=monitor", "add_user role=month"]),
    ("add_user role=monit", ["add_user role=monitor"]),
    ('add_user role="monit', ["add_user role=monitor"]),
    ("add_user nothing=x", []),
    ("add_user role=x groups=", ["add_user role=x groups=east", "add_user role=x groups=easter",
                                 'add_user role=x groups="west wing"']),
    ("add_user groups=east,", ["add_user groups=east,easter", 'add_user groups="east,west wing"']),
    ("add_user groups=west,easte", ["add_user groups=west,easter"]),
    ("add_user groups=\"west wing,easte", ["add_user groups=\"west wing,easter\""]),
    ("add_user --", ["add_user --json ", "add_user --dry-run ", "add_user --yes ", "add_user --help "]),
    ("add_user --json --j", []),
    ("add_user bo", ["add_user bob"]),
    ("add_user name=bo", ["add_user name=bob"]),
    ("add_user bob e", []),
    ("help add_u", ["help add_user"]),
    ("help command=set_", ["help command=set_password"]),
    ("help sof", ["help software"]),
    ("help ssh", ['help "ssh keys and sessions"']),
    ("add_role permissions=", ['add_role permissions="-"', "add_role permissions=a\u00a0b"]),
    ("add_user \u00e9=\"a ro", ["add_user \u00e9=\"a role="]),
])
def test_tab_offers(before: str, texts: list[str]) -> None:
    assert offered(before) == texts


def test_at_the_start_every_command_is_offered_that_may_be_known() -> None:
    assert offered("") == ["add_user ", "add_role ", "set_password ", "help "]
    assert offered("", advanced=True) == ["add_user ", "add_role ", "set_password ", "help ", "dig "]


def test_parameters_that_were_given_are_not_offered_again() -> None:
    assert offered('add_user name="a b" role=admin ') == [
        'add_user name="a b" role=admin password=', 'add_user name="a b" role=admin groups=']


@pytest.mark.parametrize("before", ["add_user password=", "add_user password=hun", 'add_user password="hun',
                                    "set_password current=", "set_password h"])
def test_no_secret_is_ever_offered(before: str) -> None:
    assert offered(before) == []


def test_no_secret_reaches_the_door() -> None:
    door = SmallDoor()
    candidates("add_user eve password=hunter2 role=", CATALOG, door)
    assert door.asked == [("add_user", "role", {"name": "eve"})]


@pytest.mark.parametrize("before, words, typed", [
    ("", [], ""), ("   ", [], ""), ("a", [], "a"), ("a ", ["a"], ""), ("a b=c", ["a"], "b=c"),
    ('a b="c d" ', ["a", 'b="c d"'], ""), ('a b="c d', ["a"], 'b="c d'), ('a b="c \\" d" e', ["a", 'b="c \\" d"'], "e"),
    ("a | b", ["a", "|"], "b")])
def test_words_are_parted_as_the_language_does(before: str, words: list[str], typed: str) -> None:
    before_it, last = split(before)
    assert ([one.written for one in before_it], last.written) == (words, typed)
