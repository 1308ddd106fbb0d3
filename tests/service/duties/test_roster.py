"""All that boxmgmtd does by itself stands in one place."""

import ast
from pathlib import Path

import pytest

import sysmgmt.service
from sysmgmt.service.duties import roster
from sysmgmt.service.partners import PartnerService
from sysmgmt.service.presence import Presence


@pytest.mark.parametrize("deployed", [False, True])
def test_the_roster_has_every_duty_once(deployed: bool) -> None:
    names = [one.name for one in roster.duties(
        roster.Begun("/state", "/run/box.sock", Presence(), PartnerService(), "", deployed))]
    assert len(names) == len(set(names))
    assert {"the door for partners", "a change that is not confirmed"} <= set(names)
    assert deployed == ("the login of root" in names)


def test_nothing_is_begun_that_is_not_in_the_roster() -> None:
    folder = Path(sysmgmt.service.__file__).parent
    started = [ast.unparse(node.args[1]) for path in folder.rglob("*.py") for node in ast.walk(ast.parse(
        path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call) and ast.unparse(node.func) == "duty.start"]
    assert len(started) == 1 and started[0].startswith("roster.duties("), started
