"""What boxmgmtd sends to a real rsyslogd: all of it, in order, whatever happens to either (R024)."""

import signal
import socket
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from sysmgmt.service.duties.syslog import SyslogCarrier
from tests.service.duties.site import DutySite
from tests.support.authorities import LEAF, make
from tests.support.box import TestBox
from tests.support.boxmgmtd import running
from tests.support.ports import free_port
from tests.support.program import credentials
from tests.support.rsyslog import ROOT, Rsyslog
from tests.support.waiting import wait_until

LOG_AUDIT_NOTICE = "109"
PATIENCE = 40
"""Seconds for what two programs do together."""


class Site(DutySite):
    """A box with the carrier of its first syslog server, and a place for rsyslogd."""

    def __init__(self, box: TestBox, folder: Path) -> None:
        super().__init__(box, partial(SyslogCarrier, "1", {}))
        self.folder, self.port = folder, free_port()
        self.admin.do(f'add_trusted_certificate name=log purposes=syslog pem="{ROOT.pem}"')

    def config(self, more: str = "") -> None:
        """Set the server up."""
        self.do(f"config_syslog server=localhost port={self.port} {more}")

    def settle(self) -> None:
        """Look until every event is known to be there."""
        wait_until(lambda: self.look(6) or not self.shown()["waiting"], PATIENCE)

    def shown(self, stream: str = "events") -> dict[str, object]:
        """What the settings show of a stream."""
        found: dict[str, object] = self.admin.facts("get_syslog_settings")["syslog"][0][stream]
        return found


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder for rsyslogd, which does not come into every one."""
    with TemporaryDirectory(prefix="rsyslog-") as path:
        yield Path(path)


@pytest.fixture
def site(basic: TestBox, place: Path) -> Site:
    """See Site."""
    return Site(basic, place)


@pytest.mark.requirement(9)
@pytest.mark.requirement(85)
@pytest.mark.checklist("R024")
@pytest.mark.checklist("R025")
def test_events_and_audit_records_arrive_whole_over_tls(site: Site) -> None:
    site.config()
    first = "password=bob-first-1 must_change=no"
    for line in (f"add_user name=bob role=monitor {first}", "set_user name=bob role=auditor", "lock_user name=bob",
                 "unlock_user name=bob", "remove_user name=bob"):
        site.do(line)
    site.admin.do(r'set_login_banner text="a \"quoted\" ] text"')
    with Rsyslog(site.folder, site.port).running() as server:
        site.look()
        wait_until(lambda: any("banner" in one["data"] and one["id"] == "audit" for one in server.got), PATIENCE)
        got = server.got
    events = [one["id"] for one in got if one["pri"] != LOG_AUDIT_NOTICE]
    assert events == ["SettingsChanged", "UserAdded", "UserChanged", "UserLocked", "UserUnlocked", "UserRemoved",
                      "SettingsChanged"]
    assert {(one["host"], one["app"]) for one in got} == {("box1", "boxmgmt")}
    banner = [one["data"] for one in got if "set_login_banner" in one["data"]][-1]
    assert r'a \\\"quoted\\\" \] text' in banner and 'user="admin"' in banner and 'mac="' in banner
    assert "bob-first-1" not in repr(got) and server.numbers("audit") == sorted(server.numbers("audit"))


def test_an_open_connection_does_not_outlive_the_trust_that_it_rests_on(site: Site) -> None:
    site.config("what=events")
    with Rsyslog(site.folder, site.port).running() as server:
        site.happens("g1")
        site.settle()
        before = len(server.got)
        site.do("remove_trusted_certificate name=log")
        site.happens("g2")
        for _ in range(3):
            site.look(301)
        assert site.shown()["last_error"] and len(server.got) == before, "nobody is trusted now"
        site.admin.do(f'add_trusted_certificate name=log purposes=syslog pem="{ROOT.pem}"')
        site.settle()
        assert len(server.got) > before, "the control: it would have arrived"


@pytest.mark.parametrize("what, streams", [("events", {"events"}), ("audit", {"audit"}), ("both", {"events", "audit"})])
def test_one_chooses_what_is_sent(site: Site, what: str, streams: set[str]) -> None:
    site.config(f"what={what}")
    with Rsyslog(site.folder, site.port).running() as server:
        site.happens("g1")
        site.look()
        wait_until(lambda: all(server.numbers(one) for one in streams), PATIENCE)
        assert {one["data"].split("@")[0].lstrip("[") for one in server.got} == streams


@pytest.mark.requirement(85)
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_what_happens_while_the_server_is_down_arrives_in_order(site: Site, how: int) -> None:
    site.config("what=events")
    server = Rsyslog(site.folder, site.port)
    with server.running():
        site.happens("g1", "g2")
        site.look()
        wait_until(lambda: len(server.numbers("events")) == 3, PATIENCE)
        server.end(how)
        for number in range(3, 8):
            site.happens(f"g{number}")
            site.look(1000)
        assert site.shown()["waiting"] and site.shown()["last_error"]
        server.start()
        site.look(1000)
        site.settle()
        site.settle()
        wait_until(lambda: len(set(server.numbers("events"))) >= 9, PATIENCE)
        numbers = server.numbers("events")
    once = list(dict.fromkeys(numbers))
    assert once == list(range(once[0], once[0] + len(once))), "nothing is lost, the order is kept"
    assert site.events("SyslogFails") == ["SyslogFails", "SyslogFailsCleared"]
    assert site.shown()["last_error"] is None


def test_what_may_have_been_lost_with_a_connection_is_sent_again(site: Site) -> None:
    site.config("what=events")
    server = Rsyslog(site.folder, site.port)
    with server.running():
        site.settle()
        server.signal(signal.SIGSTOP)
        site.happens("lost1", "lost2")
        site.look()  # the machine of the server takes it, the server never reads it
        server.end(signal.SIGKILL)
        server.start()
        site.look(1000)
        site.look(1000)
        site.settle()
        wait_until(lambda: "lost2" in repr(server.got), PATIENCE)
        assert "lost1" in repr(server.got)


def test_nothing_is_sent_twice_where_nothing_broke(site: Site) -> None:
    site.config()
    with Rsyslog(site.folder, site.port).running() as server:
        for number in range(20):
            site.happens(f"g{number}")
            wait_until(lambda: site.look(0.01) or f" g{number} " in repr(server.got), PATIENCE)
        site.settle()
        events, audit = server.numbers("events"), server.numbers("audit")
    assert len(events) == 21 == len(set(events)) and len(audit) == len(set(audit))


def test_with_a_client_certificate_only_the_box_is_let_in(site: Site) -> None:
    site.admin.do("create_system_certificate common_name=box1")
    peers = site.admin.facts("export_root_certificate")["pem"]
    site.config("what=events")
    with Rsyslog(site.folder, site.port, peers).running() as server:
        site.happens("g1")
        for _ in range(5):
            site.look(10)
        assert server.got == [] and site.shown()["waiting"], "TLS 1.3 refuses after the handshake"
        site.config("what=events client_certificate=yes")
        site.look()
        site.settle()
        wait_until(lambda: "g1" in repr(server.got), PATIENCE)
        assert site.shown()["waiting"] == 0
        assert [one["step"] for one in site.admin.facts("test_syslog")["steps"]] == ["name", "port", "tls", "accepted"]


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_clear_text_goes_only_to_who_asks_for_it(site: Site, protocol: str) -> None:
    line = f"config_syslog server=127.0.0.1 port={site.port} protocol={protocol} what=events"
    assert site.admin.do(line).code == "ClearText"
    answer = site.admin.do(f"{line} insecure=yes")
    assert answer.code == "Done" and "everybody on the way" in answer.warnings[0]
    with Rsyslog(site.folder, site.port, protocol=protocol).running() as server:
        site.happens("g1")
        site.look()
        wait_until(lambda: "g1" in repr(server.got), PATIENCE)
        site.settle()
        steps = [one["step"] for one in site.admin.facts("test_syslog")["steps"]]
        assert steps[-1] == ("sent" if protocol == "udp" else "accepted"), "UDP does not tell who took it"


def test_a_server_that_is_not_trusted_gets_nothing(site: Site) -> None:
    site.config()
    stranger = make("syslog", wish=LEAF._replace(names=("localhost",)))
    with Rsyslog(site.folder, site.port, shown=stranger).running() as server:
        site.look()
        answer = site.admin.do("test_syslog")
        assert (answer.message or "").startswith("The step tls fails: ") and "not trusted" in (answer.message or "")
        assert server.got == [] and "not trusted" in str(site.shown()["last_error"])


def test_a_test_names_a_closed_port_and_gives_up_a_silent_server(site: Site) -> None:
    site.config()
    assert (site.admin.do("test_syslog").message or "").startswith("The step port fails: ")
    with socket.create_server(("127.0.0.1", site.port)):
        began = time.monotonic()
        assert (site.admin.do("test_syslog").message or "").startswith("The step tls fails: ")
        assert time.monotonic() - began < 15


def test_the_second_server_is_apart_from_the_first(site: Site) -> None:
    site.config()
    site.do(f"config_syslog number=2 server=localhost port={site.port + 1} what=events")
    assert [one["number"] for one in site.admin.facts("get_syslog_settings")["syslog"]] == [1, 2]
    site.do("disable_syslog number=2")
    assert [one["enabled"] for one in site.admin.facts("get_syslog_settings")["syslog"]] == [True, False]
    assert site.admin.do("config_syslog number=3 server=localhost").code == "InvalidValue"
    assert site.admin.do("config_syslog server=localhost client_certificate=yes").code == "NoCertificate"


def test_nothing_is_lost_when_boxmgmtd_is_killed(site: Site, basic: TestBox) -> None:
    site.config("what=events")
    options = credentials(basic.folder)
    with running(basic) as daemon, Rsyslog(site.folder, site.port).running() as server:
        for number in range(3):
            done = daemon.run(f"add_group name=a{number}\nadd_group name=b{number}\n", *options)
            assert done.returncode == 0, done.stderr
            daemon.restart(signal.SIGKILL)
        wait_until(lambda: "group b2 was" in repr(server.got), PATIENCE)
        numbers = list(dict.fromkeys(server.numbers("events")))
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert all(f"group {name} was" in repr(server.got) for name in ("a0", "b0", "a1", "b1", "a2", "b2"))
