"""Users who are at the doors, and what the box knows of them."""

import json
from typing import Any

import pexpect.popen_spawn

from sysmgmt.domain.model import Session
from sysmgmt.store.state import StateStore
from tests.doors.site import PASSWORDS, PIPED, STATE, Site
from tests.support.waiting import wait_until


def state(site: Site) -> StateStore:
    return StateStore(str(site.machine.path(STATE)))


def sessions(site: Site, name: str) -> list[Session]:
    return [one for one in state(site).read().sessions.values() if one.user == name and not one.ended]


def only_session(site: Site, name: str) -> Session:
    wait_until(lambda: len(sessions(site, name)) == 1)
    return sessions(site, name)[0]


def audit(site: Site, **wanted: object) -> list[dict[str, Any]]:
    text = site.machine.path(f"{STATE}/audit.journal").read_text()
    return [one for one in map(json.loads, text.splitlines()) if wanted.items() <= one.items()]


def replace(site: Site, name: str, **fields: object) -> None:
    """Change fields of an account behind the engine's back."""
    with state(site).writing() as transaction:
        found = transaction.state
        account = found.accounts.get(name)
        assert account is not None
        transaction.save(found._replace(accounts=found.accounts.put(name, account._replace(**fields))))


def shell(site: Site, name: str, *options: str) -> Any:
    """An open shell, at its prompt."""
    child = site.by_password(name, options=options)
    child.sendline(PASSWORDS[name])
    child.expect("> |: $")
    return child


def piped(site: Site, name: str) -> Any:
    """`ssh name@box < batch` in progress, after its first line."""
    line = site.machine.inside(*PIPED, "-i", site.key(name), f"{name}@127.0.0.1")
    child = pexpect.popen_spawn.PopenSpawn(line, encoding="utf-8", timeout=20)
    child.sendline("get_current_user")
    child.expect("Last login from")
    return child


def add(site: Site, name: str, role: str = "monitor") -> str:
    """A user with the password that all users of these tests have."""
    PASSWORDS[name] = "Some-Pass-12"
    site.as_admin(f'add_user name={name} role={role} password="{PASSWORDS[name]}" must_change=no')
    return name


def as_user(site: Site, name: str, program: str, *words: str, given: bytes = b"") -> str:
    """Run Python as the user `name`; what it prints. It begins like a shell does: no groups but one."""
    uid, gid = (site.machine.do("/usr/bin/id", option, name).strip() for option in ("-u", "-g"))
    return site.machine.do("/usr/bin/setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups",
                           site.python, "-I", "-c", program, *words, given=given)
