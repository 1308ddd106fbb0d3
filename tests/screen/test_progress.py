"""How far a command has come, on a terminal and nowhere else."""

import io

import pytest

from sysmgmt.domain.progress import unheard
from sysmgmt.screen.output import Output
from sysmgmt.screen.progress import AGAIN, WIDTH


class Terminal(io.StringIO):
    """A terminal that keeps what is written."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def test_on_a_terminal_one_line_is_written_again_and_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    out, err = Terminal(), Terminal()
    with Output(out, err).progress() as report:
        report("Verifying the audit", 1, 4)
        report("Verifying the audit", 5, 4)
        report("Looking\x1b[2J" + "x" * 100, 0, 0)
    shown = err.getvalue().split(AGAIN)
    assert shown[:3] == ["", "Verifying the audit: 25 %", "Verifying the audit: 100 %"]
    assert shown[3].startswith("Looking\\x1b[2Jxxx") and len(shown[3]) == WIDTH
    assert shown[4:] == [""] and out.getvalue() == ""


def test_a_dumb_terminal_gets_plain_lines_and_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    err = Terminal()
    with Output(io.StringIO(), err).progress() as report:
        for done in range(100):
            report("Verifying the audit", done, 100)
    assert err.getvalue() == "Verifying the audit: 0 %\n"


def test_a_pipe_and_json_get_nothing() -> None:
    for output, as_json in ((Output(Terminal(), io.StringIO()), False), (Output(Terminal(), Terminal(), True), False),
                            (Output(Terminal(), Terminal()), True)):
        with output.progress(as_json) as report:
            assert report is unheard
