"""The host keys of sshd: made anew for every box that is installed, whatever an image brought (R143), and on demand."""

import os
import re
import tempfile
from collections.abc import Mapping

from sysmgmt.domain.errors import ServiceRefused
from sysmgmt.domain.model import Settings, State
from sysmgmt.domain.ssh_keys import HostKey
from sysmgmt.host import files, programs, sshd
from sysmgmt.host.files import File
from sysmgmt.host.services import Service

NAME = "host keys"
PROGRAM = "/usr/bin/ssh-keygen"
OWNER = "/etc/boxmgmt/host_keys_of"
"""Names the set that the keys are. It is put into place after all of them: a set that was cut short has no name."""
KINDS = {"ed25519": (), "ecdsa": ("-b", "384"), "rsa": ("-b", "3072")}
"""Debian's three, which sshd looks for by itself."""
SHOWN = re.compile(r"(\d+) (SHA256:\S+) .*\((\S+)\)")
"""What ssh-keygen -l says of a key."""


def key_path(kind: str) -> str:
    """Where sshd looks for the key of a kind."""
    return f"/etc/ssh/ssh_host_{kind}_key"


def wanted(settings: Settings) -> str:
    """The name of the set that belongs on the machine: that of the installation, or of the last regeneration."""
    return settings.host_keys or settings.box_id


def service(root: str = "/") -> Service:
    """The service: keys of the set that the state names. Others are made while the old ones still stand."""
    def render(state: State) -> Mapping[str, File | None]:
        owner, found = File(f"{wanted(state.settings)}\n".encode()), files.read(files.within(root, OWNER))
        if not wanted(state.settings) or (found and found.content == owner.content):
            return {OWNER: found}
        return {**fresh(), OWNER: owner}

    def concerns(old: State, new: State) -> bool:
        return wanted(old.settings) != wanted(new.settings)
    return Service(NAME, render, concerns, sshd.reload, lambda prepared: check(prepared, root))


def fresh() -> dict[str, File]:
    """New keys of every kind, by the path where each belongs. Raises ServiceRefused."""
    made = {}
    try:
        with tempfile.TemporaryDirectory(prefix="boxmgmt-keys-") as folder:
            for kind, options in KINDS.items():
                new = os.path.join(folder, kind)
                programs.run(NAME, [PROGRAM, "-q", "-t", kind, *options, "-N", "", "-C", "", "-f", new])
                for end, mode in (("", 0o600), (".pub", 0o644)):
                    with open(new + end, "rb") as file:
                        made[key_path(kind) + end] = File(file.read(), mode)
    except OSError as problem:
        raise ServiceRefused(service=NAME, words=str(problem)) from None
    return made


def check(prepared: Mapping[str, str], root: str = "/") -> None:
    """Have new keys prove themselves before an old one goes, and sshd read them. Raises ServiceRefused."""
    paths = [files.within(root, key_path(kind)) for kind in KINDS]
    fresh = [(prepared[path], prepared[path + ".pub"]) for path in paths if path in prepared]
    for private, public in fresh:
        _prove(private, public)
    sshd.check({}, root, [private for private, _ in fresh])


def _prove(private: str, public: str) -> None:
    """Have a key sign nothing at all, and see whose signature that is."""
    with tempfile.NamedTemporaryFile("w", prefix="boxmgmt-signature-") as file:
        file.write(programs.run(NAME, [PROGRAM, "-Y", "sign", "-n", "boxmgmt", "-f", private]))
        file.flush()
        told = programs.run(NAME, [PROGRAM, "-Y", "check-novalidate", "-n", "boxmgmt", "-s", file.name])
    wanted = SHOWN.match(programs.run(NAME, [PROGRAM, "-l", "-E", "sha256", "-f", public]))
    if wanted is None or wanted[2] not in told.split():
        raise ServiceRefused(service=NAME, words=f"{private} does not prove that it belongs to {public}")


def present(root: str = "/") -> tuple[HostKey, ...]:
    """The keys that stand on the machine. Raises ServiceRefused."""
    paths = [files.within(root, key_path(kind)) for kind in KINDS]
    told = (programs.run(NAME, [PROGRAM, "-l", "-E", "sha256", "-f", path]) for path in paths if os.path.exists(path))
    shown = (SHOWN.match(line) for line in told)
    return tuple(HostKey(one[3], int(one[1]), one[2]) for one in shown if one)
