"""Changes that return by themselves unless they are confirmed from a new login."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sysmgmt.domain.errors import ServiceRefused
from sysmgmt.domain.model import Reach, State
from sysmgmt.engine.dispatch import House
from sysmgmt.host.files import File
from sysmgmt.host.services import HostServices, Service
from sysmgmt.screen.output import readable
from sysmgmt.service.duties import unconfirmed
from tests.support.box import ADMIN_PASSWORD, TestBox
from tests.support.clock import DAY, MINUTE

RAISE = "set_tls_minimum version=1.3 --yes"


def floor(box: TestBox) -> str:
    """The minimum that is stored."""
    return box.state.settings.reach.tls_minimum


@pytest.mark.requirement(103)
def test_a_change_that_is_confirmed_from_a_new_login_is_final(basic: TestBox) -> None:
    maker = basic.admin()
    answer = maker.do(RAISE)
    assert answer.code == "Done" and "Unless it is confirmed" in answer.warnings[-1]
    assert maker.do("confirm_change").code == "SameLogin"
    assert basic.admin().do("confirm_change").code == "Done"
    basic.clock.move(DAY)
    assert basic.admin().facts("get_security_settings")["tls_minimum"] == "1.3"
    assert basic.admin().do("confirm_change").code == "NothingPending"


def test_what_leaves_only_what_the_level_forbids_is_final_at_once(basic: TestBox) -> None:
    basic.configure(level="stig", reach=Reach(tls_minimum="1.0"))
    answer = basic.admin().do("set_tls_minimum version=1.2 --yes")
    assert answer.code == "Done" and "Unless" not in "".join(answer.warnings)
    assert floor(basic) == "1.2" and basic.state.settings.pending is None


def test_a_session_that_was_open_before_confirms_nothing(basic: TestBox) -> None:
    older = basic.admin()
    basic.admin().do(RAISE)
    assert older.do("confirm_change").code == "SameLogin"


@pytest.mark.parametrize("look", ["a login", "a request", "a batch"])
def test_a_change_that_nobody_confirms_returns_when_somebody_comes_by(basic: TestBox, look: str) -> None:
    maker = basic.admin()
    maker.do(RAISE + " confirm_minutes=3")
    basic.clock.move(3 * MINUTE - 1)
    maker.do("get_groups")
    assert floor(basic) == "1.3"
    basic.clock.move(1)
    if look == "a login":
        basic.admin()
    elif look == "a request":
        assert maker.facts("get_pending_change") == {"change": None}
    else:
        maker.together("get_groups")
    assert floor(basic) == "1.2"
    last = [one for one in basic.audit() if one["command"] == "return_unconfirmed"][-1]
    assert (last["user"], last["code"]) == ("system", "Done")


def test_a_clock_that_is_set_back_does_not_keep_a_change(basic: TestBox) -> None:
    basic.admin().do(RAISE)
    basic.clock.move(-2 * DAY)
    basic.admin()
    assert floor(basic) == "1.2"


def test_what_waits_is_shown_and_told_to_those_who_may_confirm_it(basic: TestBox) -> None:
    admin = basic.admin()
    admin.do('add_user name=bob role=monitor password="bob-first-1" must_change=no')
    admin.do(RAISE)
    told = basic.client().log_in("admin", ADMIN_PASSWORD).warnings
    assert len(told) == 1 and told[0].startswith(
        "admin has changed the lowest version of TLS; that is undone on 2025-06-15T")
    bob = basic.client()
    assert bob.log_in("bob", "bob-first-1").warnings == ()
    assert bob.facts("get_pending_change") == {"change": {
        "command": "set_tls_minimum", "user": "admin", "made_at": "2025-06-15T15:06:40Z",
        "returns_at": "2025-06-15T15:16:40Z",
        "settings": [{"setting": "tls_minimum", "before": "1.2", "now": "1.3"}]}}
    assert bob.do("confirm_change").code == "PermissionDenied"


def test_whoever_may_confirm_a_change_may_also_undo_it_at_once(basic: TestBox) -> None:
    maker = basic.admin()
    assert maker.do("undo_change").code == "NothingPending"
    maker.do('add_user name=bob role=monitor password="bob-first-1" must_change=no')
    maker.do(RAISE)
    bob = basic.client("bob", "bob-first-1")
    assert bob.do("undo_change").code == "PermissionDenied"
    assert maker.do("undo_change --dry-run").code == "Done" and floor(basic) == "1.3"
    answer = maker.do("undo_change")
    assert answer.code == "Done" and (answer.result or {})["settings"] == [
        {"setting": "tls_minimum", "before": "1.3", "now": "1.2"}]
    assert floor(basic) == "1.2" and maker.facts("get_pending_change") == {"change": None}
    assert basic.client().log_in("admin", ADMIN_PASSWORD).warnings == (), "it did not return by itself"
    assert "tls_minimum: 1.3 -> 1.2" in str(basic.audit())
    assert maker.do(RAISE).code == "Done", "and another one may wait"


@pytest.mark.parametrize("decision", ["confirm_change", "undo_change"])
def test_a_change_that_was_decided_about_tells_of_no_time_any_more(basic: TestBox, decision: str) -> None:
    basic.admin().do(RAISE)
    answer = basic.admin().do(decision)
    assert answer.code == "Done" and "Undone at" not in "\n".join(readable(answer))
    assert list(answer.result or {}) == ["command", "user", "made_at", "settings"]


def test_the_next_login_of_everybody_who_might_have_confirmed_it_is_told_once_that_it_returned(basic: TestBox) -> None:
    admin = basic.admin()
    admin.do('add_user name=sue role=administrator password="sue-first-1" must_change=no')
    admin.do('add_user name=bob role=monitor password="bob-first-1" must_change=no')
    for name in ("sue", "bob"):
        basic.client(name, f"{name}-first-1")
    for _ in range(2):
        basic.clock.move(MINUTE)
        basic.admin().do(RAISE + " confirm_minutes=3")
        basic.clock.move(DAY)
        told = basic.client().log_in("admin", ADMIN_PASSWORD).warnings
        assert len(told) == 1 and told[0].startswith("Nobody confirmed the change of the lowest version of TLS by "
                                                     "admin in time: it was undone on 2025-06-"), told
        assert len(basic.client().log_in("sue", "sue-first-1").warnings) == 1
        basic.clock.move(1)
        for name, password in (("admin", ADMIN_PASSWORD), ("sue", "sue-first-1"), ("bob", "bob-first-1")):
            assert basic.client().log_in(name, password).warnings == ()
    events = [one["name"] for one in basic.admin().facts("get_events_log")["events"]]
    assert events.count("ChangeReturned") == 2 and events.count("SettingsChanged") == 2, "the two that were asked for"


def test_a_second_change_is_refused_while_one_waits(basic: TestBox) -> None:
    admin = basic.admin()
    admin.do(RAISE)
    before = basic.files()
    answer = admin.do("set_tls_minimum version=1.2 confirm_minutes=5")
    assert answer.code == "ChangePending" and "until 2025-06-15T15:16:40Z" in (answer.message or "")
    assert basic.files() == before


def test_what_is_set_again_at_once_is_final_and_nothing_waits_any_more(basic: TestBox) -> None:
    admin = basic.admin()
    admin.do(RAISE)
    assert admin.do("set_tls_minimum version=1.2 confirm_minutes=0").code == "Done"
    assert admin.facts("get_pending_change") == {"change": None}


def test_only_what_was_changed_returns_and_what_somebody_changed_since_stays(basic: TestBox) -> None:
    basic.admin().do(RAISE)
    basic.admin().do("set_box_name name=Other")
    basic.configure(reach=Reach(tls_minimum="1.3", hsts=True))
    basic.clock.move(DAY)
    basic.admin()
    assert (floor(basic), basic.state.settings.reach.hsts, basic.state.settings.name) == ("1.2", True, "Other")
    basic.admin().do(RAISE)
    basic.configure(reach=Reach(tls_minimum="1.1"))
    basic.clock.move(DAY)
    basic.admin()
    assert floor(basic) == "1.1" and basic.state.settings.pending is None


@pytest.mark.requirement(103)
@pytest.mark.parametrize("to, comes", [("1.3", "1.2"), ("1.2", "1.2")])
@pytest.mark.parametrize("undone", [True, False])
def test_a_level_that_is_raised_meanwhile_keeps_no_change_from_being_undone(
        basic: TestBox, to: str, comes: str, undone: bool) -> None:
    admin = basic.admin()
    for line in ("set_tls_minimum version=1.1 legacy=yes confirm_minutes=0 --yes",
                 f"set_tls_minimum version={to} --yes", "set_security_level level=stig --yes"):
        assert admin.do(line).code == "Done", line
    if undone:
        assert admin.do("undo_change").code == ("Done" if to != comes else "NothingPending")
    basic.clock.move(11 * MINUTE)
    admin.do("get_groups")
    assert (floor(basic), basic.state.settings.pending, basic.state.settings.level) == (comes, None, "stig")


@pytest.mark.requirement(103)
def test_what_will_break_is_said_before(basic: TestBox) -> None:
    admin = basic.admin()
    asked = admin.do("set_tls_minimum version=1.3")
    assert asked.code == "ConfirmationNeeded" and "do not speak TLS 1.3 will be refused" in (asked.message or "")
    dry = admin.do("set_tls_minimum version=1.3 --dry-run")
    assert "do not speak TLS 1.3 will be refused" in dry.warnings[0] and floor(basic) == "1.2"
    assert admin.do("set_tls_minimum version=1.2").code == "Unchanged", "nothing changes, so nothing is asked"


@pytest.mark.requirement(103)
@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_an_insecure_version_takes_an_explicit_word_and_is_told_at_each_login(basic: TestBox, version: str) -> None:
    admin = basic.admin()
    assert admin.do(f"set_tls_minimum version={version} --yes").code == "LegacyTls"
    assert admin.do(f"set_tls_minimum version={version} legacy=yes --yes confirm_minutes=0").code == "Done"
    assert basic.audit()[-1]["parameters"]["legacy"] == "yes"
    for _ in range(2):
        told = basic.client().log_in("admin", ADMIN_PASSWORD).warnings
        assert told == (f"TLS {version} is accepted, whose encryption can be broken; "
                        "set_tls_minimum version=1.2 ends that.",)
    admin.do("set_tls_minimum version=1.2 --yes confirm_minutes=0")
    assert basic.client().log_in("admin", ADMIN_PASSWORD).warnings == ()


@pytest.mark.parametrize("minutes", ["-1", "1441", "ten", "1.5", ""])
def test_the_time_for_a_confirmation_has_bounds(basic: TestBox, minutes: str) -> None:
    assert basic.admin().do(f'{RAISE} confirm_minutes="{minutes}"').code == "InvalidValue"


class Uptime:
    """A clock that nobody sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_boxmgmtd_counts_the_minutes_itself_whatever_the_time_of_day_does(basic: TestBox) -> None:
    house, uptime = basic.house(), Uptime()
    watch = unconfirmed.ConfirmationWatch(uptime)
    basic.admin().do(RAISE)
    watch(house)
    uptime.now += 10 * MINUTE - 1
    watch(house)
    assert floor(basic) == "1.3"
    uptime.now += 1
    watch(house)
    assert floor(basic) == "1.2"
    basic.admin().do(RAISE)
    watch(house)
    assert floor(basic) == "1.3", "another change has minutes of its own"


