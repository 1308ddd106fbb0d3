"""Sealed secrets and their master key: what opens where, what is refused, what a crash leaves."""

import json
import os
import shutil
import stat
import sys
from pathlib import Path

import pytest

from sysmgmt.domain import sealed
from sysmgmt.domain.errors import MasterKeyMissing, MasterKeyWrong, StateDamaged, StorageFailed
from sysmgmt.domain.model import MailServer, Settings, State, TimeSettings, VCenter
from sysmgmt.domain.records import Records
from sysmgmt.store.keyfile import KeyFile
from sysmgmt.store.state import StateStore
from sysmgmt.vault.sealing import MasterKeys
from tests.faults import by_strace
from tests.support.box import TestBox
from tests.vault.replacing import PLACE, SECRET, replace

NEW_BOX = State()


def keyed(folder: Path, wrapping: bytes | None = None) -> tuple[MasterKeys, str]:
    """Master keys in a folder, and the id of the one that was kept."""
    keys = MasterKeys(KeyFile(str(folder)), lambda: wrapping)
    key = keys.make(5.0)
    keys.prepare(NEW_BOX, State(settings=Settings(master_key=key))).apply()
    return keys, key


@pytest.mark.requirement(102)
def test_what_is_sealed_opens_in_its_place_and_in_no_other(tmp_path: Path) -> None:
    keys, key = keyed(tmp_path)
    sealed = keys.seal(SECRET, "identities system key", key)
    assert SECRET not in sealed and keys.unseal(sealed, "identities system key") == SECRET
    assert keys.seal(SECRET, "identities system key", key) != sealed
    for place in ("identities web key", "identities system", ""):
        with pytest.raises(StateDamaged):
            keys.unseal(sealed, place)


@pytest.mark.parametrize("damage", [
    lambda text: text[:-6] + "AAAA==", lambda text: text[:60], lambda text: "2" + text[1:],
    lambda text: text + "!", lambda text: "1:" + text.split(":")[1] + ":"])
def test_a_sealed_text_that_was_changed_is_refused(tmp_path: Path, damage: "type[str]") -> None:
    keys, key = keyed(tmp_path)
    with pytest.raises(StateDamaged):
        keys.unseal(damage(keys.seal(SECRET, PLACE, key)), PLACE)


def test_another_process_opens_it_and_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    keys, key = keyed(tmp_path)
    sealed = keys.seal(SECRET, PLACE, key)
    assert MasterKeys(KeyFile(str(tmp_path))).unseal(sealed, PLACE) == SECRET
    assert stat.S_IMODE((tmp_path / "master.key").stat().st_mode) == 0o600
    assert keys.facts(key) == {"made_at": 5.0, "algorithm": "AES-256-GCM", "kept": "in a file of its own"}


def test_a_missing_or_wrong_master_key_is_refused_by_name_and_never_replaced(tmp_path: Path) -> None:
    keys, key = keyed(tmp_path / "one")
    sealed = keys.seal(SECRET, PLACE, key)
    other = MasterKeys(KeyFile(str(tmp_path / "two")))
    with pytest.raises(MasterKeyMissing):
        other.unseal(sealed, PLACE)
    with pytest.raises(MasterKeyMissing):
        other.seal(SECRET, PLACE, key)
    assert not (tmp_path / "two").exists()
    keyed(tmp_path / "two")
    with pytest.raises(MasterKeyWrong):
        MasterKeys(KeyFile(str(tmp_path / "two"))).unseal(sealed, PLACE)
    for garbage in (b"", b"[]", b'{"keys": [{}]}', b'{"keys": "AAAA"}', b"\xff"):
        (tmp_path / "two" / "master.key").write_bytes(garbage)
        with pytest.raises(MasterKeyWrong):
            MasterKeys(KeyFile(str(tmp_path / "two"))).unseal(sealed, PLACE)
        with pytest.raises(MasterKeyWrong):
            other.heal(State(settings=Settings(master_key=key)))
        assert (tmp_path / "two" / "master.key").read_bytes() == garbage


def test_under_a_credential_the_file_opens_with_that_credential_only(tmp_path: Path) -> None:
    keys, key = keyed(tmp_path, b"from the chip")
    sealed = keys.seal(SECRET, PLACE, key)
    file = KeyFile(str(tmp_path))
    assert MasterKeys(file, lambda: b"from the chip").unseal(sealed, PLACE) == SECRET
    assert keys.facts(key)["kept"] == "under a systemd credential"
    for wrong in (None, b"from another"):
        with pytest.raises(MasterKeyWrong):
            MasterKeys(file, lambda wrong=wrong: wrong).unseal(sealed, PLACE)  # type: ignore[misc]


