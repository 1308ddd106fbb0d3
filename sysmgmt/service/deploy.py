"""boxmgmtd --deploy: makes a Debian machine a box, shows beforehand how, and takes it back."""

import difflib
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import sysmgmt
from sysmgmt import box
from sysmgmt.domain.errors import InvalidValue, MissingValue, ServiceRefused
from sysmgmt.host import deployed, files, hostkeys, nginx, nss, sshd
from sysmgmt.host.files import File
from sysmgmt.host.services import UNSETTLED
from sysmgmt.service.deployment import barriers, doors, pamfiles, plan, site, unit
from sysmgmt.service.deployment.site import GROUP, HOME, KEPT, KEYS_USER, ROOT_STAYS, Site

USAGE = """usage: boxmgmtd --deploy [--dry-run] [--now] [--remove] [--uids FIRST-LAST]
                [--state DIR] [--socket PATH]
See the manual page boxmgmtd(8)."""
SETTLED = (UNSETTLED, sshd.DROP_IN, sshd.BANNER, sshd.ISSUE, hostkeys.OWNER, pamfiles.SHUT, nss.FOLDER + "/passwd",
           nss.FOLDER + "/shadow", nss.FOLDER + "/group", *nginx.FILES)
"""Files that boxmgmtd writes while it runs."""


class Wish(NamedTuple):
    """What was asked for. `root` is the machine, or (in tests) a tree of one."""

    site: Site
    dry_run: bool = False
    now: bool = False
    remove: bool = False
    root: str = "/"


def read(words: list[str]) -> Wish:
    """The options. Raises InvalidValue, MissingValue."""
    here = Site(sys.executable, str(Path(sysmgmt.__file__).parent.parent), release=sysmgmt.__version__)
    wish = Wish(here)
    rest = iter(words)
    for word in rest:
        name, _, value = word.partition("=")
        if word == "--deploy":
            continue
        if word in ("--dry-run", "--now", "--remove"):
            wish = Wish(**wish._asdict() | {word[2:].replace("-", "_"): True})
        elif name in ("--uids", "--root", "--state", "--socket"):
            wish = _with(wish, name, value or next(rest, ""))
        else:
            raise InvalidValue(what=f"There is no option {name[:32]} of --deploy")
    return wish


def _with(wish: Wish, name: str, value: str) -> Wish:
    if not value:
        raise MissingValue(command="--deploy", parameter=name)
    if name == "--root":
        return wish._replace(root=os.path.abspath(value))
    if name == "--uids":
        first, dash, last = value.partition("-")
        if not (first.isdecimal() and last.isdecimal()):
            raise InvalidValue(what=f"{value[:32]} is no range FIRST-LAST")
        return wish._replace(site=wish.site._replace(uids=(int(first), int(last))))
    return wish._replace(site=Site(**wish.site._asdict() | {name[2:]: os.path.abspath(value)}))


def main(words: list[str]) -> None:
    """Do what `words` ask for and say what was done. Raises InvalidValue, MissingValue, ServiceRefused."""
    wish = read(words)
    if wish.remove:
        lines = removed(wish)
    else:
        barriers.check(wish.site, wish.root)
        before = site.read(wish.root)
        methods = before.root_methods if before else sshd.root_methods(wish.root)
        wish = wish._replace(site=wish.site._replace(root_methods=methods))
        lines = shown(wish) if wish.dry_run else made(wish)
    for line in lines:
        print(line)


def shown(wish: Wish) -> Iterator[str]:
    """Every file and its difference, and what else would happen."""
    for path, file in {**plan.wanted(wish.site, wish.root), **first_door(wish)}.items():
        yield from difference(path, files.read(files.within(wish.root, path)), file)
    yield f"The group {GROUP} and the user {KEYS_USER} would be made (systemd-sysusers)."
    yield f"Users of the box would have the numbers {wish.site.uids[0]} to {wish.site.uids[1]}."
    yield "At Installation sshd gets new host keys."
    yield from consequences(wish)


def first_door(wish: Wish) -> dict[str, File]:
    """The drop-in of sshd, as boxmgmtd writes it first."""
    root = sshd.ROOT_IS_SHUT if wish.now else sshd.ROOT_STAYS
    text = sshd.drop_in(sshd.Keys(wish.site.launcher("keys"), wish.site.root_methods), False, root)
    return {sshd.DROP_IN: File(text.encode())}


