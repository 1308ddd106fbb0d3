"""TinyDB over the journal answers as stock TinyDB does in memory, and survives a reopening."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tinydb import TinyDB, where
from tinydb.operations import delete, increment
from tinydb.storages import MemoryStorage
from tinydb.table import Document

from sysmgmt.store.tables import JournalTable, Tables

VALUES = st.recursive(st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3),
                      lambda inner: (st.lists(inner, max_size=2)
                                     | st.dictionaries(st.text(max_size=2), inner, max_size=2)), max_leaves=4)
DOCUMENTS = st.fixed_dictionaries({"n": st.integers(0, 3)}, optional={"v": VALUES})
IDS = st.integers(1, 6)
CALLS = st.one_of(
    st.tuples(st.just("insert"), DOCUMENTS),
    st.tuples(st.just("insert as"), IDS, DOCUMENTS),
    st.tuples(st.just("insert many"), st.lists(DOCUMENTS, max_size=3)),
    st.tuples(st.just("update"), DOCUMENTS, st.integers(0, 3)),
    st.tuples(st.just("update ids"), DOCUMENTS, st.lists(IDS, max_size=2)),
    st.tuples(st.just("increment"), st.integers(0, 3)),
    st.tuples(st.just("delete field"), st.integers(0, 3)),
    st.tuples(st.just("update many"), DOCUMENTS, st.integers(0, 3)),
    st.tuples(st.just("upsert"), DOCUMENTS, st.integers(0, 3)),
    st.tuples(st.just("upsert as"), IDS, DOCUMENTS),
    st.tuples(st.just("remove"), st.integers(0, 3)),
    st.tuples(st.just("remove ids"), st.lists(IDS, max_size=2, unique=True)),
    st.tuples(st.just("truncate")),
    st.tuples(st.just("drop")),
    st.tuples(st.just("drop all")),
    st.tuples(st.just("read"), st.integers(0, 3), IDS),
)


def delete_if_there(document: Any) -> None:
    if "v" in document:
        delete("v")(document)


ACTIONS = {
    "insert": lambda table, document: table.insert(document),
    "insert as": lambda table, number, document: table.insert(Document(document, number)),
    "insert many": lambda table, documents: table.insert_multiple(documents),
    "update": lambda table, document, n: table.update(document, where("n") == n),
    "update ids": lambda table, document, ids: table.update(document, doc_ids=ids),
    "increment": lambda table, n: table.update(increment("n"), where("n") == n),
    "delete field": lambda table, n: table.update(delete_if_there, where("n") == n),
    "update many": lambda table, document, n: table.update_multiple([(document, where("n") == n)]),
    "upsert": lambda table, document, n: table.upsert(document, where("n") == n),
    "upsert as": lambda table, number, document: table.upsert(Document(document, number)),
    "remove": lambda table, n: table.remove(where("n") == n),
    "remove ids": lambda table, ids: table.remove(doc_ids=ids),
    "truncate": lambda table: table.truncate(),
    "read": lambda table, n, number: [
        table.search(where("n") == n), table.get(where("n") == n), table.get(doc_id=number),
        table.count(where("n") == n),
        table.contains(where("n") == n), table.contains(doc_id=number),
        table.get(doc_ids=[number, 2]), len(table)],
}


def act(database: TinyDB, name: str, call: tuple[Any, ...]) -> Any:
    """What the call answers, or which error it raises."""
    try:
        if call[0] == "drop":
            return database.drop_table(name)
        if call[0] == "drop all":
            return database.drop_tables()
        return ACTIONS[call[0]](database.table(name), *call[1:])
    except (ValueError, KeyError) as problem:
        return type(problem)


def content(database: TinyDB) -> dict[str, list[tuple[int, dict[str, Any]]]]:
    """All documents of all tables that have any."""
    tables = {name: [(one.doc_id, dict(one)) for one in database.table(name)] for name in sorted(database.tables())}
    return {name: documents for name, documents in tables.items() if documents}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=st.lists(st.tuples(st.sampled_from(["t", "u"]), CALLS), max_size=12))
def test_random_calls_answer_as_in_memory(tmp_path_factory: pytest.TempPathFactory, calls: list[Any]) -> None:
    folder = str(tmp_path_factory.mktemp("tables"))
    ours, stock = Tables(folder), TinyDB(storage=MemoryStorage)
    for name, call in calls:
        assert act(ours, name, call) == act(stock, name, call)
        assert content(ours) == content(stock)
    assert content(Tables(folder)) == {name: sorted(documents) for name, documents in content(stock).items()} \
        or content(Tables(folder)) == content(stock)


EACH = [
    ("insert", {"n": 1, "v": "x"}), ("insert as", 4, {"n": 2}), ("insert many", [{"n": 2}, {"n": 3}]),
    ("update", {"n": 3}, 2), ("update ids", {"n": 0}, [4]), ("increment", 0), ("read", 1, 4), ("delete field", 1),
    ("update many", {"v": [1, None]}, 3), ("upsert", {"n": 9}, 9), ("upsert", {"v": 1}, 9), ("upsert as", 2, {"n": 5}),
    ("upsert as", 6, {"n": 5}), ("remove", 5), ("remove ids", [4]), ("read", 3, 1), ("insert", {"n": 7}),
    ("truncate",), ("insert", {"n": 8}), ("drop",), ("insert", {"n": 9}), ("drop all",), ("insert", {"n": 10})]


def test_each_call_answers_as_in_memory(tmp_path: Path) -> None:
    ours, stock = Tables(str(tmp_path)), TinyDB(storage=MemoryStorage)
    for call in EACH:
        for name in ("t", "u"):
            assert act(ours, name, call) == act(stock, name, call), call
        assert content(ours) == content(stock) == content(Tables(str(tmp_path))), call
    assert {call[0] for call in EACH} == {*ACTIONS, "drop", "drop all"}


def test_calls_within_a_transaction_become_one_line(tmp_path: Path) -> None:
    database = Tables(str(tmp_path))
    with database.storage.transaction():
        database.table("a").insert({"x": 1})
        database.table("b").insert({"x": 2})
        database.table("a").update({"x": 3})
    assert (tmp_path / "state.journal").read_bytes().count(b"\n") == 2
    assert content(Tables(str(tmp_path))) == {"a": [(1, {"x": 3})], "b": [(1, {"x": 2})]}


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    database = Tables(str(tmp_path))
    database.table("a").insert({"x": 1})
    with pytest.raises(KeyError), database.storage.transaction():
        database.table("a").update({"x": 2})
        database.table("b").insert({"x": 2})
        raise KeyError
    assert content(database) == content(Tables(str(tmp_path))) == {"a": [(1, {"x": 1})]}


def test_another_handle_sees_at_once_what_this_one_changed(tmp_path: Path) -> None:
    one, other = Tables(str(tmp_path)).table("a"), Tables(str(tmp_path)).table("a")
    one.insert({"locked": False})
    assert other.search(where("locked") == True) == []  # noqa: E712  # a TinyDB query
    one.update({"locked": True})
    assert len(other.search(where("locked") == True)) == 1  # noqa: E712
    assert (other.insert({}), one.insert({}), other.insert({})) == (2, 3, 4)


def test_a_document_that_was_handed_out_is_a_copy(tmp_path: Path) -> None:
    table = Tables(str(tmp_path)).table("a")
    table.insert({"nested": [1]})
    for found in (table.get(doc_id=1), table.search(where("nested").exists())[0], table.all()[0]):
        found["nested"].append(2)
    assert table.get(doc_id=1) == {"nested": [1]}


def test_what_json_does_not_know_is_kept_as_it_will_be_read(tmp_path: Path) -> None:
    table = Tables(str(tmp_path)).table("a")
    table.insert({"pair": (1, 2), 5: "five"})  # type: ignore[dict-item]
    assert table.get(doc_id=1) == Tables(str(tmp_path)).table("a").get(doc_id=1) == {"pair": [1, 2], "5": "five"}
    with pytest.raises(TypeError):
        table.insert({"bytes": b""})
    assert len(table) == 1


def test_the_table_of_the_seal_belongs_to_the_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        Tables(str(tmp_path)).table("seal").insert({})


class Looking(JournalTable):
    """A table whose changes a test makes as TinyDB would."""

    def change(self, updater: Callable[[Any], None]) -> None:
        """Make a change."""
        self._update_table(updater)


def test_within_a_change_a_table_is_as_it_has_become(tmp_path: Path) -> None:
    table = Looking(Tables(str(tmp_path)).storage, "a")
    table.insert_multiple([{"n": 1}, {"n": 2}])

    def check(documents: Any) -> None:
        assert documents[2] == {"n": 2} and list(documents) == [1, 2]
        del documents[1]
        assert 1 not in documents and 2 in documents and 5 not in documents and len(documents) == 1
        for act in (documents.__getitem__, documents.__delitem__):
            with pytest.raises(KeyError):
                act(1)
        documents[7] = {"n": 7}
        assert 7 in documents and list(documents) == [2, 7]
        documents[8] = {"n": 8}
        del documents[8]
        assert list(documents) == [2, 7]
    table.change(check)
    assert [one["n"] for one in table] == [2, 7]
    with pytest.raises(KeyError):
        table.change(lambda documents: documents.clear() or documents[2])
    assert [one["n"] for one in table] == [2, 7], "nothing of it was stored"


def test_writing_everything_stores_what_differs(tmp_path: Path) -> None:
    tables = Tables(str(tmp_path))
    tables.storage.write({"a": {"1": {"n": 1}, "2": {"n": 2}}, "b": {"1": {"n": 3}}})
    generation = tables.storage.image.generation
    tables.storage.write({"a": {"1": {"n": 1}, "2": {"n": 2}}, "b": {"1": {"n": 3}}})
    assert tables.storage.image.generation == generation
    tables.storage.write({"a": {"1": {"n": 1}, "3": {"n": 4}}})
    assert tables.storage.read() == {"a": {"1": {"n": 1}, "3": {"n": 4}}}
    assert Tables(str(tmp_path)).storage.read() == tables.storage.read()


def test_a_number_that_others_gave_before_they_folded_is_not_given_again(tmp_path: Path) -> None:
    one, other = Tables(str(tmp_path)), Tables(str(tmp_path))
    assert one.table("a").insert({}) == 1 and other.table("a").insert({}) == 2
    with other.storage.transaction():
        other.storage.image.fold()
    assert one.table("a").insert({}) == 3 and len(Tables(str(tmp_path)).table("a")) == 3


def test_what_others_changed_after_a_transaction_that_failed_is_there_after_the_next(tmp_path: Path) -> None:
    one, other = Tables(str(tmp_path)), Tables(str(tmp_path))
    one.table("a").insert({"x": 1})
    for number in (2, 3):
        with pytest.raises(KeyError), one.storage.transaction():
            one.table("a").update({"x": 0})
            raise KeyError
        assert content(one) == content(other)
        other.table("a").update({"x": number})
        assert content(one) == content(other) == {"a": [(1, {"x": number})]}
    with pytest.raises(KeyError), one.storage.transaction():
        raise KeyError
    assert content(one) == content(other)
