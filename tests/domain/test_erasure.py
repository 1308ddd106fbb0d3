"""Who may agree to an erasure, and which administrators somebody else has touched, as values (R244)."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from sysmgmt.domain import erasure
from sysmgmt.domain.erasure import PATIENCE, Doing
from sysmgmt.domain.errors import AdministratorsChanged
from sysmgmt.domain.model import Account, Role, Session, Settings, SshKey, State, Unsettled
from sysmgmt.domain.model.appliance import Agreeing, Erasure
from sysmgmt.domain.times import DAY, Running, iso

NOW = 1_750_000_000.0
LATE = Running("b1", 10 * DAY)
"""How long the machine has run."""
ADMIN, KIM = (Account(name, "administrator", password=f"{name}-1", password_changed_at=1.0)
              for name in ("admin", "kim"))
EVE, BOB = Account("eve", "boss", password="eve-1"), Account("bob", "monitor", password="bob-1")
KEY = SshKey("kim f", "kim", "ssh-ed25519 A", "f")
pytestmark = pytest.mark.checklist("R244")

Change = Callable[[State], State]


def state_of(*accounts: Account, **settings: Any) -> State:
    """A box with these accounts, installed long ago, where the role boss has Security and crew has not."""
    state = State(settings=Settings(installed_at=1.0, **settings))
    for role in Role("boss", ("security",)), Role("crew", ("view",)):
        state = state._replace(roles=state.roles.put(role.name, role))
    return with_accounts(state, accounts)


def with_accounts(state: State, accounts: Iterable[Account]) -> State:
    """The state with these accounts in place of those of the same names."""
    for one in accounts:
        state = state._replace(accounts=state.accounts.put(one.name, one))
    return state


def having(account: Account, **fields: Any) -> Change:
    """That an account gets other fields."""
    return lambda state: with_accounts(state, [account._replace(**fields)])


def without(name: str) -> Change:
    """That an account is removed."""
    return lambda state: state._replace(accounts=state.accounts.without(name))


def role(name: str, *permissions: str) -> Change:
    """That a role gets these permissions."""
    return lambda state: state._replace(roles=state.roles.put(name, Role(name, permissions)))


def keyed(**fields: Any) -> Change:
    """That there is kim's key, with other fields."""
    key = KEY._replace(**fields)
    return lambda state: state._replace(ssh_keys=state.ssh_keys.put(key.id, key))


def by(user: str = "admin", command: str = "set_user", running: Running = LATE) -> Doing:
    """What somebody does now."""
    return Doing(user, command, NOW, lambda: running)


def names(state: State) -> list[str]:
    """Who is written down."""
    return [one.name for one in state.settings.unsettled]


START = state_of(ADMIN, KIM, EVE, BOB)
NEW_PASSWORD = having(KIM, password="kim-2")


@pytest.mark.parametrize("change, touched", [
    (having(KIM, locked_by="command"), ["kim"]), (having(KIM, role="monitor"), ["kim"]), (without("kim"), ["kim"]),
    (NEW_PASSWORD, ["kim"]), (having(KIM, last_login_at=NOW), []), (having(BOB, role="boss"), ["bob"]),
    (having(BOB, password="bob-2"), []), (having(BOB, locked_by="command"), []), (without("bob"), []),
    (having(KIM._replace(name="new")), ["new"]), (having(BOB._replace(name="new")), []),
    (role("boss", "view"), ["eve"]), (role("boss", "view", "security"), []), (role("crew", "security"), []),
    (role("monitor", "security"), []), (lambda state: role("boss", "view")(NEW_PASSWORD(state)), ["eve", "kim"]),
    (keyed(), ["kim"]), (keyed(id="bob f", user="bob"), []), (keyed(id="admin f", user="admin"), []),
    (lambda state: state, [])])
def test_administrators_whom_somebody_else_has_touched_are_written_down(change: Change, touched: list[str]) -> None:
    after = erasure.noted(START, change(START), by())
    assert sorted(after.settings.unsettled) == [Unsettled(name, NOW, LATE) for name in touched]
    assert after._replace(settings=START.settings) == change(START)._replace(settings=START.settings)


