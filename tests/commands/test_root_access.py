"""Root access and host keys (R246, R247): the real commands over the real files of sshd, below a folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sysmgmt import box
from sysmgmt.domain.model import Account, Session, State
from sysmgmt.domain.records import Records
from sysmgmt.engine.dispatch import House
from sysmgmt.host import hostkeys, programs, sshd
from sysmgmt.host.doors import MachineDoors
from sysmgmt.host.services import HostServices
from sysmgmt.service.deployment import pamfiles, root_login
from sysmgmt.service.deployment.root_login import Closing
from sysmgmt.service.deployment.site import ROOT_STAYS, Site
from tests.support.box import ADMIN_PASSWORD, Client, TestBox
from tests.support.clock import MINUTE

OPEN = "Root access is open until 2025-06-15T15:16:40Z {}; shut it with disable_root_access."
NO_CREDENTIAL = "Root has no password and no key, so nobody can log in as root until the machine's owner gives it one."


class Governed:
    """A box, and the machine below `tree` whose doors it governs; no sshd runs there."""

    def __init__(self, basic: TestBox, tree: Path) -> None:
        self.box = basic
        self.tree = tree
        self.closing = Closing()

    @property
    def house(self) -> House:
        """The engine over both."""
        kinds = (root_login.doors(Site("/bin/true", "/"), str(self.tree), lambda: self.box.clock.now),
                 hostkeys.service(str(self.tree)))
        services = HostServices([one._replace(reload=lambda: None) for one in kinds], str(self.tree))
        return box.embedded(str(self.box.folder), self.box.clock.port, lambda sealer: services,
                            MachineDoors(str(self.tree)))

    def client(self, name: str = "admin", password: str = ADMIN_PASSWORD) -> Client:
        """Somebody at this box."""
        client = Client(self.box.door(house=self.house))
        self.greeting = client.log_in(name, password)
        assert self.greeting.code == "Done"
        return client

    def pass_time(self, seconds: float, clock: float | None = None) -> None:
        """Let time pass; the clock may be set to show something else. Then the duty looks."""
        self.box.clock.move(seconds)
        if clock is not None:
            self.box.clock.now += clock - seconds
        self.closing.look(self.house)

    def heal(self) -> None:
        """What boxmgmtd does when it starts."""
        house = self.house
        house.box.services.heal(house.box.store.read())

    def open_doors(self) -> set[str]:
        """Where root may come in, as sshd and PAM are told; sshd is asked itself."""
        arguments = [sshd.PROGRAM, "-T", "-f", str(self.tree / "main"), "-C", sshd.ROOT]
        (self.tree / "main").write_text(sshd.as_it_would_be(self.text(sshd.MAIN), {}, str(self.tree)))
        over_ssh = "permitrootlogin yes" in programs.run("test", arguments)
        return ({"ssh"} if over_ssh else set()) | (set() if self.text(pamfiles.SHUT) else {"console"})

    def text(self, path: str) -> str:
        """A file of the machine."""
        return (self.tree / path.lstrip("/")).read_text()


@pytest.fixture
def governed(basic: TestBox, folder: Path) -> Iterator[Governed]:
    """A box that governs sshd and a console, where root has a password and sshd would let it in."""
    (folder / "etc/ssh/sshd_config.d").mkdir(parents=True)
    programs.run("test", ["/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "key")])
    (folder / "etc/ssh/sshd_config").write_text(
        f"Include /etc/ssh/sshd_config.d/*.conf\nHostKey {folder / 'key'}\nPermitRootLogin yes\n"
        "Match User root\n    PermitRootLogin yes\n")
    (folder / "etc/shadow").write_text("daemon:*:1::::::\nroot:$y$something:1::::::\n")
    made = Governed(basic, folder)
    made.heal()
    yield made


@pytest.mark.checklist("R247")
@pytest.mark.parametrize("where, words, found", [
    ("ssh", "over ssh", {"ssh"}), ("console", "at the console", {"console"}),
    ("both", "over ssh and at the console", {"ssh", "console"})])
def test_root_is_shut_out_unless_somebody_opens_and_after_that(
        governed: Governed, where: str, words: str, found: set[str]) -> None:
    admin = governed.client()
    assert governed.open_doors() == set() and governed.greeting.warnings == ()
    answer = admin.do(f"enable_root_access minutes=10 where={where} --yes")
    shown = {"where": where, "until": "2025-06-15T15:16:40Z", "opened_at": "2025-06-15T15:06:40Z", "opened_by": "admin"}
    assert (answer.code, answer.warnings, answer.result) == ("Done", (), {"root_access": shown})
    assert governed.open_doors() == found
    assert admin.facts("get_security_settings")["root_access"] == shown
    governed.client()
    assert governed.greeting.warnings == (OPEN.format(words),)
    assert admin.do("disable_root_access").result == {"root_access": None}
    assert governed.open_doors() == set() and admin.facts("get_security_settings")["root_access"] is None
    governed.client()
    assert governed.greeting.warnings == ()


@pytest.mark.checklist("R247")
def test_it_has_to_be_confirmed_and_a_dry_run_opens_nothing(governed: Governed) -> None:
    admin = governed.client()
    assert admin.do("enable_root_access minutes=10").code == "ConfirmationNeeded"
    assert admin.do("enable_root_access minutes=10 --dry-run").code == "Done"
    assert admin.do("enable_root_access --yes").code == "MissingValue"
    for wrong in ("minutes=0", "minutes=1441", "minutes=-1", "minutes=1.5", "minutes=10 where=vga"):
        assert admin.do(f"enable_root_access {wrong} --yes").code == "InvalidValue"
    assert governed.open_doors() == set()


def test_only_users_with_security_are_warned_and_may_open(governed: Governed) -> None:
    admin = governed.client()
    admin.do('add_user name=bob role=monitor password="bob-first-1" must_change=no')
    bob = governed.client("bob", "bob-first-1")
    assert bob.do("enable_root_access minutes=10 --yes").code == "PermissionDenied"
    assert bob.do("regenerate_host_keys --yes").code == "PermissionDenied"
    admin.do("enable_root_access minutes=10 --yes")
    governed.client("bob", "bob-first-1")
    assert governed.greeting.warnings == ()


@pytest.mark.checklist("R247")
def test_it_shuts_by_itself_and_the_audit_has_all_of_it(governed: Governed) -> None:
    governed.client().do("enable_root_access minutes=10 --yes")
    governed.pass_time(10 * MINUTE - 1)
    assert governed.open_doors() == {"ssh", "console"}
    governed.pass_time(1)
    assert governed.open_doors() == set()
    said = [(one["user"], one["command"], one["code"]) for one in governed.box.audit()
            if "root_access" in one["command"] and one.get("phase") == "outcome"]
    assert said == [("admin", "enable_root_access", "Done"), ("system", "close_root_access", "Done")]
    told = governed.client().facts("get_events_log")["events"]
    assert [(one["name"], one["details"]) for one in told if one["name"].startswith("RootAccess")] == [
        ("RootAccessOpened", "over ssh and at the console, until 2025-06-15T15:16:40Z"),
        ("RootAccessOpenedCleared", None)]
    seen = len(governed.box.audit())
    governed.pass_time(MINUTE)
    assert len(governed.box.audit()) == seen, "it shuts once"


@pytest.mark.parametrize("clock", [-60 * MINUTE, -5 * MINUTE, 0])
def test_a_clock_that_is_set_back_does_not_keep_it_open(governed: Governed, clock: float) -> None:
    governed.client().do("enable_root_access minutes=10 --yes")
    governed.pass_time(5 * MINUTE)
    assert governed.open_doors() == {"ssh", "console"}, "the control"
    governed.pass_time(5 * MINUTE, clock)
    assert governed.open_doors() == set()


def test_a_start_after_its_time_or_before_its_opening_opens_nothing(governed: Governed) -> None:
    governed.client().do("enable_root_access minutes=10 --yes")
    for seconds in (10 * MINUTE, -11 * MINUTE):
        governed.box.clock.move(seconds)
        governed.heal()
        assert governed.open_doors() == set()
    governed.box.clock.move(2 * MINUTE)
    governed.heal()
    assert governed.open_doors() == {"ssh", "console"}, "the control: its time is not over"


def test_a_closing_that_comes_too_late_leaves_a_later_opening_alone(governed: Governed) -> None:
    admin = governed.client()
    admin.do("enable_root_access minutes=1 --yes")
    governed.pass_time(30)
    admin.do("enable_root_access minutes=10 where=ssh --yes")
    governed.pass_time(MINUTE)
    assert governed.open_doors() == {"ssh"}


def test_what_sshd_refuses_opens_nothing(governed: Governed) -> None:
    with open(governed.tree / "etc/ssh/sshd_config", "a", encoding="ascii") as file:
        file.write("Nonsense yes\n")
    answer = governed.client().do("enable_root_access minutes=10 --yes")
    assert (answer.code, answer.status) == ("ServiceRefused", 6) and "Nonsense" in str(answer.message)
    assert not governed.box.state.settings.root_access.where and governed.text(pamfiles.SHUT) == "root\n"


@pytest.mark.parametrize("shadow, keys, warned", [
    ("root:!:1", None, True), ("root:*:1", "# ssh-ed25519 AAAA\n\n", True), ("root:!$y$locked:1", None, True),
    ("root:*:1", "ssh-ed25519 AAAA me\n", False), ("root:$y$j9T$x:1", None, False)])
def test_it_says_when_root_has_nothing_to_log_in_with(
        governed: Governed, shadow: str, keys: str | None, warned: bool) -> None:
    (governed.tree / "etc/shadow").write_text(shadow + "::::::\n")
    if keys is not None:
        (governed.tree / "root/.ssh").mkdir(parents=True)
        (governed.tree / "root/.ssh/authorized_keys").write_text(keys)
    answer = governed.client().do("enable_root_access minutes=10 --yes")
    assert answer.warnings == ((NO_CREDENTIAL,) if warned else ())
    assert (governed.tree / "etc/shadow").read_text() == shadow + "::::::\n", "the product sets none"


@pytest.mark.parametrize("line", ["disable_root_access", "enable_root_access minutes=10 where=console --yes"])
def test_after_a_deployment_roots_login_stays_until_somebody_decides(governed: Governed, line: str) -> None:
    marker = governed.tree / ROOT_STAYS.lstrip("/")
    marker.parent.mkdir(parents=True)
    marker.write_text("")
    governed.heal()
    assert governed.open_doors() == {"ssh", "console"}
    governed.box.clock.now = marker.stat().st_mtime + 1
    assert governed.client().do(line).code == "Done"
    assert governed.open_doors() == ({"console"} if "console" in line else set()) and not marker.exists()


@pytest.mark.parametrize("endpoint, opened_at, shows", [("ssh", 101.0, True), ("ssh", 99.0, False),
                                                        ("console", 101.0, False)])
def test_only_a_session_over_ssh_since_the_deployment_shows_that_the_new_door_works(
        endpoint: str, opened_at: float, shows: bool) -> None:
    session = Session("s1", "admin", "process", opened_at, endpoint=endpoint)
    state = State(accounts=Records().put("admin", Account("admin", "administrator", last_login_at=opened_at)),
                  sessions=Records().put("s1", session))
    assert root_login.came_in(state, 100.0) is shows


@pytest.mark.checklist("R143")
def test_new_host_keys_are_shown_and_are_those_that_stand_there(governed: Governed) -> None:
    admin = governed.client()
    before = admin.facts("get_host_keys")["host_keys"]
    assert [(one["type"], one["bits"]) for one in before] == [("ED25519", 256), ("ECDSA", 384), ("RSA", 3072)]
    assert admin.do("regenerate_host_keys").code == "ConfirmationNeeded"
    assert admin.do("regenerate_host_keys --dry-run").code == "Done"
    assert admin.facts("get_host_keys")["host_keys"] == before
    answer = admin.do("regenerate_host_keys --yes")
    after = admin.facts("get_host_keys")["host_keys"]
    assert answer.code == "Done" and answer.result == {"host_keys": after}
    assert admin.facts("get_events_log")["events"][-1]["name"] == "HostKeysChanged"
    assert not {one["fingerprint"] for one in before} & {one["fingerprint"] for one in after}
    for kind in hostkeys.KINDS:
        private = governed.tree / hostkeys.key_path(kind).lstrip("/")
        assert private.stat().st_mode & 0o777 == 0o600
        public = programs.run("test", [hostkeys.PROGRAM, "-y", "-f", str(private)])
        assert public.split()[:2] == Path(f"{private}.pub").read_text().split()[:2]


@pytest.mark.parametrize("line", ["enable_root_access minutes=10 --yes", "disable_root_access", "get_host_keys",
                                  "regenerate_host_keys --yes"])
def test_a_box_without_doors_refuses_and_changes_nothing(basic: TestBox, line: str) -> None:
    admin = basic.admin()
    before = basic.files()
    answer = admin.do(line)
    assert (answer.code, answer.message) == ("ServiceRefused", "The box does not govern SSH and the console here.")
    assert basic.files() == before
