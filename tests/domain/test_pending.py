"""A change that waits for its confirmation, as values: tests/commands walks it through a box."""

import pytest

from sysmgmt.domain import pending
from sysmgmt.domain.errors import NothingPending, SameLogin
from sysmgmt.domain.model import Identity, Pending, Reach, Returned, Settings, State
from sysmgmt.domain.records import Records

OLD, NEW = Reach(name_servers=("192.0.2.1",)), Reach(name_servers=("192.0.2.2",), tls_minimum="1.3")
WAITS = Pending("id", "set_dns", "bob", "security", 100.0, 200.0, OLD, NEW, ("s",))
STATE = State(settings=Settings(reach=NEW, pending=WAITS))


def in_force(reach: Reach) -> State:
    """The state in which that is in force while the change waits."""
    return STATE._replace(settings=STATE.settings._replace(reach=reach))


def test_what_returns_is_what_was_changed_and_not_changed_again() -> None:
    both = {"tls_minimum": ("1.2", "1.3"), "name_servers": (("192.0.2.1",), ("192.0.2.2",))}
    assert pending.changed(WAITS, STATE.settings) == both
    assert list(pending.changed(WAITS, Settings(reach=NEW._replace(name_servers=())))) == ["tls_minimum"]


@pytest.mark.parametrize("level, comes", [("basic", "1.0"), ("stig", "1.2")])
def test_no_version_of_tls_comes_back_that_the_level_forbids(level: str, comes: str) -> None:
    waits = WAITS._replace(before=OLD._replace(tls_minimum="1.0"))
    state = STATE._replace(settings=STATE.settings._replace(level=level, pending=waits))
    assert pending.changed(waits, state.settings)["tls_minimum"] == (comes, "1.3")
    assert pending.undone(state).settings.reach == OLD._replace(tls_minimum=comes)
    lower = state._replace(settings=state.settings._replace(
        pending=waits._replace(after=NEW._replace(tls_minimum="1.2")),
        reach=NEW._replace(tls_minimum="1.2", name_servers=())))
    assert (pending.without_overtaken(lower).settings.pending is None) == (level == "stig"), (
        "nothing is left to come back")


def test_every_setting_of_the_reach_has_its_words() -> None:
    assert pending.told(("firewall", "hsts")) == "the firewall and HSTS"
    assert pending.told(Reach._fields).count(" and ") == len(Reach._fields) - 1


@pytest.mark.parametrize("now, over", [(99.0, True), (100.0, False), (199.0, False), (200.0, True)])
def test_its_time_is_over_at_its_end_and_before_its_beginning(now: float, over: bool) -> None:
    assert pending.overdue(WAITS, now) is over


def test_the_seconds_that_are_left_are_at_least_one() -> None:
    assert pending.seconds_left(STATE.settings, 150.5) == 49 and pending.seconds_left(STATE.settings, 500.0) == 1
    assert pending.seconds_left(Settings(), 150.0) == 0


def test_it_returns_once_and_only_the_one_that_waits() -> None:
    state = pending.return_(STATE, "id", 300.0)
    assert (state.settings.reach, state.settings.pending) == (OLD, None)
    assert state.settings.returned == Returned(("tls_minimum", "name_servers"), "bob", "security", 300.0)
    assert pending.return_(state, "id", 400.0) is state and pending.return_(STATE, "other", 300.0) is STATE


def test_a_new_login_confirms_and_one_that_was_open_does_not() -> None:
    assert pending.confirm(STATE, "t").settings == Settings(reach=NEW)
    with pytest.raises(SameLogin):
        pending.confirm(STATE, "s")
    with pytest.raises(NothingPending):
        pending.confirm(State(), "t")


def test_what_was_changed_again_altogether_waits_no_more() -> None:
    assert pending.without_overtaken(STATE) == STATE and pending.without_overtaken(State()) == State()
    assert pending.without_overtaken(in_force(OLD)).settings.pending is None


@pytest.mark.parametrize("before, waits", [("web", True), ("web_other", False), ("", True)])
def test_a_web_certificate_that_is_not_there_any_more_does_not_come_back(before: str, waits: bool) -> None:
    one = WAITS._replace(before=NEW._replace(web_certificate=before), after=NEW._replace(web_certificate="web_new"))
    state = in_force(one.after)._replace(identities=Records({"web": Identity("web", (), "key", "internal")}))
    found = pending.without_overtaken(state._replace(settings=state.settings._replace(pending=one)))
    assert found.settings.pending == (one if waits else None)


@pytest.mark.parametrize("before, after, hsts", [
    (Reach(hsts=True), Reach(hsts=True, web_certificate="web 2"), False),
    (Reach(hsts=True), Reach(hsts=False), False),
    (Reach(hsts=True), Reach(hsts=True, name_servers=("192.0.2.1",)), True)])
def test_hsts_does_not_come_back_without_a_certificate_that_fits(before: Reach, after: Reach, hsts: bool) -> None:
    waits = WAITS._replace(before=before, after=after)
    state = pending.return_(State(settings=Settings(reach=after, pending=waits)), "id", 300.0)
    assert state.settings.reach == before._replace(hsts=hsts)
