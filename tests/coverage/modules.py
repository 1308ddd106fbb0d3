"""The modules that are login, authorization, audit and state, and the tests that are about them.

What is written here is what `python -m tests.coverage` and `python -m tests.mutation` measure.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

CHAPTERS = {
    "login": (
        "domain/levels", "domain/lockout", "domain/names", "domain/passwords", "domain/sessions",
        "engine/attempt", "engine/departure", "engine/login", "vault/hashing"),
    "authorization": (
        "domain/accounts", "domain/groups", "domain/permissions", "domain/roles", "domain/security",
        "engine/arguments", "engine/authority", "engine/dispatch", "engine/reading", "engine/together"),
    "audit": (
        "domain/audit_policy", "domain/changes", "domain/retention", "engine/auditing", "engine/record",
        "store/appended", "store/archives", "store/audit", "store/auditfiles", "store/chain", "store/journal",
        "store/losses", "store/verification"),
    "state": (
        "domain/records", "engine/commit", "store/book", "store/codec", "store/files", "store/folding",
        "store/formats", "store/image", "store/keyfile", "store/lines", "store/log", "store/snapshot", "store/space",
        "store/state", "store/tables"),
}
"""Modules of sysmgmt by the word that the claim has for them."""

TESTS = ("tests/domain", "tests/engine", "tests/store", "tests/vault/test_hashing.py",
         "tests/commands/test_audit_export.py", "tests/commands/test_audit_policy.py",
         "tests/commands/test_ldap_users.py", "tests/commands/test_pending.py", "tests/commands/test_roles.py",
         "tests/commands/test_security.py", "tests/commands/test_users.py", "tests/faults/test_full_disk.py")
"""What tests them within one process, where coverage and mutants can be seen."""


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
    return [ROOT / "sysmgmt" / f"{one}.py" for one in wanted]