@pytest.mark.parametrize("change, touched", [
    (keyed(line="ssh-ed25519 B"), ["kim"]), (keyed(last_used_at=NOW), []),
    (lambda state: state._replace(ssh_keys=state.ssh_keys.without(KEY.id)), []), (having(KIM), [])])
def test_a_key_that_she_had_already_touches_nobody(change: Change, touched: list[str]) -> None:
    before = keyed()(START)
    assert names(erasure.noted(before, change(before), by())) == touched


def test_who_was_locked_is_touched_by_the_unlocking() -> None:
    locked = having(KIM, locked_by="command")(START)
    assert names(erasure.noted(locked, START, by())) == ["kim"]


@pytest.mark.parametrize("change, command, touched", [
    (NEW_PASSWORD, "set_password", []), (NEW_PASSWORD, "restore_settings", ["kim"]), (keyed(), "add_ssh_key", []),
    (lambda state: having(EVE, password="eve-2")(NEW_PASSWORD(state)), "set_password", ["eve"])])
def test_nobody_touches_herself_with_her_own_password_or_key(change: Change, command: str, touched: list[str]) -> None:
    assert names(erasure.noted(START, change(START), by("kim", command))) == touched


def test_the_installation_is_written_down_and_on_a_young_box_only_those_who_lost_count() -> None:
    young = erasure.noted(State(), START, by())
    assert young.settings.unsettled == (Unsettled("", NOW, LATE),)
    later = Running("b1", LATE.seconds + DAY - 1)
    assert names(erasure.noted(young, NEW_PASSWORD(young), by(running=later))) == [""]
    assert names(erasure.noted(young, without("kim")(NEW_PASSWORD(young)), by(running=later))) == ["", "kim"]
    both = having(EVE, password="eve-2")(without("kim")(young))
    assert names(erasure.noted(young, both, by(running=later))) == ["", "kim"]
    assert names(erasure.noted(young, NEW_PASSWORD(young), by(running=Running("b1", LATE.seconds + DAY)))) == ["kim"]
    assert names(erasure.noted(young, NEW_PASSWORD(young), by(running=Running("b2", 5)))) == ["", "kim"], "who knows"
    touched = START._replace(settings=START.settings._replace(unsettled=(Unsettled("eve", NOW, LATE),)))
    assert names(erasure.noted(touched, NEW_PASSWORD(touched), by())) == ["eve", "kim"], "eve is not the box"


def test_who_is_touched_again_begins_the_day_anew_and_others_stay_written_down() -> None:
    first = erasure.noted(START, role("boss", "view")(NEW_PASSWORD(START)), by())
    later = Running("b1", LATE.seconds + 5)
    again = erasure.noted(first, without("kim")(first), by(running=later)._replace(now=NOW + 5))
    assert again.settings.unsettled == (Unsettled("eve", NOW, LATE), Unsettled("kim", NOW + 5, later))


def test_whose_day_is_over_is_forgotten() -> None:
    state = erasure.noted(START, NEW_PASSWORD(START), by())
    assert erasure.settled(START, lambda: LATE) is START
    assert erasure.settled(state, lambda: Running("b1", LATE.seconds + DAY - 1)) is state
    assert names(erasure.settled(state, lambda: Running("b1", LATE.seconds + DAY))) == []
    assert erasure.settled(state, lambda: Running("b2", DAY - 1)) is state, "a restart begins the day anew"


def is_decided(state: State) -> bool:
    """Whether the box is erased."""
    return state.settings.erasure is not None and state.settings.erasure.decided


def opened(state: State, ended: str = "") -> State:
    """The state with a session of kim."""
    one = Session(f"s{ended}", "kim", "p", NOW, ended=ended)
    return state._replace(sessions=state.sessions.put(one.id, one))


def test_an_administrator_who_is_alone_decides_at_once_and_all_sessions_end() -> None:
    before = opened(opened(state_of(ADMIN, BOB, KIM._replace(locked_by="command"))), "before")
    after = erasure.wish(before, "admin", NOW, LATE)
    assert after.settings.erasure == Erasure("admin", NOW, True, (), LATE)
    assert [(one.id, one.ended, one.ended_at) for one in after.sessions.values()] == [
        ("s", "the box is erased", NOW), ("sbefore", "before", None)]


