"""Changing the mail server: what is not named stays, and what will not be sent is said."""

from collections.abc import Mapping

import pytest

from tests.support.box import Client, TestBox

FIRST = ("config_email server=mail.example sender=box1@b.example recipients=ops@b.example,boss@b.example:critical "
         "protocol=tls port=1465 user=box password=Secret-77 digest=daily reports=no")
PRESENT = {"server": "mail.example", "sender": "box1@b.example", "protocol": "tls", "port": 1465, "user": "box",
           "digest": "daily", "reports": False, "enabled": True, "password_configured": True}


@pytest.fixture
def admin(basic: TestBox) -> Client:
    """Admin of a box with a mail server."""
    client = basic.admin()
    assert client.do(FIRST).code == "Done"
    return client


def shown(admin: Client) -> dict[str, object]:
    """What there is of the server, but for its recipients."""
    found = admin.facts("get_email_settings")["email"]
    return {name: found[name] for name in PRESENT}


def recipients(admin: Client) -> list[tuple[str, str]]:
    """The recipients and their levels."""
    return [(one["address"], one["level"]) for one in admin.facts("get_email_settings")["email"]["recipients"]]


@pytest.mark.parametrize("missing", ["server", "sender", "recipients"])
def test_the_first_time_server_sender_and_recipients_have_to_be_named(basic: TestBox, missing: str) -> None:
    given = {"server": "mail.example", "sender": "a@b.example", "recipients": "c@b.example"}
    line = " ".join(f"{name}={value}" for name, value in given.items() if name != missing)
    answer = basic.admin().do(f"config_email {line}")
    assert answer.code == "MissingValue" and missing in str(answer.message)


@pytest.mark.parametrize("given, changed", [
    ("sender=new@b.example", {"sender": "new@b.example"}), ("digest=immediate", {"digest": "immediate"}),
    ("reports=yes", {"reports": True}), ('user=""', {"user": None, "password_configured": False}),
    ("server=new.example password=Other-77", {"server": "new.example"}), ("password=Other-77", {}),
    ("protocol=starttls password=Other-77", {"protocol": "starttls", "port": 587})])
def test_what_is_not_named_stays_as_it_is(admin: Client, given: str, changed: Mapping[str, object]) -> None:
    assert admin.do(f"config_email {given}").code == "Done"
    assert shown(admin) == {**PRESENT, **changed}
    assert recipients(admin) == [("ops@b.example", "info"), ("boss@b.example", "critical")]


@pytest.mark.parametrize("given", ["server=evil.example", "port=25", "user=other", "protocol=starttls"])
def test_the_password_has_to_be_given_again_where_it_would_go_elsewhere(admin: Client, given: str) -> None:
    answer = admin.do(f"config_email {given}")
    assert answer.code == "MissingValue" and "password" in str(answer.message)
    assert shown(admin) == PRESENT


def test_mail_that_is_disabled_stays_so_and_that_is_said(admin: Client) -> None:
    admin.do("disable_email")
    answer = admin.do("config_email digest=immediate")
    assert "Mail stays disabled: enable_email sends it." in answer.warnings
    assert shown(admin) == {**PRESENT, "digest": "immediate", "enabled": False}
    assert admin.do("config_email digest=immediate").code == "Unchanged"


def test_the_server_can_be_forgotten_with_its_password(basic: TestBox, admin: Client) -> None:
    assert admin.do("clear_email_settings").code == "ConfirmationNeeded" and shown(admin) == PRESENT
    answer = admin.do("clear_email_settings --yes")
    assert answer.code == "Done" and "1 event waited for ops@b.example and will not be sent." in answer.warnings
    assert list(basic.state.mail) == []
    assert admin.do("clear_email_settings --yes").code == admin.do("get_email_settings").code == "NotConfigured"


@pytest.mark.parametrize("line, lost", [
    ("config_email recipients=boss@b.example", True), ("disable_email", True), ("config_email reports=yes", False),
    ("config_email recipients=ops@b.example:warning", False)])
def test_it_is_said_how_many_events_that_wait_will_not_be_sent(admin: Client, line: str, lost: bool) -> None:
    for name in ("g1", "g2"):
        admin.do(f"add_group name={name}")
    told = [one for one in admin.do(line).warnings if "waited" in one]
    assert told == ["3 events waited for ops@b.example and will not be sent."] * lost, told
