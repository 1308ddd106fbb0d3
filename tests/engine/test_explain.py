"""What is said about commands: as their declaration has it, and of those that somebody may run."""

from sysmgmt.commands.catalog import COMMANDS, TITLES
from sysmgmt.domain.model import Account, Settings, State
from sysmgmt.engine import explain
from sysmgmt.engine.catalog import Catalog
from sysmgmt.engine.request import Caller

KNOWN = Catalog(COMMANDS)
EMPTY = State()
STATE = State(settings=Settings(installed_at=1.0), accounts=EMPTY.accounts.put(
    "bob", Account("bob", "monitor", groups=("g1",))).put("eve", Account("eve", "administrator")))
BOB, EVE, NOBODY = Caller("bob"), Caller("eve"), Caller()


def listed(state: State, caller: Caller) -> set[str]:
    """The commands of the overview."""
    return {one["name"] for one in explain.overview(state, KNOWN, caller, TITLES)["commands"]}


def test_a_page_says_what_the_declaration_says() -> None:
    page = explain.page(KNOWN["lock_user"])
    assert page["name"] == "lock_user" and page["synopsis"] == "lock_user [name=]USER" and page["needs"] == "security"
    assert page["summary"] == KNOWN["lock_user"].summary and page["details"] == (KNOWN["lock_user"].details or None)
    assert page["parameters"] == [{"name": "name", "about": KNOWN["lock_user"].parameters[0].word.about,
                                   "syntax": "USER", "required": True, "secret": False}]
    secrets = {one["name"]: (one["required"], one["secret"]) for one in explain.page(KNOWN["add_user"])["parameters"]}
    assert secrets["name"] == (True, False) and secrets["password"][1] and secrets["groups"] == (False, False)
    assert "[groups=" in explain.synopsis(KNOWN["add_user"])


def test_the_overview_has_what_somebody_may_run() -> None:
    bobs, eves = listed(STATE, BOB), listed(STATE, EVE)
    assert bobs < eves and {"get_users", "set_password"} <= bobs and "add_user" in eves - bobs
    assert "open_session" not in eves, "the own work of the box is nobody's"
    everybodys = listed(STATE, NOBODY)
    assert everybodys and listed(EMPTY, NOBODY) - everybodys == {"install"}
    other = explain.overview(STATE, KNOWN, EVE, {}, "users")["commands"]
    assert other and {one["chapter"] for one in other} == {""}, "what belongs to no chapter says none"
    assert all(one["summary"].endswith(".") for one in explain.overview(STATE, KNOWN, EVE, TITLES)["commands"])


def test_roles_and_users_who_can_are_named() -> None:
    found = explain.who_can(STATE, KNOWN["add_user"])
    assert (found["command"], found["needs"]) == ("add_user", "security")
    assert "administrator" in found["roles"] and "monitor" not in found["roles"]
    assert found["users"] == [{"name": "eve", "role": "administrator", "groups": None}]
    anyone = explain.who_can(STATE, KNOWN["set_password"])
    assert {"name": "bob", "role": "monitor", "groups": ["g1"]} in anyone["users"] and len(anyone["users"]) == 2
