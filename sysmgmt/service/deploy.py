"""boxmgmtd --deploy: makes a Debian machine a box, shows beforehand how, and takes it back."""

import difflib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import sysmgmt
from sysmgmt.domain.errors import InvalidValue
from sysmgmt.host import files, hostkeys, hostname, sshd, timekeeping
from sysmgmt.host.files import File
from sysmgmt.screen.options import check_once
from sysmgmt.service.deployment import barriers, manual, plan, site, undertaking
from sysmgmt.service.deployment.site import GROUP, KEYS_USER, ROOT_STAYS, SHELL_USER, Site
from sysmgmt.service.deployment.undertaking import Undertaking


class Wish(NamedTuple):
    """What was asked for. `root` is the machine, or (in tests) a tree of one."""

    asked: Mapping[str, Any]
    dry_run: bool = False
    now: bool = False
    remove: bool = False
    root: str = "/"


def read(words: list[str]) -> Wish:
    """The options. Raises InvalidValue."""
    flags, values = {}, {}
    rest = iter(words)
    for word in rest:
        name, _, value = word.partition("=")
        if word in ("--dry-run", "--now", "--remove"):
            flags[word[2:].replace("-", "_")] = True
        elif name in VALUES:
            check_once(name, name[2:] in values)
            values[name[2:]] = VALUES[name](given(name, value or next(rest, "")))
        elif word != "--deploy":
            raise InvalidValue(what=f"There is no option {name[:32]} of --deploy")
    return Wish(root=values.pop("root", "/"), asked=values, **flags)


def given(name: str, value: str) -> str:
    """The value of an option. Raises InvalidValue."""
    if not value:
        raise InvalidValue(what=f"The option {name} needs a value")
    return value


def uid_range(value: str) -> tuple[int, int]:
    """The numbers that users get. Raises InvalidValue."""
    first, _, last = value.partition("-")
    if not (first.isdecimal() and last.isdecimal()):
        raise InvalidValue(what=f"{value[:32]} is no range FIRST-LAST")
    return int(first), int(last)


SET_SINCE = {timekeeping.ZONE: "/etc/localtime stays as set_time has set it.",
             hostname.WANTED: "/etc/hostname stays as set_host_name has set it."}
"""What is told of the machine's own files, by the file that stands there once they were changed."""
VALUES: Mapping[str, Callable[[str], Any]] = {
    "--uids": uid_range, "--root": os.path.abspath, "--state": os.path.abspath}
"""The options with a value, and what reads it."""


def main(words: list[str]) -> None:
    """Do what `words` ask for and say what was done. Raises any refusal."""
    wish = read(words)
    if wish.remove:
        lines = removed(wish)
    else:
        one = agreed(wish)
        lines = shown(one) if wish.dry_run else made(one)
    for line in lines:
        print(line)


def agreed(wish: Wish) -> Undertaking:
    """What is to be done, if nothing speaks against it. Raises ServiceRefused."""
    before = site.read(wish.root)
    package = str(Path(sysmgmt.__file__).parent.parent)
    new = (before or Site("", ""))._replace(python=sys.executable, package=package, release=sysmgmt.__version__)
    for name, value in wish.asked.items():
        if before and getattr(before, name) != value:
            raise barriers.refuse(f"this machine was deployed with another --{name}; take that back first, "
                                  "with --deploy --remove")
    new = new._replace(**wish.asked)
    barriers.check(new, before is None, wish.root)
    if before is None:
        new = new._replace(root_methods=sshd.root_methods(wish.root))
    one = Undertaking(new, wish.root, wish.now)
    with tempfile.TemporaryDirectory(prefix="boxmgmt-") as folder:
        copy = os.path.join(folder, "drop_in")
        files.put(copy, first_door(one)[sshd.DROP_IN])
        sshd.check({one.place(sshd.DROP_IN): copy}, wish.root)
    return one


def made(one: Undertaking) -> Iterator[str]:
    """Deploy. Raises any refusal; all is as before then."""
    yield from undertaking.carry_out(one)
    yield from consequences(one)


def shown(one: Undertaking) -> Iterator[str]:
    """Every file and its difference, and what else would happen."""
    for path, file in {**plan.wanted(one.site, one.root), **first_door(one)}.items():
        yield from difference(path, files.read(one.place(path)), file)
    yield f"The group {GROUP} and the users {KEYS_USER} and {SHELL_USER} would be made (systemd-sysusers)."
    yield f"Users of the box would have the numbers {one.site.uids[0]} to {one.site.uids[1]}."
    yield "At Installation sshd gets new host keys."
    yield from consequences(one)


def first_door(one: Undertaking) -> dict[str, File]:
    """The drop-in of sshd, as boxmgmtd writes it first."""
    root = sshd.ROOT_IS_SHUT if one.now else sshd.ROOT_STAYS
    text = sshd.drop_in(sshd.Keys(one.site.launcher("keys"), one.site.root_methods), False, root)
    return {sshd.DROP_IN: File(text.encode())}


def difference(path: str, before: File | None, after: File) -> Iterator[str]:
    """A unified diff, with the mode of a new file or of one whose mode changes; of a page of the manual one line."""
    old = before.content.decode(errors="replace").splitlines() if before else []
    new = after.content.decode(errors="replace").splitlines()
    if before and before.mode == after.mode and old == new:
        yield f"= {path}: as it is"
        return
    if path.startswith(manual.FOLDER):
        yield f"= {path}: a page of the manual, {'which changes' if before else 'new'}"
        return
    if not before or before.mode != after.mode:
        yield f"= {path}: mode {after.mode:o}"
    yield from difflib.unified_diff(old, new, path if before else "/dev/null", path, lineterm="")


def consequences(one: Undertaking) -> Iterator[str]:
    """Who cannot come in any more."""
    if names := barriers.refused_users(one.root):
        yield f"Refused by sshd and at the console from then on: {', '.join(names)}."
    if site.read(one.root) and not os.path.exists(files.within(one.root, ROOT_STAYS)):
        yield "root stays shut out, unless root access is open (enable_root_access)."
    elif one.now:
        yield "Refused by sshd and at the console from then on: root (--now)."
    else:
        yield "The login of root stays as it is until a user with the permission security has come in over SSH."


def removed(wish: Wish) -> Iterator[str]:
    """Take a deployment back. The state stays. Raises ServiceRefused if there is none."""
    if os.geteuid():
        raise barriers.refuse("only root can take it back")
    before = site.read(wish.root)
    if before is None:
        raise barriers.refuse("there is none to take back")
    one = Undertaking(before, wish.root)
    if wish.dry_run:
        for path in one.kept.paths():
            yield f"{path} would be {'restored' if one.kept.original(path) else 'removed'}"
        yield from staying(one)
        return
    stays = list(staying(one))
    undertaking.take_back(one)
    yield "All files are as they were before the deployment, but for what is named here."
    yield from stays


def staying(one: Undertaking) -> Iterator[str]:
    """What a removal leaves as it is."""
    yield f"The state and the host keys stay, and {hostkeys.OWNER}, which says whose these are."
    for path, told in SET_SINCE.items():
        if os.path.exists(one.place(path)):
            yield told
