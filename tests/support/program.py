"""The real programs, run as a user runs them."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pexpect

from tests.support.box import ADMIN_PASSWORD

ROOT = Path(__file__).parent.parent.parent
SWITCHED = {name: os.environ[name] for name in ("SABOTAGE_ROOT", "SABOTAGE_ROW") if name in os.environ}
"""The rule that is switched off, where `python -m tests.requirements --sabotage` runs the tests."""
ENVIRONMENT = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), "HOME": "/nonexistent",
               **SWITCHED}
"""What every program of ours is started with."""
if SWITCHED:
    ENVIRONMENT["PYTHONPATH"] += f"{os.pathsep}{ROOT}/tests/requirements/site"
TIMEOUT = 60


class Result(NamedTuple):
    """What a program printed, and its exit status."""

    out: str
    err: str
    status: int


def password_file(folder: Path, password: str) -> Path:
    """A file that only its owner can read, beside the state folder."""
    path = folder.parent / f"password-{abs(hash(password))}"
    path.write_text(password + "\n", encoding="utf-8")
    path.chmod(0o600)
    return path


def credentials(folder: Path, user: str = "admin", password: str = ADMIN_PASSWORD) -> list[str]:
    """The options with which a program for a script logs in at the box in a folder."""
    return ["--user", user, "--password-file", str(password_file(folder, password))]


def command(folder: Path, options: Sequence[str] = (), user: str = "admin",
            password: str = ADMIN_PASSWORD, module: str = "sysmgmt") -> list[str]:
    """The command line of a program for a script; no user: nobody logs in. `options` may say where the box is."""
    where = [] if {"--socket", "--state"} & {*options} else ["--state", str(folder)]
    who = credentials(folder, user, password) if user else []
    return [sys.executable, "-m", module, *where, *who, *options]


def sysmgmt(folder: Path, text: str | bytes, *options: str, user: str = "admin", password: str = ADMIN_PASSWORD,
            environment: Mapping[str, str] = {}, module: str = "sysmgmt") -> subprocess.CompletedProcess[bytes]:
    """Run a batch on standard input."""
    given = text.encode() if isinstance(text, str) else text
    return subprocess.run(command(folder, options, user, password, module), input=given, capture_output=True,
                          env=ENVIRONMENT | dict(environment), cwd=folder.parent, timeout=TIMEOUT, check=False)


def result(done: "subprocess.CompletedProcess[bytes]") -> Result:
    """The same as text."""
    return Result(done.stdout.decode(), done.stderr.decode(), done.returncode)


def at_terminal(folder: Path, *options: str, user: str = "admin", environment: Mapping[str, str] = {}) -> Any:
    """sysmgmt on a terminal of its own; whoever calls this types the password."""
    arguments = ["-m", "sysmgmt", "--state", str(folder), "--user", user, *options]
    child = pexpect.spawn(sys.executable, arguments, env=ENVIRONMENT | {"TERM": "dumb"} | dict(environment),
                          cwd=str(folder.parent), encoding="utf-8", timeout=20, dimensions=(50, 400))
    child.delaybeforesend = None
    return child
