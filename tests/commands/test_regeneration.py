"""regenerate_encryption_keys: everything is new, everything still opens, and what refuses leaves the old keys."""

import base64
import json
from typing import NamedTuple

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from sysmgmt.box import embedded
from sysmgmt.domain import sealed
from sysmgmt.domain.errors import ServiceRefused
from sysmgmt.domain.model import State
from sysmgmt.domain.tls import Listener
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.ports import Box, Prepared
from sysmgmt.service.duties import health
from tests.support.authorities import LEAF, NOW, make
from tests.support.box import ADMIN_PASSWORD, Client, TestBox

LINE = f'regenerate_encryption_keys password="{ADMIN_PASSWORD}" --yes'
YEAR = 365 * 86400
REPLACED = ("master key", "audit key", "cluster certificate")
NORTH = make("north", wish=LEAF._replace(extended=(ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH)))


@pytest.fixture
def box(basic: TestBox) -> TestBox:
    """A box with secrets of every kind."""
    admin = basic.admin()
    for line in ("create_system_certificate common_name=box1", "create_certificate_request common_name=box1"):
        assert admin.do(line).code == "Done"
    return basic


def prints(client: Client) -> dict[str, str]:
    """The fingerprints of all keys."""
    return {one["name"]: one["fingerprint"] for one in client.facts("get_key_status")["keys"]}


def opened(box: TestBox) -> list[str]:
    """Everything that is sealed, as a new process opens it."""
    sealer, found = box.house().box.sealer, []

    def look(text: str, place: str) -> str:
        found.append(sealer.unseal(text, place))
        return text
    sealed.replaced(box.state, look)
    return found


def keys(box: TestBox) -> list[bytes]:
    """The master key and the keys of the audit, raw."""
    master = [one["material"] for one in json.loads((box.folder / "master.key").read_text())["keys"]]
    link = json.loads((box.folder / "audit.key").read_text())
    return [bytes.fromhex(one) for one in (*master, link["key"], link["private"])]


def holding(box: TestBox, secrets: list[bytes]) -> set[str]:
    """The files in which one of the secrets is found: raw, as hexadecimal, as base64."""
    forms = [form for one in secrets for form in (one, one.hex().encode(), one.hex().upper().encode(),
                                                  base64.b64encode(one).rstrip(b"="))]
    return {path.name for path in box.folder.rglob("*") if path.is_file()
            for content in [path.read_bytes()] if any(form in content for form in forms)}


def pem_body(text: str) -> bytes:
    """What is in a PEM text."""
    return base64.b64decode("".join(text.strip().splitlines()[1:-1]))


@pytest.mark.checklist("R142")
@pytest.mark.checklist("C24")
@pytest.mark.requirement(94)
def test_every_key_is_new_and_everything_still_opens(box: TestBox) -> None:
    admin, before, old = box.admin(), opened(box), keys(box)
    status = prints(admin)
    assert holding(box, old) == {"master.key", "audit.key"}, "the search finds what is there"
    answer = admin.do(LINE)
    assert answer.code == "Done" and answer.result and answer.warnings == ()
    after = opened(box)
    (gone,), new = set(before) - set(after), set(after) - set(before)
    assert "PRIVATE KEY" in gone and len(new) == 2, "the keys of the cluster certificates, and the seed of the audit"
    assert holding(box, [*old, pem_body(gone)]) == set()
    assert len(keys(box)) == 3 and not set(keys(box)) & set(old)
    now = prints(admin)
    assert {one["name"]: one["fingerprint"] for one in answer.result["keys"]} == {one: now[one] for one in REPLACED}
    assert {one for one in now if now[one] != status[one]} == set(REPLACED)
    assert admin.facts("get_cluster_certificate")["fingerprint"] == now["cluster certificate"]
    assert admin.do("verify_audit_log").code == "Done"
    assert admin.do("create_system_certificate common_name=box2").code == "Done"
    assert box.admin().do(LINE).code == "Done" and box.admin().do("verify_audit_log").code == "Done"


