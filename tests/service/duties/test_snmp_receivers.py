"""What boxmgmtd tells a real snmptrapd: all of it, in order, an inform until it is confirmed (R023, R236-R238)."""

import os
import shutil
import signal
import subprocess
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from sysmgmt.domain import usm
from sysmgmt.domain.snmp import Place, of_event
from sysmgmt.engine import snmp_notifications
from sysmgmt.service.duties.snmp_receivers import SnmpCarrier
from tests.service.duties.site import DutySite
from tests.support.box import TestBox
from tests.support.boxmgmtd import running
from tests.support.ports import free_udp_port
from tests.support.program import credentials
from tests.support.snmp import EVENT, OVER, PASSWORD, PRIVACY, TEST, Trapd
from tests.support.waiting import wait_until

LOCAL = "127.0.0.1"
PATIENCE = 40
"""Seconds for what two programs do together."""
SECRETS = (PASSWORD, PRIVACY, usm.key(PASSWORD), usm.key(PRIVACY))


class Site(DutySite):
    """A box with the carrier of its first SNMP receiver, and a place for snmptrapd."""

    def __init__(self, box: TestBox, folder: Path) -> None:
        super().__init__(box, partial(SnmpCarrier, 0, {}))
        self.folder, self.port = folder, free_udp_port()
        self.do(f"add_snmp_user name=watcher password={PASSWORD} privacy_password={PRIVACY}")

    @property
    def receiver(self) -> str:
        """Where snmptrapd is."""
        return f"{LOCAL}:{self.port}"

    def config(self, more: str = "", filters: str = "") -> None:
        """Set the receiver up."""
        self.do(f"config_snmp receivers={self.receiver}{filters} user=watcher {more}")

    def trapd(self, password: str = PASSWORD, community: str = "", user: str = "watcher") -> Trapd:
        """The receiver, which knows the engine of the box."""
        engine = self.admin.facts("get_snmp_settings")["snmp"]["trap_engine_id"]
        return Trapd(self.folder / "trapd", self.port, engine, password, community, user)

    def shown(self) -> dict[str, object]:
        """What the settings show of the receiver."""
        found: dict[str, object] = self.admin.facts("get_snmp_settings")["snmp"]["receivers"][0]
        return found


@pytest.fixture
def site(basic: TestBox, folder: Path) -> Site:
    """See Site."""
    return Site(basic, folder)


@pytest.mark.checklist("R023")
@pytest.mark.checklist("R025")
def test_events_arrive_as_informs_whole_and_in_order(site: Site) -> None:
    site.config()
    site.do("add_user name=bob role=monitor password=bob-first-1 must_change=no")
    site.do(r'set_login_banner text="a \"quoted\"\n-text ü"')
    with site.trapd().running() as trapd:
        site.look()
        wait_until(lambda: len(trapd.got) == 3, PATIENCE)
        assert [one.summary for one in trapd.got] == ["Settings were changed.", "User bob was added.",
                                                      "Settings were changed."]
        assert trapd.numbers == sorted(set(trapd.numbers)) and {one.kind for one in trapd.got} == {EVENT}
        assert "bob-first-1" not in repr(trapd.got) and PASSWORD not in repr(trapd.got)
        assert site.shown()["waiting"] == 0 and site.shown()["last_error"] is None
        site.look()
        assert len(trapd.got) == 3, "and once only"


def test_what_looks_like_an_option_is_a_text(site: Site) -> None:
    site.config()
    record = {"seq": 9, "id": 1, "summary": f"-Lf{site.folder}/injected", "details": "--help", "user": "-V"}
    with site.trapd().running() as trapd:
        box = site.house.box
        target = snmp_notifications.target(box, box.store.read(), Place(LOCAL, site.port))
        box.notifier.notify(target, of_event(record, "box1", box.clock.now()), lambda step: None)
        wait_until(lambda: trapd.got, PATIENCE)
        assert (trapd.got[0].summary, trapd.got[0].details) == (f"-Lf{site.folder}/injected", "--help")
    assert not (site.folder / "injected").exists()


