"""An erased box: boxmgmtd ends, and its next start erases what is left (R244)."""

import pytest

from sysmgmt.domain import erasure
from sysmgmt.domain.times import Running
from tests.support.box import ADMIN_PASSWORD, TestBox
from tests.support.boxmgmtd import running
from tests.support.program import credentials


@pytest.mark.checklist("R244")
def test_boxmgmtd_ends_and_begins_again_as_that_of_a_new_box(basic: TestBox) -> None:
    who = credentials(basic.folder)
    with running(basic) as daemon:
        done = daemon.run(f"erase_box name=box1 password={ADMIN_PASSWORD} --yes\n", *who)
        assert done.returncode in (0, 5), done.stderr
        assert daemon.process.wait(10) == 0, "it has let go of what it held"
        assert not any((basic.folder / "master.key").read_bytes())
        daemon.restart()
        assert daemon.run("get_users\n", *who).returncode == 1
        assert b'"admin"' not in basic.everything() and not basic.state.installed


@pytest.mark.checklist("R244")
def test_what_was_decided_before_a_crash_is_done_at_the_next_start(basic: TestBox) -> None:
    with basic.house().box.store.writing() as writing:
        writing.save(erasure.wish(writing.state, "admin", basic.clock.now, Running()))
    assert any((basic.folder / "master.key").read_bytes()), "nobody has begun"
    with running(basic):
        assert not basic.state.installed
        assert b'"admin"' not in basic.everything()