def test_the_audit_and_an_event_tell_of_it(box: TestBox) -> None:
    admin, old = box.admin(), box.state.settings.master_key
    assert admin.do(LINE).code == "Done"
    record = [one for one in box.audit() if one["command"] == "regenerate_encryption_keys"][-1]
    assert record["notes"] == {"replaced": old, "master_key": box.state.settings.master_key}
    assert record["parameters"] == {"password": "***"} and record["user"] == "admin"
    assert [one["command"] for one in box.audit()][-3:] == ["sign_audit", "begin_audit_chain",
                                                            "regenerate_encryption_keys"]
    assert "KeysRegenerated" in [one["name"] for one in admin.facts("get_events_log")["events"]]
    assert not any(one["name"] == "SettingsChanged" for one in admin.facts("get_events_log")["events"])


def test_what_will_be_replaced_is_shown_before_and_a_dry_run_changes_nothing(box: TestBox) -> None:
    admin, before, old = box.admin(), box.files(), keys(box)
    asked = admin.do(LINE.removesuffix(" --yes"))
    assert asked.code == "ConfirmationNeeded" and "5 secrets are sealed anew" in (asked.message or "")
    shown = admin.do(LINE + " --dry-run")
    assert (shown.code, shown.dry_run) == ("Done", True) and shown.result
    assert {one["name"]: one["fingerprint"] for one in shown.result["replaces"]} == {
        one: prints(admin)[one] for one in REPLACED}
    assert keys(box) == old and before["state.json"] == box.files()["state.json"]
    assert admin.together("get_users", LINE)[1].code == "NotAtomic"
    assert keys(box) == old and admin.do("verify_audit_log").code == "Done"


@pytest.mark.checklist("R144")
def test_outside_the_isolation_it_asks_about_the_partners_that_will_stop_talking(basic: TestBox) -> None:
    basic.clock.now = NOW.timestamp()
    admin, old = basic.admin(), keys(basic)
    assert admin.do(f'add_partner name=north address=north.example pem="{NORTH.pem}"').code == "Done"
    for line in (LINE, LINE.removesuffix(" --yes")):
        asked = admin.do(line)
        assert asked.code == "ConfirmationNeeded" and "talking with the box: north." in (asked.message or "")
        assert "without_isolation=yes" in (asked.hint or "") and asked.confirms == {"without_isolation": "yes"}
    shown = admin.do(LINE + " --dry-run")
    assert shown.code == "Done" and "north" in shown.warnings[0]
    assert keys(basic)[0] == old[0]
    assert admin.do(f"{LINE.removesuffix(' --yes')} without_isolation=yes").code == "ConfirmationNeeded"
    answer = admin.do(f"{LINE} without_isolation=yes")
    assert answer.code == "Done" and "north" in answer.warnings[0] and keys(basic)[0] != old[0]
    assert admin.do("set_cluster_isolation mode=on").code == "Done"
    isolated = admin.do(LINE)
    assert isolated.code == "Done" and isolated.warnings == (), "in the isolation there is nothing to ask"


def test_it_takes_the_callers_own_password_which_counts(box: TestBox) -> None:
    admin, old = box.admin(), keys(box)
    wrong = LINE.replace(ADMIN_PASSWORD, "not-it-Is-1")
    assert [admin.do(wrong).code for _ in range(3)] == ["PasswordWrong", "PasswordWrong", "AccountLocked"]
    assert admin.do(LINE).code == "AccountLocked"
    assert keys(box)[0] == old[0]


class Mistaken(NamedTuple):
    """A sealer that seals another text than it is given."""

    box: Box

    def __getattr__(self, name: str) -> object:
        return getattr(self.box.sealer, name)

    def seal(self, text: str, about: str, key: str) -> str:
        """Seal something else."""
        return self.box.sealer.seal(text[::-1], about, key)