def test_what_happens_while_the_receiver_is_down_arrives_in_order(site: Site) -> None:
    site.config()
    trapd = site.trapd()
    site.happens("g1", "g2")
    site.look()
    assert "does not answer" in str(site.shown()["last_error"]) and site.shown()["waiting"] == 3
    site.look(1000)
    assert site.events("SnmpFails") == ["SnmpFails"]
    with trapd.running():
        trapd.signal(signal.SIGSTOP)
        began = time.monotonic()
        site.look(1000)
        assert time.monotonic() - began < 15, "one that hangs is given up"
        assert site.shown()["waiting"] == 4
        trapd.signal(signal.SIGCONT)
        site.happens("g3")
        site.look(1000)
        site.look(1000)
        wait_until(lambda: OVER in {one.kind for one in trapd.got}, PATIENCE)
        once = list(dict.fromkeys(trapd.numbers))
        assert once == list(range(once[0], once[0] + len(once))), "nothing is lost, the order is kept"
    assert site.events("SnmpFails") == ["SnmpFails", "SnmpFailsCleared"]


@pytest.mark.parametrize("wrong, words", [("password", "it refuses the passphrase of the user watcher"),
                                          ("user", "it does not know the user watcher")])
def test_a_receiver_that_refuses_is_named_and_gets_all_when_it_is_put_right(site: Site, wrong: str, words: str) -> None:
    site.config()
    trapd = site.trapd(**{wrong: "Somebody-else-1"})
    with trapd.running():
        site.look()
        assert words in str(site.shown()["last_error"]) and trapd.got == []
        answer = site.admin.do(f"test_snmp receiver={site.receiver}")
        assert answer.code == "DeliveryFailed" and words in str(answer.message)
        if wrong == "password":
            site.do(f"add_snmp_user name=watcher password=Somebody-else-1 privacy_password={PRIVACY}")
            site.look(0)
            wait_until(lambda: trapd.got, PATIENCE)
            assert site.shown()["waiting"] == 0


@pytest.mark.checklist("R238")
def test_a_trap_counts_as_sent_and_is_taken_from_the_engine_of_the_box_only(site: Site) -> None:
    site.config("notification=trap")
    site.happens("lost")
    site.look()
    assert site.shown()["waiting"] == 0, "nobody listens, and nobody knows"
    trapd = site.trapd()
    with Trapd(site.folder / "stranger", free_udp_port(), "8000000001020304").running() as stranger:
        site.do(f"test_snmp receiver={LOCAL}:{stranger.port}")
        with trapd.running():
            for number in range(3):
                site.box.clock.now += 3600
                site.happens(f"g{number}")
                site.look()
            wait_until(lambda: len(trapd.got) == 3, PATIENCE)
        assert stranger.got == [], "the box is another engine than those that it knows"
    answer = site.admin.do(f"test_snmp receiver={site.receiver}")
    assert answer.code == "Done" and "Nobody confirms a trap" in answer.warnings[0]


def test_a_receiver_gets_what_it_wants_and_each_has_its_own_queue(site: Site) -> None:
    down = free_udp_port()
    site.do(f"config_snmp user=watcher receivers={LOCAL}:{down},{site.receiver}:warning:users")
    second = SnmpCarrier(1, {}, lambda: site.elapsed)
    with site.trapd().running() as trapd:
        site.do("add_user name=bob role=monitor password=bob-first-1 must_change=no")
        site.do("lock_user name=bob")
        site.look()
        second.look(site.house)
        wait_until(lambda: trapd.got, PATIENCE)
        assert [one.summary for one in trapd.got] == ["User bob was locked on purpose."]
        first, other = site.admin.facts("get_snmp_settings")["snmp"]["receivers"]
        assert first["waiting"] and not other["waiting"]


def test_a_test_shows_its_steps(site: Site) -> None:
    site.config()
    with site.trapd().running() as trapd:
        steps = site.admin.facts(f"test_snmp receiver={site.receiver}")["steps"]
        assert [one["step"] for one in steps] == ["name", "accepted"]
        assert [one.kind for one in trapd.got] == [TEST]
    closed = site.admin.do(f"test_snmp receiver={LOCAL}:{free_udp_port()}")
    assert (closed.message or "").startswith("The step accepted fails: ") and "does not answer" in str(closed.message)
    nowhere = site.admin.do("test_snmp receiver=nowhere.invalid")
    assert (nowhere.message or "").startswith("The step name fails: ")


