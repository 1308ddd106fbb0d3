"""All commands by name: what other packages bring stands behind our own, and hides none of them."""

from typing import get_args

import pytest

from sysmgmt.commands import password_words
from sysmgmt.commands.catalog import COMMANDS
from sysmgmt.domain.errors import UnknownCommand
from sysmgmt.engine import catalog
from sysmgmt.engine.catalog import Catalog, Chapters
from sysmgmt.engine.declaration import OWN_WORK, Call, Command, Shown, command
from sysmgmt.engine.request import Caller


def declared(name: str, advanced: bool = False, needs: str = "anyone") -> Command:
    """A command with a name."""
    def act(call: Call) -> Shown:
        """Show nothing."""
        return Shown({})
    act.__name__ = name
    return command(needs=needs, advanced=advanced)(act)


OWN, HIDDEN = declared("get_users"), declared("collect_logs", advanced=True)
INNER = declared("open_it", needs=OWN_WORK)
OTHER, THEIRS = declared("get_fans"), declared("get_users")
PERSON, SUPPORT = Caller("bob"), Caller("bob", advanced=True)


def shelf(*commands: Command) -> dict[str, Command]:
    """Commands by name."""
    return {one.name: one for one in commands}


@pytest.fixture
def asked() -> list[str]:
    """How often other packages were asked."""
    return []


@pytest.fixture
def known(asked: list[str]) -> Catalog:
    """A catalog of ours and of others."""
    def others() -> tuple[list[Command], list[str]]:
        asked.append("asked")
        return [OTHER, THEIRS], ["broken cannot be loaded"]
    return Catalog(shelf(OWN, HIDDEN, INNER), others)


def test_our_own_commands_are_found_without_asking_others(known: Catalog, asked: list[str]) -> None:
    assert known["get_users"] is OWN and "collect_logs" in known and asked == []
    assert known["get_fans"] is OTHER and known["get_fans"] is OTHER and asked == ["asked"]
    with pytest.raises(KeyError):
        known["nothing"]


def test_others_stand_behind_our_own_and_take_the_place_of_none(known: Catalog) -> None:
    assert list(known) == ["get_users", "collect_logs", "open_it", "get_fans"] and len(known) == 4
    assert known["get_users"] is OWN and known.broken == ["broken cannot be loaded"]
    assert Catalog(shelf(OWN), lambda: ([], ["broken"])).broken == ["broken"], "also where nobody has looked yet"
    assert Catalog(shelf(OWN)).broken == [] and list(Catalog(shelf(OWN))) == ["get_users"]


def test_nobody_outside_finds_the_own_work_of_the_box(known: Catalog) -> None:
    assert catalog.declared(known, "open_it") is None is catalog.declared(known, "nothing")
    assert catalog.public(known, "get_users", PERSON) is OWN
    for name in ("open_it", "nothing"):
        with pytest.raises(UnknownCommand):
            catalog.public(known, name, SUPPORT)


def test_advanced_commands_are_shown_to_who_has_enabled_them(known: Catalog) -> None:
    shown = [(one.name, catalog.is_shown(one, PERSON), catalog.is_shown(one, SUPPORT)) for one in known.values()]
    assert shown == [("get_users", True, True), ("collect_logs", False, True), ("open_it", False, False),
                     ("get_fans", True, True)]


@pytest.mark.parametrize("name, caller, hint", [
    ("get_user", PERSON, "Did you mean get_users? "), ("collect_log", PERSON, ""),
    ("collect_log", SUPPORT, "Did you mean collect_logs? "), ("open_i", SUPPORT, ""), ("get_users\x1b", PERSON, ""),
    ("xyz", PERSON, "")])
def test_a_near_name_is_offered_if_it_is_shown(known: Catalog, name: str, caller: Caller, hint: str) -> None:
    refusal = catalog.unknown(known, name, caller)
    assert refusal.advice.startswith(hint) and ("Did you mean" in refusal.advice) is bool(hint)
    assert "\x1b" not in str(refusal)


@pytest.mark.parametrize("name, hint", [
    ("user", "Did you mean add_user or set_user or get_users? "), ("lock", "Did you mean lock_user or unlock_user or "),
    ("certificate", "Did you mean "), ("us", "Enter help")])
def test_names_of_which_it_is_a_part_are_offered_the_shortest_first(name: str, hint: str) -> None:
    assert catalog.unknown(Catalog(COMMANDS), name, PERSON).advice.startswith(hint)


def test_up_to_three_near_names_are_offered() -> None:
    many = Catalog(shelf(*(declared(f"get_user_{letter}") for letter in "abcd")))
    assert catalog.unknown(many, "get_user_x", PERSON).advice.count("get_user_") == 3


def test_a_parameter_that_is_near_is_offered_and_help_named() -> None:
    refusal = catalog.unknown_parameter(Catalog(COMMANDS)["add_user"], "nam")
    assert str(refusal) == "add_user has no parameter nam."
    assert refusal.advice == "Did you mean name? Enter help add_user for its parameters."


def test_a_chapter_is_loaded_when_a_command_of_it_is_asked_for() -> None:
    chapters = Chapters([{"get_groups": "sysmgmt.commands.roles"}, {"get_lost": "sysmgmt.commands.nowhere"}])
    assert list(chapters) == ["get_groups", "get_lost"] and len(chapters) == 2
    assert chapters["get_groups"].name == "get_groups" and chapters["get_groups"] is COMMANDS["get_groups"]
    with pytest.raises(ModuleNotFoundError):
        chapters["get_lost"]
    with pytest.raises(KeyError):
        chapters["get_other"]


def test_passwords_are_never_shown_and_new_ones_are_typed_twice() -> None:
    for known, twice in ((password_words.NewPassword, True), (password_words.FirstPassword, True),
                         (password_words.OwnNewPassword, True), (password_words.CurrentPassword, False)):
        word = get_args(known)[1]
        assert (word.secret, word.twice, word.syntax) == (True, twice, "PASSWORD"), word.about
    given = [(one, each) for one in COMMANDS.values() for each in one.parameters if each.name.endswith("password")]
    assert len(given) > 15 and all(each.word.secret for _, each in given)


def test_what_stands_for_several_words_without_quotes_is_only_what_help_is_asked_about() -> None:
    assert [(one.name, each.name) for one in COMMANDS.values() for each in one.parameters if each.word.phrase] == [
        ("help", "command")]


def test_a_command_that_is_looked_for_and_is_none_is_warned_of_with_what_may_be_meant() -> None:
    commands = Catalog(COMMANDS)
    assert catalog.not_known(commands, "add_user", PERSON) == ()
    assert catalog.not_known(commands, "add_usr", PERSON) == (
        "There is no command add_usr. Did you mean add_user?",)
    assert catalog.not_known(commands, "zzzz", PERSON) == ("There is no command zzzz.",)
