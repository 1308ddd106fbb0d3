"""What differs between two states, as the audit and the events tell it."""

import re
from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

import pytest

from sysmgmt.domain import accounts, changes, events, ssh_keys
from sysmgmt.domain.accounts import Edit
from sysmgmt.domain.backup_schedules import BackupSchedule
from sysmgmt.domain.event_kinds import KINDS, LEVELS, NUMBERED, SCOPES, TOPICS
from sysmgmt.domain.model import Account, Condition, Pending, Reach, Role, RootAccess, Session, Settings, SshKey, State
from sysmgmt.domain.model.appliance import Unsettled, VCenter
from sysmgmt.domain.model.certificates import RevocationList, TrustedCertificate
from sysmgmt.domain.records import Records

EMPTY = State(settings=Settings(name="box1"))
BOB = EMPTY._replace(accounts=EMPTY.accounts.put("bob", Account("bob", "monitor", password="old-hash")))


def with_bob(**fields: object) -> State:
    """The state in which some fields of bob are others."""
    bob = BOB.accounts.get("bob")
    assert bob is not None
    return BOB._replace(accounts=BOB.accounts.put("bob", bob._replace(**fields)))


def told(old: State, new: State) -> list[str]:
    """The names of the events on the way, with their subjects."""
    return [f"{one.kind.name} {one.subject}" for one in events.of(changes.between(old, new), new)]


def test_a_difference_reads_like_a_sentence_and_hides_secrets() -> None:
    new = with_bob(role="admin", groups=("g1", "g2"), password="new-hash", pending=("a token",))
    assert [str(one) for one in changes.between(BOB, new)] == [
        "accounts bob role: monitor -> admin", "accounts bob groups: nothing -> g1, g2",
        "accounts bob password: configured -> configured"]
    assert [str(one) for one in changes.between(EMPTY, BOB)] == ["accounts bob: added"]
    assert [str(one) for one in changes.between(BOB, BOB._replace(accounts=BOB.accounts.without("bob")))] == [
        "accounts bob: removed"]
    assert "hash" not in str([str(one) for one in changes.between(BOB, new)])


def test_a_value_inside_a_value_is_told_by_itself() -> None:
    new = BOB._replace(settings=BOB.settings._replace(reach=BOB.settings.reach._replace(tls_minimum="1.3")))
    assert [str(one) for one in changes.between(BOB, new)] == ["settings reach.tls_minimum: 1.2 -> 1.3"]


def test_differences_come_in_the_order_of_their_keys_whatever_python_hashes_them_to() -> None:
    new, names = EMPTY, [f"user-{number:02d}" for number in range(40)]
    for name in names[::-1]:
        new = new._replace(accounts=new.accounts.put(name, Account(name, "monitor")))
    assert [one.key for one in changes.between(EMPTY, new)] == names


def test_nothing_differs_where_nothing_changed() -> None:
    assert list(changes.between(BOB, BOB)) == [] and told(BOB, BOB) == []


@pytest.mark.requirement(2)
@pytest.mark.parametrize("fields,expected", [
    ({"locked_by": "command"}, ["UserLocked bob"]),
    ({"locked_by": "attempts", "strikes": 3, "failed_logins": 1}, ["AccountLocked bob", "LoginFailed bob"]),
    ({"failed_logins": 1, "strikes": 1}, ["LoginFailed bob"]),
    ({"role": "admin"}, ["UserChanged bob"]),
    ({"password": "new", "password_changed_at": 5.0, "own_change_at": 5.0}, ["PasswordChanged bob"]),
    ({"last_login_at": 5.0, "last_login_from": "10.0.0.1", "failed_logins": 0}, []),
    ({"pending": ("a",)}, []), ({"uid": 70001}, [])])
def test_each_change_of_an_account_is_an_event_of_its_own(fields: dict[str, object], expected: list[str]) -> None:
    assert told(BOB, with_bob(**fields)) == expected


