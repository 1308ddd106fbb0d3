"""Releases unpacked: each into a folder of its own, whole or not at all (R110)."""

from pathlib import Path

import pytest

from sysmgmt.domain.errors import PackageRefused
from sysmgmt.service.deployment import releases
from tests.support.wheels import packed, wheel

INFORMATION = "boxmgmt-0.5.0.dist-info"
HOSTILE = ["../x.py", "sysmgmt/../../x.py", "/etc/x.py", "sysmgmt/`id`.py", "sysmgmt/-rf", "sysmgmt/a b.py",
           "sysmgmt//x.py", "sysmgmt/.hidden", "usr/x.py", "sysmgmt/" + "a;id.py"]


def small(text: bytes, *more: str) -> bytes:
    """A release of a file or two."""
    return packed({"sysmgmt/__init__.py": text, **{name: b"" for name in more}}, INFORMATION)


@pytest.mark.checklist("R110")
def test_a_folder_that_is_there_stays_as_it_is(folder: Path) -> None:
    first = releases.unpack("a.whl", small(b"first"), "0.5.0", str(folder))
    second = releases.unpack("a.whl", small(b"second"), "0.5.0", str(folder))
    assert [Path(one).name for one in (first, second)] == ["0.5.0", "0.5.0-2"]
    assert [Path(one, "sysmgmt/__init__.py").read_bytes() for one in (first, second)] == [b"first", b"second"]


@pytest.mark.parametrize("data", [b"", b"PK\x05\x06" + bytes(18), small(b"first")[:-9],
                                  small(b"first")[:52] + b"\xff" + small(b"first")[53:],
                                  *(small(b"first", name) for name in HOSTILE)],
                         ids=["nothing", "without a list", "cut off", "altered", *map(ascii, HOSTILE)])
@pytest.mark.attack(30)
def test_what_is_no_sound_wheel_is_refused(folder: Path, data: bytes) -> None:
    with pytest.raises(PackageRefused):
        releases.unpack("a.whl", data, "0.5.0", str(folder))
    assert list(folder.iterdir()) == []


def test_nothing_is_left_of_a_release_that_cannot_be_written(folder: Path) -> None:
    with pytest.raises(OSError):
        releases.unpack("a.whl", small(b"", f"sysmgmt/{'a' * 300}.py"), "0.5.0", str(folder))
    assert list(folder.iterdir()) == []


def test_all_that_is_installed_comes_with_a_release(folder: Path) -> None:
    place = Path(releases.unpack("a.whl", wheel("0.5.0"), "0.5.0", str(folder)))
    assert sorted(one.name for one in (place / "man").iterdir()) == [
        "boxmgmt-figures.7", "boxmgmt-requirements.7", "boxmgmt.1", "boxmgmtd.8", "sysmgmt.1"]
    assert (place / "sysmgmt/mibs/BOXMGMT-MIB.txt").exists()
