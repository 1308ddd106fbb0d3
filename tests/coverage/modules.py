"""The modules that are login, authorization, audit and state, and the tests that are about them.

What is written here is what `python -m tests.coverage` and `python -m tests.mutation` measure: what decides.
The doors and the duties of boxmgmtd, which bring that about, run in processes of their own and are tested there.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SYSMGMT = ROOT / "sysmgmt"

CHAPTERS = {
    "login": (
        "commands/password_words", "domain/blocklist", "domain/ldap_users", "domain/levels", "domain/lockout",
        "domain/names", "domain/origins", "domain/passwords", "domain/root_access", "domain/sessions",
        "domain/ssh_keys", "domain/ldap_standing", "engine/adoption", "engine/attempt", "engine/departure",
        "engine/ldap_users", "engine/login", "engine/origins", "engine/recovery", "engine/unconfirmed", "host/failures",
        "vault/argon2id", "vault/hashing"),
    "authorization": (
        "domain/accounts", "domain/erasure", "domain/groups", "domain/model/policy", "domain/model/reach",
        "domain/pending", "domain/permissions", "domain/roles", "domain/security", "domain/uids", "engine/arguments",
        "engine/authorization", "engine/catalog", "engine/declaration", "engine/dispatch",
        "engine/explain", "engine/own_work", "engine/pending", "engine/reading", "engine/request", "engine/together"),
    "audit": (
        "domain/changes", "domain/logs", "domain/model/audit_policy", "domain/retention", "domain/times",
        "engine/audit_record", "engine/audit_seeds", "engine/audit_export", "engine/own_keys", "store/appended",
        "store/rotated", "store/audit", "store/auditfiles", "store/chain", "store/gaps", "store/groupcommit",
        "store/journal", "store/links", "store/losses", "store/verification", "vault/signing"),
    "state": (
        "domain/bounds", "domain/installation", "domain/model", "domain/records", "domain/sealed", "domain/secrecy",
        "engine/commit", "service/shared", "store/book", "store/codec", "store/contents", "store/files",
        "store/formats", "store/image", "store/keyfile", "store/lines", "store/snapshot",
        "store/space", "store/state", "store/statefiles", "store/tables", "store/writeahead", "vault/sealing"),
}
"""Modules of sysmgmt by the word that the claim has for them."""

ELSEWHERE = {
    **dict.fromkeys(("domain/backup_schedules", "domain/downloads", "domain/model/appliance",
                     "domain/model/certificates", "domain/model/network", "domain/model/partners",
                     "domain/model/receivers", "domain/model/snmp"),
                    "A part of the model that is about another chapter: declarations of fields."),
    **dict.fromkeys(("domain/expiry", "domain/partners", "domain/tls"), "What a login is warned of besides."),
    **dict.fromkeys(("domain/certificates", "engine/certification"), "What the export of the audit is signed with."),
    **dict.fromkeys(("domain/conditions", "domain/events", "engine/event_log"),
                    "What the box tells of itself: events."),
    **dict.fromkeys(("domain/directory", "engine/ldap_servers"), "How a directory is reached and spoken to."),
    **dict.fromkeys(("domain/errors", "engine/ports"), "Names for all: refusals, and what is needed from outside."),
    "commands/words": "The nouns of the commands of all chapters.",
    "domain/backups": "What belongs to a backup of the settings.",
    "domain/common_passwords": "A table of data, without a line that could be covered.",
    "domain/compliance": "What a level asks of settings of all chapters.",
    "domain/progress": "What a long piece of work tells meanwhile.",
    "domain/web": "The certificate of the web server, which may come back.",
}
"""What modules of those chapters import besides, and why it belongs to none of them."""
NOT_THE_STATE = ("store/backups", "store/collected", "store/deliveries", "store/erasing")
"""What the store keeps besides: backups, system info, how far receivers have got; and its end."""

TESTS = ("tests/domain", "tests/engine", "tests/store", "tests/vault/test_hashing.py", "tests/vault/test_sealing.py",
         "tests/commands/test_audit_export.py", "tests/commands/test_audit_policy.py",
         "tests/commands/test_ldap_users.py", "tests/commands/test_levels.py", "tests/commands/test_logs.py",
         "tests/commands/test_pending.py", "tests/commands/test_permissions.py",
         "tests/commands/test_regeneration.py", "tests/commands/test_roles.py", "tests/commands/test_root_access.py",
         "tests/commands/test_security.py", "tests/commands/test_sessions.py", "tests/commands/test_ssh_keys.py",
         "tests/commands/test_temporary.py", "tests/commands/test_users.py", "tests/faults/test_full_disk.py",
         "tests/host/test_failures.py", "tests/service/test_origins.py", "tests/service/test_shared.py")
"""What tests them within one process, where coverage and mutants can be seen."""


def file_of(module: str) -> Path:
    """The file of a module, or of a package."""
    alone = SYSMGMT / f"{module}.py"
    return alone if alone.is_file() else SYSMGMT / module / "__init__.py"


def arguments_of(tests: Sequence[str] = ()) -> list[str]:
    """What pytest is told, to run these tests or all of TESTS."""
    return ["-q", "-p", "no:cacheprovider", *(str(ROOT / one) for one in tests or TESTS)]


class OneProcess:
    """A plugin of pytest that leaves out what tests do a second time behind a socket, or under strace."""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the tests of the embedded mode, and those that know no mode."""
        items[:] = [one for one in items if "[service" not in one.nodeid and "at_any_system_call" not in one.nodeid]


def paths(chosen: Sequence[str] = ()) -> list[Path]:
    """The files of the modules, or of those `chosen` by chapter or by name, such as domain/lockout.

    Raises SystemExit for a name that is none.
    """
    known = {*CHAPTERS, *(one for modules in CHAPTERS.values() for one in modules)}
    if strange := set(chosen) - known:
        raise SystemExit(f"No chapter or module is called {', '.join(sorted(strange))}.")
    wanted = [one for chapter, modules in CHAPTERS.items() for one in modules
              if not chosen or chapter in chosen or one in chosen]
    return [file_of(one) for one in wanted]
