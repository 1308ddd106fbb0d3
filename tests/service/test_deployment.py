"""What a deployment shows beforehand, and where boxmgmtd cannot listen."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sysmgmt.domain.errors import UnknownFile
from sysmgmt.host.files import File
from sysmgmt.host.imports import ImportFolder
from sysmgmt.service import deploy

PAGE = "/usr/local/share/man/man1/sysmgmt.1"


def test_a_page_of_the_manual_is_one_line_of_what_would_change() -> None:
    page = File(b"one\ntwo\n")
    assert list(deploy.difference(PAGE, None, page)) == [f"= {PAGE}: a page of the manual, new"]
    assert list(deploy.difference(PAGE, File(b"one\n"), page)) == [f"= {PAGE}: a page of the manual, which changes"]
    assert list(deploy.difference(PAGE, page, page)) == [f"= {PAGE}: as it is"]
    assert len(list(deploy.difference("/etc/other", None, page))) > 3, "the control"


def test_on_a_deployed_box_it_is_said_who_may_put_a_file_into_the_import_folder(tmp_path: Path) -> None:
    for deployed, told in ((True, "Only root of this machine"), (False, "Put it into")):
        with pytest.raises(UnknownFile) as refused:
            ImportFolder(str(tmp_path), deployed).read("a.pem", 100)
        assert str(refused.value.advice).startswith(told) and str(tmp_path) in str(refused.value.advice)


def test_a_place_that_takes_no_socket_is_refused_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    path = tmp_path / "taken" / "deeper" / "box.sock"
    done = subprocess.run(
        [sys.executable, "-m", "sysmgmt.service", "--state", str(tmp_path / "state"), "--socket", str(path)],
        capture_output=True, text=True, cwd=os.getcwd(), timeout=60)
    assert (done.returncode, done.stderr.splitlines()) == (6, [
        f"Error: The system refused: no socket at {path} (Not a directory).",
        "Hint: Give another place with --socket PATH."])


def test_what_the_system_refuses_is_a_sentence_with_the_status_of_that(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sysmgmt.service", "--state", "/proc/nosuch", "--socket", str(tmp_path / "box.sock")],
        capture_output=True, text=True, cwd=os.getcwd(), timeout=60)
    assert (done.returncode, done.stderr) == (
        6, "Error: The system refused: /proc/nosuch (No such file or directory).\n")