@pytest.mark.checklist("R236")
@pytest.mark.parametrize("notification", ["inform", "trap"])
def test_version_2c_needs_a_switch_that_is_audited(site: Site, notification: str) -> None:
    line = f"config_snmp receivers={site.receiver} version=2c community=Very-Public-1 notification={notification}"
    assert site.admin.do(line).code == "ClearText"
    answer = site.admin.do(f"{line} insecure=yes")
    assert answer.code == "Done" and "clear text" in answer.warnings[0]
    record = [one for one in site.box.audit() if one.get("command") == "config_snmp"][-1]
    assert "version: 3 -> 2c" in str(record) or "snmp snmp: added" in str(record)
    with site.trapd(community="Very-Public-1").running() as trapd:
        site.look()
        wait_until(lambda: trapd.got, PATIENCE)
    assert b"Very-Public-1" not in site.box.everything()
    site.do("config_snmp version=3 user=watcher")
    assert site.admin.facts("get_snmp_settings")["snmp"]["community_configured"] is False


def test_passphrases_stand_in_no_argument_and_no_file_but_one_in_memory(site: Site) -> None:
    site.config()
    seen: set[str] = set()
    with site.trapd().running() as trapd:
        trapd.signal(signal.SIGSTOP)  # so that snmptrap waits
        before = leftovers()
        sending = threading.Thread(target=site.look)
        sending.start()
        wait_until(lambda: leftovers() - before, PATIENCE)
        [own] = leftovers() - before
        assert own.stat().st_mode & 0o777 == 0o700
        settings = own / "snmp.conf"
        wait_until(lambda: settings.exists() and usm.key(PASSWORD) in settings.read_text(), PATIENCE)
        assert settings.stat().st_mode & 0o777 == 0o600
        wait_until(lambda: any("snmptrap\0" in line for line in command_lines()), PATIENCE)
        seen.update(command_lines())
        trapd.signal(signal.SIGCONT)
        sending.join(20)
        assert leftovers() == before, "nothing is left of it"
    assert not [line for line in seen if any(secret in line for secret in SECRETS)]
    assert not any(secret.encode() in site.box.everything() for secret in SECRETS)


def test_what_a_killed_process_has_left_is_removed_with_the_next_notification(site: Site) -> None:
    site.config("notification=trap")
    dead = subprocess.Popen(["/bin/true"])
    dead.wait()
    left, kept = (Path(f"/dev/shm/boxmgmt-snmp-{pid}-{os.getpid()}") for pid in (dead.pid, 1))
    for one in (left, kept):
        one.mkdir(mode=0o700)
        (one / "snmp.conf").write_text("defAuthMasterKey 0x00")
    try:
        site.look()
        assert (left.exists(), kept.exists()) == (False, True), "what somebody still uses stays"
    finally:
        shutil.rmtree(kept)


def leftovers() -> set[Path]:
    """The folders in memory in which something secret of this process stands."""
    return set(Path("/dev/shm").glob(f"boxmgmt-snmp-{os.getpid()}-*"))


def command_lines() -> list[str]:
    """The arguments and environments of all processes."""
    found = []
    for one in Path("/proc").glob("[0-9]*"):
        for name in ("cmdline", "environ"):
            try:
                found.append((one / name).read_text(errors="replace"))
            except OSError:
                continue  # it has ended
    return found


def test_nothing_is_lost_when_boxmgmtd_is_killed(site: Site, basic: TestBox) -> None:
    site.config()
    options = credentials(basic.folder)
    with running(basic) as daemon, site.trapd().running() as trapd:
        for number in range(2):
            done = daemon.run(f"add_group name=a{number}\nadd_group name=b{number}\n", *options)
            assert done.returncode == 0, done.stderr
            daemon.restart(signal.SIGKILL)
        wait_until(lambda: "groups b1: added" in repr(trapd.got), PATIENCE)
        numbers = list(dict.fromkeys(trapd.numbers))
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