@pytest.mark.requirement(2)
def test_an_account_that_is_free_again_was_unlocked() -> None:
    assert told(with_bob(locked_by="attempts"), BOB) == ["UserUnlocked bob"]
    assert told(EMPTY, BOB) == ["UserAdded bob"] and told(BOB, EMPTY._replace(
        accounts=BOB.accounts.without("bob"))) == ["UserRemoved bob"]


CAROL = BOB._replace(accounts=BOB.accounts.put("carol", Account("carol", "monitor", password="carols-hash")))
CAROL = ssh_keys.add(CAROL, SshKey("carol SHA256:x", "carol", "ssh-ed25519 AAAA", "SHA256:x"))


@pytest.mark.requirement(2)
@pytest.mark.parametrize("edit,also_changed,also_told", [
    (Edit("caroline"), [], []),
    (Edit("caroline", role="admin"), ["accounts caroline role: monitor -> admin"], ["UserChanged caroline"]),
    (Edit("caroline", password="new"), [
        "accounts caroline password: configured -> configured",
        "accounts caroline password_history: nothing -> configured",
        "accounts caroline password_changed_at: nothing -> 1970-01-01T00:00:05Z",
        "accounts caroline must_change_password: no -> yes"], ["PasswordChanged caroline"])])
def test_a_user_who_was_renamed_was_neither_added_nor_removed_and_the_keys_went_along(
        edit: Edit, also_changed: list[str], also_told: list[str]) -> None:
    new = accounts.change(CAROL, "carol", edit, "admin", 5.0)
    assert [one.id for one in new.ssh_keys.values()] == ["caroline SHA256:x"]
    assert changes.lasting(changes.between(CAROL, new)) == ["accounts caroline name: carol -> caroline", *also_changed]
    assert told(CAROL, new) == ["UserRenamed carol", *also_told]
    (event, *_) = events.of(changes.between(CAROL, new), new)
    assert event.facts()["summary"] == "User carol was renamed to caroline."


def test_who_comes_while_somebody_goes_is_somebody_else_unless_the_password_says_otherwise() -> None:
    gone = accounts.remove(CAROL, "carol", "admin", 5.0)
    for other in (Account("caroline", "monitor", password="another-hash"), Account("caroline", "monitor")):
        new = accounts.put(gone, other)
        assert sorted(told(CAROL, new)) == ["SshKeysChanged carol", "UserAdded caroline", "UserRemoved carol"]
    once = accounts.change(CAROL, "carol", Edit("cora"), "admin", 5.0)
    twice = accounts.change(once, "cora", Edit("caroline", password="new"), "admin", 5.0)
    assert told(CAROL, twice) == ["UserRenamed carol", "PasswordChanged caroline"], "as one batch has it"
    without = accounts.change(CAROL, "carol", Edit("caroline"), "admin", 5.0)
    without = ssh_keys.remove_all(without, "caroline")
    assert sorted(told(CAROL, without)) == ["SshKeysChanged carol", "UserRenamed carol"]
    more = ssh_keys.add(without, SshKey("caroline SHA256:y", "caroline", "ssh-ed25519 AAAB", "SHA256:y"))
    assert sorted(told(CAROL, more)) == ["SshKeysChanged carol", "SshKeysChanged caroline", "UserRenamed carol"]


def test_settings_roles_keys_and_conditions_tell_of_themselves() -> None:
    renamed = BOB._replace(settings=BOB.settings._replace(name="box2"))
    assert told(BOB, renamed) == ["SettingsChanged "]
    assert told(BOB, BOB._replace(settings=BOB.settings._replace(uids=(1, 2, 3)))) == []
    assert told(BOB, BOB._replace(roles=BOB.roles.put("r", Role("r", ("view",))))) == ["RoleChanged r"]
    key = SshKey("bob x", "bob", "ssh-ed25519 AAAA", "SHA256:x")
    assert told(BOB, BOB._replace(ssh_keys=BOB.ssh_keys.put(key.id, key))) == ["SshKeysChanged bob"]
    low = BOB._replace(conditions=BOB.conditions.put("d", Condition("d", "DiskSpaceLow", "/var", 1.0, "5 %")))
    assert told(BOB, low) == ["DiskSpaceLow /var"]
    assert told(low, low._replace(conditions=low.conditions.without("d"))) == ["DiskSpaceLowCleared /var"]


