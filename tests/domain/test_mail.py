"""Whom the mail tells of which events."""

import pytest

from sysmgmt.domain import mail
from sysmgmt.domain.event_kinds import NAMED, NUMBERED
from sysmgmt.domain.events import Event


@pytest.mark.checklist("R022")
@pytest.mark.parametrize("filters, event, wanted", [
    ("", "UserAdded", True), ("", "LoginFailed", False), (":advanced", "LoginFailed", True),
    (":root_cause", "UserAdded", False), (":root_cause", "AccountLocked", True), (":error", "AccountLocked", False),
    (":warning", "AccountLocked", True), (":storage", "AccountLocked", False), (":security", "AccountLocked", True)])
def test_a_recipient_wants_what_its_filters_say(filters: str, event: str, wanted: bool) -> None:
    assert mail.recipient(f"ops@example.com{filters}").wants(Event(NAMED[event], "bob").facts()) == wanted


def test_whoever_is_told_of_something_is_told_that_it_is_over() -> None:
    one = mail.recipient("ops@example.com:critical")
    begun = NAMED["DiskSpaceCritical"]
    assert one.wants(Event(begun).facts()) and one.wants(Event(NUMBERED[begun.cleared]).facts())
    assert not one.wants(Event(NAMED["DiskSpaceLowCleared"]).facts())


def test_what_a_journal_notes_of_itself_is_no_event() -> None:
    assert not mail.recipient("ops@example.com:advanced").wants({"seq": 7, "note": "an incomplete record precedes"})
