"""A program loads what it needs and no more: that is what makes one command quick (see `screen.loading`)."""

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.box import ADMIN_PASSWORD, TestBox, build
from tests.support.clock import HeldClock
from tests.support.program import ENVIRONMENT, command

DEAR = {"argparse", "cmd2", "cryptography", "dataclasses", "datetime", "inspect", "ldap3", "locale", "paramiko",
        "prompt_toolkit", "rich", "shutil", "ssl", "subprocess", "tempfile", "textwrap"}
"""What costs a good part of a command, and one that changes only the state needs not."""
MOST_MODULES = 170
"""Of ours, for one command; all chapters together are twice as many."""


def test_a_command_of_the_embedded_engine_loads_nothing_dear(folder: Path) -> None:
    program = f"import sys, sysmgmt.screen.program; from sysmgmt import box; box.embedded({str(folder)!r}); " \
              "print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert "sysmgmt.store.state" in told and not DEAR & set(told)


def test_a_shell_of_boxmgmtd_loads_no_engine() -> None:
    program = "import sys, sysmgmt.screen.program, sysmgmt.screen.shells; from sysmgmt import box; " \
              "box.catalog(), box.service_door('/nowhere'); print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert "sysmgmt.service.client" in told and not DEAR & set(told)
    assert not [one for one in told if one.startswith(("sysmgmt.engine.dispatch", "sysmgmt.engine.login",
                                                       "sysmgmt.store", "sysmgmt.vault", "sysmgmt.commands.words"))]


def loaded(folder: Path, line: str) -> set[str]:
    """The modules that one command has loaded by its end, run as in embedded mode."""
    build(folder / "box", "basic", HeldClock(time.time()))
    secret = folder / "password"
    secret.write_text(ADMIN_PASSWORD)
    done = subprocess.run([sys.executable, "-v", "-m", "sysmgmt", "--state", folder / "box", "--user",
                           "admin", "--password-file", secret, "-c", line], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(re.findall(r"^import '([\w.]+)' #", done.stderr, re.MULTILINE))


def test_one_command_loads_its_own_chapter_only_and_nothing_dear(folder: Path) -> None:
    told = loaded(folder, "get_roles")
    assert "_argon2_cffi_bindings" in told and not DEAR & told, "a login, too, goes without"
    assert {one for one in told if one.startswith("sysmgmt.commands.")} == {
        f"sysmgmt.commands.{one}" for one in ("catalog", "words", "logins", "roles")}
    assert not {one for one in told if one.startswith("sysmgmt.vault.x509") or one.startswith("cryptography")}
    assert len([one for one in told if one.startswith("sysmgmt.")]) <= MOST_MODULES


def synced(folder: Path, changes: int) -> int:
    """How often a batch of so many changes has synced something."""
    build(folder, "basic", HeldClock(time.time()))
    (folder / "secret").write_text(ADMIN_PASSWORD)
    lines = "".join(f"add_group name=g{number}\n" for number in range(changes))
    subprocess.run(["strace", "-f", "-qq", "-o", folder / "trace", "-e", "trace=fsync,fdatasync", sys.executable, "-m",
                    "sysmgmt", "--state", folder, "--user", "admin", "--password-file", folder / "secret"],
                   input=lines, text=True, check=True, capture_output=True)
    return (folder / "trace").read_text().count("sync(")


def test_a_change_syncs_its_intent_and_itself_and_nothing_else(folder: Path) -> None:
    assert synced(folder / "many", 20) - synced(folder / "few", 10) == 10 * 2


def test_a_command_that_needs_more_loads_it(folder: Path) -> None:
    """The control: what few commands need is there for them."""
    assert {"sysmgmt.vault.x509", "sysmgmt.commands.certificates", "cryptography.x509"} <= loaded(
        folder, "create_system_certificate common_name=box1")


@pytest.mark.parametrize("line, needed", [
    ("get_roles", False), ("get_certificates", False), ("get_trusted_certificates", False), ("get_key_status", False),
    ("create_system_certificate common_name=box1", True)])
def test_only_what_makes_or_reads_certificates_imports_cryptography(basic: TestBox, line: str, needed: bool) -> None:
    basic.admin().do("create_system_certificate common_name=box1")
    arguments = [sys.executable, "-X", "importtime", *command(basic.folder, ["-c", line])[1:]]
    done = subprocess.run(arguments, env=ENVIRONMENT, capture_output=True, text=True, timeout=60, cwd="/")
    assert done.returncode == 0, done.stderr
    imported = {one.rpartition("|")[2].strip() for one in done.stderr.splitlines()}
    assert ("cryptography" in imported, "ssl" in imported) == (needed, False)