def test_a_credential_that_systemd_hands_over_is_used(fresh: TestBox, tmp_path: Path,
                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "boxmgmt.master-key").write_bytes(os.urandom(32))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert fresh.client().do('install name=box1 level=basic password="Admin-Pass-12"').code == "Done"
    sealer, key = fresh.house().box.sealer, fresh.state.settings.master_key
    assert sealer.unseal(sealer.seal(SECRET, PLACE, key), PLACE) == SECRET
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    with pytest.raises(MasterKeyWrong):
        fresh.house().box.sealer.facts(key)


@pytest.mark.checklist("R143")
def test_installation_makes_a_new_master_key_also_on_an_image_that_contains_one(fresh: TestBox) -> None:
    keyed(fresh.folder)
    old = (fresh.folder / "master.key").read_bytes()
    client = fresh.client()
    line = 'install name=box1 level=basic password="Admin-Pass-12"'
    assert client.do(line + " --dry-run").code == "Done"
    assert (fresh.folder / "master.key").read_bytes() == old
    assert client.do(line).code == "Done"
    keys = (fresh.folder / "master.key").read_bytes()
    assert keys.count(b"material") == 1 and old.split(b'"material": ')[1] not in keys
    assert fresh.house().box.sealer.facts(fresh.state.settings.master_key)


def test_what_an_earlier_release_sealed_is_opened(tmp_path: Path) -> None:
    key = {"made_at": 5.0, "material": bytes(range(32)).hex()}
    (tmp_path / "master.key").write_text(json.dumps({"format": 1, "keys": [key]}))
    name = "b82ff7829cbe3977318f143d05fb0afa"
    sealed = f"1:{name}:AAECAwQFBgcICQoLMGq3b+WLrXniJe6r3IgBTe+59FEbbJMKhqNjDNpaRbomX2lH"
    keys = MasterKeys(KeyFile(str(tmp_path)))
    assert keys.unseal(sealed, PLACE) == SECRET and len(keys.seal(SECRET, PLACE, name)) == len(sealed)


def test_a_key_that_was_replaced_opens_nothing_any_more_and_one_that_was_made_waits(tmp_path: Path) -> None:
    keys, first = keyed(tmp_path)
    old, second, third = State(settings=Settings(master_key=first)), keys.make(6.0), keys.make(7.0)
    for key in (second, third):
        new = State(settings=Settings(master_key=key))
        keys.prepare(old, new).apply()
        assert keys.unseal(keys.seal(SECRET, PLACE, key), PLACE) == SECRET
        with pytest.raises(MasterKeyWrong):
            keys.seal(SECRET, PLACE, old.settings.master_key)
        old = new


def test_where_the_key_in_force_is_not_there_the_others_stay(tmp_path: Path) -> None:
    keys, key = keyed(tmp_path)
    keys.prepare(State(settings=Settings(master_key=key)), State(settings=Settings(master_key=keys.make(6.0))))
    before = (tmp_path / "master.key").read_bytes()
    with pytest.raises(MasterKeyWrong):
        MasterKeys(KeyFile(str(tmp_path))).heal(State(settings=Settings(master_key="another")))
    assert (tmp_path / "master.key").read_bytes() == before and before.count(b"material") == 2


def test_a_state_that_names_no_key_any_more_leaves_the_one_that_there_was(tmp_path: Path) -> None:
    keys, key = keyed(tmp_path)
    sealed, before = keys.seal(SECRET, PLACE, key), (tmp_path / "master.key").read_bytes()
    keys.prepare(State(settings=Settings(master_key=key)), NEW_BOX).apply()
    assert (tmp_path / "master.key").read_bytes() == before and keys.unseal(sealed, PLACE) == SECRET


def test_a_key_that_was_made_too_long_ago_does_not_come_in_force(tmp_path: Path) -> None:
    keys, key = keyed(tmp_path)
    first, *others = (keys.make(6.0 + number) for number in range(20))
    for one, kept in ((first, False), (others[-1], True)):
        wanted = State(settings=Settings(master_key=key)), State(settings=Settings(master_key=one))
        if kept:
            keys.prepare(*wanted).apply()
        else:
            with pytest.raises(MasterKeyWrong):
                keys.prepare(*wanted)


def test_a_replaced_master_key_is_overwritten_where_it_was(tmp_path: Path) -> None:
    keyed(tmp_path)
    with open(tmp_path / "master.key", "rb") as old:
        before = old.read()
        replaced = MasterKeys(KeyFile(str(tmp_path)))
        key = replaced.make(6.0)
        replaced.prepare(NEW_BOX, State(settings=Settings(master_key=key))).apply()
        old.seek(0)
        assert old.read() == bytes(len(before)), "the inode that lost its name is empty of it"


