"""An engine whose store and audit are watched, with commands of its own besides those of the box."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Annotated, Any

from sysmgmt.commands.catalog import CATALOG
from sysmgmt.domain.errors import StorageFailed
from sysmgmt.domain.model import Group
from sysmgmt.engine.catalog import Catalog
from sysmgmt.engine.declaration import Call, Change, Command, Word, command
from sysmgmt.engine.reading import Reading
from tests.support.box import ADMIN_PASSWORD, Client, TestBox


class WatchedStore:
    """A store that counts the times its lock is taken, and does something before."""

    def __init__(self, store: Any, before: Callable[[], object]) -> None:
        self._store = store
        self._before = before
        self.taken = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def writing(self, *reserve: bool) -> AbstractContextManager[Any]:
        """Hold the lock."""
        self.taken += 1
        self._before()
        held: AbstractContextManager[Any] = self._store.writing(*reserve)
        return held


class WatchedAudit:
    """An audit that keeps what was asked of it, and may not be able to make anything durable."""

    def __init__(self, audit: Any) -> None:
        self._audit = audit
        self.asked: list[str] = []
        self.broken = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._audit, name)

    def append(self, record: Mapping[str, Any], durable: bool, reserve: bool = False,
               is_modest: Callable[[], bool] = lambda: False) -> None:
        """Append a record."""
        self.asked.append(f"{'durable ' if durable else ''}{record.get('phase')}")
        self._audit.append(record, durable, reserve, is_modest)

    def sync(self) -> None:
        """Make all durable."""
        self.asked.append("sync")
        if self.broken:
            raise StorageFailed(what="broken")
        self._audit.sync()


def watched(box: TestBox, before: Callable[[], object], *more: Command) -> tuple[Client, WatchedStore, WatchedAudit]:
    """Admin of an engine with more commands whose store and audit are watched from now on, and these."""
    house, meanwhile = box.house(), list[Callable[[], object]]()
    store, audit = WatchedStore(house.box.store, lambda: [act() for act in meanwhile]), WatchedAudit(house.box.audit)
    client = box.client(house=house._replace(box=house.box._replace(store=store, audit=audit),
                                             catalog=Catalog({one.name: one for one in (*CATALOG, *more)})))
    assert client.log_in("admin", ADMIN_PASSWORD).code == "Done"
    store.taken = 0
    meanwhile.append(before)
    return client, store, audit


def adding(box: TestBox, names: Iterator[str]) -> Callable[[], object]:
    """Another user, who adds a group of the next name every time."""
    other = box.admin()

    def add() -> None:
        for name in names:
            assert other.do(f"add_group name={name}").code == "Done"
            break
    return add


def _slowly(text: str, reading: Reading) -> str:
    """A text that takes slow work, another one when others have added a group."""
    return str(reading.slow.once(repr(list(reading.state.groups)), lambda: text))


@command(needs="anyone")
def add_slowly(call: Call, name: Annotated[str, Word("Group", _slowly)]) -> Change:
    """Add a group whose name takes slow work."""
    return Change(call.state._replace(groups=call.state.groups.put(name, Group(name))))
