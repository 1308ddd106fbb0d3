"""The installed files: compared with what a deployment or a wheel has written down."""

import base64
import hashlib
from pathlib import Path

import pytest

from sysmgmt.host import installed
from sysmgmt.host.installed import Installed


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """An installation of two files."""
    for name in ("sysmgmt/one.py", "boxmgmt/two.py"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(f"# {name}\n")
    return tmp_path


def record(package: Path) -> None:
    """What pip writes down."""
    lines = []
    for name in ("sysmgmt/one.py", "boxmgmt/two.py"):
        digest = hashlib.sha256((package / name).read_bytes()).digest()
        lines.append(f"{name},sha256={base64.urlsafe_b64encode(digest).decode().rstrip('=')},9")
    information = package / "boxmgmt-0.1.0.dist-info"
    information.mkdir()
    (information / "RECORD").write_text("\n".join([*lines, "boxmgmt-0.1.0.dist-info/RECORD,,"]) + "\n")
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: boxmgmt\nVersion: 0.1.0\n")


@pytest.mark.requirement(80)
@pytest.mark.requirement(108)
@pytest.mark.parametrize("source", ["wheel", "deployment"])
def test_a_file_that_was_altered_removed_or_added_is_named(package: Path, source: str) -> None:
    manifest = package / "manifest.json"
    if source == "wheel":
        record(package)
    else:
        manifest.write_bytes(installed.manifest(str(package)))
    found = Installed(str(package), str(manifest))
    assert (found.source(), found.altered()) == (source, [])
    (package / "sysmgmt/one.py").write_text("import evil\n")
    (package / "boxmgmt/two.py").unlink()
    (package / "sysmgmt/three.py").write_text("")
    assert found.altered() == ["boxmgmt/two.py", "sysmgmt/one.py", "sysmgmt/three.py"]


def test_a_deployment_of_another_folder_says_nothing_of_this_one(package: Path) -> None:
    (package / "manifest.json").write_bytes(installed.manifest(str(package)).replace(str(package).encode(), b"/else"))
    found = Installed(str(package), str(package / "manifest.json"))
    assert (found.source(), found.altered()) == ("nothing", [])
    (package / "manifest.json").write_text("[]")
    assert found.source() == "nothing"