def difference(path: str, before: File | None, after: File) -> Iterator[str]:
    """A unified diff, with the mode of a new file or of one whose mode changes."""
    old = before.content.decode(errors="replace").splitlines() if before else []
    new = after.content.decode(errors="replace").splitlines()
    if before and before.mode == after.mode and old == new:
        yield f"= {path}: as it is"
        return
    if not before or before.mode != after.mode:
        yield f"= {path}: mode {after.mode:o}"
    yield from difflib.unified_diff(old, new, path if before else "/dev/null", path, lineterm="")


def consequences(wish: Wish) -> Iterator[str]:
    """Who cannot come in any more."""
    if names := barriers.refused_users(wish.root):
        yield f"Refused by sshd and at the console from then on: {', '.join(names)}."
    if wish.now:
        yield "Refused by sshd and at the console from then on: root (--now)."
    else:
        yield "The login of root stays as it is until a user with the permission security has come in over SSH."


def made(wish: Wish) -> Iterator[str]:
    """Deploy. Raises ServiceRefused; all is as before then."""
    kept = deployed.Kept(KEPT, wish.root)
    again = bool(kept.facts())
    wanted = plan.wanted(wish.site, wish.root)
    kept.keep((*wanted, *SETTLED, HOME + "/"), wish.site._asdict())
    try:
        if wish.now or not again:
            files.put(files.within(wish.root, ROOT_STAYS), None if wish.now else File(b""))
        _put(wish, wanted, kept)
        yield from _started(wish)
    except (ServiceRefused, OSError):
        if not again:
            with suppress(ServiceRefused):  # the first reason is the one to tell
                _take_back(wish, kept)
        raise
    yield from consequences(wish)


def _put(wish: Wish, wanted: dict[str, File], kept: deployed.Kept) -> None:
    os.makedirs(files.within(wish.root, HOME), mode=0o755, exist_ok=True)
    for folder in (os.path.dirname(sshd.BANNER), nss.FOLDER):
        os.makedirs(files.within(wish.root, folder), mode=0o755, exist_ok=True)
    os.makedirs(files.within(wish.root, wish.site.state), mode=0o700, exist_ok=True)
    early = {path: file for path, file in wanted.items() if not path.startswith(("/etc/pam.d/", plan.NSSWITCH))}
    deployed.put(early, wish.root)
    deployed.make_users(wish.root)
    gid = deployed.group_number(GROUP, wish.root)
    if gid < nss.LEAST_GID:
        raise barriers.refuse(f"the group {GROUP} has the number {gid}; it has to be {nss.LEAST_GID} or more")
    known = wish.site._replace(gid=gid, shadow_gid=deployed.group_number("shadow", wish.root))
    kept.keep((), known._asdict())
    house = box.embedded(files.within(wish.root, wish.site.state))
    # Shows that sshd accepts it, before PAM follows.
    doors.services(known, house.box.sealer, wish.root).heal(house.box.store.read())
    deployed.put({path: file for path, file in wanted.items() if path not in early}, wish.root)


def _started(wish: Wish) -> Iterator[str]:
    if wish.root == "/" and deployed.order_systemd(
            ("daemon-reload",), ("enable", "boxmgmtd.service"), ("restart", "boxmgmtd.service")):
        yield "boxmgmtd has been started."
    else:
        yield "systemd does not run here: start /usr/lib/boxmgmt/boxmgmtd yourself."


def _take_back(wish: Wish, kept: deployed.Kept) -> None:
    here = wish.root == "/"
    if here and os.path.exists(unit.PATH):
        deployed.order_systemd(("disable", "--now", "boxmgmtd.service"))
    kept.restore()
    if here:
        deployed.order_systemd(("daemon-reload",))
        sshd.reload()
    deployed.remove_users(KEYS_USER, (KEYS_USER, GROUP), wish.root)


def removed(wish: Wish) -> Iterator[str]:
    """Take a deployment back. The state stays. Raises ServiceRefused if there is none."""
    if os.geteuid():
        raise barriers.refuse("only root can take it back")
    kept = deployed.Kept(KEPT, wish.root)
    if site.read(wish.root) is None:
        raise barriers.refuse("there is none to take back")
    if wish.dry_run:
        for path in kept.paths():
            yield f"{path} would be {'restored' if kept.original(path) else 'removed'}"
        return
    _take_back(wish, kept)
    yield "All files are as they were before the deployment. The state and the host keys stay."
