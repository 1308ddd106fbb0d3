"""What comes in is read or refused, whatever it is; a crash would be seen, since it happens in a child."""

import subprocess
import sys

import pytest

from tests.support.program import ENVIRONMENT


@pytest.mark.requirement(115)
@pytest.mark.parametrize("seed", [1, 2])
def test_damaged_certificates_keys_and_lists_are_read_or_refused(seed: int) -> None:
    done = subprocess.run([sys.executable, "-m", "tests.vault.fuzzing", "6000", str(seed)], env=ENVIRONMENT,
                          capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    read, refused = map(int, done.stdout.split())
    assert read >= 6 and refused > 10000, "good ones are read, and damage is noticed"
