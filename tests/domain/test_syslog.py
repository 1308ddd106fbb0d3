"""What syslog makes of a record (RFC 5424)."""

from sysmgmt.domain import syslog
from sysmgmt.domain.syslog import AUDIT, EVENTS, Origin

BOX = Origin("box1", "0123")


def test_what_a_journal_notes_of_itself_is_sent_with_its_number() -> None:
    note = {"seq": 7, "note": "an incomplete record precedes"}
    assert b"an incomplete record precedes" in syslog.message(AUDIT, note, BOX)
    assert b'number="7"' in syslog.message(EVENTS, note, BOX)


def test_a_message_has_the_form_of_rfc_5424_and_nothing_breaks_out_of_its_data() -> None:
    record = {"seq": 3, "time": "2026-01-31T12:00:00.000001Z", "user": 'a"] [x y="', "command": "add_group",
              "status": 1, "code": "GroupExists", "parameters": {"name": "g\\"}}
    assert syslog.message(AUDIT, record, BOX).decode() == (
        '<108>1 2026-01-31T12:00:00.000001Z box1 boxmgmt - audit [audit@32473 box="0123" number="3" '
        'user="a\\"\\] [x y=\\"" command="add_group" status="1" code="GroupExists" '
        'parameters="{\\"name\\": \\"g\\\\\\\\\\"}"] \ufeffa"] [x y=" add_group GroupExists')
