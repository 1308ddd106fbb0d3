"""Records of a log are chosen by everything that they hold."""

from sysmgmt.domain import logs
from sysmgmt.domain.event_kinds import LEVELS, from_level
from sysmgmt.domain.logs import Wanted

RECORDS = [{"seq": number, "time": f"2026-01-0{number}T00:00:00Z", "user": "bob" if number % 2 else "eve",
            "changed": [{"of": "Zebra", "to": None}] if number == 3 else []} for number in range(1, 6)]
NEWEST = RECORDS[::-1]


def numbers(**wanted: object) -> list[int]:
    """The numbers of the records that are wanted."""
    return [one["seq"] for one in logs.select(NEWEST, Wanted(**wanted))]  # type: ignore[arg-type]


def test_all_records_are_wanted_unless_said_otherwise_and_the_newest_first() -> None:
    assert numbers() == [1, 2, 3, 4, 5] and numbers(limit=2) == [4, 5] and Wanted().limit == 100
    assert numbers(after=2) == [3, 4, 5] and numbers(after=2, limit=2) == [3, 4] and numbers(after=5) == []


def test_fields_times_and_texts_choose() -> None:
    assert numbers(fields={"user": "eve"}) == [2, 4] and numbers(fields={"user": "eve", "seq": 2}) == [2]
    assert numbers(fields={"host": "x"}) == []
    assert numbers(since="2026-01-04") == [4, 5] == numbers(since="2026-01-04T00:00:00Z")
    assert numbers(until="2026-01-02") == [1, 2]
    assert numbers(since="2026-01-02T00:00:00", until="2026-01-03T12") == [2, 3]
    assert logs.select([{"n": 1}], Wanted(since="2026")) == [] == logs.select([{"n": 1}], Wanted(text="2"))


def test_a_level_is_one_of_those_that_are_wanted() -> None:
    found = [{"seq": number, "level": level} for number, level in enumerate(LEVELS)]
    for number, level in enumerate(LEVELS):
        assert logs.select(found[::-1], Wanted(levels=from_level(level))) == found[number:]
    assert logs.select(found[::-1], Wanted(levels=from_level(None))) == found
    assert logs.select([{"seq": 1, "note": "no level"}], Wanted(levels=from_level("info"))) == []


def test_a_text_is_found_in_lists_within_in_any_case_of_letters() -> None:
    assert numbers(text="zEBRA") == [3] and numbers(text="none") == [] and numbers(text="5") == [5]


def test_gaps_are_told_since_the_start_before_the_last_one() -> None:
    start = {"command": "start_audit", "endpoint": "box", "code": "Done"}
    told = [{"command": "note_audit_gap", "gap": {"first": number}} for number in range(4)]
    log = [told[0], start, start, told[1], {"command": "note_audit_gap"}, {"command": "other", "gap": {}},
           told[2], start]
    assert logs.gaps([*log, told[3]][::-1]) == told[1:] and logs.gaps(told[:1]) == told[:1]
    assert logs.gaps([told[0], start, *log[1:], told[3]][::-1]) == told[1:], "also where it started before that"


def test_a_gap_names_its_records() -> None:
    for until, words in ((5, "what follows record 4"), (6, "record 5"), (8, "the records 5 to 7")):
        assert f": {words} may not have been synced" in logs.of_gap({"first": 5, "until": until, "time": "2026"})
    assert logs.of_gap({"first": 5, "until": 6, "time": "2026"}).startswith("At 2026 the box found")


def test_what_was_begun_and_has_no_outcome_is_unfinished_since_the_last_start() -> None:
    start = {"command": "start_audit", "endpoint": "box", "code": "Done"}
    before, done, open_ = ({"phase": "intent", "id": name} for name in ("before", "done", "open"))
    end, read = {"phase": "outcome", "id": "done"}, {"command": "get_users", "code": "Done"}
    log = [before, start, done, end, open_, read, {**start, "endpoint": "ssh"}, {**open_, "id": "next"}]
    assert logs.unfinished([open_, end, done]) == [open_], "also where no start is known"
    assert logs.unfinished(log[::-1]) == [open_, {**open_, "id": "next"}]
