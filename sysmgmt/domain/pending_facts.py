"""What is told of a change that waits for its confirmation: each setting as its own get_ command tells it."""

from collections.abc import Callable, Mapping
from typing import Any

from sysmgmt.domain import firewall, network, pending
from sysmgmt.domain.model import State
from sysmgmt.domain.times import iso

_AS_TOLD: Mapping[str, Callable[[Any], Any]] = {
    "hsts": lambda on: "on" if on else "off", "web_certificate": lambda use: use or None,
    "interfaces": lambda found: [network.shown(one) for one in found], "name_servers": list,
    "firewall": firewall.shown}
"""How a setting is told; one that is not named is told as it is stored."""


def pending_change(state: State) -> dict[str, Any] | None:
    """The change that waits for its confirmation."""
    waits = state.settings.pending
    if waits is None:
        return None
    settings = [{"setting": name, "before": _told(name, before), "now": _told(name, now)}
                for name, (before, now) in pending.changed(waits, state.settings).items()]
    return {"command": waits.command, "user": waits.user, "made_at": iso(waits.made_at),
            "returns_at": iso(waits.returns_at), "settings": settings}


def confirmed_change(state: State) -> dict[str, Any]:
    """That change once it is final: nothing returns by itself any more."""
    return {name: value for name, value in (pending_change(state) or {}).items() if name != "returns_at"}


def undone_change(state: State) -> dict[str, Any]:
    """That change once it is undone: `now` is again what was before it."""
    told = confirmed_change(state)
    return {**told, "settings": [one | {"before": one["now"], "now": one["before"]} for one in told["settings"]]}


def _told(name: str, value: Any) -> Any:
    return _AS_TOLD[name](value) if name in _AS_TOLD else value
