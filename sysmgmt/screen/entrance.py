"""Getting in: the Installation dialogue, the login, and a password that must be changed first."""

import os
import stat
import time
from typing import NamedTuple

from sysmgmt.domain.errors import InvalidValue, LoginNeeded, Refusal
from sysmgmt.domain.model import ADMIN
from sysmgmt.engine.door import Sign
from sysmgmt.engine.request import Answer, Request, refused
from sysmgmt.screen.ask import ask_required
from sysmgmt.screen.console import Console

TRIES = 3
PAUSE = 4.0
"""Seconds between two login prompts, so that nobody tries many."""


class Guest(NamedTuple):
    """Who came in. `role` is None where the box is not installed and nobody can be anybody."""

    role: str | None
    has_installed: bool = False


def admit(console: Console) -> Guest | Answer:
    """Let somebody in, or answer why not."""
    try:
        sign = console.door.sign()
        if not sign.installed:
            return _installed(console) if console.person else Guest(None)
        _have_agreed(console, sign)
        answer = console.door.enter() or _logged_in(console)
    except Refusal as refusal:
        return refused(None, refusal)
    if answer.status or answer.result is None:
        return answer
    welcome(console, answer)
    return _with_own_password(console, Guest(answer.result["role"]))


def _have_agreed(console: Console, sign: Sign) -> None:
    """Have a person confirm the banner where the policy says so. Raises Cancelled."""
    if console.person and console.options.command is None and sign.banner and sign.acknowledged:
        console.person.asker.confirm(f"{sign.banner}\nDo you agree?")


def _installed(console: Console) -> Guest | Answer:
    """The Installation dialogue, after which admin is logged in."""
    assert console.person is not None
    console.output.say("This box has not been installed yet. Installation asks for the name of\n"
                       "the box, the security level of its users and the password of admin.")
    if folder := console.options.state:
        console.output.say(f"Its state will be in {folder}.")
    console.output.say("")
    asker, command = console.person.asker, console.catalog["install"]
    while True:
        texts: dict[str, str] = {}
        ask_required(asker, console.door, command, texts)
        answer = console.door.run(Request(command.name, texts))
        console.output.answer(answer)
        if not answer.status:
            break
        asker.confirm("Try again?")
    answer = console.door.log_in(ADMIN, texts["password"])
    return answer if answer.status or answer.result is None else Guest(answer.result["role"], has_installed=True)


def _logged_in(console: Console) -> Answer:
    return _by_file(console) if console.options.password_file else _at_prompt(console)


def _by_file(console: Console) -> Answer:
    """A login with --user and --password-file."""
    if not console.options.user:
        raise LoginNeeded()
    return console.door.log_in(console.options.user, read_password(console, console.options.password_file))


def read_password(console: Console, path: str) -> str:
    """The first line of a file. Raises InvalidValue."""
    try:
        with open(path, encoding="utf-8", newline="\n") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                console.output.tell(f"Warning: other users may read {path}; use chmod 600.")
            return file.readline(4096).removesuffix("\n").removesuffix("\r")
    except OSError as problem:
        raise InvalidValue(what=f"The password file {path} cannot be read: {os.strerror(problem.errno or 0)}") from None
    except UnicodeDecodeError:
        raise InvalidValue(what=f"The password file {path} is not valid UTF-8") from None


def _at_prompt(console: Console) -> Answer:
    """A login at the terminal's prompt."""
    if console.person is None:
        raise LoginNeeded()
    sign, asker = console.door.sign(), console.person.asker
    if sign.banner and not sign.acknowledged:
        console.output.say(sign.banner)
    for left in range(TRIES - 1, -1, -1):
        name = console.options.user or asker.text("User name", ())
        answer = console.door.log_in(name, asker.secret("Password", False))
        if not answer.status or not left:
            return answer
        console.output.answer(answer)
        time.sleep(PAUSE)
    return answer


def welcome(console: Console, answer: Answer) -> None:
    """Tell a person when they were last here, and what happened since (S010)."""
    for warning in answer.warnings:
        console.output.tell(f"Warning: {warning}")
    if console.person is None or console.options.command is not None or answer.result is None:
        return
    facts = answer.result
    last = f"{facts['last_login_at']} from {facts['last_login_from']}" if facts["last_login_at"] else "never"
    console.output.say(f"Logged in as {facts['user']} ({facts['role']}). Last login: {last}.")
    if facts["failed_logins"]:
        console.output.say(f"Failed logins since then: {facts['failed_logins']}.")
    if facts["audit_anchor"]:
        console.output.say(f"Audit: {facts['audit_anchor']} (verify_audit_log proves it later).")


def _with_own_password(console: Console, guest: Guest) -> Guest | Answer:
    """On a terminal a due change is the first thing that happens."""
    if console.person is None or console.options.command is not None:
        return guest
    while console.door.caller.due:
        console.output.say("Your password must be changed before you can do anything else.")
        conversation = console.conversation()
        if conversation.take("set_password"):
            return Answer(None, status=conversation.status)
        if console.door.caller.due:
            console.person.asker.confirm("Try again?")
    return guest