class Refusing(NamedTuple):
    """Services that refuse a change of the keys, in `prepare` or in `apply`, as nginx or sshd may."""

    when: str

    def prepare(self, old: State, new: State) -> Prepared:
        """Refuse now, or give what refuses later."""
        if self.when == "prepare" and old.settings.master_key != new.settings.master_key:
            raise ServiceRefused(service="sshd", words="no")
        return _Refusing(old.settings.master_key != new.settings.master_key)

    def heal(self, state: State) -> None:
        """There is nothing to heal."""

    def listeners(self, state: State) -> list[Listener]:
        """Nothing listens."""
        return []


class _Refusing(NamedTuple):
    concerned: bool

    def apply(self) -> None:
        """Refuse."""
        if self.concerned:
            raise ServiceRefused(service="sshd", words="no")

    def discard(self) -> None:
        """There is nothing to forget."""


def mistaken(box: TestBox) -> House:
    """The engine of this box with a sealer whose new seals give something else back."""
    house = box.house()
    return house._replace(box=house.box._replace(sealer=Mistaken(house.box)))  # type: ignore[arg-type]


def refusing(box: TestBox, when: str) -> House:
    """The engine of this box on a machine where a service refuses the change."""
    return embedded(str(box.folder), box.clock.port, services=lambda keys: Refusing(when))


@pytest.mark.requirement(96)
@pytest.mark.parametrize("failure", ["KeysNotProven", "prepare", "apply"])
def test_a_failure_leaves_the_old_keys_in_force_bit_for_bit(box: TestBox, failure: str) -> None:
    house = mistaken(box) if failure == "KeysNotProven" else refusing(box, failure)
    before, file, old = box.state, (box.folder / "master.key").read_bytes(), opened(box)
    answer = box.client("admin", house=house).do(LINE)
    assert answer.code == ("KeysNotProven" if failure == "KeysNotProven" else "ServiceRefused")
    assert (box.folder / "master.key").read_bytes() == file
    after = box.state
    assert after.settings == before.settings and opened(box) == old
    assert list(after.identities.values()) == list(before.identities.values())
    assert box.admin().do("verify_audit_log").code == "Done" and box.admin().do(LINE).code == "Done"


@pytest.mark.requirement(96)
def test_a_key_that_does_not_belong_to_its_certificate_is_noticed_before_anything_is_replaced(box: TestBox) -> None:
    admin = box.admin()
    house, state = box.house(), box.state
    other = house.box.sealer.seal(house.box.certifier.make_key("ec_p384"), "identities system key",
                                  state.settings.master_key)
    with house.box.store.writing() as transaction:
        one = state.identities.get("system")
        assert one is not None
        transaction.save(state._replace(identities=state.identities.put(one.use, one._replace(key=other))))
    answer = admin.do(LINE)
    assert (answer.code, answer.status) == ("KeysNotProven", 6) and "system certificate" in (answer.message or "")
    assert box.state.settings == state.settings


@pytest.mark.requirement(95)
def test_a_key_tells_of_its_end_when_nine_tenths_of_its_time_are_over(basic: TestBox) -> None:
    admin, house = basic.admin(), basic.house()

    def look() -> list[str]:
        health.aging(house)
        found = basic.admin().facts("get_events_log topic=security")["events"]
        return [f"{one['form']} {one['summary']}" for one in found if one["name"].startswith("KeyExpires")]
    basic.clock.move(0.89 * 2 * YEAR)
    assert look() == []
    basic.clock.move(0.02 * 2 * YEAR)
    told = look()
    assert {one.split()[2] for one in told} == {"master", "audit"} and look() == told
    assert admin.do(LINE).status in (0, 5)
    assert basic.admin().do(LINE).code == "Done"
    assert [one.split()[0] for one in look()] == ["lasting", "lasting", "cleared", "cleared"]
