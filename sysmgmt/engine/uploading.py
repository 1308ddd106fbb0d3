"""Bringing files to upload targets: archives of system info, and whatever else has a name and pieces."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sysmgmt.domain import sealed, truststore
from sysmgmt.domain.collection import Archive
from sysmgmt.domain.errors import Refusal
from sysmgmt.domain.model import State, UploadTarget
from sysmgmt.domain.uploads import Goal
from sysmgmt.engine.declaration import Call
from sysmgmt.engine.ports import Box
from sysmgmt.engine.trial import Steps, trusting

PURPOSE = "upload"
ADVICE = {
    "name": "Check the name of the server (get_upload_targets), and the DNS of the box.",
    "port": "Check the port, and whether the server runs and a firewall lets the box through.",
    "trusted": "For sftp, compare the fingerprint with that of the server; if it has a new key, remove the target and "
               "add it again. For ftps, trust its authority with add_trusted_certificate (purposes=upload).",
    "login": "Check user and password: remove the target and add it again.",
    "stored": "Check the directory, and whether the user may write and rename there."}
"""What to do where a test ends at a step."""


def place(name: str) -> str:
    """What the sealed password of a target is bound to."""
    return sealed.place("upload_targets", name, "password")


def sealed_password(call: Call, name: str, password: str) -> str:
    """The password, sealed. Raises MasterKeyMissing, MasterKeyWrong."""
    return call.box.sealer.seal(password, place(name), call.state.settings.master_key)


def goal(box: Box, state: State, target: UploadTarget) -> Goal:
    """The target, ready to be spoken to. Raises MasterKeyMissing, MasterKeyWrong, StateDamaged."""
    trust = truststore.trust(state, PURPOSE, target.server, box.clock.now())
    return Goal(target, box.sealer.unseal(target.password, place(target.name)), trust)


def send(call: Call, target: UploadTarget, archive: Archive) -> Mapping[str, Any]:
    """Bring an archive of system info to a target.

    Raises UnknownArchive, ServerUnreachable, ServerRefused, UploadFailed, UploadNotInstalled.
    """
    name = f"{archive.name}.tar.gz"
    pieces = _told(call, call.box.archives.pieces(archive.name), archive.size)
    call.box.uploads.send(goal(call.box, call.state, target), name, pieces, lambda step: None)
    return {"name": archive.name, "target": target.name, "server": target.server, "file": name,
            "size": archive.size, "sha256": archive.sha256}


def _told(call: Call, pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    done = 0
    for piece in pieces:
        yield piece
        done += len(piece)
        call.report("Sending", done, size)


def test(call: Call, target: UploadTarget) -> Mapping[str, Any]:
    """Write a small file; the steps on the way there. Raises DeliveryFailed with what to do."""
    now, name = call.box.clock.now, call.state.settings.name
    advice = trusting(ADVICE, "trusted", call.state.settings, " starttls=ftp")
    steps = Steps({one: what for one, what in advice.items() if one != "trusted" or target.protocol != "ftp"}, now)
    try:
        call.box.uploads.send(goal(call.box, call.state, target), f"{name}-test.txt",
                              [f"The box {name} can write here.\n".encode()], steps.passed)
    except Refusal as problem:
        raise steps.failed(target.server, problem) from None
    return {"server": target.server, "steps": steps.done}
