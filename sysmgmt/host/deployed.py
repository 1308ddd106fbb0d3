"""Putting files of a deployment onto the machine, and taking them away again: what stood there is kept."""

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import PurePath
from typing import Any

from sysmgmt.domain.errors import ServiceRefused
from sysmgmt.host import files, programs
from sysmgmt.host.daemons import SYSTEMD
from sysmgmt.host.files import File

NAME = "The deployment"


class Kept:
    """What stood on the machine before a deployment, in the folder `folder` below `root`."""

    def __init__(self, folder: str, root: str = "/") -> None:
        self._folder = files.within(root, folder)
        self._root = root
        self._record = os.path.join(self._folder, "record.json")

    def facts(self) -> dict[str, Any]:
        """The record of the deployment; empty if there is none."""
        found = files.read(self._record)
        loaded: dict[str, Any] = json.loads(found.content) if found else {}
        return loaded

    def keep(self, paths: Iterable[str], site: Mapping[str, Any]) -> None:
        """Keep what stands at `paths`, unless an earlier deployment has; then record `site`.

        A path that ends with a slash is a folder, of which only is kept whether it was there. Raises
        OSError; nothing is left of the folder then, if it is new.
        """
        new = not os.path.isdir(self._folder)
        try:
            self._keep(paths, site)
        except OSError:
            if new:
                shutil.rmtree(self._folder, ignore_errors=True)
            raise

    def _keep(self, paths: Iterable[str], site: Mapping[str, Any]) -> None:
        facts = self.facts()
        known: dict[str, Any] = facts.get("files", {})
        folders: set[str] = set(facts.get("folders", ()))
        for path in paths:
            folders.update(self._missing_folders(path))
            if path in known or path.endswith("/"):
                continue
            found = files.read(files.within(self._root, path))
            known[path] = found and [found.mode, found.group]
            if found:
                files.put(self._original(path), found._replace(mode=0o600, group=0))
        os.makedirs(self._folder, exist_ok=True)
        os.chmod(self._folder, 0o700)
        record = {"site": dict(site), "files": known, "folders": sorted(folders)}
        files.put(self._record, File((json.dumps(record, indent=1, sort_keys=True) + "\n").encode(), 0o600))

    def original(self, path: str) -> File | None:
        """What stood at `path`."""
        told = self.facts()["files"].get(path)
        found = files.read(self._original(path)) if told else None
        return found and found._replace(mode=told[0], group=told[1])

    def paths(self) -> list[str]:
        """What a deployment has put there."""
        return sorted(self.facts().get("files", {}))

    def restore(self) -> None:
        """Put back what stood there, and forget the deployment."""
        folders = self.facts().get("folders", [])
        wanted = {path: self.original(path) for path in self.paths()}
        for path in sorted(wanted, key=lambda path: wanted[path] is not None):  # what goes makes room on a full disk
            real = files.within(self._root, path)
            if files.read(real) != wanted[path]:  # what has not changed may stand where nothing can be written
                files.put(real, wanted[path])
        shutil.rmtree(self._folder)
        for folder in sorted(folders, key=len, reverse=True):
            with suppress(OSError):  # somebody else may have put something there since
                os.rmdir(files.within(self._root, folder))

    def _missing_folders(self, path: str) -> list[str]:
        above = [path.rstrip("/")] if path.endswith("/") else []
        above += [str(one) for one in PurePath(path.rstrip("/")).parents]
        return [one for one in above if not os.path.isdir(files.within(self._root, one))]

    def _original(self, path: str) -> str:
        return os.path.join(self._folder, "originals", path.lstrip("/"))


def put(wanted: Mapping[str, File], root: str = "/") -> None:
    """Put files into place. Raises ServiceRefused."""
    for path, file in wanted.items():
        try:
            files.put(files.within(root, path), file)
        except OSError as problem:
            raise ServiceRefused(service=NAME, words=f"{path}: {problem.strerror}") from None


def make_users(root: str = "/") -> None:
    """Make the group of all users, and the users that programs run as. Raises ServiceRefused."""
    programs.run(NAME, ["/usr/bin/systemd-sysusers", f"--root={root}", "/usr/lib/sysusers.d/boxmgmt.conf"])


def remove_users(users: Iterable[str], groups: Iterable[str], root: str = "/") -> None:
    """Remove them, as far as they are there. Raises ServiceRefused."""
    prefix = [] if root == "/" else ["--prefix", root]
    for one in users:
        if _number(one, "/etc/passwd", root):
            # Also where a session is still open: it can do nothing any more.
            programs.run(NAME, ["/usr/sbin/userdel", "--force", *prefix, one])
    for one in groups:  # userdel may have taken the group of the same name with it
        if group_number(one, root):
            programs.run(NAME, ["/usr/sbin/groupdel", *prefix, one])


def group_number(name: str, root: str = "/") -> int:
    """The number of a group; 0 if there is none."""
    return _number(name, "/etc/group", root)


def _number(name: str, path: str, root: str) -> int:
    found = files.read(files.within(root, path)) or File(b"")
    lines = [line.split(":") for line in found.content.decode(errors="replace").splitlines()]
    return next((int(one[2]) for one in lines if one[0] == name and len(one) > 2), 0)


def order_systemd(*verbs: tuple[str, ...]) -> bool:
    """Give systemd orders, one after the other; False where it is not the init. Raises ServiceRefused."""
    if not os.path.isdir(SYSTEMD):
        return False
    for verb in verbs:
        programs.run(NAME, ["/usr/bin/systemctl", *verb], limit=60)
    return True
