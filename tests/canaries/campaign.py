"""Secrets sent through the shells in every way, and what each of them has said."""

import re
import signal
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pexpect

from tests.canaries import attempts
from tests.canaries.needles import Found
from tests.canaries.site import PATIENCE, Site
from tests.support.box import ADMIN_PASSWORD
from tests.support.program import ENVIRONMENT
from tests.support.waiting import wait_until

Said = dict[str, bytes]
OTHERS = {"a monitor": ("mona", ()), "nobody": ("", ()), "JSON": ("admin", ("--json",)),
          "cmd2": ("admin", ("--no-shortcut",))}
"""Who tries it besides the administrator, and how."""
QUESTION, PROMPT = "\r\n > ", "box1> "
ASKED = re.compile(r" ?\w+=\{(?:c|own)\}")


def quick(site: Site) -> Said:
    """Everything once, as an administrator on a pipe and at a terminal."""
    said = {"pipe": site.run(all_lines(site), "--keep-going"), "menu": menu(site),
            "terminal": b"".join(terminal(site, attempts.PATTERNS[1:3]))}
    return said | finish(site)


def whole(site: Site) -> Said:
    """Everything as everybody, with boxmgmtd being killed in between."""
    said = {"pipe": site.run(all_lines(site), "--keep-going"), "menu": menu(site),
            "terminal": b"".join(terminal(site, (*attempts.PATTERNS, *attempts.RECEIVERS)))}
    for name, (user, options) in OTHERS.items():
        said[name] = site.run(all_lines(site), "--keep-going", *options, user=user)
        site.daemon.restart(signal.SIGKILL)
    for number, line in enumerate(attempts.lines(site.canaries, attempts.PATTERNS)):
        if number % 10 == 0:  # a batch of this kind ends with the first failure
            said[f"atomic {number}"] = site.run([line], "--atomic")
    site.run(site.settings)
    return said | finish(site)


def all_lines(site: Site) -> list[str]:
    """All commands with all mistakes; the receivers stay set up."""
    return [*attempts.lines(site.canaries, attempts.RECEIVERS), *site.settings,
            *attempts.lines(site.canaries, attempts.PATTERNS), *attempts.AFTERWARDS]


def finish(site: Site, name: str = "last") -> Said:
    """Wait until the receivers were told of everything, up to a group of that name, and collect it."""
    site.run([f"add_group name={name}"])
    wait_until(lambda: site.told(name), PATIENCE)
    return {"archive": site.archive()}


def menu(site: Site) -> bytes:
    """Secrets in the menu: where they belong, and instead of a choice."""
    fresh = site.canaries.fresh
    walks = (["2.5.1.3", ADMIN_PASSWORD, ADMIN_PASSWORD], ["2.5.1.3", ADMIN_PASSWORD, f"{fresh()}\x1b{fresh()}"],
             ["2.5.1.3", fresh(), fresh()], [fresh()], ["2", fresh()])
    return b"".join(site.run(walk, module="boxmgmt") for walk in walks)


def terminal(site: Site, patterns: tuple[str, ...]) -> Iterator[bytes]:
    """What is seen at a terminal where secrets are typed, unseen, at the questions for them."""
    program = [*site.watched(), sys.executable, "-m", "sysmgmt", *site.where, "--user", "admin"]
    child: Any = pexpect.spawn(program[0], program[1:], env=ENVIRONMENT | {"TERM": "dumb"}, encoding="utf-8",
                               timeout=30, dimensions=(50, 400))
    child.delaybeforesend = None
    yield _answered(child, lambda: ADMIN_PASSWORD).encode()
    for pattern in patterns:
        child.sendline(ASKED.sub(lambda match: match[0].partition("=")[0] + "=-", pattern))
        own = "{own}" in pattern
        yield _answered(child, lambda: ADMIN_PASSWORD if own else site.canaries.fresh()).encode()
    child.sendline("quit")
    child.wait()


def _answered(child: Any, secret: Callable[[], str]) -> str:
    """What was seen while all questions were answered, with the same secret where it is asked for again."""
    seen, typed = "", ""
    while child.expect_exact([QUESTION, PROMPT]) == 0:
        seen += child.before
        typed = typed if "again" in child.before else secret()
        child.sendline(typed)
    return seen + str(child.before)


def control(site: Site) -> list[Found]:
    """What is found where a canary is no secret but the name of a group."""
    name = site.canaries.fresh().lower()  # as names of groups are kept
    said = {"pipe": site.run(["get_groups", f"add_group name={name}", "get_groups"])} | finish(site, name + "x")
    return site.found(said)
