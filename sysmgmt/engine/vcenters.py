"""The login at a vCenter, sealed; and what is told of it."""

from typing import Any

from sysmgmt.domain import sealed
from sysmgmt.domain.errors import MissingValue
from sysmgmt.domain.model import VCenter
from sysmgmt.domain.times import iso
from sysmgmt.engine.declaration import Call


def with_password(call: Call, new: VCenter, password: str | None) -> VCenter:
    """The vCenter with a password, sealed: the one given, or the present one where that is for the same login.

    Raises MissingValue, MasterKeyMissing, MasterKeyWrong.
    """
    old = call.state.vcenters.get(new.server)
    if password is not None:
        place = sealed.place("vcenters", new.server, "password")
        return new._replace(password=call.box.sealer.seal(password, place, call.state.settings.master_key))
    if old is None or (old.port, old.user, old.fingerprint) != (new.port, new.user, new.fingerprint):
        raise MissingValue(command="set_vcenter", parameter="password")
    return new._replace(password=old.password)


def facts(one: VCenter) -> dict[str, Any]:
    """What is told of a vCenter."""
    return {"server": one.server, "port": one.port, "user": one.user, "password_configured": bool(one.password),
            "trusted_by": "fingerprint" if one.fingerprint else "truststore", "fingerprint": one.fingerprint or None,
            "added_by": one.added_by, "added_at": iso(one.added_at)}