def test_a_change_that_nobody_had_confirmed_returns_when_boxmgmtd_starts(basic: TestBox) -> None:
    basic.admin().do(RAISE)
    unconfirmed.begin(basic.house())
    assert floor(basic) == "1.2" and basic.state.settings.pending is None


def test_a_return_that_is_refused_at_the_start_is_tried_again_before_its_time(basic: TestBox, folder: Path) -> None:
    basic.admin().do(RAISE)
    refusing = True
    house = basic.house()
    house = House(house.box._replace(services=following(folder, lambda: refusing)), house.catalog, house.verify)
    duty = unconfirmed.duty(unconfirmed.begin(house))
    assert floor(basic) == "1.3"
    refusing = False
    duty.run(house)
    assert floor(basic) == "1.2"


def following(folder: Path, refuse: Callable[[], bool]) -> HostServices:
    """A service whose file is the minimum, and whose reload may be refused."""
    def render(state: State) -> Mapping[str, File | None]:
        return {"/etc/floor": File(state.settings.reach.tls_minimum.encode())}

    def reload() -> None:
        if refuse():
            raise ServiceRefused(service="web", words="no")
    return HostServices([Service("web", render, lambda old, new: True, reload)], str(folder))


def test_a_return_that_a_service_refuses_is_tried_again(basic: TestBox, folder: Path) -> None:
    refusing = False
    house = basic.house()
    house = House(house.box._replace(services=following(folder, lambda: refusing)), house.catalog, house.verify)
    client = basic.client("admin", house=house)
    assert client.do(RAISE).code == "Done" and (folder / "etc/floor").read_text() == "1.3"
    refusing = True
    basic.clock.move(DAY)
    assert client.do("get_groups").code == "Done", "other work goes on"
    assert floor(basic) == "1.3" == (folder / "etc/floor").read_text()
    refusing = False
    client.do("get_groups")
    assert floor(basic) == "1.2" == (folder / "etc/floor").read_text()
