"""Getting in: the Installation dialogue, the login, and a password that must be changed first."""

import os
import re
import stat
import time
from typing import NamedTuple

from sysmgmt.domain.errors import Cancelled, InvalidValue, LoginNeeded, Refusal
from sysmgmt.domain.model import ADMIN
from sysmgmt.engine import language
from sysmgmt.engine.door import Sign
from sysmgmt.engine.request import Answer, Request, refused
from sysmgmt.screen.ask import ask_required
from sysmgmt.screen.client import Client

TRIES = 3
PAUSE = 4.0
"""Seconds between two login prompts, so that nobody tries many."""


class Guest(NamedTuple):
    """Who came in. `role` is None where the box is not installed and nobody can be anybody."""

    role: str | None
    has_installed: bool = False


def admit(client: Client) -> Guest | Answer:
    """Let somebody in, or answer why not."""
    try:
        sign = client.door.sign()
        if not sign.installed:
            return _installed(client) if client.person else Guest(None)
        _have_agreed(client, sign)
        answer = client.door.enter() or _logged_in(client)
    except Cancelled:
        return refused(None, Cancelled("Cancelled."))
    except Refusal as refusal:
        return refused(None, refusal)
    if answer.status or answer.result is None:
        return answer
    welcome(client, answer)
    return _with_own_password(client, Guest(answer.result["role"]))


def _have_agreed(client: Client, sign: Sign) -> None:
    """Have a person confirm the banner where the policy says so. Raises Cancelled."""
    if client.person and client.options.command is None and sign.banner and sign.acknowledged:
        client.person.asker.confirm(f"{sign.banner}\nDo you agree?")


def _installed(client: Client) -> Guest | Answer:
    """The Installation dialogue, after which admin is logged in."""
    assert client.person is not None
    client.output.say("This box has not been installed yet. Installation asks for the name of\n"
                      "the box, the security level of its users and the password of admin.")
    if folder := client.options.state:
        client.output.say(f"Its state will be in {folder}.")
    client.output.say("")
    asker, command = client.person.asker, client.catalog["install"]
    while True:
        texts: dict[str, str] = {}
        ask_required(asker, client.door, command, texts)
        answer = client.door.run(Request(command.name, texts))
        client.output.answer(answer)
        if not answer.status:
            break
        asker.confirm("Try again?")
    answer = client.door.log_in(ADMIN, texts["password"])
    return answer if answer.status or answer.result is None else Guest(answer.result["role"], has_installed=True)


def _logged_in(client: Client) -> Answer:
    return _by_file(client) if client.options.password_file else _at_prompt(client)


def _by_file(client: Client) -> Answer:
    """A login with --user and --password-file."""
    if not client.options.user:
        raise LoginNeeded()
    return client.door.log_in(client.options.user, password_in_file(client, client.options.password_file))


def password_in_file(client: Client, path: str) -> str:
    """The first line of a file. Raises InvalidValue."""
    try:
        with open(path, encoding="utf-8", newline="\n") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                client.output.tell(f"Warning: other users may read {path}; use chmod 600.")
            return file.readline(4096).removesuffix("\n").removesuffix("\r")
    except OSError as problem:
        raise InvalidValue(what=f"The password file {path} cannot be read: {os.strerror(problem.errno or 0)}") from None
    except UnicodeDecodeError:
        raise InvalidValue(what=f"The password file {path} is not valid UTF-8") from None


def _at_prompt(client: Client) -> Answer:
    """A login at the terminal's prompt."""
    if client.person is None:
        raise LoginNeeded()
    sign, asker = client.door.sign(), client.person.asker
    if sign.banner and not sign.acknowledged:
        client.output.say(sign.banner)
    for left in range(TRIES - 1, -1, -1):
        name = client.options.user or asker.text("User name", ())
        answer = client.door.log_in(name, asker.secret("Password", False))
        if not answer.status or not left:
            return answer
        client.output.answer(answer)
        time.sleep(PAUSE)
    return answer


def welcome(client: Client, answer: Answer) -> None:
    """Tell a person when they were last here, and what happened since.

    Whoever gives the one command that a warning advises knows what it says, and it may be over with that.
    """
    given = language.command_of(client.options.command or "")
    for warning in answer.warnings:
        if not given or given not in re.findall("[a-z_]+", warning):
            client.output.tell(f"Warning: {warning}")
    if client.person is None or client.options.command is not None or answer.result is None:
        return
    facts = answer.result
    last = f"{facts['last_login_at']} from {facts['last_login_from']}" if facts["last_login_at"] else "never"
    client.output.say(f"Logged in as {facts['user']} ({facts['role']}). Last login: {last}.")
    if facts["failed_logins"]:
        since = "since then" if facts["last_login_at"] else "so far"
        client.output.say(f"Failed logins {since}: {facts['failed_logins']}.")
    if facts["audit_anchor"]:
        client.output.say(f"Audit: {facts['audit_anchor']} (verify_audit_log proves it later).")


def _with_own_password(client: Client, guest: Guest) -> Guest | Answer:
    """On a terminal a due change is the first thing that happens."""
    if client.person is None or client.options.command is not None:
        return guest
    while client.door.caller.due:
        client.output.say("Your password must be changed before you can do anything else.")
        conversation = client.conversation()
        if conversation.take("set_password"):
            return Answer(None, status=conversation.status)
        if client.door.caller.due:
            client.person.asker.confirm("Try again?")
    return guest
