"""The mail server: set up, shown, and tested step by step with a real one (R022, R025, R248)."""

import socket
import time
from collections.abc import Iterator

import pytest

from sysmgmt.engine.unserved import NOT_SERVED
from tests.support import smtp
from tests.support.authorities import LEAF, make
from tests.support.box import EMBEDDED, Client, TestBox
from tests.support.ports import free_port
from tests.support.smtp import PASSWORD, ROOT, SERVER, USER, MailSink

OPS = "ops@example.com"


@pytest.fixture
def basic(basic: TestBox) -> TestBox:
    """A box in the time of the certificates."""
    basic.clock.now = time.time()
    return basic


@pytest.fixture
def admin(basic: TestBox) -> Iterator[Client]:
    """Admin of a box that trusts the mail server's authority."""
    client = basic.admin()
    assert client.do(f'add_trusted_certificate name=mail purposes=email pem="{ROOT.pem}"').code == "Done"
    yield client


def config(port: int, recipients: str = OPS, more: str = f"user={USER} password={PASSWORD}",
           server: str = "localhost") -> str:
    """The line that sets the server up."""
    return f"config_email server={server} port={port} sender=box1@example.com recipients={recipients} {more}"


@pytest.mark.checklist("R022")
@pytest.mark.checklist("R025")
@pytest.mark.parametrize("protocol", ["starttls", "tls"])
@pytest.mark.parametrize("login", [True, False])
def test_a_test_mail_arrives_and_shows_its_steps(admin: Client, protocol: str, login: bool) -> None:
    sink, port = MailSink(), free_port()
    more = f"user={USER} password={PASSWORD}" if login else ""
    with smtp.serving(sink, port, protocol, login):
        assert admin.do(config(port, f"{OPS},boss@example.com", f"protocol={protocol} {more}")).code == "Done"
        steps = admin.facts("test_email")["steps"]
    assert [one["step"] for one in steps] == ["name", "port", "tls", *["login"] * login, "accepted"]
    assert [(one.to, one.subject) for one in sink.got] == [(OPS, "[box1] test"), ("boss@example.com", "[box1] test")]


@pytest.mark.parametrize("what, step, words", [
    ("closed", "port", "refused"), ("untrusted", "tls", "is not trusted"), ("other name", "tls", "is not trusted"),
    ("no tls", "tls", "STARTTLS"), ("password", "login", "the user or the password"),
    ("stranger", "accepted", "refuses the recipient ops@example.com (550 no such user here)")])
def test_a_test_names_the_first_step_that_fails_and_what_to_do(
        admin: Client, basic: TestBox, what: str, step: str, words: str) -> None:
    sink, port = MailSink(), free_port()
    sink.strangers = {OPS} if what == "stranger" else set()
    other = make("mail", ROOT, LEAF._replace(names=("other.example",)))
    shown = {"untrusted": make("mail", wish=LEAF._replace(names=("localhost",))), "other name": other}
    with smtp.serving(sink, free_port() if what == "closed" else port, "plain" if what == "no tls" else "starttls",
                      shown=shown.get(what, SERVER)):
        secret = "Wrong-Lamp-95" if what == "password" else PASSWORD
        assert admin.do(config(port, more=f"user={USER} password={secret}")).code == "Done"
        answer = admin.do("test_email")
    assert (answer.code, sink.got) == ("DeliveryFailed", [])
    assert (answer.message or "").startswith(f"The step {step} fails: ") and words in (answer.message or "")
    assert answer.hint and secret not in repr(answer) and secret.encode() not in basic.everything()


def test_a_name_that_nobody_knows_fails_at_the_first_step(admin: Client) -> None:
    admin.do(config(25, server="no-such-host.invalid", more=""))
    assert (admin.do("test_email").message or "").startswith("The step name fails: ")


