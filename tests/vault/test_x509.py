"""What is expensive to import is imported where it is needed, and nowhere else."""

import subprocess
import sys

import pytest

from tests.support.box import TestBox
from tests.support.program import ENVIRONMENT, command


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
