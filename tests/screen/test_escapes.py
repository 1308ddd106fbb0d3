"""The ways out that need a terminal, each shown open in stock cmd2 where it is."""

import json
import os
import signal
import time
from pathlib import Path

import pytest

from .harness import Terminal

BACK = '"$@"; echo BACK IN THE SHELL $?'


def jobs(program: str, *arguments: str) -> Terminal:
    """A program under a shell with job control, which comes back when the program is stopped."""
    return Terminal(program, *arguments, shell=f"set -m; {BACK}")


def test_ctrl_z_leaves_stock_cmd2() -> None:
    stock = jobs("stock.py")
    stock.until("stock>")
    for _ in range(20):  # a key that comes before it listens is lost
        stock.send("\x1a")
        if "BACK IN THE SHELL" in stock.quiet(0.5):
            break
    stock.until("BACK IN THE SHELL")


@pytest.mark.parametrize("line", ["", "text", "secret", "confirm", "page 100"])
def test_ctrl_z_at_a_prompt_does_nothing(line: str) -> None:
    ours = jobs("demo.py")
    ours.until("demo 0>")
    if line:
        ours.enter(line)
        ours.until({"text": "User name", "secret": "Password", "confirm": "(y/n)", "page 100": "row 20"}[line])
    ours.send("\x1a\x1a")
    assert "BACK" not in ours.quiet(0.4)
    ours.send("\x03")
    ours.until("demo")
    ours.enter("quit")
    ours.until("BACK IN THE SHELL 0")


@pytest.mark.parametrize("key", ["\x1a", "\x1c"])
def test_a_key_that_stops_or_kills_leaves_stock_cmd2_while_a_command_runs(key: str) -> None:
    stock = jobs("stock.py")
    stock.until("stock>")
    stock.enter("sleep 20")
    stock.quiet(0.3)
    stock.send(key)
    stock.until("BACK IN THE SHELL")


@pytest.mark.parametrize("key", ["\x1a", "\x1c"])
def test_a_key_that_stops_or_kills_does_nothing_while_a_command_runs(key: str) -> None:
    ours = jobs("demo.py")
    ours.until("demo 0>")
    ours.enter("sleep 0.6")
    ours.until("took")
    ours.send(key)
    assert "BACK" not in ours.until("demo 1>")


def test_ctrl_c_interrupts_a_command_and_the_shell_goes_on() -> None:
    ours = Terminal("demo.py")
    ours.until("demo 0>")
    ours.enter("sleep 20")
    ours.until("took")
    ours.send("\x03")
    ours.until("demo 1>")
    ours.enter("quit")
    assert ours.end() == 0


def test_ctrl_c_at_the_prompt_drops_the_line_alone() -> None:
    ours = Terminal("demo.py")
    ours.until("demo 0>")
    ours.send("half a line\x03")
    ours.send("\x03")
    ours.enter("whole")
    assert "took 'whole'" in ours.until("demo 1>")
    assert "half a linewhole" not in ours.shown


def test_ctrl_d_at_the_prompt_is_a_normal_end() -> None:
    ours = Terminal("demo.py")
    ours.until("demo 0>")
    ours.send("\x04")
    assert ours.end() == 0
    assert ours.is_clean()
    assert "took" not in ours.shown


def test_the_name_cmd2_gives_to_the_end_is_a_line_like_others() -> None:
    ours = Terminal("demo.py")
    ours.until("demo 0>")
    ours.enter("_eof")
    assert "took '_eof'" in ours.until("demo 1>")


