"""Whatever goes wrong in a program, nobody sees a traceback."""

import subprocess
import sys

import pytest

from sysmgmt.domain.errors import InternalError
from tests.support.program import ENVIRONMENT

BROKEN = """
from sysmgmt.screen.program import Program, run

def door(path):
    raise LookupError("canary of a secret")

run(Program("sysmgmt", serve=None, door=door))
"""


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_what_cannot_even_be_recorded_is_told_without_a_traceback(options: list[str]) -> None:
    done = subprocess.run([sys.executable, "-c", BROKEN, "--socket", "/nowhere", *options], env=ENVIRONMENT,
                          input="", capture_output=True, text=True)
    said = done.stdout + done.stderr
    assert done.returncode == InternalError.status
    assert "Something unexpected happened (LookupError), and it could not be recorded." in said
    assert "Traceback" not in said and "canary" not in said
