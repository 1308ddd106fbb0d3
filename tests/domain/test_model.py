"""What is not said in a state is not so: the defaults of its fields are nothing, but for those written out here."""

from typing import Any

from sysmgmt.domain import model
from sysmgmt.domain.model import reach
from sysmgmt.engine import request

SOMETHING = {
    "Account": {"type": "local"}, "Answer": {"code": "Done"},
    "AuditPolicy": {"rotation": "weekly", "size": 16, "keep": 52, "remove": "exported", "guarantee": True},
    "Communication": {"level": "authenticated_encrypted", "port": 7450},
    "Cost": {"passes": 2, "memory": 19456, "lanes": 1},
    "DirectorySettings": {"user_attribute": "uid", "user_filter": "(objectClass=person)", "nested_groups": True,
                          "search_time_limit": 5, "sync_minutes": 10},
    "MailServer": {"digest": "immediate", "reports": True, "enabled": True}, "Reach": {"tls_minimum": "1.2"},
    "SnmpSettings": {"port": 161, "notification": "inform", "version": "3", "enabled": True},
    "SyslogServer": {"enabled": True}}
SETTINGS = {"level": "basic", "idle_timeout": 1800, "sessions_per_user": 10, "certificate_renewal": True,
            "audit_kept": 1}


def something(kind: Any) -> dict[str, object]:
    """The defaults of a kind of value that say something."""
    return {name: value for name, value in kind._field_defaults.items()
            if value and not hasattr(value, "_fields")}


def test_what_is_not_said_is_not_so() -> None:
    kinds = {name: kind for module in (model, reach, request) for name, kind in vars(module).items()
             if hasattr(kind, "_field_defaults") and name not in ("State", "Settings")}
    assert {"Account", "Session", "SshKey", "Caller", "Pending"} <= set(kinds)
    assert {name: something(kind) for name, kind in kinds.items() if something(kind)} == SOMETHING
    assert something(model.Settings) == SETTINGS
    assert model.State() == model.State(settings=model.Settings()) and not model.State().installed


def test_of_two_states_one_differs_or_it_is_the_same() -> None:
    one, two = model.State(), model.State(settings=model.Settings(name="two"))
    assert model.differs(one, two) is True and model.differs(one, one) is False
    assert model.differs(one, one._replace(generation=7)) is False
