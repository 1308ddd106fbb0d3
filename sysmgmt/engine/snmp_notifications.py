"""SNMP: the users with their keys sealed, receivers with what waits for them, and a test that goes step by step."""

from collections.abc import Iterator, Mapping
from typing import Any

from sysmgmt.domain import recipients, sealed, snmp, usm
from sysmgmt.domain.errors import NotConfigured, Refusal
from sysmgmt.domain.model import SnmpSettings, SnmpUser, State
from sysmgmt.domain.notation import EVERYWHERE
from sysmgmt.domain.recipients import Queue
from sysmgmt.domain.snmp import INFORM, V2C, V3, Place, Target
from sysmgmt.engine.declaration import Call
from sysmgmt.engine.ports import Box, Sealer
from sysmgmt.engine.trial import Steps

COMMUNITY = sealed.place("snmp", snmp.NAME, "community")
ADVICE = {
    "name": "Check the name of the receiver (get_snmp_settings), and the DNS of the box.",
    "accepted": "Check the port, whether the receiver runs and a firewall lets the box through, and that it knows the "
                "SNMP user with SHA-256, AES and the same two passphrases."}
"""What to do where a test ends at a step."""
UNCONFIRMED = "Nobody confirms a trap: look at the receiver whether it is there. notification=inform is confirmed."


def sealed_user(call: Call, name: str, authentication: str, privacy: str) -> SnmpUser:
    """A user with its keys sealed. Raises MasterKeyMissing, MasterKeyWrong."""
    def closed(field: str, key: str) -> str:
        return call.box.sealer.seal(key, sealed.place("snmp_users", name, field), call.state.settings.master_key)
    return SnmpUser(name, closed("authentication", authentication), closed("privacy", privacy))


def opened_user(sealer: Sealer, one: SnmpUser) -> SnmpUser:
    """A user with its keys opened. Raises MasterKeyMissing, MasterKeyWrong, StateDamaged."""
    def opened(field: str, key: str) -> str:
        return sealer.unseal(key, sealed.place("snmp_users", one.name, field))
    return SnmpUser(one.name, opened("authentication", one.authentication), opened("privacy", one.privacy))


def with_community(call: Call, new: SnmpSettings, community: str | None) -> SnmpSettings:
    """The settings with a community, sealed: the one given, or the present one; none for version 3.

    Raises MasterKeyMissing, MasterKeyWrong.
    """
    if new.version == V3:
        return new._replace(community="")
    if community:
        return new._replace(community=call.box.sealer.seal(community, COMMUNITY, call.state.settings.master_key))
    return new


def opened_community(sealer: Sealer, found: SnmpSettings) -> str:
    """The community; "" if there is none. Raises MasterKeyMissing, MasterKeyWrong, StateDamaged."""
    return sealer.unseal(found.community, COMMUNITY) if found.community else ""


def target(box: Box, state: State, place: Place) -> Target:
    """A receiver, ready to be notified.

    Raises NotConfigured, UnknownSnmpUser, MasterKeyMissing, MasterKeyWrong, StateDamaged.
    """
    found = snmp.settings(state)
    bare = Target(place, found.version, found.notification == INFORM, snmp.engine(state, usm.NOTIFIER))
    if found.version == V2C:
        return bare._replace(community=opened_community(box.sealer, found))
    if not found.user:
        missing = NotConfigured(what="SNMP user as which the box notifies", command="config_snmp")
        raise NotConfigured(str(missing), snmp.FIRST_USER)
    one = opened_user(box.sealer, snmp.user(state, found.user))
    return bare._replace(user=one.name, authentication=one.authentication, privacy=one.privacy)


def queues(box: Box, found: SnmpSettings) -> Iterator[Queue]:
    """Each receiver and how far it has got. Raises StateDamaged."""
    return recipients.queues("snmp", map(snmp.receiver, found.receivers), found.after, box.deliveries.read())


def settings(box: Box, state: State) -> dict[str, Any]:
    """What get_snmp_settings tells. Raises StateDamaged, StorageFailed."""
    found = snmp.settings(state)
    receivers = [one.facts(box.events.newest() if found.enabled else ()) for one in queues(box, found)]
    users = [{"name": one.name, "authentication": usm.AUTHENTICATION, "privacy": f"{usm.PRIVACY}-128",
              "password_configured": True} for one in state.snmp_users.values()]
    return {"enabled": snmp.speaks(state), "agent": found.agent, "address": found.address or EVERYWHERE,
            "port": found.port, "version": found.version, "community_configured": bool(found.community),
            "notification": found.notification, "user": found.user or None,
            "agent_engine_id": snmp.engine(state, usm.AGENT), "trap_engine_id": snmp.engine(state, usm.NOTIFIER),
            "receivers": receivers, "users": users}


def test(call: Call, place: Place) -> Mapping[str, Any]:
    """Send a notification; the steps on the way there. Raises DeliveryFailed with what to do, and as `target` does."""
    receiver = target(call.box, call.state, place)
    what = snmp.of_test(call.state.settings.name, call.box.clock.now())
    steps = Steps(ADVICE, call.box.clock.now)
    try:
        call.box.notifier.notify(receiver, what, steps.passed)
    except Refusal as problem:
        raise steps.failed(place.server, problem) from None
    return {"receiver": place.server, "port": place.port, "steps": steps.done}
