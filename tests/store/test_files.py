"""Files of the store: which of them are read and made, and what is said where that is refused."""

import os
from errno import EACCES, EIO, EPERM
from pathlib import Path

import pytest

from sysmgmt.domain.errors import StateDamaged
from sysmgmt.store import files
from tests.support.kernel import refusing


def test_a_file_that_cannot_be_made_private_is_let_go_and_refused_for_that(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    with refusing("fchmod", EPERM), pytest.raises(PermissionError):
        files.open_private(str(tmp_path / "new"), os.O_RDWR | os.O_CREAT)
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize("error, hinted", [(EACCES, True), (EIO, False)])
def test_who_may_not_read_the_state_is_told_who_may(tmp_path: Path, error: int, hinted: bool) -> None:
    with refusing("open", error), pytest.raises(StateDamaged, match="state.json: ") as refusal:
        files.read(str(tmp_path / "state.json"))
    assert ("as the user whom the state belongs to" in str(refusal.value.advice)) is hinted
