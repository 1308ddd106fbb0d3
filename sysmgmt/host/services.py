"""The services of the machine that follow the state: rendered, checked, put into place, reloaded."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from sysmgmt.domain.errors import ServiceRefused
from sysmgmt.domain.model import State
from sysmgmt.domain.tls import Listener
from sysmgmt.host import files
from sysmgmt.host.files import File


UNSETTLED = "/etc/boxmgmt/unsettled"
"""Names the services whose files are being put into place, so that a crash before their reload is made good."""


def accepted(prepared: Mapping[str, str]) -> None:
    """The check of a service that has no checker, or whose files are those of another machine."""


def left_alone() -> None:
    """The reload of a service whose files are those of another machine: nothing of it runs here."""


def _deaf(state: State) -> Sequence[Listener]:
    """A service that speaks no TLS."""
    return ()


class Service(NamedTuple):
    """A service of the machine, as a value.

    `files` renders what a state wants: absolute paths, None where no file may stand; it raises
    ServiceRefused for a state that the machine cannot follow. `concerns` says cheaply whether a
    change may touch those files. `check` looks at the prepared ones (real path -> path of the new
    file) before anything has changed, `reload` has the service take what stands in place; both
    raise ServiceRefused. `listeners` are where it speaks TLS.
    """

    name: str
    files: Callable[[State], Mapping[str, File | None]]
    concerns: Callable[[State, State], bool]
    reload: Callable[[], None]
    check: Callable[[Mapping[str, str]], None] = accepted
    listeners: Callable[[State], Sequence[Listener]] = _deaf


class Edit(NamedTuple):
    """One file that has to change: where, what stands there, what is wanted."""

    path: str
    before: File | None
    wanted: File | None


class Order(NamedTuple):
    """A service, and the files of it that have to change."""

    service: Service
    edits: tuple[Edit, ...]


class Mark:
    """The file that names the services of which it is not known whether they have read their files."""

    def __init__(self, path: str) -> None:
        self._path = path

    def names(self) -> set[str]:
        """The names in it. Raises ServiceRefused."""
        try:
            return set((files.read(self._path) or File(b"")).content.decode(errors="replace").splitlines())
        except OSError as problem:
            raise ServiceRefused(service=self._path, words=problem.strerror or str(problem)) from None

    def add(self, names: set[str]) -> None:
        """Name more. Raises ServiceRefused."""
        self._write(self.names() | names)

    def remove(self, names: set[str]) -> None:
        """Name fewer; where that fails they are reloaded once more than needed."""
        with suppress(ServiceRefused):
            self._write(self.names() - names)

    def _write(self, names: set[str]) -> None:
        wanted = File("".join(f"{one}\n" for one in sorted(names)).encode()) if names else None
        try:
            files.put(self._path, wanted)
        except OSError as problem:
            raise ServiceRefused(service=self._path, words=problem.strerror or str(problem)) from None


class Settlement:
    """Files that are rendered, checked and written beside the real ones."""

    def __init__(self, orders: Sequence[Order], mark: "Mark") -> None:
        self._orders = orders
        self._mark = mark

    def apply(self) -> None:
        """Rename all into place and reload. Raises ServiceRefused; the old files are back then."""
        if not self._orders:
            return
        names = {order.service.name for order in self._orders}
        done: list[Order] = []
        old = list(_secrets(self._orders))
        try:
            self._mark.add(names)
            for order in self._orders:
                done.append(order)
                _carry_out(order)
            _erase(old)
        except ServiceRefused:
            for order in reversed(done):
                _take_back(order)
            raise
        finally:
            for descriptor in old:
                files.let_go(descriptor)
            self.discard()
            self._mark.remove(names)

    def discard(self) -> None:
        """Remove what was written beside the real files."""
        for order in self._orders:
            for edit in order.edits:
                _forget(edit.path + files.SUFFIX)


class HostServices:
    """The port Services over `services`, below the folder `root` (tests; the machine is `/`)."""

    def __init__(self, services: Sequence[Service], root: str = "/") -> None:
        self._services = services
        self._root = root

    def prepare(self, old: State, new: State) -> Settlement:
        """Render and check what `new` wants of the services that the change concerns.

        What differs on the machine is what is written, so an edit by hand is healed with it.
        Nothing has changed when this returns. Raises ServiceRefused with the checker's words.
        """
        return self._settled([one for one in self._services if one.concerns(old, new)], new)

    def heal(self, state: State) -> None:
        """Make the machine what `state` wants, after a crash in between. Raises ServiceRefused.

        A service whose files were in place, but may not have been reloaded, is reloaded. One that refuses
        keeps no other from it: the door of root is shut though the web server is out of order.
        """
        refused: list[ServiceRefused] = []
        for one in self._services:
            try:
                self._settled([one], state).apply()
            except ServiceRefused as refusal:
                refused.append(refusal)
        for first in refused:
            raise first

    def whole(self, state: State) -> Settlement:
        """Render and check what `state` wants of all services: all of it, or nothing. Raises ServiceRefused."""
        return self._settled(self._services, state)

    def listeners(self, state: State) -> list[Listener]:
        """Where the services speak TLS, or would."""
        return [listener for one in self._services for listener in one.listeners(state)]

    def _settled(self, services: Sequence[Service], state: State) -> Settlement:
        mark = Mark(files.within(self._root, UNSETTLED))
        orders = [Order(one, _edits(one, state, self._root)) for one in services]
        unsettled = mark.names()
        orders = [one for one in orders if one.edits or one.service.name in unsettled]
        settlement = Settlement(orders, mark)
        try:
            for order in orders:
                order.service.check(_prepared(order, self._root))
        except ServiceRefused:
            settlement.discard()
            raise
        return settlement


def _edits(service: Service, state: State, root: str) -> tuple[Edit, ...]:
    """What has to change. Raises ServiceRefused."""
    found = []
    for path, wanted in service.files(state).items():
        real = files.within(root, path)
        _forget(real + files.SUFFIX)
        try:
            before = files.read(real)
        except OSError as problem:
            raise _refused(service, real, problem) from None
        if before != wanted:
            found.append(Edit(real, before, wanted))
    return tuple(found)


def _forget(path: str) -> None:
    """Leave nothing of what stands beside a file, perhaps since a crash: it may be secret."""
    with suppress(OSError):  # mostly there is nothing
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            files.erase(descriptor)
        finally:
            files.let_go(descriptor)
    with suppress(OSError):
        files.drop(path)


def _prepared(order: Order, root: str) -> dict[str, str]:
    """Write the new files beside the real ones: path of the real one -> path of the new one."""
    written = {}
    for edit in order.edits:
        if edit.wanted is not None:
            try:
                written[edit.path] = files.write_beside(edit.path, edit.wanted)
            except OSError as problem:
                raise _refused(order.service, edit.path, problem) from None
    return written


def _carry_out(order: Order) -> None:
    for edit in order.edits:
        try:
            if edit.wanted is None:
                files.drop(edit.path)
            else:
                os.rename(edit.path + files.SUFFIX, edit.path)  # the very file that was checked
        except OSError as problem:
            raise _refused(order.service, edit.path, problem) from None
    order.service.reload()


def _secrets(orders: Sequence[Order]) -> Iterator[int]:
    """Descriptors of the secrets that lose their names."""
    for edit in (one for order in orders for one in order.edits if one.before and one.before.secret):
        with suppress(OSError):  # it is gone already
            yield os.open(edit.path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)


def _erase(secrets: Sequence[int]) -> None:
    """Leave nothing of them; a disk that refuses this has refused more important things before."""
    with suppress(OSError):
        for descriptor in secrets:
            files.erase(descriptor)


def _take_back(order: Order) -> None:
    """Put the old files back and reload again: the best that can be done; what refuses now did so before."""
    for edit in order.edits:
        with suppress(OSError):
            files.put(edit.path, edit.before)
    with suppress(ServiceRefused):
        order.service.reload()


def _refused(service: Service, path: str, problem: OSError) -> ServiceRefused:
    return ServiceRefused(service=service.name, words=f"{path}: {problem.strerror or problem}")


class Nothing:
    """Nothing has to be done."""

    def apply(self) -> None:
        """Do nothing."""

    def discard(self) -> None:
        """Do nothing."""


class NoServices:
    """A box without services: embedded mode."""

    def prepare(self, old: State, new: State) -> Nothing:
        """Nothing has to be done."""
        return Nothing()

    def heal(self, state: State) -> None:
        """Nothing has to be done."""

    def listeners(self, state: State) -> list[Listener]:
        """Nothing listens."""
        return []