@pytest.mark.parametrize("keys", ["\x18\x05", "\x1b!touch mark\r", "\x1bv", "\x18\x18", "\x1b\x05"])
def test_no_key_opens_an_editor_or_a_program(keys: str, tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text(f"#!/bin/sh\ntouch {tmp_path}/mark\n")
    editor.chmod(0o755)
    ours = Terminal("demo.py", environment={"EDITOR": str(editor), "VISUAL": str(editor), "SHELL": str(editor)})
    ours.until("demo 0>")
    ours.send("abc" + keys)
    ours.quiet(0.7)
    ours.send("\x03")
    ours.enter("next")
    ours.until("took 'next'")
    assert sorted(tmp_path.iterdir()) == [editor]


def test_the_tab_key_never_lists_files() -> None:
    ours = Terminal("demo.py")
    ours.until("demo 0>")
    for before in ("x > /e", "x | /b", "/et", "~", "@/et", "!l"):
        ours.send(before + "\t\t")
        assert "etc" not in ours.quiet(0.1)
        ours.send("\x03")


def test_what_a_terminal_sends_that_is_no_text_is_refused() -> None:
    ours = Terminal("demo.py")
    ours.until("demo 0>")
    ours.send("a\x11\x04b\r")  # Ctrl-Q Ctrl-D: the character itself
    ours.until("refused The line contains a control character.")
    os.write(ours.child.child_fd, b"caf\xe9\r")
    ours.until("refused The line is not valid UTF-8.")


def test_pasted_lines_run_in_stock_cmd2() -> None:
    stock = Terminal("stock.py")
    stock.until("stock>")
    stock.send("\x1b[200~hi\nhi\n\x1b[201~")
    stock.until("hi\nstock> hi\nhi")


def test_several_pasted_lines_run_not_one_of_them() -> None:
    ours = Terminal("demo.py")
    ours.until("demo 0>")
    ours.send("\x1b[200~one\r\ntwo\nquit\n\x1b[201~")
    ours.until("3 lines were pasted and not used.")
    ours.enter("next")
    shown = ours.until("took 'next'")
    assert shown.count("took") == 1


def test_one_pasted_line_waits_for_enter() -> None:
    ours = Terminal("demo.py")
    ours.until("demo 0>")
    ours.send("\x1b[200~hello  there\n\x1b[201~")
    assert "took" not in ours.quiet(0.3)
    ours.send("\r")
    ours.until("took 'hello  there'")


def test_a_failure_shows_no_traceback_and_the_shell_goes_on() -> None:
    ours = Terminal("demo.py")
    ours.until("demo 0>")
    ours.enter("fail")
    shown = ours.until("demo 1>")
    assert "failed" in shown and "Traceback" not in shown and "frame" not in shown


def test_a_broken_completer_disturbs_nobody() -> None:
    ours = Terminal("demo.py")
    ours.until("demo 0>")
    ours.send("broken\t\t!\r")
    assert "Traceback" not in ours.until("took 'broken!'")


def test_tab_completes_and_lists() -> None:
    ours = Terminal("demo.py")
    ours.until("demo 0>")
    ours.send("m\t")
    ours.until("demo 0> mon")
    ours.send("\t")
    ours.until("monitor  month")
    ours.send("i\t\r")
    ours.until("took 'monitor'")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("line", ["", "sleep 20", "secret", "page 100"])
def test_a_signal_that_ends_it_leaves_a_clean_terminal(line: str, number: signal.Signals) -> None:
    ours = Terminal("demo.py")
    ours.until("demo 0>")
    if line:
        ours.enter(line)
        ours.until({"sleep 20": "took", "secret": "Password", "page 100": "row 20"}[line])
    ours.child.kill(number)
    assert ours.end(3) == 128 + number
    assert ours.is_clean()
    assert "Traceback" not in ours.raw


def test_a_hung_up_line_ends_it_at_once() -> None:
    ours = Terminal("demo.py")
    ours.until("demo 0>")
    os.close(ours.child.child_fd)
    ours.child.closed = True
    began = time.monotonic()
    os.waitpid(ours.child.pid, 0)
    assert time.monotonic() - began < 2


def test_nothing_typed_early_is_echoed() -> None:
    ours = Terminal("demo.py", json.dumps({}))
    ours.until("demo 0>")
    ours.enter("sleep 0.5")
    ours.until("took")
    ours.send("hunter2")
    assert "hunter2" not in ours.quiet(0.2)
    ours.until("demo 1> hunter2")  # at the prompt it is, of course


def test_no_question_for_the_cursor_and_no_warning_about_it() -> None:
    ours = Terminal("demo.py")
    ours.until("demo 0>")
    assert "WARNING" not in ours.quiet(2.3)
    assert "\x1b[6n" not in ours.raw