def test_a_key_that_the_file_does_not_hold_afterwards_is_not_in_force(tmp_path: Path) -> None:
    class Forgetful(KeyFile):
        """A file that keeps nothing, and does not say so."""

        def write(self, data: bytes) -> None:
            """Keep nothing."""
    keys = MasterKeys(Forgetful(str(tmp_path)))
    state = State(settings=Settings(master_key=keys.make(5.0)))
    with pytest.raises(StorageFailed, match="does not hold what was written"):
        keys.prepare(NEW_BOX, state)


def test_everything_that_is_sealed_has_its_place() -> None:
    state = State(settings=Settings(audit_seeds=("seed",), time=TimeSettings(key="time", key_number=1)))
    state = state._replace(vcenters=state.vcenters.put("v", VCenter("v", 443, "user", "word")),
                           mail=state.mail.put("mail", MailServer("mail", "host", 25, "tls", "box@host", ())))
    found: dict[str, str] = {}
    changed = sealed.replaced(state, lambda text, place: found.setdefault(place, text) and f"new {text}")
    assert found == {"vcenters v password": "word", "settings audit_seeds": "seed", "settings time key": "time"}
    assert changed.settings.audit_seeds == ("new seed",) and changed.settings.time.key == "new time"
    assert sealed.counted(changed)["time_keys"] == 1 == sealed.counted(changed)["vcenters"]
    assert sealed.counted(State())["time_keys"] == 0 == sealed.counted(changed)["mail"]


def opened(folder: Path) -> str:
    """The secret of a box, as a new process finds it."""
    return MasterKeys(KeyFile(str(folder))).unseal(StateStore(str(folder)).read().settings.banner, PLACE)


@pytest.mark.requirement(96)
def test_a_replacement_killed_at_any_system_call_leaves_a_key_that_opens_everything(folder: Path) -> None:
    by_strace.needed()
    replace(str(folder / "first"))
    shutil.copytree(folder / "first", folder / "dry")
    command = [sys.executable, "-m", "tests.vault.replacing"]
    points = by_strace.points([*command, str(folder / "dry")], str(folder / "dry"), str(folder / "log"),
                              "openat,write,pwrite64,fsync,fdatasync,rename,unlink")
    assert {"rename", "fsync"} <= {one.call for one in points}
    assert any(one.call == "write" and "(deleted)" in one.text for one in points), "the old key is overwritten"
    keys = set()
    for point in points:
        place = folder / "box"
        shutil.copytree(folder / "first", place)
        by_strace.run([*command, str(place)], point, by_strace.KILL)
        assert opened(place) == SECRET, point
        found = MasterKeys(KeyFile(str(place)))
        found.heal(StateStore(str(place)).read())
        keys.add((place / "master.key").read_bytes().count(b"material"))
        assert opened(place) == SECRET, point
        shutil.rmtree(place)
    assert keys == {1} and len(points) >= 15


def test_what_is_made_without_its_master_key_is_refused_by_name(basic: TestBox) -> None:
    admin = basic.admin()
    assert admin.do("create_system_certificate common_name=box1").code == "Done"
    (basic.folder / "master.key").unlink()
    for line in ("create_system_certificate common_name=box1", "get_key_status"):
        assert basic.admin().do(line).code == "MasterKeyMissing"
    assert basic.admin().do("get_certificates").code == "Done"
    assert not (basic.folder / "master.key").exists()


@pytest.mark.requirement(94)
def test_everything_that_is_sealed_can_be_sealed_anew_under_another_key(basic: TestBox) -> None:
    admin = basic.admin()
    for line in ("create_system_certificate common_name=box1", "create_certificate_request common_name=box1"):
        assert admin.do(line).code == "Done"
    sealer, state = basic.house().box.sealer, basic.state
    opened: list[str] = []
    new = sealer.make(basic.clock.now)

    def anew(text: str, place: str) -> str:
        opened.append(sealer.unseal(text, place))
        return sealer.seal(opened[-1], place, new)
    changed = sealed.replaced(state, anew)
    again: list[str] = []

    def kept(text: str, place: str) -> str:
        again.append(sealer.unseal(text, place))
        return text
    sealed.replaced(changed, kept)
    assert opened == again and len(opened) == sum(sealed.counted(state).values()) == 5
    old = state.settings.master_key
    assert f"1:{old}:" in str(tables(state)) and f"1:{old}:" not in str(tables(changed)), "nothing was forgotten"


def tables(state: State) -> list[object]:
    """Everything that is stored, as values."""
    return [list(one.values()) if isinstance(one, Records) else one for one in state]
