"""A state is saved and followed by the services of the machine, or neither."""

from contextlib import ExitStack
from errno import EIO
from pathlib import Path

import pytest

from sysmgmt.domain.errors import ServiceRefused, StorageFailed, StorageUncertain
from sysmgmt.domain.model import Settings, State
from sysmgmt.engine.commit import Both, commit
from sysmgmt.store.state import StateStore
from tests.support.kernel import refusing


class Daemon:
    """A service of the machine that writes down what it is asked for, and refuses some of it."""

    def __init__(self, told: list[str], name: str = "", *refuses: str) -> None:
        self._told = told
        self._name = name
        self._refuses = refuses

    def prepare(self, old: State, new: State) -> "Daemon":
        """Say from which box to which."""
        return self._done("prepare", f" {old.settings.name}-{new.settings.name}")

    def apply(self) -> None:
        """Take it."""
        self._done("apply")

    def discard(self) -> None:
        """Forget it."""
        self._done("discard")

    def heal(self, state: State) -> None:
        """Say which box is wanted."""
        self._done("heal", f" {state.settings.name}")

    def _done(self, act: str, what: str = "") -> "Daemon":
        self._told.append(f"{self._name}{act}{what}")
        if act in self._refuses:
            raise ServiceRefused(service=f"the {act} of {self._name or 'it'}", words="no")
        return self


@pytest.fixture
def store(tmp_path: Path) -> StateStore:
    """A store with a box that is called one."""
    store = StateStore(str(tmp_path / "state"))
    with store.writing() as writing:
        writing.save(State(settings=Settings(name="one")))
    return store


def committed(store: StateStore, services: Daemon | Both) -> str:
    """What the box is called after it was to be called two."""
    with store.writing() as writing:
        commit(services, writing, writing.state._replace(settings=Settings(name="two")))
    return store.read().settings.name


def test_what_was_checked_is_saved_and_then_taken(store: StateStore) -> None:
    told: list[str] = []
    assert committed(store, Daemon(told)) == "two"
    assert told == ["prepare one-two", "apply"]


def test_what_a_checker_refuses_is_not_saved(store: StateStore) -> None:
    told: list[str] = []
    with pytest.raises(ServiceRefused):
        committed(store, Daemon(told, "", "prepare"))
    assert told == ["prepare one-two"] and store.read().settings.name == "one"


def test_what_cannot_be_saved_is_not_taken(store: StateStore) -> None:
    told: list[str] = []
    with refusing("fdatasync", EIO), pytest.raises(StorageFailed):
        committed(store, Daemon(told))
    assert told == ["prepare one-two", "discard"] and store.read().settings.name == "one"


@pytest.mark.parametrize("refuses", [("apply",), ("apply", "heal")])
def test_what_a_service_does_not_take_is_taken_back(store: StateStore, refuses: tuple[str, ...]) -> None:
    told: list[str] = []
    with pytest.raises(ServiceRefused, match="the apply"):
        committed(store, Daemon(told, "", *refuses))
    assert told == ["prepare one-two", "apply", "heal one"] and store.read().settings.name == "one"


def test_what_can_be_neither_taken_nor_taken_back_is_said_to_be_stored(store: StateStore, tmp_path: Path) -> None:
    class Clogged(Daemon):
        """It refuses, and meanwhile the disk has come to refuse, too."""

        def apply(self) -> None:
            disk.enter_context(refusing("fdatasync", EIO))
            super().apply()
    with ExitStack() as disk, pytest.raises(StorageUncertain, match="stored but not in force, and the storage"):
        committed(store, Clogged([], "", "apply"))
    assert StateStore(str(tmp_path / "state")).read().settings.name == "two"


def test_of_two_services_the_first_one_takes_its_part_first(store: StateStore) -> None:
    told: list[str] = []
    assert committed(store, Both(Daemon(told, "a "), Daemon(told, "b "))) == "two"
    assert told == ["a prepare one-two", "b prepare one-two", "a apply", "b apply"]


def test_what_the_second_checker_refuses_the_first_service_forgets(store: StateStore) -> None:
    told: list[str] = []
    with pytest.raises(ServiceRefused):
        committed(store, Both(Daemon(told, "a "), Daemon(told, "b ", "prepare")))
    assert told == ["a prepare one-two", "b prepare one-two", "a discard"]


def test_what_cannot_be_saved_both_forget(store: StateStore) -> None:
    told: list[str] = []
    with refusing("fdatasync", EIO), pytest.raises(StorageFailed):
        committed(store, Both(Daemon(told, "a "), Daemon(told, "b ")))
    assert told[2:] == ["a discard", "b discard"]


def test_healing_one_does_not_depend_on_the_other() -> None:
    told: list[str] = []
    with pytest.raises(ServiceRefused, match="heal of a"):
        Both(Daemon(told, "a ", "heal"), Daemon(told, "b ")).heal(State(settings=Settings(name="one")))
    assert told == ["a heal one", "b heal one"]
