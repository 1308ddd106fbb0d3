"""What is told of stored values has the field names and forms of the contract."""

import re
from typing import Any, get_args, get_origin, get_type_hints

from sysmgmt.domain import facts
from sysmgmt.domain.model import SECRET, Account, Session, Settings, State
from sysmgmt.domain.records import Records

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def test_an_exported_state_tells_times_as_the_contract_says() -> None:
    account = Account("bob", "monitor", password_changed_at=1e9, last_login_at=1e9, locked_since=1e9)
    state = State(settings=Settings(installed_at=1e9), accounts=Records[Account]().put("bob", account),
                  sessions=Records[Session]().put("s", Session("s", "bob", "p", 1e9)))
    shown = facts.exported(state)
    times = [value for part in (shown["settings"], *shown["accounts"], *shown["sessions"])
             for name, value in part.items() if name.endswith(("_at", "_since")) and value is not None]
    assert len(times) == 5 and all(MOMENT.fullmatch(one) for one in times)
    assert shown["settings"]["audit"]["size"] == 16_000_000, "bytes, as get_audit_policy tells them"
    assert shown["settings"]["root_access"]["until"] is None, "no moment is no number either"


def test_an_exported_state_has_no_secrets_but_says_whether_there_are_some() -> None:
    account = Account("bob", "monitor", password="hash-canary", password_history=("old-canary",))
    shown = facts.exported(State(accounts=Records[Account]().put("bob", account)))
    assert "canary" not in repr(shown)
    assert shown["accounts"][0]["password_configured"] is True
    assert shown["accounts"][0]["password_history_configured"] is True


def test_no_secret_of_any_table_is_in_an_exported_state() -> None:
    """Whoever adds a table with a secret is held to it without another test."""
    planted: list[str] = []
    tables = {name: Records().put("x", value(get_args(kind)[0], planted))
              for name, kind in get_type_hints(State).items() if get_origin(kind) is Records}
    shown = repr(facts.exported(State(settings=value(Settings, planted), **tables)))
    assert len(planted) >= 6 and [one for one in planted if one in shown] == []
    assert "plain-text" in shown, "the search would find what is there"


def value(kind: Any, planted: list[str]) -> Any:
    """A value of a type, with a canary in every secret."""
    secret = SECRET in getattr(kind, "__metadata__", ())
    kind = get_args(kind)[0] if hasattr(kind, "__metadata__") else kind
    if get_origin(kind) is tuple:
        return tuple(value(one, planted) if not secret else canary(planted) for one in get_args(kind)[:1])
    if secret:
        return canary(planted)
    if hasattr(kind, "_fields"):
        return kind(**{name: value(one, planted) for name, one in get_type_hints(kind, include_extras=True).items()})
    if get_args(kind):
        return value(get_args(kind)[0], planted)
    return {str: "plain-text", bool: True, int: 1, float: 1.0}[kind]


def canary(planted: list[str]) -> str:
    """Another secret."""
    planted.append(f"canary-{len(planted)}-{len(planted)}")
    return planted[-1]
