"""The manual pages as files: `python -m boxmgmt.pages man` writes them, a test compares them."""

import sys
from collections.abc import Iterator
from pathlib import Path

from boxmgmt.menu import Free, Menu, Run
from boxmgmt.tree import MAIN
from sysmgmt import __version__
from sysmgmt.screen.pages import roff, shell, usage
from sysmgmt.screen.pages.service import boxmgmtd

DESCRIPTION = """
boxmgmt is the numbered menu of an appliance, over the same commands as sysmgmt(1). Users with the
role administrator get the menu with [6] System management CLI, which opens sysmgmt; users with the
role admin get it without; all others get sysmgmt. On a box that has not been installed it leads
through the Installation first; where the machine takes over its network (boxmgmtd --deploy), that
offers to set up an interface too.

A number chooses, and a path of numbers walks at once, from the menu that one is in: 2.1. B goes
back, M to the main menu, Q quits as exit and logout do, ? helps. Numbers never move: what somebody may not do is not
shown, and its number stays free. After each action the menu shows the sysmgmt command that does the
same. At a question ? explains what can be answered, and Ctrl-C breaks off the action and nothing else. What was
left blank and turns out to be needed, as the first time, is asked for then.
"""

PIPE = """
On standard input each line is a choice, or the answer to the question that is due: a blank answer
keeps an optional value as it is, a confirmation is answered with y. Blank lines and lines that
begin with # are skipped where a choice is due. Neither menus nor questions are printed. The first choice,
value or action that is refused ends it with its exit status, and a message that names the line.

    printf '%s\\n' 2.2 box2 |
        boxmgmt --user admin --password-file /root/admin.password
"""


def boxmgmt() -> str:
    """boxmgmt(1)."""
    return "\n".join([
        *roff.title("boxmgmt", 1, __version__),
        *roff.heading("NAME"), roff.escape("boxmgmt - the menu of an appliance"),
        *roff.heading("SYNOPSIS"), *roff.example(usage.SYNOPSES["boxmgmt"]),
        *roff.heading("DESCRIPTION"), *roff.paragraphs(DESCRIPTION),
        *roff.heading("OPTIONS"), *usage.terms("boxmgmt"),
        *roff.heading("MENU"), *roff.terms(items(MAIN, "")),
        *roff.heading("STANDARD INPUT"), *roff.paragraphs(PIPE),
        *shell.ending("boxmgmt"),
    ]) + "\n"


def items(menu: Menu, path: str) -> Iterator[tuple[str, str]]:
    """Every item of a menu and of those below it, with what it runs."""
    for number, one in enumerate(menu.items, 1):
        if isinstance(one, Free):
            continue
        place = f"{path}{number}"
        if isinstance(one, Menu):
            yield f"{place}  {one.title}", ""
            yield from items(one, place + ".")
        else:
            runs = one.command.name if isinstance(one, Run) else one.program
            yield f"{place}  {one.title}", f"Runs {runs}."


PAGES = {"sysmgmt.1": shell.sysmgmt, "boxmgmt.1": boxmgmt, "boxmgmtd.8": boxmgmtd}


def main() -> None:
    """Write the pages into the folder named."""
    for name, page in PAGES.items():
        (Path(sys.argv[1]) / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
