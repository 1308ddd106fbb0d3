"""One store for many threads: who reads waits for nobody, and sees what was saved."""

import threading
from contextlib import AbstractContextManager

from sysmgmt.domain.model import State
from sysmgmt.engine.ports import Transaction
from sysmgmt.service.shared import SharedStore
from sysmgmt.store.state import StateStore
from tests.support.box import TestBox


def elsewhere(store: SharedStore) -> State:
    """The state as another thread reads it."""
    found: list[State] = []
    reader = threading.Thread(target=lambda: found.append(store.read()), daemon=True)
    reader.start()
    reader.join(20)
    assert found, "it waits"
    return found[0]


def test_nobody_waits_for_a_writer_to_read_what_was_saved(basic: TestBox) -> None:
    store = SharedStore(StateStore(str(basic.folder)))
    with store.writing() as transaction:
        before = transaction.state
        assert elsewhere(store) == store.read() == before
        transaction.save(before._replace(settings=before.settings._replace(name="new")))
        assert elsewhere(store).settings.name == store.read().settings.name == "new"
        transaction.save(before)
        assert elsewhere(store).settings.name == before.settings.name
    assert elsewhere(store) == basic.state


def test_what_another_process_writes_is_seen(basic: TestBox) -> None:
    store = SharedStore(StateStore(str(basic.folder)))
    assert store.read().settings.name == "box1"
    basic.configure(name="other")
    assert elsewhere(store).settings.name == "other"


def test_what_is_asked_of_the_files_is_asked_of_the_store(basic: TestBox) -> None:
    store, plain = SharedStore(StateStore(str(basic.folder))), StateStore(str(basic.folder))
    basic.configure(name="other")
    before = plain.check()
    assert store.check() == before and store.compact()["bytes_before"] == (
        before["state_bytes"] + before["journal_bytes"])
    folded = plain.check()["journal_bytes"]
    assert folded < before["journal_bytes"]
    basic.configure(name="another")
    store.tidy()
    assert plain.check()["journal_bytes"] == folded and elsewhere(store).settings.name == "another"


def test_the_reserve_is_for_who_asks_for_it(basic: TestBox) -> None:
    asked: list[bool] = []

    class Asked(StateStore):
        """A store that writes down who asks for the reserve."""

        def writing(self, reserve: bool = False) -> AbstractContextManager[Transaction]:
            """As the real one."""
            asked.append(reserve)
            return super().writing(reserve)
    store = SharedStore(Asked(str(basic.folder)))
    for writing in (store.writing(), store.writing(True)):
        with writing:
            pass
    assert asked == [False, True]


def test_writers_take_turns(basic: TestBox) -> None:
    store = SharedStore(StateStore(str(basic.folder)))

    def count() -> None:
        for _ in range(50):
            with store.writing() as transaction:
                settings = transaction.state.settings
                transaction.save(transaction.state._replace(
                    settings=settings._replace(idle_timeout=settings.idle_timeout + 1)))
    before = store.read().settings.idle_timeout
    threads = [threading.Thread(target=count) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert basic.state.settings.idle_timeout == before + 200


def test_no_other_thread_touches_the_store_while_one_has_it(basic: TestBox) -> None:
    readers: list[int] = []

    class Watched(StateStore):
        """A store that writes down which threads read it."""

        def read(self) -> State:
            """As the real one."""
            readers.append(threading.get_ident())
            return super().read()
    store = SharedStore(Watched(str(basic.folder)))
    with store.writing():
        elsewhere(store)
        assert set(readers) == {threading.get_ident()}
    basic.configure(name="later")
    assert elsewhere(store).settings.name == "later" and len(set(readers)) == 2
