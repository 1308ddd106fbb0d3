"""The keys of the box follow the state: nothing is begun without a seed, and no key is lost that a state may name."""

import os
from pathlib import Path

import pytest

from sysmgmt.domain.model import Settings, State
from sysmgmt.engine.own_keys import OwnKeys
from sysmgmt.store.audit import AuditJournal
from sysmgmt.store.keyfile import KeyFile
from sysmgmt.vault.sealing import MasterKeys
from sysmgmt.vault.signing import SigningKeys
from tests.support.box import TestBox


@pytest.fixture
def keys(tmp_path: Path) -> OwnKeys:
    """The keys in a folder that has none yet."""
    folder = str(tmp_path / "state")
    return OwnKeys(AuditJournal(folder, lambda: 1.5, SigningKeys()), MasterKeys(KeyFile(folder)))


def seeded(keys: OwnKeys, text: str = "5eed") -> State:
    """A state that names a new master key, and a seed sealed under it."""
    key = keys.master.make(1.0)
    seed = keys.master.seal(text * 16, "settings audit_seeds", key)
    return State(settings=Settings(master_key=key, audit_seeds=(seed,)))


def test_where_nothing_is_stored_yet_nothing_is_begun(keys: OwnKeys, tmp_path: Path) -> None:
    keys.heal(State())
    keys.prepare(State(), State()).apply()
    assert not (tmp_path / "state").exists()


def test_of_a_state_that_could_not_be_saved_the_key_stays_and_no_chain_is_begun(keys: OwnKeys, tmp_path: Path) -> None:
    """Nobody knows whether that state will be there after a crash."""
    state = seeded(keys)
    keys.prepare(State(), state).discard()
    assert keys.audit.anchor()[0] == 0
    assert MasterKeys(KeyFile(str(tmp_path / "state"))).facts(state.settings.master_key)["made_at"] == 1.0


def test_a_change_of_the_keys_that_was_cut_short_is_finished_at_the_next_login(basic: TestBox) -> None:
    keys, state = basic.house().box.sealer, basic.state
    other = state._replace(settings=state.settings._replace(master_key=keys.make(2.0)))
    assert isinstance(keys, MasterKeys)
    keys.prepare(state, other)
    assert basic.house().box.sealer.unfinished()
    basic.admin()
    assert not basic.house().box.sealer.unfinished()


def test_new_keys_are_alone_once_they_are_taken(keys: OwnKeys, tmp_path: Path) -> None:
    first = seeded(keys)
    keys.prepare(State(), first).apply()
    second = seeded(keys, "beef")
    change = keys.prepare(first, second)
    assert keys.master.unfinished()
    AuditJournal(str(tmp_path / "state"), lambda: 1.5, SigningKeys()).append({"n": 1}, durable=True)
    before = keys.audit.anchor()[0]
    change.apply()
    assert not keys.master.unfinished() and keys.audit.anchor()[0] == before + 2, "signed, and begun anew"
    assert MasterKeys(KeyFile(str(tmp_path / "state"))).facts(second.settings.master_key)["made_at"] == 1.0


def test_a_chain_that_was_not_begun_is_begun_by_the_next_look(keys: OwnKeys, tmp_path: Path) -> None:
    state = seeded(keys)
    keys.prepare(State(), state)
    assert "audit.key" not in os.listdir(tmp_path / "state")
    keys.heal(state)
    assert keys.audit.anchor()[0] == 1 and "audit.key" in os.listdir(tmp_path / "state")
    keys.heal(state)
    assert keys.audit.anchor()[0] == 1, "it goes on"
