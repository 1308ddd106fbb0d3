"""What is told of stored values has the field names and forms of the contract."""

import re

from sysmgmt.domain import facts
from sysmgmt.domain.model import Account, Session, Settings, State
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


def test_an_exported_state_has_no_secrets_but_says_whether_there_are_some() -> None:
    account = Account("bob", "monitor", password="hash-canary", password_history=("old-canary",))
    shown = facts.exported(State(accounts=Records[Account]().put("bob", account)))
    assert "canary" not in repr(shown)
    assert shown["accounts"][0]["password_configured"] is True
    assert shown["accounts"][0]["password_history_configured"] is True
