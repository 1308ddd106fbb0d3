"""Services follow the state, or nothing has changed: with real programs, and with ones that fail."""

import os
import stat
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sysmgmt.domain.errors import Refusal, ServiceRefused
from sysmgmt.domain.model import Account, Settings, State
from sysmgmt.engine.commit import commit
from sysmgmt.host import programs
from sysmgmt.host.files import SUFFIX, File
from sysmgmt.host.services import UNSETTLED, HostServices, Service

TARGET = "/etc/greeting.conf"
OLD, NEW = State(settings=Settings(banner="old")), State(settings=Settings(banner="new"))


class Reloads:
    """Counts reloads, and refuses those that it is told to."""

    def __init__(self, *refused: int) -> None:
        self.count = 0
        self._refused = refused

    def __call__(self) -> None:
        self.count += 1
        if self.count in self._refused:
            programs.run("greeting", ["/bin/sh", "-c", "echo will not reload >&2; exit 3"])


def greeting(check: Callable[[Mapping[str, str]], None] = lambda prepared: None, reload: Callable[[], None] = Reloads(),
             target: str = TARGET) -> Service:
    """A service whose one file is the banner."""
    def render(state: State) -> Mapping[str, File | None]:
        return {target: File(state.settings.banner.encode(), 0o640) if state.settings.banner else None}
    return Service("greeting", render, lambda old, new: old.settings.banner != new.settings.banner, reload, check)


def program(*arguments: str, limit: float = 5) -> Callable[[Mapping[str, str]], None]:
    """A checker: `arguments` and the paths of the prepared files."""
    return lambda prepared: void(programs.run("greeting", [*arguments, *prepared.values()], limit))


def void(value: object) -> None:
    """Nothing."""


def content(folder: Path) -> str | None:
    """What the file of the service holds."""
    path = folder / TARGET.lstrip("/")
    return path.read_text() if path.exists() else None


def left_over(folder: Path) -> list[Path]:
    """Files that should have gone."""
    return list(folder.rglob("*" + SUFFIX))


class Kept:
    """A transaction that keeps the state in memory; `full` cannot save."""

    def __init__(self, full: bool = False) -> None:
        self.state = OLD
        self.saved: list[State] = []
        self._full = full

    def save(self, new: State) -> None:
        if self._full:
            raise ServiceRefused(service="disk", words="full")
        self.state = new
        self.saved.append(new)


def test_a_change_is_prepared_beside_the_file_and_then_put_into_place(folder: Path) -> None:
    reload = Reloads()
    host = HostServices([greeting(program("/usr/bin/grep", "-q", "."), reload)], str(folder))
    host.heal(OLD)
    prepared = host.prepare(OLD, NEW)
    assert content(folder) == "old" and reload.count == 1 and len(left_over(folder)) == 1
    prepared.apply()
    assert content(folder) == "new" and reload.count == 2 and left_over(folder) == []
    assert stat.S_IMODE((folder / TARGET.lstrip("/")).stat().st_mode) == 0o640


def test_what_was_prepared_can_be_forgotten(folder: Path) -> None:
    host = HostServices([greeting()], str(folder))
    host.heal(OLD)
    host.prepare(OLD, NEW).discard()
    assert content(folder) == "old" and left_over(folder) == []


def test_a_file_that_is_not_wanted_any_more_goes_and_comes_back_with_a_refusal(folder: Path) -> None:
    HostServices([greeting()], str(folder)).heal(OLD)
    host = HostServices([greeting(reload=Reloads(1))], str(folder))
    with pytest.raises(ServiceRefused):
        host.prepare(OLD, State()).apply()
    assert content(folder) == "old"
    HostServices([greeting()], str(folder)).prepare(OLD, State()).apply()
    assert content(folder) is None


def test_an_unrelated_change_renders_nothing(folder: Path) -> None:
    def explode(state: State) -> Mapping[str, File | None]:
        raise AssertionError("rendered")
    host = HostServices([greeting()._replace(files=explode)], str(folder))
    counted = OLD._replace(accounts=OLD.accounts.put("bob", Account("bob", "monitor", strikes=1)))
    host.prepare(OLD, counted).apply()
    with pytest.raises(AssertionError, match="rendered"):
        host.prepare(OLD, NEW)


@pytest.mark.parametrize("arguments, limit, words", [
    (["/bin/sh", "-c", "echo line 3 is wrong >&2; exit 1"], 5, "line 3 is wrong"),
    (["/usr/sbin/no-such-checker"], 5, "No such file or directory"),
    (["/bin/sleep", "60"], 0.3, "did not end within 0.3 s"),
    (["/etc/passwd"], 5, "Permission denied"),
    (["/bin/false"], 5, "/bin/false ended with 1"),
    (["/bin/sh", "-c", "kill -SEGV $$"], 5, "ended with -11"),
])
def test_a_checker_that_does_not_agree_leaves_all_as_it_was(
        folder: Path, arguments: list[str], limit: float, words: str) -> None:
    reload = Reloads()
    HostServices([greeting()], str(folder)).heal(OLD)
    host = HostServices([greeting(lambda prepared: void(programs.run("greeting", arguments, limit)), reload)],
                        str(folder))
    begun = time.monotonic()
    with pytest.raises(ServiceRefused, match="greeting refused: ") as refusal:
        host.prepare(OLD, NEW)
    assert words in str(refusal.value) and time.monotonic() - begun < 4
    assert content(folder) == "old" and reload.count == 0 and left_over(folder) == []


