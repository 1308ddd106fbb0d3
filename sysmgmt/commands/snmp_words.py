"""The nouns of SNMP."""

from typing import Annotated

from sysmgmt.commands.place_words import own_address, port
from sysmgmt.commands.words import choice, listed, whether
from sysmgmt.domain import names, snmp, usm
from sysmgmt.domain.errors import InvalidValue
from sysmgmt.domain.model import State
from sysmgmt.engine.declaration import Word
from sysmgmt.engine.reading import Reading

NOBODY = "none"


def _receivers(text: str, reading: Reading) -> tuple[str, ...]:
    if text.lower() == NOBODY:
        return ()
    found = {snmp.receiver(one).address: one for one in listed(text)}
    if not 0 < len(found) == len(listed(text)) <= snmp.MOST:
        raise InvalidValue(what=f"Expected {NOBODY}, or up to {snmp.MOST} different receivers, separated by commas")
    return tuple(found.values())


def _place(text: str, reading: Reading) -> snmp.Place:
    return snmp.place(snmp.receiver(text))


def _user(text: str, reading: Reading) -> str:
    names.check(text)
    return text


def _known(state: State) -> list[str]:
    return [snmp.receiver(one).address for one in snmp.settings(state).receivers]


SnmpAgent = Annotated[bool, whether("Whether the agent answers who asks by SNMP")]
SnmpAddress = Annotated[str, own_address("Address at which the agent listens")]
SnmpPort = Annotated[int, port("Port at which the agent listens")]
Receivers = Annotated[tuple[str, ...], Word(
    f"Receivers, separated by commas, each with a level, scope and topic after colons if it does not want all; "
    f"{NOBODY} for no notifications", _receivers, f"{NOBODY}|HOST[:PORT][:LEVEL][:SCOPE][:TOPIC][,...]")]
NotifyingUser = Annotated[str, Word("SNMP user as which the box notifies", _user, "NAME",
                                    offers=lambda state: state.snmp_users)]
SnmpNotification = Annotated[str, choice(
    "Whether notifications are confirmed (inform is recommended)", snmp.NOTIFICATIONS)]
SnmpVersion = Annotated[str, choice("Version of SNMP (3 is recommended)", snmp.VERSIONS)]
Community = Annotated[str, Word("Community of version 2c", lambda text, reading: snmp.community(text), "COMMUNITY",
                                secret=True)]
InsecureSnmp = Annotated[bool, whether("Whether SNMPv1 and SNMPv2c may be spoken, in clear text")]
SnmpUserName = Annotated[str, Word("Name of the SNMP user", _user, "NAME")]
KnownSnmpUser = Annotated[str, Word("Which SNMP user", _user, "NAME", bare=True, none="There are no SNMP users.",
                                    offers=lambda state: state.snmp_users)]
AuthenticationPassphrase = Annotated[str, Word(
    "Authentication passphrase", lambda text, reading: usm.key(text), "PASSPHRASE", secret=True, twice=True)]
PrivacyPassphrase = Annotated[str, Word(
    "Privacy passphrase", lambda text, reading: usm.key(text), "PASSPHRASE", secret=True, twice=True)]
Destination = Annotated[snmp.Place, Word("Trap destination (host name or IP)", _place, "HOST[:PORT]", bare=True,
                                         offers=_known)]
