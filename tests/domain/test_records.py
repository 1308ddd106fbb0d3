"""Tables that share structure behave like dictionaries, which are their oracle."""

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sysmgmt.domain.records import Records

STORED = st.dictionaries(st.text("abc", max_size=2), st.integers())
STEPS = st.lists(st.tuples(st.text("abc", max_size=2), st.one_of(st.none(), st.integers())), max_size=30)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(STORED, STEPS)
def test_a_table_is_what_a_dictionary_would_be(stored: dict[str, int], steps: list[tuple[str, int | None]]) -> None:
    table: Records[int] = Records(stored)
    plain = dict(stored)
    versions: list[tuple[Records[int], dict[str, int]]] = []
    for key, value in steps:
        versions.append((table, dict(plain)))
        if value is None:
            table = table.without(key)
            plain.pop(key, None)
        else:
            table = table.put(key, value)
            plain[key] = value
    for old, was in [*versions, (table, plain)]:
        assert dict(old.items()) == was and list(old) == sorted(was) and len(old) == len(was)
        assert sorted(old.beginning("a")) == sorted(value for key, value in was.items() if key.startswith("a"))
    for old, was in versions:
        changes = {key: (value, was.get(key)) for key, value in table.changed_since(old)}
        assert changes == {key: (plain.get(key), was.get(key)) for key in {*plain, *was}
                           if plain.get(key) != was.get(key)}


def test_documents_are_decoded_when_they_are_read_and_only_once() -> None:
    decoded = []

    def decode(document: dict[str, int]) -> int:
        decoded.append(document["n"])
        return document["n"]
    table = Records({str(n): {"n": n} for n in range(100)}, decode)
    assert table.get("7") == 7 and table.get("7") == 7 and decoded == [7]
    assert sorted(table.values()) == list(range(100)) and len(decoded) == 100
    table = Records({str(n): {"n": n} for n in range(100)}, decode)
    decoded.clear()
    assert sorted(table.beginning("9")) == sorted(decoded) == [9, *range(90, 100)], "the others stay raw"
    assert random.Random(1).choice(list(table)) in table and "nobody" not in table


def test_values_that_are_no_documents_are_as_they_are_and_decoded_by_nobody() -> None:
    table: Records[object] = Records({"a": {"n": 1}, "b": 5})
    assert table.get("a") == {"n": 1} and table.get("b") == 5
    assert list(Records({"a": {"n": 1}}, lambda document: None).values()) == [], "what is decoded to nothing is none"


def test_tables_are_compared_by_what_they_hold() -> None:
    one: Records[int] = Records({"a": 1}).put("b", 2)
    other: Records[int] = Records({"b": 2}).put("a", 1)
    assert one == other and one != other.put("a", 3) and one != {"a": 1, "b": 2} and one.without("x") is one
    assert len(one.without("b").without("a")) == 0 == len(Records())


def test_removing_and_putting_back_is_no_change() -> None:
    table: Records[int] = Records({"a": 1, "b": 2})
    assert list(table.without("a").put("a", 1).changed_since(table)) == []
    assert list(table.without("a").changed_since(table)) == [("a", None)]
    assert list(table.changed_since(table)) == []
