"""A change that waits for its confirmation, and a real boxmgmtd that is killed before it comes."""

import signal
from pathlib import Path

import pytest

from tests.support.box import ADMIN_PASSWORD
from tests.support.boxmgmtd import Boxmgmtd
from tests.support.waiting import wait_until


def admin(daemon: Boxmgmtd, folder: Path, text: str) -> None:
    """A login of admin who runs lines that must succeed."""
    (folder / "password").write_text(ADMIN_PASSWORD)
    (folder / "password").chmod(0o600)
    done = daemon.run(text, "--user", "admin", "--password-file", str(folder / "password"))
    assert done.returncode == 0, done


@pytest.mark.requirement(103)
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_what_was_not_confirmed_is_gone_after_a_restart(daemon: Boxmgmtd, folder: Path, how: int) -> None:
    admin(daemon, folder, "set_tls_minimum version=1.3 --yes confirm_minutes=60")
    assert daemon.box.state.settings.reach.tls_minimum == "1.3"
    daemon.restart(how)
    assert daemon.box.state.settings.reach.tls_minimum == "1.2" and daemon.box.state.settings.pending is None


@pytest.mark.requirement(103)
def test_what_was_confirmed_is_there_after_a_restart(daemon: Boxmgmtd, folder: Path) -> None:
    admin(daemon, folder, "set_tls_minimum version=1.3 --yes")
    admin(daemon, folder, "confirm_change")
    daemon.restart(signal.SIGKILL)
    assert daemon.box.state.settings.reach.tls_minimum == "1.3"


def test_boxmgmtd_takes_an_overdue_change_back_though_nobody_comes_by(daemon: Boxmgmtd, folder: Path) -> None:
    admin(daemon, folder, "set_tls_minimum version=1.3 --yes")
    waits = daemon.box.state.settings.pending
    assert waits is not None
    daemon.box.configure(pending=waits._replace(made_at=waits.made_at - 3600, returns_at=waits.returns_at - 3600))
    wait_until(lambda: daemon.box.state.settings.reach.tls_minimum == "1.2")
