"""What is typed into a program and what it answers, written down in a file.

`$ OPTIONS` runs the program with what the lines beginning with `> ` give it on standard input. What
follows is what comes out: standard output as it is, standard error behind `! `, then `= STATUS`.
Blank lines say nothing, `#` begins a comment, `...` stands for any text in a line. `@ NAME PASSWORD`
says who logs in from there on.
"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sysmgmt.engine.unserved import NOT_SERVED
from tests.support.box import TestBox
from tests.support.program import result, sysmgmt


class Run(NamedTuple):
    """One run of the program: how it is started, what it is given, what it says."""

    user: str
    password: str
    options: list[str]
    given: list[str]
    said: list[str]


def runs(path: Path, user: str = "", password: str = "") -> Iterator[Run]:
    """The runs that a file tells of. One without a status would be compared with nothing: it fails."""
    run = Run(user, password, [], [], ["= "])
    for line in [*path.read_text(encoding="utf-8").splitlines(), "$"]:
        if line.startswith("@ "):
            user, _, password = line[2:].partition(" ")
        elif line.startswith("$"):
            assert run.said[-1:] and run.said[-1].startswith("= "), f"{path}: no status after {run.given}"
            run = Run(user, password, shlex.split(line[1:]), [], [])
        elif line.startswith(">"):
            run.given.append(line[2:] + "\n")
        elif line and not line.startswith("#"):
            run.said.append(line)
            if line.startswith("= "):
                yield run


def check(box: TestBox, module: str, run: Run) -> None:
    """Run the program on a box and compare what it says."""
    out, err, status = result(sysmgmt(box.folder, "".join(run.given), *box.options, *run.options, user=run.user,
                                      password=run.password, module=module))
    beside = [line for line in err.splitlines() if NOT_SERVED not in line]  # only embedded mode says so
    found = [*out.splitlines(), *(f"! {line}" for line in beside), f"= {status}"]
    wanted = "\n".join(".*".join(re.escape(part) for part in line.split("...")) for line in run.said)
    assert re.fullmatch(wanted, "\n".join(line for line in found if line)), "\n".join([*run.given, *found])
