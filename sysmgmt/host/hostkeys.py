"""The host keys of sshd: made anew for every box that is installed, whatever an image brought (R143)."""

import os
from collections.abc import Mapping
from contextlib import suppress

from sysmgmt.domain.errors import ServiceRefused
from sysmgmt.domain.model import State
from sysmgmt.host import files, programs, sshd
from sysmgmt.host.files import File
from sysmgmt.host.services import Service

NAME = "host keys"
PROGRAM = "/usr/bin/ssh-keygen"
OWNER = "/etc/boxmgmt/host_keys_of"
"""Holds the id of the box that the keys were made for."""
KINDS = {"ed25519": (), "ecdsa": ("-b", "384"), "rsa": ("-b", "3072")}
"""Debian's three, which sshd looks for by itself."""


def service(root: str = "/") -> Service:
    """The service: its one file names the box, and a change of it is a set of new keys."""
    def render(state: State) -> Mapping[str, File | None]:
        wanted = File(f"{state.settings.box_id}\n".encode()) if state.settings.box_id else None
        return {OWNER: wanted or files.read(files.within(root, OWNER))}

    def concerns(old: State, new: State) -> bool:
        return old.settings.box_id != new.settings.box_id
    return Service(NAME, render, concerns, lambda: regenerate(root), lambda prepared: _check())


def regenerate(root: str = "/") -> None:
    """Make new host keys and have sshd use them; open sessions go on. Raises ServiceRefused.

    All are made before the first old one goes.
    """
    fresh = {}
    try:
        for kind, options in KINDS.items():
            path = files.within(root, f"/etc/ssh/ssh_host_{kind}_key")
            fresh[path] = _make(path, kind, options)
        for path, new in fresh.items():
            os.rename(new + ".pub", path + ".pub")
            os.rename(new, path)
    except OSError as problem:
        raise ServiceRefused(service=NAME, words=str(problem)) from None
    finally:
        for new in fresh.values():
            _forget(new)
    sshd.check({}, root)
    sshd.reload()


def _make(path: str, kind: str, options: tuple[str, ...]) -> str:
    new = path + files.SUFFIX
    _forget(new)
    programs.run(NAME, [PROGRAM, "-q", "-t", kind, *options, "-N", "", "-C", "", "-f", new])
    return new


def _forget(path: str) -> None:
    for one in (path, path + ".pub"):
        with suppress(OSError):
            files.drop(one)


def _check() -> None:
    for program in (PROGRAM, sshd.PROGRAM):
        if not os.access(program, os.X_OK):
            raise ServiceRefused(service=NAME, words=f"{program} is not installed")
