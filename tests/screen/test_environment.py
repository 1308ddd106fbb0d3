"""What a shell gets to see of the environment."""

import pytest

from sysmgmt.screen.environment import FIXED, scrub


@pytest.mark.requirement(125)
def test_nothing_that_names_a_program_or_code_gets_through() -> None:
    names = [
        "EDITOR", "VISUAL", "PAGER", "LESS", "LESSOPEN", "LESSSECURE", "SHELL", "PYTHONPATH", "PYTHONINSPECT",
        "PYTHONSTARTUP", "LD_PRELOAD", "XDG_DATA_HOME", "BROWSER", "PROMPT_TOOLKIT_COLOR_DEPTH", "IFS", "ENV",
        "TZ",
    ]
    assert scrub({name: "evil" for name in names}) == FIXED


def test_the_terminal_the_language_and_the_state_folder_get_through() -> None:
    kept = {"TERM": "vt100", "LANG": "C.UTF-8", "LC_ALL": "C", "NO_COLOR": "1", "HOME": "/root", "BOXMGMT_STATE": "/s"}
    assert scrub(kept) == kept | FIXED


def test_the_path_is_ours() -> None:
    assert scrub({"PATH": "/tmp/evil:/bin"})["PATH"] == "/usr/sbin:/usr/bin:/sbin:/bin"


def test_values_with_control_characters_are_dropped() -> None:
    assert scrub({"TERM": "xterm\x1b[31m", "HOME": "/a\nb"}) == FIXED
