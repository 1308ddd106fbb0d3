"""The mail that boxmgmtd sends: all of it, in order, whatever happens to the server and to boxmgmtd (R022, R248)."""

import re
import signal

import pytest

from sysmgmt.service.duties.mail import Postman
from tests.service.duties.site import DutySite
from tests.support import smtp
from tests.support.box import ADMIN_PASSWORD, TestBox
from tests.support.boxmgmtd import running
from tests.support.clock import DAY
from tests.support.ports import free_port
from tests.support.program import credentials
from tests.support.smtp import PASSWORD, ROOT, USER, MailSink
from tests.support.waiting import wait_until

OPS, BOSS = "ops@example.com", "boss@example.com"
QUIET = "reports=no"


class Site(DutySite):
    """A box with its postman, and a mail server."""

    def __init__(self, box: TestBox) -> None:
        super().__init__(box, Postman)
        self.sink, self.port = MailSink(), free_port()
        self.admin.do(f'add_trusted_certificate name=mail purposes=email pem="{ROOT.pem}"')

    def config(self, recipients: str = OPS, more: str = QUIET) -> None:
        """Set the mail server up."""
        self.do(f"config_email server=localhost port={self.port} sender=box1@example.com recipients={recipients} "
                f"user={USER} password={PASSWORD} {more}")

    def told(self, to: str = OPS) -> list[str]:
        """The groups that somebody was told of, in order."""
        return [one for mail in self.sink.to(to) for one in re.findall(r"consistency group (\w+) was", mail.text)]

    def shown(self) -> list[dict[str, object]]:
        """The recipients as the settings show them."""
        found: list[dict[str, object]] = self.admin.facts("get_email_settings")["email"]["recipients"]
        return found


@pytest.fixture
def site(basic: TestBox) -> Site:
    """See Site."""
    return Site(basic)


@pytest.mark.requirement(9)
@pytest.mark.checklist("R022")
def test_accounts_that_change_are_told_of_as_it_happens(site: Site) -> None:
    site.config()
    first = "password=bob-first-1 must_change=no"
    for line in (f"add_user name=bob role=monitor {first}", "set_user name=bob role=auditor", "lock_user name=bob",
                 "unlock_user name=bob", "remove_user name=bob"):
        site.do(line)
    with smtp.serving(site.sink, site.port):
        site.look()
        (mail,) = site.sink.to(OPS)
        site.happens("g1")
        site.look()
        site.look()
    for words in ("was added", "was changed", "was locked on purpose", "was unlocked", "was removed"):
        assert f"User bob {words}" in mail.text
    assert mail.user == USER and "bob-first-1" not in mail.text and site.told() == ["g1"]
    assert site.sink.got[1].subject == "[box1] info: The consistency group g1 was added or removed."


def test_each_recipient_gets_what_it_wants(site: Site) -> None:
    site.config(f"{OPS},{BOSS}:warning")
    site.admin.do("add_user name=bob role=monitor password=bob-first-1")
    site.admin.do("lock_user name=bob")
    with smtp.serving(site.sink, site.port):
        site.look()
    assert "User bob was added" in site.sink.to(OPS)[0].text
    (mail,) = site.sink.to(BOSS)
    assert "User bob was locked" in mail.text and "was added" not in mail.text


@pytest.mark.requirement(85)
def test_what_waits_while_the_server_is_down_comes_in_order_and_once(site: Site) -> None:
    site.config()
    names = [f"g{number}" for number in range(20)]
    for name in names[:10]:
        site.happens(name)
        site.look(1000)
    (one,) = site.shown()
    assert one["waiting"] and "refused" in str(one["last_error"])
    with smtp.serving(site.sink, site.port):
        site.look(1000)
        site.happens(*names[10:])
        site.look()
        site.look()
    assert site.told() == names and len({one.id for one in site.sink.got}) == len(site.sink.got)
    assert site.events("MailFails") == ["MailFails", "MailFailsCleared"]
    (one,) = site.shown()
    assert one["last_error"] is None and one["last_sent_at"]


