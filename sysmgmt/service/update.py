"""boxmgmtd --update: another release takes the place of the one in force, or everything stays as it is (R110).

The release must be signed, it is unpacked beside the present one, has to pass its own self-test there, and
is deployed all or nothing: where its boxmgmtd does not answer, the deployment that there was is put back.
"""

import os
import shutil
from collections.abc import Iterator
from typing import NamedTuple

from sysmgmt import __version__, box
from sysmgmt.domain.errors import InvalidValue, Refusal, ServiceRefused
from sysmgmt.domain.packages import Package
from sysmgmt.engine import packaging
from sysmgmt.engine.self_test import check_release
from sysmgmt.host import programs
from sysmgmt.service.deployment import barriers, releases, site

PATIENCE = 300.0
"""Seconds that the deployment of a release may take."""


class Wish(NamedTuple):
    """The name of a file in the import folder; whether an older or the same release is wanted."""

    file: str
    downgrade: bool = False


def main(words: list[str]) -> None:
    """Do what `words` ask for and say what was done. Raises any refusal."""
    for line in carried_out(read(words)):
        print(line)


def read(words: list[str]) -> Wish:
    """The options. Raises InvalidValue."""
    named = [one for one in words if one not in ("--update", "--downgrade")]
    if len(named) > 1 or any(one.startswith("-") for one in named):
        raise InvalidValue(what="--update takes the name of one file in the import folder, and --downgrade")
    if not named:
        raise InvalidValue(what="The option --update needs the name of a file in the import folder")
    return Wish(named[0], "--downgrade" in words)


def carried_out(wish: Wish) -> Iterator[str]:
    """Go over to the release in a file. Raises any refusal; all is as before then."""
    here = site.read()
    if os.geteuid() or here is None:
        raise barriers.refuse("only root updates, and only a machine that was deployed")
    house = box.embedded(here.state)
    package = packaging.read(house.box, wish.file)
    told = packaging.release(house.box.packages, package, here.release or __version__, wish.downgrade)
    place = _unpacked(package)
    try:
        yield f"{package.name} {package.version}, signed by {told['signed_by']}."
        _run(here.python, place, "--self-test")
        yield from _run(here.python, place, "--deploy").splitlines()
    except (Refusal, OSError):
        if not _in_force(place):
            shutil.rmtree(place, ignore_errors=True)
        raise


def _unpacked(package: Package) -> str:
    """Where a release was unpacked. Raises PackageRefused, ServiceRefused where it cannot be written."""
    try:
        return releases.unpack(package.file, package.data, package.version)
    except OSError as problem:
        raise barriers.refuse(f"the release cannot be unpacked: {problem.strerror}; the present one stays") from None


def _in_force(place: str) -> bool:
    """Whether the record names the release in `place`: a deployment that was cut off may have left it so."""
    here = site.read()
    return here is not None and here.package == place


def _run(python: str, place: str, option: str) -> str:
    """Run the boxmgmtd of a release. Raises ServiceRefused with its words."""
    try:
        return programs.run("The release", (python, "-P", "-m", "sysmgmt.service", option), PATIENCE,
                            {"PYTHONPATH": place})
    except ServiceRefused as refusal:
        raise ServiceRefused(service="The release", words=f"{refusal.facts['words']}; the present one stays") from None


def self_test() -> None:
    """The self-test of this very release, which is not in force yet. Raises SelfTestFailed."""
    here = site.read()
    check_release(box.embedded(here.state if here else "/nonexistent").box.soundness)
    print("passed")
