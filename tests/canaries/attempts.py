"""Every command that takes a secret, with each mistake that a person or a script makes with it."""

import re
from collections.abc import Callable, Iterable

from sysmgmt.commands.catalog import CATALOG
from sysmgmt.engine.declaration import OWN_WORK
from tests.canaries.needles import Canaries
from tests.support.box import ADMIN_PASSWORD

RECEIVERS = (
    "config_email server=127.0.0.1 port=9 sender=a@b.example recipients=c@d.example user=box password={c}",
    "config_snmp version=2c community={c} insecure=yes")
"""What changes where the box tells of itself: done first, and then all is set up again."""
PATTERNS = (
    "add_user name=anna role=monitor password={c} must_change=no", "set_user name=anna password={c} must_change=no",
    "set_password current_password={own} new_password={own}",
    "config_ldap server=127.0.0.1 port=9 bind_dn=cn=box,dc=x base_dn=dc=x bind_password={c}",
    "test_ldap_connection server=127.0.0.1 port=9 bind_dn=cn=box,dc=x base_dn=dc=x bind_password={c}",
    "regenerate_encryption_keys password={own} --yes", "change_web_certificate file=none.p12 password={c} --yes",
    "change_web_certificate pem=x key={c} --yes", "install_certificate file=none.p12 password={c}",
    "install_certificate pem=x key={c} password={c}", "install name=box2 level=basic password={c}",
    "set_vcenter server=127.0.0.1 port=9 user=box password={c}", "erase_box name=other password={own} --yes",
    "backup_settings name=kept password={c}", "verify_backup name=kept password={c}",
    "restore_settings name=kept password={c} --yes", "schedule_backup name=kept interval=daily password={c}",
    "set_time zone=UTC servers=none key_number=7 key_type=sha256 key={c}",
    "add_upload_target name=far server=127.0.0.1 port=9 user=box password={c} protocol=ftps",
    "add_snmp_user name=second password={c} privacy_password={c}")
"""Each command with secrets: {c} is a fresh one, {own} the password of whoever asks."""
AFTERWARDS = ("disable_ldap", "clear_ldap_configuration", "test_upload_target name=far", "get_upload_targets",
              "test_email", "get_email_settings", "get_snmp_settings", "get_vcenters", "get_backups", "get_users",
              "export_state", "get_audit_log limit=1000", "get_events_log limit=1000", "get_time", "get_certificates",
              "verify_audit_log", "get_security_settings", "get_ldap_configuration", "check_state")
"""What might show what was stored."""
_SECRET = re.compile(r"\{(?:c|own)\}")
_NAMED = re.compile(r"(\w+)=(\{(?:c|own)\})")

Mistake = Callable[[str], str]


def _secrets(written: str) -> Mistake:
    """The mistake that writes each secret otherwise; `\\g<0>` stands for it."""
    return lambda line: _SECRET.sub(written, line)


def _named(written: str) -> Mistake:
    """The mistake that writes each `name=secret` otherwise; `\\1` and `\\2` stand for its parts."""
    return lambda line: _NAMED.sub(written, line)


MISTAKES: dict[str, Mistake] = {
    "none": str,
    "a dry run": lambda line: f"{line} --dry-run",
    "a misspelt parameter": _named(r"\1e=\2"),
    "a misspelt command": lambda line: f"x{line}",
    "the secret as a command": lambda line: "{c}",
    "the secret as a parameter": lambda line: f"{line} {{squeezed}}=x",
    "the secret as a flag": lambda line: f"{line} --{{c}}",
    "the secret without its name": _named(r"\2"),
    "a blank behind the sign": _named(r"\1= \2"),
    "quotes around too much": _named(r'"\1=\2"'),
    "a quote too early": lambda line: re.sub(r"=([\w.]+) ", r'="\1 password={c}" ', line, count=1),
    "quotes that do not end": _secrets(r'"\g<0>'),
    "text behind the quotes": _secrets(r'"\g<0>"{c}'),
    "the secret twice": _named(r"\1=\2 \1=\2"),
    "too long a secret": _secrets(r"\g<0>" * 120),
    "control bytes": _secrets("\\g<0>\x1b[2J\x07{c}"),
    "what is no UTF-8": _secrets("\\g<0>\udcff"),
    "help about it": lambda line: f"help {line}",
    "behind a comment": lambda line: f"# {line}",
    "everything else left out": lambda line: " ".join((line.split()[0], *(one[0] for one in _NAMED.finditer(line)))),
}
"""What becomes of a line."""


def lines(canaries: Canaries, patterns: Iterable[str]) -> list[str]:
    """Commands with all mistakes, each with secrets of its own."""
    return [filled(wrong(pattern), canaries) for pattern in patterns for wrong in MISTAKES.values()]


def filled(text: str, canaries: Canaries) -> str:
    """`text` with secrets in their places."""
    text = text.replace("{own}", ADMIN_PASSWORD)
    text = re.sub(r"\{c\}", lambda match: canaries.fresh(), text)
    return re.sub(r"\{squeezed\}", lambda match: canaries.fresh().replace("-", "_"), text)


def forgotten() -> set[str]:
    """Parameters that take a secret and are not tried."""
    wanted = {f"{one.name} {word.name}" for one in CATALOG if one.needs != OWN_WORK
              for word in one.parameters if word.word.secret}
    tried = {f"{pattern.split()[0]} {match[1]}" for pattern in (*PATTERNS, *RECEIVERS)
             for match in _NAMED.finditer(pattern)}
    return wanted - tried
