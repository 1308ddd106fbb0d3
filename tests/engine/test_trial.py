"""A test of a receiver tells which step fails, and what to do about that one."""

import pytest

from sysmgmt.domain.errors import ServerUnreachable
from sysmgmt.engine.trial import Steps

ADVICE = {"name": "Check the name.", "port": "Check the port.", "tls": "Trust it."}


@pytest.mark.parametrize("passed, fails", [
    ((), "name"), (("name",), "port"), (("name", "proxy"), "port"), (("name", "proxy", "port"), "tls"),
    (("proxy", "name", "port"), "tls"), (("name", "port", "tls"), "tls")])
def test_a_step_that_was_inserted_shifts_the_advice_of_no_other(passed: tuple[str, ...], fails: str) -> None:
    steps = Steps(ADVICE, lambda: 0.0)
    for one in passed:
        steps.passed(one)
    refusal = steps.failed("host", ServerUnreachable(server="host", reason="no"))
    assert refusal.advice == ADVICE[fails] and f"The step {fails} fails: " in str(refusal)
    assert [one["step"] for one in steps.done] == list(passed)
