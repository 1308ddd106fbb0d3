"""Facts as text: `Key: value`, two blanks a level, no trailing blanks."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from sysmgmt.domain.times import roughly, words
from sysmgmt.screen.visible import escaped

NOTHING = {"groups": "all", "last_login_at": "never", "last_login_from": "nowhere", "password_expires_at": "never",
           "max_age": "unlimited", "last_sent_at": "never"}
"""What the absence of a value means, where `none` would mislead."""
HIDDEN = frozenset({"locked_since", "last_login_at", "last_login_from", "failed_logins", "ssh_keys"})
"""Details of a user that are None, all together, where they are not for the eyes of the caller."""
DURATIONS = frozenset({"idle_timeout", "max_age", "min_age", "search_time_limit", "session_lifetime",
                       "unlock_after", "unused_after"})
AGES = frozenset({"age"})
"""Lengths of time that go on, told in one unit."""
SECONDS = frozenset({"clock_difference"})
"""Lengths of time that may be none, or less than none."""
SIZES = frozenset({"size", "used", "space"})
LISTED = frozenset({"differences"})
"""Lists of sentences: each has a line of its own."""
BLOCKS = frozenset({"pem"})
"""Texts of many lines, shown from the margin so that they can be copied."""
SPELLINGS = {"id": "ID", "ssh": "SSH", "pem": "PEM", "tls": "TLS", "hsts": "HSTS", "sha256": "SHA-256",
             "ldap": "LDAP", "dn": "DN", "vcenters": "vCenters",
             "https": "HTTPS", "snmp": "SNMP", "mtu": "MTU", "mac": "MAC", "dhcp": "DHCP", "rsa": "RSA",
             "md5": "MD5"}

LABELS = {"returns_at": "Undone at"}
"""Fields that people would misread by their name."""


def lines(facts: Mapping[str, Any], indent: str = "") -> list[str]:
    """The lines that show `facts`."""
    hidden = HIDDEN if facts.get("failed_logins", 0) is None else ()
    found: list[str] = []
    for key, value in facts.items():
        if isinstance(value, dict) and value:
            found += (f"{indent}{label(key)}:", *lines(value, indent + "  "))
        elif isinstance(value, (list, tuple)) and value and isinstance(value[0], dict):
            found += (f"{indent}{label(key)}:", *_records(value, indent + "  "))
        elif key in LISTED and value:
            found += (f"{indent}{label(key)}:", *(f"{indent}  {escaped(str(one))}" for one in value))
        elif key in BLOCKS and value:
            found += (f"{indent}{label(key)}:", *map(escaped, value.strip().split("\n")))
        else:
            found.append(f"{indent}{label(key)}: {'not shown' if key in hidden else shown(key, value)}")
    return found


def _records(records: Iterable[Mapping[str, Any]], indent: str) -> list[str]:
    """Records under their first field, which names them."""
    found: list[str] = []
    for record in records:
        (_, name), *rest = record.items()
        found += (f"{indent}{escaped(str(name))}" + (":" if rest else ""), *lines(dict(rest), indent + "  "))
    return found


@cache
def label(key: str) -> str:
    """A field name as people read it."""
    if key in LABELS:
        return LABELS[key]
    first, *rest = (SPELLINGS.get(word, word) for word in key.split("_"))
    return " ".join([first if not first.islower() else first.capitalize(), *rest])


def shown(key: str, value: Any) -> str:
    """A value as people read it, safe for the terminal."""
    if value is None:
        return NOTHING.get(key, "none")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if key in DURATIONS and isinstance(value, (int, float)):  # a record of the audit repeats what was typed
        return words(value)
    if key in AGES and isinstance(value, (int, float)):
        return roughly(value)
    if key in SECONDS and isinstance(value, (int, float)):
        return f"{value} seconds"
    if key in SIZES and isinstance(value, int):
        return f"{value:,} bytes"
    if isinstance(value, (list, tuple, dict)):
        return ", ".join(escaped(str(one)) for one in value) or "none"
    return escaped(str(value)) or "none"