def test_the_truststore_and_what_is_done_elsewhere_tell_of_themselves() -> None:
    def changed(table: str, key: str, old: object, new: object) -> list[tuple[str, str | None]]:
        held: list[dict[str, Any]] = [{table: Records[Any]().put(key, one)} if one else {} for one in (old, new)]
        before, after = (EMPTY._replace(**one) for one in held)
        found = [one.facts() for one in events.of(changes.between(before, after), after)]
        return [(f"{one['name']}: {one['summary']}", one["details"]) for one in found]
    trust = TrustedCertificate("ca", ("ldap",), (), added_by="admin", added_at=1.0)
    said = "TruststoreChanged: The entry ca of the truststore was added, changed or removed."
    assert changed("trusted_certificates", "ca", None, trust) == [(said, "trusted_certificates ca: added")]
    assert changed("trusted_certificates", "ca", trust, None) == [(said, "trusted_certificates ca: removed")]
    newer = RevocationList("ca", "CN=Root", "other PEM", 2, 1.0, added_by="bob")
    assert changed("revocation_lists", "ca", RevocationList("ca", "CN=Root", "PEM", 1, 1.0), newer) == [
        (said, "revoked: 1 -> 2")]
    nightly = BackupSchedule("nightly", "daily", 60, ("users",), 3, "sealed", 1.0)
    settings = "SettingsChanged: Settings were changed."
    assert changed("backup_schedules", "nightly", nightly, None) == [(settings, "backup_schedules nightly: removed")]
    assert changed("backup_schedules", "nightly", nightly, nightly._replace(password="other")) == [
        (settings, "password: configured -> configured")]
    vcenter = VCenter("vc1", 443, "root", "sealed")
    assert changed("vcenters", "vc1", None, vcenter) == [(settings, "vcenters vc1: added")]


def test_each_table_tells_of_its_changes_or_is_silent_on_purpose() -> None:
    tables = {name for name in State._fields if isinstance(getattr(EMPTY, name), Records)}
    assert events.TELLS.keys() | events.SILENT == tables | {"settings"} and events.SILENT.isdisjoint(events.TELLS)


def test_a_change_that_was_not_confirmed_tells_that_it_returned() -> None:
    waits = BOB._replace(settings=BOB.settings._replace(
        reach=Reach(tls_minimum="1.3"), pending=Pending("p", "set_tls_minimum", "admin", "security", 1.0, 2.0, Reach(),
                                                        Reach(tls_minimum="1.3"))))
    returned = waits._replace(settings=waits.settings._replace(reach=Reach(), pending=None))
    confirmed = waits._replace(settings=waits.settings._replace(pending=None))
    assert told(waits, returned) == ["ChangeReturned "] and told(waits, confirmed) == []


def test_a_session_from_a_second_origin_is_told_and_one_from_the_same_is_not() -> None:
    def with_session(state: State, id: str, origin: str, endpoint: str = "ssh") -> State:
        return state._replace(sessions=state.sessions.put(id, Session(id, "bob", id, 1.0, origin, endpoint)))
    first = with_session(BOB, "s1", "10.0.0.1")
    assert told(BOB, first) == []
    assert told(first, with_session(first, "s2", "10.0.0.1")) == []
    assert told(first, with_session(first, "s2", "10.9.9.9")) == ["SecondOrigin bob"]
    here = with_session(BOB, "s1", "tty1", "console")
    assert told(here, with_session(here, "s2", "local", "batch")) == []
    assert told(here, with_session(here, "s2", "10.0.0.1")) == ["SecondOrigin bob"]