def test_a_second_administrator_has_to_agree_within_the_time() -> None:
    first = erasure.wish(opened(START), "admin", NOW, LATE)
    wished = Erasure("admin", NOW, False, (Agreeing("eve"), Agreeing("kim", 1.0)), LATE)
    assert first.settings.erasure == wished and next(first.sessions.values()).ended == ""
    assert erasure.agreeing(first) == ["eve", "kim"] and erasure.agreeing(START) == []
    last = Running("b1", LATE.seconds + PATIENCE)
    assert erasure.wish(first, "admin", NOW + 9, last) == first, "one person is not two"
    assert erasure.wish(first, "kim", NOW + 9, last).settings.erasure == wished._replace(decided=True)
    for late in Running("b1", last.seconds + 1), Running("b2", PATIENCE):
        anew = erasure.wish(first, "kim", NOW + 9, late).settings.erasure
        assert anew == Erasure("kim", NOW + 9, False, (Agreeing("admin", 1.0), Agreeing("eve")), late)
    decided = erasure.wish(first, "kim", NOW + 9, last)
    assert erasure.wish(decided, "admin", NOW + 99, Running("b2", 0)) == decided, "what is decided stays so"


def test_an_agreement_counts_only_from_the_account_that_was_there_with_the_password_that_it_had() -> None:
    first = erasure.wish(START, "admin", NOW, LATE)
    other = having(KIM, password="kim-2", password_changed_at=2.0)(first)
    assert erasure.agreeing(other) == ["eve"] and not is_decided(erasure.wish(other, "kim", NOW, LATE))
    gone = without("kim")(first)
    assert erasure.agreeing(gone) == ["eve"]
    assert erasure.wish(gone, "admin", NOW, LATE).settings.erasure == first.settings.erasure
    own = erasure.noted(first, other, by("kim", "set_password"))
    assert own.settings.erasure and own.settings.erasure.others == (Agreeing("eve"), Agreeing("kim", 2.0))
    assert is_decided(erasure.wish(own, "kim", NOW, LATE)), "a password of her own choice changes nothing"
    assert erasure.noted(first, other, by("admin", "set_user")).settings.erasure == first.settings.erasure
    late = with_accounts(first, [KIM._replace(name="new")])
    changed = having(KIM._replace(name="new"), password_changed_at=5.0)(late)
    assert erasure.noted(late, changed, by("new", "set_password")).settings == first.settings, "she could not agree"


def touched(state: State, **whom: int) -> State:
    """The state in which these were touched so many seconds before LATE."""
    return state._replace(settings=state.settings._replace(unsettled=tuple(
        Unsettled(name, NOW, Running("b1", LATE.seconds - ago)) for name, ago in whom.items())))


def test_who_was_touched_within_a_day_neither_wishes_nor_agrees() -> None:
    with pytest.raises(AdministratorsChanged) as refusal:
        erasure.wish(touched(START, kim=50, eve=7), "kim", NOW, LATE)
    assert refusal.value.facts == {"names": "kim", "time": iso(NOW + DAY - 50)}
    wished = erasure.wish(touched(START, kim=50), "admin", NOW, LATE).settings.erasure
    assert wished and wished.others == (Agreeing("eve"),)
    assert erasure.wish(touched(START, kim=DAY), "kim", NOW, LATE).settings.erasure, "her day is over"


def test_where_nobody_is_left_because_of_that_the_names_and_the_end_are_told() -> None:
    others = [KIM._replace(name=f"k{number}") for number in range(4)]
    state = touched(state_of(ADMIN, *others), k3=7, k1=50, k2=60, k0=70)
    with pytest.raises(AdministratorsChanged) as refusal:
        erasure.wish(state, "admin", NOW, LATE)
    assert refusal.value.facts == {"names": "k0, k1, k2", "time": iso(NOW + DAY - 7)}
    young = state_of(ADMIN, unsettled=(Unsettled("", NOW, LATE),))
    assert erasure.wish(young, "admin", NOW, LATE).settings.erasure, "the box itself is none of them"
