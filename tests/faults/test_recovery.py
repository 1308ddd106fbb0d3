"""The ways back that the section DAMAGED STATE of the manual names."""

import shutil
from pathlib import Path

import pytest

from sysmgmt.domain.errors import StateDamaged
from tests.support.box import ADMIN_PASSWORD, TestBox


@pytest.fixture
def damaged(basic: TestBox, folder: Path) -> TestBox:
    """A box whose folder was copied, and then damaged."""
    assert basic.admin().do("add_group name=sales").code == "Done"
    shutil.copytree(basic.folder, folder / "copy")
    (basic.folder / "state.json").write_bytes(b"rubbish\n")
    with pytest.raises(StateDamaged):
        basic.client().door.sign()
    shutil.move(basic.folder, folder / "away")
    return basic


def test_a_copy_of_the_whole_folder_is_put_back(damaged: TestBox, folder: Path) -> None:
    shutil.copytree(folder / "copy", damaged.folder)
    admin = damaged.admin()
    assert "sales" in str(admin.facts("get_groups")) and admin.do("verify_audit_log").code == "Done"
    assert admin.do("add_group name=later").code == "Done"


def test_without_a_copy_the_box_is_installed_anew(damaged: TestBox) -> None:
    answer = damaged.client().do(f'install name=box1 level=basic password="{ADMIN_PASSWORD}"')
    assert answer.code == "Done" and damaged.admin().do("add_group name=sales").code == "Done"
