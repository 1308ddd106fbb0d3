"""Whom the mail tells of which events, and what syslog makes of a record."""

import pytest

from sysmgmt.domain import mail, syslog
from sysmgmt.domain.event_kinds import NAMED, NUMBERED
from sysmgmt.domain.events import Event
from sysmgmt.domain.syslog import AUDIT, EVENTS, Origin

BOX = Origin("box1", "0123")


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
    note = {"seq": 7, "note": "an incomplete record precedes"}
    assert not mail.recipient("ops@example.com:advanced").wants(note)
    assert b"an incomplete record precedes" in syslog.message(AUDIT, note, BOX)
    assert b'number="7"' in syslog.message(EVENTS, note, BOX)


def test_a_message_has_the_form_of_rfc_5424_and_nothing_breaks_out_of_its_data() -> None:
    record = {"seq": 3, "time": "2026-01-31T12:00:00.000001Z", "user": 'a"] [x y="', "command": "add_group",
              "status": 1, "code": "GroupExists", "parameters": {"name": "g\\"}}
    assert syslog.message(AUDIT, record, BOX).decode() == (
        '<108>1 2026-01-31T12:00:00.000001Z box1 boxmgmt - audit [audit@32473 box="0123" number="3" '
        'user="a\\"\\] [x y=\\"" command="add_group" status="1" code="GroupExists" '
        'parameters="{\\"name\\": \\"g\\\\\\\\\\"}"] \ufeffa"] [x y=" add_group GroupExists')
