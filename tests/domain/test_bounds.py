"""Each number that is stored has bounds, and a backup is let in only with numbers and words that commands store."""

from collections.abc import Iterator
from types import NoneType
from typing import Annotated, Any, NamedTuple, get_args, get_origin

import pytest

from sysmgmt.domain import backup_content, bounds, certificates, levels, security
from sysmgmt.domain.errors import InvalidValue
from sysmgmt.domain.model import (
    Account, Certificate, Cost, Identity, MailServer, Session, Settings, State, SyslogServer, UploadTarget)
from sysmgmt.domain.model.audit_policy import AuditPolicy
from sysmgmt.domain.model.policy import Policy
from sysmgmt.domain.records import Records
from sysmgmt.store import codec


def fields(kind: Any) -> Iterator[tuple[Any, str]]:
    """The kinds of values that a stored value is made of, each with the names of its fields that hold numbers."""
    for name, shape in kind.__annotations__.items():
        for one in plain(shape):
            if hasattr(one, "_fields"):
                yield from fields(one)
            elif one in (int, float):
                yield kind, name


def plain(shape: Any) -> Iterator[Any]:
    """What a field may hold, without marks, None and tuples around it."""
    if get_origin(shape) is Annotated:
        yield from plain(get_args(shape)[0])
    elif get_args(shape):
        for one in get_args(shape):
            yield from plain(one)
    elif shape not in (NoneType, ...):
        yield shape


def numbers() -> set[tuple[Any, str]]:
    """Every field of what is stored that holds numbers."""
    tables = {name for name, default in State._field_defaults.items() if isinstance(default, Records)}
    assert tables == set(codec.TABLES)
    return {(State, "generation"), *fields(Settings), *(one for kind in codec.TABLES.values() for one in fields(kind))}


def test_each_number_that_is_stored_has_bounds_that_hold_its_default() -> None:
    found = numbers()
    assert len(found) > 80 and (Policy, "min_length") in found and (Account, "strikes") in found
    for kind, field in found:
        low, high = bounds.of(kind, field)
        default = kind._field_defaults.get(field)
        assert low < high and (not isinstance(default, (int, float)) or low <= default <= high), (kind, field)
    assert list(bounds.overstepped(State())) == []


def test_bounds_that_are_named_elsewhere_are_those_of_the_fields() -> None:
    assert (security.SHORTEST_IDLE, security.LONGEST_IDLE) == (60, 1800) and levels.REMEMBERED == 24
    assert certificates.MOST_DAYS == 9000 and levels.DEAREST == Cost(4, 131072, 4)
    with pytest.raises(LookupError, match=r"Account\.name has no bounds"):
        bounds.of(Account, "name")


CHOSEN = {
    Policy: {"min_length": (0, 64), "max_age_days": (0, 365), "min_age_hours": (0, 168), "history": (0, 24),
             "changed_positions": (0, 15), "lockout_threshold": (0, 10), "unlock_minutes": (0, 1440),
             "origin_threshold": (0, 100), "session_hours": (0, 168), "unused_days": (0, 365)},
    Settings: {"idle_timeout": (60, 1800), "sessions_per_user": (1, 100), "audit_kept": (0, 10 ** 12 - 1)},
    Cost: {"passes": (1, 4), "memory": (1, 131072), "lanes": (1, 4)},
    AuditPolicy: {"size": (1, 1000), "keep": (1, 100)},
    MailServer: {"port": (1, 65535), "after": (0, 10 ** 12 - 1)}, Account: {"uid": (1, 2 ** 32 - 2)},
    Session: {"opened_at": (0, 7258118400)}, Certificate: {"not_after": (-30610224000, 253402300799)}}


class Own(NamedTuple):
    """A value of which nobody has asked yet."""

    number: Annotated[int, bounds.within(3, 5)] = 3


def test_the_bounds_are_what_was_chosen() -> None:
    assert bounds.of(Own, "number") == (3, 5) and not list(bounds.overstepped(Own(5)))
    assert {kind: {field: bounds.of(kind, field) for field in fields} for kind, fields in CHOSEN.items()} == CHOSEN


def replaced(one: Any, field: str, value: float) -> Any:
    """The value with another number in a field."""
    return one._replace(**{field: value})


def with_account(**wrong: Any) -> State:
    """A state with one user."""
    return State(accounts=Records({"bob": Account("bob", "monitor")._replace(**wrong)}))


@pytest.mark.parametrize("field, least, most", [
    ("strikes", 0, 10 ** 12 - 1), ("console_strikes", 0, 10 ** 12 - 1), ("wrong_in_a_row", 0, 10 ** 12 - 1),
    ("failed_logins", 0, 10 ** 12 - 1), ("uid", 1, 2 ** 32 - 2), ("locked_since", 0.0, 7258118400.0),
    ("password_changed_at", 0.0, 7258118400.0)])
def test_a_number_of_an_account_is_let_in_within_its_bounds(field: str, least: float, most: float) -> None:
    for value in (least, most):
        backup_content.check(with_account(**{field: value}))
    for value in (least - 1, most + 1, -10.0 ** 6, 10 ** 15):
        with pytest.raises(InvalidValue, match=rf"a number out of bounds \({field}\)"):
            backup_content.check(with_account(**{field: value}))


@pytest.mark.parametrize("field", [one for one in Policy._fields if one not in ("refuses_common", "acknowledged")])
def test_a_policy_that_no_command_sets_is_not_let_in(field: str) -> None:
    low, high = bounds.of(Policy, field)
    for value in (low, high):
        backup_content.check(State(settings=Settings(policy=replaced(Policy(), field, value))))
    for value in (low - 1, high + 1, 10 ** 15):
        with pytest.raises(InvalidValue, match=field):
            backup_content.check(State(settings=Settings(policy=replaced(Policy(), field, value))))


def test_numbers_are_found_wherever_they_stand() -> None:
    mail = MailServer("email", "m", 25, "tls", "a", (), after=(0, -1))
    state = State(mail=Records({"email": mail}), sessions=Records({"s": Session("s", "a", "p", -1.0)}))
    assert list(bounds.overstepped(state)) == ["opened_at", "after"]
    assert list(bounds.overstepped(Settings(uids=(1, 2, 0), hashing=Cost(lanes=9)))) == ["lanes", "uids"]


@pytest.mark.parametrize("locked_by", ["", "attempts", "command", "disuse", "end"])
def test_a_lock_that_there_is_is_let_in(locked_by: str) -> None:
    backup_content.check(with_account(locked_by=locked_by))


@pytest.mark.parametrize("wrong", [
    with_account(locked_by="never"), with_account(type="root"), with_account(name="eve"),
    State(syslog=Records({"1": SyslogServer("1", "log.example", 514, "pigeon", "both")})),
    State(syslog=Records({"1": SyslogServer("1", "log.example", 514, "udp", "nothing")})),
    State(syslog=Records({"3": SyslogServer("3", "log.example", 514, "udp", "both")})),
    State(upload_targets=Records({"*": UploadTarget("*", "ftp", "u.example", 21, "u", "p")})),
    State(mail=Records({"email": MailServer("email", "m", 25, "tls", "a@b.example", (), digest="never")})),
    State(identities=Records({"system": Identity("system", (), "key", "stolen")}))])
def test_a_word_or_name_that_no_command_stores_is_not_let_in(wrong: State) -> None:
    with pytest.raises(InvalidValue):
        backup_content.check(wrong)
