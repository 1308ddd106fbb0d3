"""--help, SYNOPSIS and OPTIONS of each program name the same options, and the program takes these and no others."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from sysmgmt import __version__
from sysmgmt.domain.errors import InvalidValue
from sysmgmt.screen import options
from sysmgmt.service import deploy
from tests.support.box import TestBox
from tests.support.program import ENVIRONMENT, command, result, sysmgmt

MAN = Path(__file__).parents[2] / "man"
PROGRAMS = {"sysmgmt": ("sysmgmt", "sysmgmt.1"), "boxmgmt": ("boxmgmt", "boxmgmt.1"),
            "boxmgmtd": ("sysmgmt.service", "boxmgmtd.8")}
OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")
TOLD = {"-h", "--help", "--version"}
TAKEN = {"sysmgmt": {*options.VALUES, *options.SWITCHES} - {"--recover"},
         "boxmgmt": {*options.VALUES, *options.SWITCHES},
         "boxmgmtd": {"--state", "--socket", "--deploy", "--dry-run", "--now", "--uids", "--remove", "--update",
                      "--downgrade", "--self-test"} | TOLD}


def run(module: str, *words: str) -> "subprocess.CompletedProcess[str]":
    """Start a program with nothing but these words."""
    return subprocess.run([sys.executable, "-m", module, *words], capture_output=True, text=True, env=ENVIRONMENT,
                          stdin=subprocess.DEVNULL, timeout=60)


def section(page: str, name: str) -> str:
    """A section of a manual page, as a reader sees its text."""
    text = (MAN / page).read_text().replace("\\-", "-")
    return text.split(f'.SH "{name}"\n')[1].split(".SH ")[0]


def test_a_command_in_the_place_of_an_option_is_told_how_it_is_given() -> None:
    told = run("sysmgmt", "get_users")
    assert (told.returncode, told.stderr) == (2, "Error: There is no option get_users.\n"
                                              'Hint: A command follows -c, in quotes: -c "get_users ...".\n')
    assert "--help lists the options" in run("sysmgmt", "--nothing").stderr
    for program, (module, _) in PROGRAMS.items():
        shown = run(module, "--help").stdout
        assert not re.search(r"see [A-Z ]+\.", shown), f"{program}: a section that only the manual has"


@pytest.mark.parametrize("program", PROGRAMS)
def test_help_synopsis_and_options_name_what_the_program_takes(program: str) -> None:
    module, page = PROGRAMS[program]
    told = run(module, "--help").stdout
    synopsis, listed = told.split("\n\n")[:2]
    terms = "\n".join(re.findall(r"^\\fB(.*)\\fR$", section(page, "OPTIONS"), re.MULTILINE))
    names = {"help": set(re.findall(r"^(?:-h, )?(--?[a-z][a-z-]*)", listed, re.MULTILINE)) | {"-h"},
             "usage": set(OPTION.findall(synopsis)) | TOLD, "OPTIONS": set(OPTION.findall(terms)),
             "SYNOPSIS": set(OPTION.findall(section(page, "SYNOPSIS"))) | TOLD}
    assert names == dict.fromkeys(names, TAKEN[program])
    assert max(map(len, told.splitlines())) <= 80
    others = {f"\\fB{name}\\fR({one[-1]})" for name, (_, one) in PROGRAMS.items() if name != program}
    assert set(re.findall(r"\\fB\w+\\fR\(\d\)", section(page, "SEE ALSO"))) == others


@pytest.mark.parametrize("program", PROGRAMS)
def test_each_program_tells_its_release_and_names_an_option_that_it_has_not(program: str) -> None:
    module = PROGRAMS[program][0]
    told, wrong = run(module, "--version"), run(module, "--nosuch=value")
    assert (told.stdout, told.returncode) == (f"{program} {__version__}\n", 0)
    assert wrong.returncode == 2 and "--nosuch" in wrong.stderr and "value" not in wrong.stderr


TWICE = (["-c", "add_group name=g1", "-c", "get_groups"], ["--user=admin", "--user=bob"],
         ["--state=a", "--state", "b"], ["--socket=a", "--socket=b"], ["--password-file", "a", "--password-file", "b"])


@pytest.mark.parametrize("program,twice", [
    (program, twice) for program in PROGRAMS for twice in TWICE if twice[0].partition("=")[0] in TAKEN[program]])
def test_a_value_that_would_be_lost_is_refused(program: str, twice: list[str]) -> None:
    done = run(PROGRAMS[program][0], *twice)
    assert done.returncode == 2 and f"{twice[0].partition('=')[0]} is given more than once" in done.stderr


@pytest.mark.parametrize("word, of", [
    ("--dry-run", "--deploy"), ("--now", "--deploy"), ("--remove", "--deploy"), ("--uids=1-2", "--deploy"),
    ("--downgrade", "--update")])
def test_an_option_that_goes_with_another_one_names_it(word: str, of: str) -> None:
    done = run("sysmgmt.service", word)
    assert (done.returncode, done.stderr) == (2, f"Error: {word.partition('=')[0]} is an option of {of}.\n")


@pytest.mark.parametrize("words, said", [
    (["--deploy", "--uids"], "--uids needs a value"), (["--state"], "--state needs a value"),
    (["--update"], "--update needs the name of a file in the import folder")])
def test_a_value_that_is_missing_is_said_and_help_of_no_command_is_named(words: list[str], said: str) -> None:
    done = run("sysmgmt.service", *words)
    assert (done.returncode, done.stderr) == (2, f"Error: The option {said}.\n")


def test_of_two_commands_none_is_run(basic: TestBox) -> None:
    done = result(sysmgmt(basic.folder, "", "-c", "add_group name=g1", "-c", "get_groups"))
    assert done.status == 2 and "g1" not in basic.state.groups
    assert sysmgmt(basic.folder, "", "--json", "--json", "-c", "get_groups").returncode == 0, "nothing is lost there"


def test_a_deployment_is_not_told_two_things() -> None:
    for words in (["--uids=1-2", "--uids", "3-4"], ["--state", "/a", "--state=/b"]):
        with pytest.raises(InvalidValue, match="more than once"):
            deploy.read(["--deploy", *words])


def test_the_menu_refuses_what_is_for_commands_and_says_so(basic: TestBox) -> None:
    for option in ("--atomic", "--keep-going"):
        done = subprocess.run(command(basic.folder, [option], module="boxmgmt"), capture_output=True, text=True,
                              env=ENVIRONMENT, input="", timeout=60)
        assert done.returncode == 2 and option in done.stderr
