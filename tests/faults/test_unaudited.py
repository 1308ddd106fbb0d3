"""No change without its record, whatever call of a command fails, or is the last of its process (requirement 84)."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sysmgmt import box
from sysmgmt.domain import conditions
from sysmgmt.engine import audit_seeds
from sysmgmt.store.state import StateStore
from tests.faults import by_strace
from tests.support.box import audit, build
from tests.support.clock import HeldClock

SCRIPT = """
import sys
from sysmgmt import box
from sysmgmt.domain.errors import Refusal
from sysmgmt.engine.dispatch import carry_out
from sysmgmt.engine.request import SYSTEM, Request
house = box.embedded(sys.argv[1])
for name in ("one", "two"):
    try:
        carry_out(house, SYSTEM, Request("begin_condition", {"kind": "DiskSpaceLow", "subject": name, "details": ""}),
                  own_work=True)
        print("done", name, flush=True)
    except Refusal as problem:
        print("refused", name, type(problem).__name__, flush=True)
"""
QUIET = ("read", "pread64", "close", "flock")
"""Calls that change nothing."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    by_strace.needed()
    return build(tmp_path_factory.mktemp("audited") / "box", "basic", HeldClock()).folder


def changed(folder: Path) -> set[str]:
    """What has been changed, as a process that comes later sees it."""
    return {one.subject for one in StateStore(str(folder)).read().conditions.values()}


def unaudited(folder: Path) -> set[str]:
    """Changes of which no record tells."""
    told = {one["parameters"]["subject"] for one in audit(folder) if one.get("command") == "begin_condition"}
    return changed(folder) - told


def wrong(folder: Path, done: "subprocess.CompletedProcess[str]") -> Iterator[str]:
    """What is not as it must be after a fault."""
    if "Traceback" in done.stderr:
        yield done.stderr
    said = [line.split() for line in done.stdout.splitlines()]
    promised, refused = ({words[1] for words in said if words[0] == what} for what in ("done", "refused"))
    if found := unaudited(folder):
        yield f"without a record: {found}"
    if lost := promised - changed(folder):
        yield f"lost: {lost}"
    if there := refused & changed(folder):
        yield f"refused, and there: {there}"
    house = box.embedded(str(folder))
    state = house.box.store.read()
    house.box.audit.append({"the": "next"}, durable=True)
    verdict = house.box.audit.verify(audit_seeds.seeds(state, house.box.sealer))
    if not verdict["intact"]:
        yield str(verdict)


@pytest.mark.requirement(84)
@pytest.mark.parametrize("fault", ["error=EIO", "error=ENOSPC", by_strace.KILL])
def test_no_fault_at_any_system_call_leaves_a_change_without_its_record(
        template: Path, tmp_path: Path, fault: str) -> None:
    folder = tmp_path / "trial"
    command = [sys.executable, "-c", SCRIPT, str(folder)]
    shutil.copytree(template, folder)
    points = [one for one in by_strace.points(command, str(folder), str(tmp_path / "log")) if one.call not in QUIET
              and (one.call != "openat" or "O_CREAT" in one.text or "O_APPEND" in one.text)]
    assert {"write", "fdatasync", "rename"} <= {one.call for one in points}
    assert list(by_strace.tried(command, points, fault, (template, folder), wrong)) == []


def test_the_harness_sees_a_change_without_a_record(template: Path, tmp_path: Path) -> None:
    """Positive control."""
    folder = tmp_path / "trial"
    shutil.copytree(template, folder)
    assert unaudited(folder) == set()
    with StateStore(str(folder)).writing() as writing:
        writing.save(conditions.put(writing.state, conditions.Finding("DiskSpaceLow", "one"), 0.0))
    assert unaudited(folder) == {"one"}
