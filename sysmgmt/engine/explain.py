"""What can be said about commands: help, and who may run them."""

import re
from collections.abc import Mapping
from typing import Any

from sysmgmt.domain import roles
from sysmgmt.domain.model import State
from sysmgmt.domain.names import LEAST_PART, is_part
from sysmgmt.engine.authorization import holds
from sysmgmt.engine.catalog import is_shown, public, unknown
from sysmgmt.engine.declaration import ANYONE, BEFORE_INSTALLATION, EVERYBODY, Command, Parameter
from sysmgmt.engine.request import Caller

OTHER_WORDS = {"delete": "remove", "hostname": "host_name", "shutdown": "shut_down"}
"""Words that no command is named with, and the ones that are meant."""


def visible(catalog: Mapping[str, Command], caller: Caller, name: str) -> Command:
    """The command `name`. Raises UnknownCommand, also for one that is hidden."""
    command = public(catalog, name, caller)
    if not is_shown(command, caller):
        raise unknown(catalog, name, caller)
    return command


def may_run(state: State, command: Command, caller: Caller) -> bool:
    """Whether the role of `caller` allows the command, as far as can be said beforehand."""
    account = state.accounts.get(caller.user)
    if account is None:
        return command.needs == EVERYBODY or (command.needs == BEFORE_INSTALLATION and not state.installed)
    return holds(state, account, command.needs)


def overview(state: State, catalog: Mapping[str, Command], caller: Caller,
             titles: Mapping[str, str], topic: str = "") -> dict[str, Any]:
    """All commands that `caller` may run, with one sentence each and the titles of their chapters.

    With a `topic` those of the chapter whose title begins with it, else those that are about it.
    """
    every = [one for one in catalog.values() if is_shown(one, caller) and may_run(state, one, caller)]
    shown = [one for one in every if _begins(titles.get(one.name, ""), topic)]
    return {"commands": [{"name": one.name, "summary": one.summary, "chapter": titles.get(one.name, "")}
                         for one in shown or [one for one in every if _is_about(one, titles, topic)]]}


def _begins(title: str, words: str) -> bool:
    return not words or f"{title} ".lower().startswith(f"{words} ".lower())


def _is_about(command: Command, titles: Mapping[str, str], topic: str) -> bool:
    """Whether a name contains a word, or words begin with it in what is said of the command."""
    meant = OTHER_WORDS.get(topic.lower(), topic.lower())
    said = f"{command.summary} {titles.get(command.name, '')}".lower()
    return is_part(meant, command.name) or bool(len(meant) >= LEAST_PART and re.search(rf"\b{re.escape(meant)}", said))


def page(command: Command) -> dict[str, Any]:
    """Everything that the declaration of a command says."""
    return {
        "name": command.name, "synopsis": synopsis(command), "summary": command.summary,
        "details": command.details or None, "needs": str(command.needs),
        "parameters": [_parameter(one) for one in command.parameters],
    }


def synopsis(command: Command) -> str:
    """The line in which a command is used."""
    return " ".join([command.name, *map(_usage, command.parameters)])


def _usage(one: Parameter) -> str:
    usage = f"[{one.name}=]{one.word.syntax}" if one.word.bare else f"{one.name}={one.word.syntax}"
    return usage if one.required else f"[{usage}]"


def _parameter(one: Parameter) -> dict[str, Any]:
    return {"name": one.name, "about": one.word.about, "syntax": one.word.syntax, "required": one.required,
            "secret": one.word.secret}


def who_can(state: State, command: Command) -> dict[str, Any]:
    """The roles and users that may run a command."""
    allowed = [one.name for one in roles.every(state)
               if command.needs in (ANYONE, EVERYBODY) or command.needs in one.permissions]
    users = [{"name": one.name, "role": one.role, "groups": None if one.groups is None else list(one.groups)}
             for one in state.accounts.values() if one.role in allowed]
    return {"command": command.name, "needs": str(command.needs), "roles": allowed, "users": users}