@pytest.mark.requirement(89)
def test_the_registry_is_sound() -> None:
    assert len(NUMBERED) == len(KINDS) == len({one.name for one in KINDS})
    assert [one.id for one in KINDS] == sorted(NUMBERED)
    for one in KINDS:
        assert one.level in LEVELS and one.scope in SCOPES and one.topic in TOPICS
        assert one.summary.endswith(".") and (not one.action or one.action.endswith("."))
        assert not one.cleared or NUMBERED[one.cleared].name == one.name + "Cleared"
        assert one.action or one.level == "info" or one.scope != "root_cause", "who is alarmed is told what to do"


def test_the_generation_is_no_difference_and_neither_is_what_is_the_same() -> None:
    assert list(changes.between(BOB, BOB._replace(generation=5))) == [] == list(changes.between(BOB, BOB))
    assert list(changes.between(BOB, with_bob(pending=("t",), console_pending=("t",), console_tried_at=1.0))) == []
    unsettled = BOB._replace(settings=BOB.settings._replace(unsettled=(Unsettled("bob", 1.0),)))
    assert list(changes.between(BOB, unsettled)) == []


def test_what_logins_move_and_sessions_do_not_last() -> None:
    new = with_bob(role="admin", strikes=1, console_strikes=1, wrong_in_a_row=1, failed_logins=1, last_login_at=1.0,
                   last_login_from="here")
    new = new._replace(sessions=new.sessions.put("s", Session("s", "bob", "p", 1.0)))
    assert len(list(changes.between(BOB, new))) == 8
    key = SshKey("bob x", "bob", "ssh-ed25519 AAAA", "SHA256:x")
    known = BOB._replace(ssh_keys=BOB.ssh_keys.put(key.id, key))
    used = known._replace(ssh_keys=known.ssh_keys.put(key.id, key._replace(last_used_at=1.0)))
    assert len(list(changes.between(known, used))) == 1 and changes.lasting(changes.between(known, used)) == []
    assert changes.lasting(changes.between(BOB, new)) == ["accounts bob role: monitor -> admin"]


def test_values_read_as_people_say_them() -> None:
    reach = Reach()
    pending = Pending("p", "c", "u", "n", 1.0, 2.0, reach, reach)
    new = EMPTY._replace(settings=EMPTY.settings._replace(
        name="", uids=(1, 2, 3), pending=pending, certificate_renewal=False, installed_at=1.5))
    assert [str(one) for one in changes.between(EMPTY, new)] == [
        "settings name: box1 -> nothing", "settings installed_at: nothing -> 1970-01-01T00:00:01Z",
        "settings uids: nothing -> 1, 2, 3",
        "settings pending: nothing -> configured", "settings certificate_renewal: yes -> no"]
    assert [str(one) for one in changes.between(BOB, with_bob(password=""))] == [
        "accounts bob password: configured -> nothing"]
    opened = EMPTY._replace(settings=EMPTY.settings._replace(root_access=RootAccess(until=60.0)))
    assert [str(one) for one in changes.between(opened, EMPTY)] == [
        "settings root_access.until: 1970-01-01T00:01:00Z -> nothing"]


def fractions(kind: Any) -> Iterator[str]:
    """The fields of a stored value, and of the values inside it, that are no whole numbers."""
    for name, declared in get_type_hints(kind).items():
        inner = {one for part in (declared, *get_args(declared)) for one in (part, *get_args(part))}
        if float in inner:
            yield name
        for one in inner:
            if hasattr(one, "_fields"):
                yield from fractions(one)


def test_what_is_told_as_a_moment_is_one() -> None:
    moments = set(fractions(State))
    assert {"locked_since", "returns_at", "not_after"} <= moments
    assert all(re.search("_at$|^at$|since$|until$|^not_|_update$", one) for one in moments), moments
