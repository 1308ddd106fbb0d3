"""The ceremony that replaces all keys is killed at every system call: all keys are old, or all are new."""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from sysmgmt.domain import sealed
from tests.faults import by_strace
from tests.support.box import TestBox, copy

WRITING = "openat,write,pwrite64,fsync,fdatasync,rename,unlink,ftruncate,fallocate"
MADE_ANEW = (sealed.AUDIT_SEEDS, sealed.place("identities", "cluster", "key"))
PARTS = 4
"""The system calls are shared out between so many tests, which run beside each other."""


class Ready(NamedTuple):
    """A box with secrets of every kind, what they are, and the session of its admin."""

    box: TestBox
    secrets: list[str]
    session: str

    def command(self, folder: Path) -> list[str]:
        """What regenerates the keys of a copy of the box."""
        return [sys.executable, "-m", "tests.faults.regenerating", str(folder), self.session]


@pytest.fixture
def ready(basic: TestBox) -> Ready:
    """The box."""
    by_strace.needed()
    admin = basic.admin()
    for line in ("create_system_certificate common_name=box1", "create_certificate_request common_name=box1"):
        assert admin.do(line).code == "Done"
    return Ready(basic, secrets(basic), admin.door.caller.session)


def secrets(box: TestBox) -> list[str]:
    """What the ceremony seals anew, as a new process opens it; the other secrets are made anew."""
    sealer, found = box.house().box.sealer, []

    def look(text: str, place: str) -> str:
        opened = sealer.unseal(text, place)
        found.extend([] if place in MADE_ANEW else [opened])
        return text
    sealed.replaced(box.state, look)
    return found


def points(ready: Ready, folder: Path) -> list[by_strace.Point]:
    """The system calls of a ceremony that may change a file."""
    shutil.copytree(ready.box.folder, folder / "dry")
    found = by_strace.points(ready.command(folder / "dry"), str(folder / "dry"), str(folder / "log"), WRITING)
    return [one for one in found if one.call != "openat" or "O_RDONLY" not in one.text]


def in_force(box: TestBox) -> tuple[str, ...]:
    """The master key that the state names, the chain that the audit is written with, the cluster certificate."""
    cluster = box.state.identities.get("cluster")
    assert cluster is not None
    return (box.state.settings.master_key, json.loads((box.folder / "audit.key").read_text())["chain"],
            cluster.certificates[0].fingerprint)


def killed(ready: Ready, folder: Path, chosen: list[by_strace.Point]) -> Iterator[tuple[by_strace.Point, TestBox]]:
    """A copy of the box for each point, on which the ceremony was killed there."""
    for point in chosen:
        box = copy(ready.box, folder / "box")
        by_strace.run(ready.command(box.folder), point, by_strace.KILL)
        yield point, box
        shutil.rmtree(box.folder)


@pytest.mark.requirement(96)
@pytest.mark.checklist("C24")
@pytest.mark.parametrize("part", range(PARTS))
def test_a_ceremony_killed_at_any_system_call_leaves_all_keys_old_or_all_new(
        ready: Ready, folder: Path, part: int) -> None:
    before, reached = in_force(ready.box), set()
    for point, box in killed(ready, folder, points(ready, folder)[part::PARTS]):
        admin = box.admin()  # the next start
        assert secrets(box) == ready.secrets, point
        now = in_force(box)
        changed = [one != other for one, other in zip(now, before, strict=True)]
        assert len(set(changed)) == 1, point
        assert (box.folder / "master.key").read_bytes().count(b"material") == 1, point
        assert admin.do("verify_audit_log").code == "Done", point
        assert admin.do("create_system_certificate common_name=box2").code == "Done", point
        reached.add(changed[0])
    assert reached == {False, True}, "it was killed before the commit, and after it"


def test_the_ceremony_that_is_killed_is_one_that_succeeds(ready: Ready, folder: Path) -> None:
    """Positive control: no call of it is missing from the list, and without a fault all keys are new."""
    found = points(ready, folder)
    assert {"rename", "fsync", "fdatasync", "write", "openat"} <= {one.call for one in found}
    assert any(one.call == "write" and "(deleted)" in one.text for one in found), "the old keys are overwritten"
    for name in ("master.key", "audit.key", "state.journal", "audit.journal"):
        assert any(name in one.text for one in found), name
    done = TestBox(folder / "dry", ready.box.clock)
    assert all(one != other for one, other in zip(in_force(done), in_force(ready.box), strict=True))
    assert secrets(done) == ready.secrets