@pytest.mark.embedded_only("it lasts ten seconds, wherever the engine runs")
def test_a_server_that_says_nothing_is_given_up(admin: Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        admin.do(config(silent.getsockname()[1], more=""))
        began = time.monotonic()
        answer = admin.do("test_email")
    assert (answer.message or "").startswith("The step tls fails: ") and time.monotonic() - began < 15


@pytest.mark.requirement(74)
@pytest.mark.requirement(91)
def test_the_password_is_sealed_shown_nowhere_and_kept_only_for_its_login(admin: Client, basic: TestBox) -> None:
    assert admin.do(config(2525)).code == "Done"
    shown = admin.facts("get_email_settings")["email"]
    assert shown["password_configured"] is True and PASSWORD not in repr(shown)
    assert PASSWORD.encode() not in basic.everything()
    assert admin.do(config(2525, "new@example.com", f"user={USER}")).code == "Done", "the same login"
    for line in (config(2526, more=f"user={USER}"), config(2525, more="user=other"),
                 config(2525, more=f"user={USER}", server="evil.example")):
        assert admin.do(line).code == "MissingValue"
    assert admin.facts("get_key_status")["sealed"]["mail"] == 1


@pytest.mark.parametrize("login", ["user=bäx password=right", f"user={USER} password=pä55"])
def test_a_login_that_mail_cannot_carry_is_refused_at_once(admin: Client, login: str) -> None:
    answer = admin.do(config(25, more=login))
    assert answer.code == "InvalidValue" and "ASCII" in (answer.message or "") and "pä55" not in repr(answer)


@pytest.mark.parametrize("recipients, words", [
    ("ops", "mail address"), ("ops@example.com:loud", "no level"), (f"{OPS},{OPS}", "different"),
    ('"ops@example.com\nBcc: x@example.com"', "mail address"), ("a@b,<c@d>", "mail address")])
def test_what_is_no_recipient_is_refused_in_a_sentence(admin: Client, recipients: str, words: str) -> None:
    answer = admin.do(config(25, recipients))
    assert answer.code == "InvalidValue" and words in (answer.message or "")
    assert admin.do("get_email_settings").code == "NotConfigured"


def test_a_recipient_says_what_it_wants_to_know(admin: Client) -> None:
    admin.do(config(25, f"{OPS},boss@example.com:critical:root_cause:security", ""))
    found = admin.facts("get_email_settings")["email"]["recipients"]
    assert [(one["address"], one["level"], one["scope"], one["topic"]) for one in found] == [
        (OPS, "info", "normal", "all"), ("boss@example.com", "critical", "root_cause", "security")]


def test_what_waits_is_counted_for_each_recipient(admin: Client) -> None:
    admin.do(config(25, f"{OPS},boss@example.com:critical", ""))
    admin.do("add_group name=g1")
    found = admin.facts("get_email_settings")["email"]["recipients"]
    assert [one["waiting"] for one in found] == [2, 0], "the mail server itself, and the group"
    admin.do(config(25, f"{OPS},new@example.com", ""))
    found = admin.facts("get_email_settings")["email"]["recipients"]
    assert [one["waiting"] for one in found] == [3, 1], "a new recipient begins with the next event"
    assert admin.do("disable_email").code == "Done"
    admin.do("add_group name=g2")
    assert admin.do("enable_email").code == "Done"
    found = admin.facts("get_email_settings")["email"]["recipients"]
    assert [one["waiting"] for one in found] == [1, 1], "that it was enabled"


def test_whoever_sets_up_what_nobody_carries_out_is_told(basic: TestBox, admin: Client) -> None:
    told = (NOT_SERVED,) if basic.mode == EMBEDDED else ()
    lines = (f"config_email server=localhost sender=a@example.com recipients={OPS}", "disable_email",
             "config_syslog server=localhost", "config_snmp agent=no notification=trap",
             'schedule_backup name=nightly interval=daily password="Backup-Pass-12"')
    for line in lines:
        answer = admin.do(line)
        assert answer.code == "Done" and tuple(one for one in answer.warnings if one == NOT_SERVED) == told, answer
    for line in ("add_group name=g1", "disable_email", "get_email_settings"):
        assert NOT_SERVED not in admin.do(line).warnings, "nothing of that kind was changed"
