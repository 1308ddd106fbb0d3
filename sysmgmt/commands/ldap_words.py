"""The nouns of the directory."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Annotated

from sysmgmt.commands.place_words import port, read_port, read_server
from sysmgmt.commands.words import choice, one_of, stored, whether, yes
from sysmgmt.domain import directory, ldap_syntax
from sysmgmt.domain.directory import LDAPS, PROTOCOLS, DirectorySettings
from sysmgmt.domain.errors import InvalidValue, MissingValue
from sysmgmt.engine import ldap_servers
from sysmgmt.engine.declaration import Word
from sysmgmt.engine.reading import Reading

LONGEST = 1000
"""Characters of a DN."""


def _dn(text: str, reading: Reading) -> str:
    if len(text) > LONGEST:
        raise InvalidValue(what=f"A DN has at most {LONGEST} characters")
    return ldap_syntax.dn(text)


def _bind_dn(text: str, reading: Reading) -> str:
    """A DN, or a name such as svc@corp.example, which Active Directory takes as well."""
    name, at, domain = text.rpartition("@")
    if at and name and domain and "=" not in text and len(text) <= LONGEST and text.isprintable():
        return text
    return _dn(text, reading)


def _or_nothing(read: Callable[[str, Reading], str]) -> Callable[[str, Reading], str]:
    """Reads what `read` does, or "" for nothing."""
    return lambda text, reading: read(text, reading) if text else ""


def _bind_password(text: str, reading: Reading) -> str:
    if not text:
        raise MissingValue(command="config_ldap", parameter="bind_password")
    return text


def _bases(groups: bool, reading: Reading) -> Iterable[str]:
    """Where the directory may have its users, or `groups`, once enough is known to ask it."""
    texts = reading.texts
    protocol = one_of(*PROTOCOLS)(texts.get("protocol", LDAPS), reading)
    port = read_port(texts.get("port", str(PROTOCOLS[protocol])), reading)
    asked = DirectorySettings(directory.NAME, read_server(texts["server"], reading), port, protocol, "",
                              _bind_dn(texts["bind_dn"], reading))
    if protocol == directory.CLEAR and not yes(texts.get("insecure", "no"), reading):
        return ()
    password = _bind_password(texts["bind_password"], reading)
    return ldap_servers.bases(reading.box, ldap_servers.accesses(reading.box, reading.state, asked, password), groups)


LdapProtocol = Annotated[str, choice("How it is spoken to (ldaps is recommended)", PROTOCOLS)]
LdapPort = Annotated[int, port("Port of the servers; 636 for ldaps and 389 for starttls and ldap unless given")]
Secondary = Annotated[str, Word("Another server, for when the first one cannot be used", _or_nothing(read_server),
                                "SERVER")]
BindDn = Annotated[str, Word("DN of the service account with which the box looks users up", _bind_dn, "DN")]
BindPassword = Annotated[str, Word("Password of that account", _bind_password, "PASSWORD", secret=True)]
BaseDn = Annotated[str, Word("DN below which the users are", _dn, "DN", offers_from=partial(_bases, False))]
GroupBaseDn = Annotated[str, Word("DN below which the groups are; that of the users unless given", _or_nothing(_dn),
                                  "DN", offers_from=partial(_bases, True))]
UserAttribute = Annotated[str, Word(
    "Attribute that holds the login name; uid unless given", lambda text, reading: ldap_syntax.attribute(text),
    "ATTRIBUTE", offers=lambda state: ["uid", "sAMAccountName", "userPrincipalName"])]
UserFilter = Annotated[str, Word(
    f"Filter that every user matches; {directory.PERSONS} unless given",
    lambda text, reading: ldap_syntax.search_filter(text), "FILTER")]
NestedGroups = Annotated[bool, whether("Whether a group within a group counts")]
AnswerSeconds = Annotated[int, stored(
    f"Seconds that a server may take for one answer; {directory.ANSWER_LIMIT} unless given", DirectorySettings,
    "search_time_limit", "seconds")]
SyncMinutes = Annotated[int, stored(
    f"Minutes between two looks at who is in which group; {directory.SYNC} unless given", DirectorySettings,
    "sync_minutes", "minutes")]
ClearPasswords = Annotated[bool, whether("Whether passwords may travel in clear text")]
