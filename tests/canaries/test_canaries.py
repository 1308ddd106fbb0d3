"""No secret comes to light: in no file, process list, terminal, mail, syslog, trap or archive."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.canaries import attempts, campaign, lines, needles
from tests.canaries.needles import STEM, Found
from tests.canaries.site import site, watched
from tests.support import box
from tests.support.box import TestBox


class Outcome(NamedTuple):
    """What came to light, of so many secrets; and what did of one that is none."""

    found: list[Found]
    made: int
    control: list[Found]


@pytest.fixture(scope="module")
def outcome(templates: Callable[[str], TestBox], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    with site(box.copy(templates("basic"), tmp_path_factory.mktemp("canaries") / "state")) as one:
        found = one.found(campaign.quick(one))
        yield Outcome(found, len(one.canaries.made), campaign.control(one))


@pytest.mark.requirement(26)
@pytest.mark.requirement(28)
@pytest.mark.requirement(74)
@pytest.mark.attack(4, 40)
def test_no_secret_of_any_command_or_mistake_comes_to_light(outcome: Outcome) -> None:
    assert attempts.forgotten() == set(), "whoever adds a command with a secret adds it here"
    assert outcome.made > 1000 and outcome.found == []


def test_what_is_no_secret_is_found_in_every_place(outcome: Outcome) -> None:
    places = {one.where for one in outcome.control}
    assert {"pipe", "syslog", "mail", "trap"} <= places
    for kind in ("archive/home/kos/auditlog/", "archive/home/kos/eventlog/"):
        assert any(one.startswith(kind) for one in places), kind
    assert any(one.endswith("/audit.journal") for one in places)
    assert any(one.startswith("write of process") for one in places)


@pytest.mark.parametrize("script", [
    "/bin/echo $0", "CANARY=$0 /bin/true", 'echo $0 > "$1/file"', ': > "$1/$0"', 'ln -s $0 "$1/link"'])
def test_the_kernel_is_seen_to_see_arguments_environments_files_and_names(tmp_path: Path, script: str) -> None:
    log, canary = tmp_path / "log", f"{STEM}-1"
    subprocess.run([*watched(log), "/bin/sh", "-c", script, canary, str(tmp_path)], check=True)
    (tmp_path / "log2").write_text("\n".join(log.read_text().splitlines()[1:]))  # without the one that is given it
    assert needles.trace(tmp_path / "log2")


@pytest.mark.parametrize("text", list(needles.NEEDLES))
def test_a_secret_is_found_in_every_disguise(text: bytes) -> None:
    assert needles.look("here", b"before" + text + b"after")


def test_a_secret_is_found_wherever_its_base64_begins_and_in_what_is_packed(tmp_path: Path) -> None:
    for before in ("", "x", "xy", "xyz", "xyzz"):
        for program in ("base64", "base32"):
            text = subprocess.run([program, "-w0"], input=f"{before}{STEM}-0001".encode(), capture_output=True).stdout
            assert needles.look(program, text), (program, before)
    (tmp_path / "inside").write_text(f"{STEM}-0001")
    packed = subprocess.run(["tar", "-czC", str(tmp_path), "inside"], capture_output=True).stdout
    assert [one.where for one in needles.look("packed", packed)] == ["packed/inside"]
    assert needles.look("here", b"nothing") == []


def test_no_failure_brings_a_secret_to_light() -> None:
    if not shutil.which("gcc"):
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("gcc is missing")
    done = subprocess.run([sys.executable, "-m", "tests.canaries", "--failures", "--every", "150"],
                          capture_output=True, text=True, timeout=300)
    said = re.search(r"(\d+) failures of (\d+) commands: 0 secrets came to light; one that is none came to light in "
                     r"(\d+) places", done.stdout)
    assert done.returncode == 0 and said, done
    assert int(said[1]) > 70 and int(said[2]) == len({one.command for one in lines.EVERY}) and int(said[3]) > 2