def test_a_server_that_fails_is_tried_less_and_less_often(site: Site) -> None:
    site.config()
    tried = []
    original = site.house.box.mailer

    class Counting:
        """Counts how often the real one is asked."""

        def deliver(self, *words: object) -> None:
            """Count, and deliver."""
            tried.append(site.elapsed)
            original.deliver(*words)  # type: ignore[arg-type]
    site.house = site.house._replace(box=site.house.box._replace(mailer=Counting()))
    for _ in range(300):
        site.look(2)
    gaps = [after - before for before, after in zip(tried, tried[1:], strict=False)]
    assert gaps[:3] == [6, 10, 20] and gaps == sorted(gaps) and len(tried) < 10
    before = len(tried)
    site.admin.do("disable_email")
    site.admin.do("enable_email")
    site.look()
    assert len(tried) == before + 1, "what was set up anew is tried at once"


def test_one_recipient_who_is_refused_keeps_no_other_waiting_and_loses_nothing(site: Site) -> None:
    site.config(f"{BOSS},{OPS}")
    site.sink.strangers = {BOSS}
    with smtp.serving(site.sink, site.port):
        site.happens("g1")
        site.look()
        site.happens("g2")
        site.look()
        assert site.told() == ["g1", "g2"] and site.told(BOSS) == []
        assert ["550" in str(one["last_error"]) for one in site.shown()] == [True, False]
        site.sink.strangers = set()
        site.look(1000)
    assert site.told(BOSS) == ["g1", "g2"]


@pytest.mark.parametrize("how", ["untrusted", "wrong password"])
def test_nothing_is_said_to_a_server_that_is_not_the_right_one(site: Site, how: str) -> None:
    site.config()
    site.happens("g1")
    stranger = smtp.make("mail", wish=smtp.LEAF._replace(names=("localhost",)))
    sink = MailSink()
    if how == "untrusted":
        with smtp.serving(sink, site.port, shown=stranger):
            site.look()
    else:
        site.admin.do(f"config_email server=localhost port={site.port} sender=b@example.com recipients={OPS} "
                      f"user={USER} password=other {QUIET}")
        with smtp.serving(sink, site.port):
            site.look()
    assert sink.got == [] and site.shown()[0]["waiting"]
    site.config()
    with smtp.serving(site.sink, site.port):
        site.look()
    assert site.told() == ["g1"]


def test_a_daily_digest_tells_of_a_day_after_it_is_over(site: Site) -> None:
    site.config(more=f"digest=daily {QUIET}")
    site.box.clock.now += DAY - site.box.clock.now % DAY + 60
    site.happens("g1", "g2")
    with smtp.serving(site.sink, site.port):
        site.look()
        assert site.told() == []
        site.box.clock.move(DAY)
        site.happens("g3")
        site.look()
        site.look()
    assert site.told() == ["g1", "g2"]


@pytest.mark.checklist("R248")
def test_a_report_is_sent_at_once_and_every_week(site: Site) -> None:
    site.config(more="")
    with smtp.serving(site.sink, site.port):
        for days in range(15):
            site.look()
            site.box.clock.move(DAY)
            site.happens(f"g{days}")
        reports = [one for one in site.sink.to(OPS) if "weekly report" in one.subject]
        assert len(reports) == 3 and "Installation:\n  Name: box1\n" in reports[0].text
        assert "Security settings:\n  Level: basic\n" in reports[0].text
        site.config(more=QUIET)
        site.box.clock.move(8 * DAY)
        site.happens("later")
        site.look()
        assert len([one for one in site.sink.to(OPS) if "weekly report" in one.subject]) == 3


def test_a_box_whose_mail_is_disabled_sends_nothing(site: Site) -> None:
    site.config()
    site.admin.do("disable_email")
    with smtp.serving(site.sink, site.port):
        site.happens("g1")
        site.look()
        site.admin.do("enable_email")
        site.happens("g2")
        site.look()
    assert site.told() == ["g2"]


def test_nothing_is_lost_when_boxmgmtd_is_killed(site: Site, basic: TestBox) -> None:
    site.config()
    options = credentials(basic.folder)
    with running(basic) as daemon, smtp.serving(site.sink, site.port):
        for number in range(4):
            done = daemon.run(f"add_group name=a{number}\nadd_group name=b{number}\n", *options)
            assert done.returncode == 0, done.stderr
            daemon.restart(signal.SIGKILL)
            if number % 2:
                wait_until(lambda: f"b{number}" in site.told(), 40)
    told = list(dict.fromkeys(site.told()))
    assert told == [f"{one}{number}" for number in range(4) for one in "ab"]
    assert ADMIN_PASSWORD not in "".join(one.text for one in site.sink.got)