def test_a_reload_that_fails_brings_the_old_files_back_and_reloads_again(folder: Path) -> None:
    HostServices([greeting()], str(folder)).heal(OLD)
    reload = Reloads(1)
    kept = Kept()
    with pytest.raises(ServiceRefused, match="will not reload"):
        commit(HostServices([greeting(reload=reload)], str(folder)), kept, NEW)
    assert content(folder) == "old" and reload.count == 2 and left_over(folder) == []
    assert kept.saved == [NEW, OLD], "the state before is saved again, as a transaction of its own"


def test_a_later_service_that_fails_takes_the_earlier_ones_back(folder: Path) -> None:
    first, second = greeting(), greeting(reload=Reloads(1), target="/etc/second.conf")
    HostServices([first, greeting(target="/etc/second.conf")], str(folder)).heal(OLD)
    with pytest.raises(ServiceRefused):
        HostServices([first, second], str(folder)).prepare(OLD, NEW).apply()
    assert content(folder) == "old" and (folder / "etc/second.conf").read_text() == "old"


def test_a_state_that_cannot_be_saved_changes_no_file(folder: Path) -> None:
    host = HostServices([greeting()], str(folder))
    host.heal(OLD)
    with pytest.raises(Refusal):
        commit(host, Kept(full=True), NEW)
    assert content(folder) == "old" and left_over(folder) == []


def test_a_crash_between_saving_and_renaming_is_healed_at_the_start(folder: Path) -> None:
    host = HostServices([greeting()], str(folder))
    host.heal(OLD)
    host.prepare(OLD, NEW)  # and then the power fails: the state is the new one
    reload = Reloads()
    HostServices([greeting(reload=reload)], str(folder)).heal(NEW)
    assert content(folder) == "new" and reload.count == 1 and left_over(folder) == []
    HostServices([greeting(reload=reload)], str(folder)).heal(NEW)
    assert reload.count == 1, "what is right is left alone"


def test_nothing_is_left_of_a_secret_that_was_prepared_before_a_crash(folder: Path) -> None:
    host = HostServices([greeting()], str(folder))
    host.heal(OLD)
    host.prepare(OLD, NEW)  # and then the power fails: the state is the old one
    [left] = left_over(folder)
    with left.open("rb") as held:
        HostServices([greeting()], str(folder)).heal(OLD)
        assert left_over(folder) == [] and set(held.read()) == {0}
    assert content(folder) == "old"


def test_a_service_that_refuses_keeps_no_other_from_what_the_state_wants(folder: Path) -> None:
    broken, late = program("/bin/false"), "/etc/second.conf"
    host = HostServices([greeting(broken), greeting(target=late), greeting(broken, target="/etc/third.conf")],
                        str(folder))
    with pytest.raises(ServiceRefused):
        host.whole(NEW)
    assert left_over(folder) == [] and not (folder / late.lstrip("/")).exists(), "a deployment is whole, or is none"
    with pytest.raises(ServiceRefused):
        host.heal(NEW)
    assert (folder / late.lstrip("/")).read_text() == "new" and content(folder) is None and left_over(folder) == []


def test_a_crash_between_renaming_and_the_reload_is_made_good_at_the_start(folder: Path) -> None:
    HostServices([greeting()], str(folder)).heal(OLD)
    mark = folder / UNSETTLED.lstrip("/")
    noted: list[str] = []
    dying = greeting(reload=lambda: noted.append(mark.read_text()))
    HostServices([dying], str(folder)).prepare(OLD, NEW).apply()
    assert noted == ["greeting\n"] and not mark.exists()
    mark.write_text(noted[0])  # and then the power fails
    reload, other = Reloads(), Reloads()
    services = [greeting(reload=reload), greeting(reload=other, target="/etc/second.conf")._replace(name="second")]
    HostServices(services[1:], str(folder)).heal(NEW)
    assert mark.read_text() == "greeting\n", "another service does not settle it"
    HostServices(services, str(folder)).heal(NEW)
    assert (reload.count, other.count, mark.exists()) == (1, 1, False)
    HostServices(services, str(folder)).heal(NEW)
    assert reload.count == 1


def test_an_edit_by_hand_is_healed_with_content_mode_and_links(folder: Path) -> None:
    host, path = HostServices([greeting()], str(folder)), folder / TARGET.lstrip("/")
    host.heal(OLD)
    path.write_text("by hand")
    host.heal(OLD)
    assert content(folder) == "old"
    path.chmod(0o666)
    host.heal(OLD)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_prepared_file_never_follows_a_link(folder: Path) -> None:
    host, victim = HostServices([greeting()], str(folder)), folder / "victim"
    victim.write_text("untouched")
    (folder / "etc").mkdir()
    os.symlink(victim, folder / (TARGET.lstrip("/") + SUFFIX))
    host.heal(OLD)
    assert content(folder) == "old" and victim.read_text() == "untouched"
    (folder / TARGET.lstrip("/")).unlink()
    os.symlink(victim, folder / TARGET.lstrip("/"))
    with pytest.raises(ServiceRefused):
        host.heal(NEW)
    assert victim.read_text() == "untouched"


def test_a_folder_that_cannot_be_written_is_a_refusal(folder: Path) -> None:
    (folder / "etc").write_text("a file where a folder should be")
    with pytest.raises(ServiceRefused, match="greeting refused: "):
        HostServices([greeting()], str(folder)).heal(OLD)
