"""What is left of cmd2: nothing that could run, read or write anything."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import cmd2
import pytest

from sysmgmt.screen.hardened import Hardened
from sysmgmt.screen.lines import Lines
from sysmgmt.screen.stripped import Literal

from .demo import Demo
from .harness import ENVIRONMENT, HERE


REVIEWED = (HERE / "cmd2_names.txt").read_text().splitlines()
"""Every public name of cmd2.Cmd, that was looked at; `- ` is in front of those that must not be there any more."""


def piped(program: str, content: bytes, folder: Path, *arguments: str,
          **environment: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run([sys.executable, str(HERE / program), *arguments], input=content, cwd=folder,
                          env=ENVIRONMENT | environment, capture_output=True, timeout=20)


@pytest.fixture
def demo() -> Demo:
    return Demo(Lines(os.open(os.devnull, os.O_RDONLY)), io.StringIO())


@pytest.mark.requirement(127)
def test_it_is_a_cmd2_application_with_no_command_of_cmd2(demo: Demo) -> None:
    assert isinstance(demo, cmd2.Cmd)
    assert demo.get_all_commands() == []
    assert demo.get_visible_commands() == []
    assert demo.get_help_topics() == []


def test_stock_cmd2_has_commands_and_the_test_would_see_them() -> None:
    stock = cmd2.Cmd(allow_cli_args=False)
    assert {"shell", "edit", "run_pyscript", "history"} <= set(stock.get_all_commands())


@pytest.mark.requirement(127)
def test_nothing_is_in_cmd2_that_nobody_has_looked_at() -> None:
    """A newer cmd2 with a new name fails here: see what it does, remove it or not, and list it."""
    assert [name for name in dir(cmd2.Cmd) if not name.startswith("_") and "- " + name not in REVIEWED
            and "  " + name not in REVIEWED] == []


def test_what_was_found_dangerous_is_gone() -> None:
    gone = [line[2:] for line in REVIEWED if line.startswith("- ")]
    assert {"do_shell", "do_edit", "do_run_pyscript", "run_editor", "ppaged", "read_secret"} <= set(gone)
    assert [name for name in gone if getattr(Hardened, name, None) is not None] == []


def test_a_command_that_a_subclass_brings_is_not_run_behind_our_back(tmp_path: Path) -> None:
    class Sly(Demo):
        def do_sly(self, _: object) -> None:
            raise AssertionError("it ran")

    out = io.StringIO()
    sly = Sly(Lines(os.open(os.devnull, os.O_RDONLY)), out)
    sly.onecmd_plus_hooks("sly")
    sly.onecmd("sly  x")
    assert out.getvalue() == "took 'sly'\n"


def test_there_is_nothing_to_set_no_editor_no_pager_no_alias(demo: Demo) -> None:
    assert dict(demo.settables) == {}
    assert (demo.editor, demo.pager, demo.pager_chop) == ("", "", "")
    assert demo.aliases == {} and demo.macros == {}
    assert demo.statement_parser.shortcuts == ()
    assert demo.statement_parser.terminators == ()
    assert not demo.allow_redirection and not demo.allow_clipboard


ODD = ["password=a|b", "password=a>b", "password=a;b", "password=a#b", "# a comment", "a  b   c", "a 'b", 'a "b c',
       "!sh", "@file", "@@file", "", "   ", "_eof", "EOF", "quit;", "a\\", "x=$HOME", "`id`", "a\tb", " lead", "trail "]


@pytest.mark.parametrize("line", ODD)
def test_every_line_arrives_as_it_was_written(line: str, tmp_path: Path) -> None:
    done = piped("demo.py", line.encode() + b"\nnext\n", tmp_path)
    assert done.stdout.decode() == f"took {line!r}\ntook 'next'\n"
    assert (done.stderr, done.returncode) == (b"", 0)


@pytest.mark.parametrize("line", ODD)
def test_the_parser_takes_the_first_word_and_leaves_the_rest_alone(line: str) -> None:
    statement = Literal().parse(line)
    assert statement.raw == line
    assert statement.command == (line.split() or [""])[0]
    assert statement.redirector == statement.terminator == ""


VECTORS = {
    "shell": "shell touch {mark}",
    "shortcut of shell": "!touch {mark}",
    "script": "run_script {script}",
    "shortcut of script": "@{script}",
    "relative script": "_relative_run_script script",
    "python script": "run_pyscript {python}",
    "editor from the environment": "edit x",
    "editor from a setting": "set editor {editor}\nedit x",
    "history to a file": "hi\nhistory -o {mark}",
    "history in the editor": "hi\nhistory -e 1",
    "redirection": "hi > {mark}",
    "redirection at the end": "hi >> {mark}",
    "pipe": "hi | touch {mark}",
    "alias": "alias create x shell touch {mark}\nx",
    "macro": "macro create x shell touch {mark}\nx",
}


def prepared(folder: Path) -> dict[str, str]:
    """Files for the vectors; the names to put into them."""
    mark = folder / "mark"
    (folder / "script").write_text(f"shell touch {mark}\n")
    (folder / "python.py").write_text(f"open({str(mark)!r}, 'w')\n")
    editor = folder / "editor"
    editor.write_text(f"#!/bin/sh\ntouch {mark}\n")
    editor.chmod(0o755)
    return {"mark": str(mark), "script": str(folder / "script"), "python": str(folder / "python.py"),
            "editor": str(editor)}


@pytest.mark.parametrize("name", VECTORS)
def test_this_way_out_is_open_in_stock_cmd2(name: str, tmp_path: Path) -> None:
    names = prepared(tmp_path)
    piped("stock.py", VECTORS[name].format(**names).encode() + b"\nquit\n", tmp_path, EDITOR=names["editor"])
    assert Path(names["mark"]).exists()


@pytest.mark.requirement(127)
@pytest.mark.parametrize("name", VECTORS)
def test_this_way_out_is_closed_in_ours(name: str, tmp_path: Path) -> None:
    names = prepared(tmp_path)
    before = sorted(tmp_path.iterdir())
    lines = VECTORS[name].format(**names)
    done = piped("demo.py", lines.encode(), tmp_path, EDITOR=names["editor"], VISUAL=names["editor"],
                 SHELL=names["editor"], PAGER=names["editor"])
    assert done.stdout.decode().splitlines() == [f"took {line!r}" for line in lines.splitlines()]
    assert sorted(tmp_path.iterdir()) == before


def test_words_on_the_command_line_are_no_commands(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    piped("stock.py", b"", tmp_path, f"shell touch {mark}")
    assert mark.exists()
    mark.unlink()
    done = piped("demo.py", b"", tmp_path, "{}", f"shell touch {mark}", "hello")
    assert (done.stdout, mark.exists()) == (b"", False)


def test_a_failure_shows_neither_traceback_nor_values(tmp_path: Path) -> None:
    stock = piped("stock.py", b"set debug true\nset traceback_show_locals true\nfail\n", tmp_path)
    assert b"a secret of the frame" in stock.stdout + stock.stderr
    done = piped("demo.py", b"fail\nnext\n", tmp_path)
    assert done.stdout == b"took 'fail'\nfailed\ntook 'next'\n"
    assert done.stderr == b""


def test_a_pipe_sees_what_a_plain_loop_over_the_same_lines_would_see(tmp_path: Path) -> None:
    content = b"one\n\n# two\nb\xe9d\nnul\0\n" + b"x" * 70_000 + b"\nstatus 3\nlast  line\n_eof\nquit\nnever\n"
    source = tmp_path / "content"
    source.write_bytes(content)
    done = piped("demo.py", content, tmp_path)
    out = io.StringIO()
    with source.open() as opened:
        lines = Lines(opened.fileno())
        plain = Demo(lines, out)
        while True:
            try:
                line = lines.next()
            except Exception as refusal:
                plain.refused(refusal)  # type: ignore[arg-type]
                continue
            if line is None or plain.take(line):
                break
    assert done.stdout.decode() == out.getvalue()
    assert (done.stderr, done.returncode) == (b"", 3)


def test_the_end_of_a_pipe_says_nothing_and_keeps_the_status(tmp_path: Path) -> None:
    done = piped("demo.py", b"status 6", tmp_path)
    assert (done.stdout, done.stderr, done.returncode) == (b"took 'status 6'\nstatus: None\n", b"", 6)


def test_a_command_that_exits_gives_the_status(tmp_path: Path) -> None:
    done = piped("demo.py", b"exit 4\nnever\n", tmp_path)
    assert (done.stdout, done.returncode) == (b"took 'exit 4'\n", 4)


def test_an_interrupted_batch_does_not_go_on() -> None:
    done = running(b"sleep 20\nnever\n", signal.SIGINT)
    assert done == (b"took 'sleep 20'\n", 130)


def test_an_interrupt_while_a_line_is_awaited_ends_the_batch() -> None:
    assert running(b"one\n", signal.SIGINT) == (b"took 'one'\n", 130)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_ends_it_is_in_the_status(number: signal.Signals) -> None:
    assert running(b"sleep 20\n", number) == (b"took 'sleep 20'\n", 128 + number)


@pytest.mark.parametrize("number", [signal.SIGTSTP, signal.SIGQUIT, signal.SIGTTIN, signal.SIGTTOU])
def test_a_signal_that_would_stop_it_does_nothing(number: signal.Signals) -> None:
    assert running(b"sleep 0.3\nquit\n", number)[1] == 0


def running(content: bytes, number: signal.Signals) -> tuple[bytes, int]:
    """Send a signal when the first line was taken; what was written then, and the status."""
    with subprocess.Popen([sys.executable, str(HERE / "demo.py"), json.dumps({})], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, env=ENVIRONMENT) as child:
        assert child.stdin and child.stdout
        child.stdin.write(content)
        child.stdin.flush()
        first = child.stdout.readline()
        while Path(f"/proc/{child.pid}/stat").read_text().split()[2] != "S":  # until it waits for something
            time.sleep(0.001)
        child.send_signal(number)
        rest = child.stdout.read()
        return first + rest, child.wait(10)


def test_a_silent_pipe_is_logged_out(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, str(HERE / "demo.py"), json.dumps({"limit": 0.3})],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT) as child:
        assert child.stdout and child.stdout.read() == b"ended: Logged out after 1 second without a keystroke.\n"
        assert child.wait(10) == 5
