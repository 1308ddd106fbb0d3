"""Boxes of tests: the real engine, store and journal in a folder, with cheap hashes and a held clock.

A box is reached in the process of the test, or as boxmgmtd serves it: whoever asks cannot tell.
"""

import json
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from sysmgmt import box
from sysmgmt.domain import uids
from sysmgmt.domain.model import Cost, Settings, State
from sysmgmt.engine import language
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.door import Door
from sysmgmt.engine.ports import Hasher
from sysmgmt.engine.request import Answer, Caller, Request
from sysmgmt.engine.unserved import UnservedDoor
from sysmgmt.host.doors import MachineDoors
from sysmgmt.host.networks import MachineNetwork
from sysmgmt.store.state import StateStore
from tests.support.clock import HeldClock
from tests.support.served import Served

CHEAP = Cost(1, 8, 1)
"""The least that argon2 accepts; only tests use it."""
ADMIN_PASSWORD = "Admin-Pass-12"
"""Good enough for every level."""
BOB = "bob-first-1"
"""The password of bob where a test has a `box` with him."""
STRANGER = Caller(origin="local", endpoint="batch")
EMBEDDED, SERVICE = MODES = ("embedded", "service")
"""Where the engine runs: in the process of the client, or in boxmgmtd."""


class Client:
    """Somebody at a door of the engine, who speaks the language of the shells."""

    def __init__(self, door: Door) -> None:
        self.door = door

    def log_in(self, name: str, password: str) -> Answer:
        """Log in; the answer."""
        return self.door.log_in(name, password)

    def do(self, line: str) -> Answer:
        """Run one line, as a shell would after reading it."""
        return self.door.run(request(line))

    def together(self, *lines: str) -> list[Answer]:
        """Run lines as one --atomic batch."""
        return self.door.run_together([request(line) for line in lines])

    def facts(self, line: str) -> Mapping[str, Any]:
        """The facts that a line answers with, which must succeed."""
        answer = self.do(line)
        assert answer.status == 0, answer
        return answer.result or {}


def request(line: str) -> Request:
    """The request that a line is."""
    parsed = language.parse(line)
    assert not parsed.bare and not parsed.on_next_lines, "tests spell parameters out"
    return Request(parsed.command, parsed.texts, "dry-run" in parsed.flags, "yes" in parsed.flags)


def own_change(client: Client, old: str, new: str) -> str:
    """Choose a password oneself; the code."""
    return client.do(f'set_password current_password="{old}" new_password="{new}"').code


class TestBox:
    """One box in a folder. In embedded mode every client has a store of its own, as every process would."""

    __test__ = False

    def __init__(self, folder: Path, clock: HeldClock, mode: str = EMBEDDED) -> None:
        self.folder = folder
        self.clock = clock
        self.mode = mode
        self._served: list[Served] = []

    def house(self, hasher: Hasher | None = None) -> House:
        """The engine over this box, with another hasher if one is given."""
        house = box.embedded(str(self.folder), self.clock.port)
        return house if hasher is None else house._replace(box=house.box._replace(hasher=hasher))

    def door(self, stranger: Caller = STRANGER, house: House | None = None) -> Door:
        """A door of this box, or of another engine over it."""
        if self.mode == EMBEDDED:
            return UnservedDoor(house or self.house(), stranger)
        assert stranger == STRANGER, "the service finds out by itself where somebody comes from"
        return (self._serve(house) if house else self._service).door()

    @property
    def options(self) -> list[str]:
        """How a program is told where this box is."""
        return ["--state", str(self.folder)] if self.mode == EMBEDDED else ["--socket", str(self._service.path)]

    @cached_property
    def _service(self) -> Served:
        return self._serve(self.house())

    def _serve(self, house: House) -> Served:
        path = self.folder.parent / f"{self.folder.name}-{len(self._served)}.sock"
        self._served.append(Served(house, path))
        return self._served[-1]

    def close(self) -> None:
        """End what serves this box."""
        for one in self._served:
            one.cut()
        for one in self._served:
            one.join()

    def client(self, name: str = "", password: str = ADMIN_PASSWORD, stranger: Caller = STRANGER,
               house: House | None = None) -> Client:
        """A client, logged in if a name is given."""
        client = Client(self.door(stranger, house))
        if name:
            answer = client.log_in(name, password)
            assert answer.code == "Done", answer
        return client

    def admin(self) -> Client:
        """A client who is admin."""
        return self.client("admin")

    @property
    def state(self) -> State:
        """The state as a second process reads it."""
        return StateStore(str(self.folder)).read()

    def configure(self, **settings: Any) -> None:
        """Change settings behind the engine's back."""
        configure(self.folder, **settings)

    def replace(self, name: str, **fields: Any) -> None:
        """Change fields of an account behind the engine's back."""
        with StateStore(str(self.folder)).writing() as transaction:
            state = transaction.state
            account = state.accounts.get(name)
            assert account is not None
            transaction.save(state._replace(accounts=state.accounts.put(name, account._replace(**fields))))

    def put(self, table: str, key: str, value: Any) -> None:
        """Put a value into a table behind the engine's back; None takes away what is there."""
        with StateStore(str(self.folder)).writing() as transaction:
            records = getattr(transaction.state, table)
            records = records.without(key) if value is None else records.put(key, value)
            transaction.save(transaction.state._replace(**{table: records}))

    def numbered(self, first: int = 70000) -> dict[str, int]:
        """Give numbers to users, from `first` on, as a deployed box does; the numbers by name."""
        with StateStore(str(self.folder)).writing() as transaction:
            transaction.save(uids.reserve(transaction.state, first, first + 99))
            return {one.name: one.uid or 0 for one in transaction.state.accounts.values()}

    def add(self, name: str, password: str, first: int = 70000) -> int:
        """Add a user with the role monitor, and give numbers; the new user's."""
        admin = self.admin()
        assert admin.do(f'add_user name={name} role=monitor password="{password}" must_change=no').code == "Done"
        admin.door.log_out(f"{name} is there")
        return self.numbered(first)[name]

    def files(self) -> dict[str, bytes]:
        """The bytes of the state's files, without the audit and the locks."""
        return {one.name: one.read_bytes() for one in sorted(self.folder.iterdir()) if one.name.startswith("state.")}

    def audit(self) -> list[dict[str, Any]]:
        """All audit records, oldest first."""
        return list(audit(self.folder))

    def everything(self) -> bytes:
        """All that is stored, in one piece: to look for what must not be there."""
        return b"\n".join(one.read_bytes() for one in sorted(self.folder.iterdir()) if one.is_file())


def audit(folder: Path) -> Iterator[dict[str, Any]]:
    """The audit records in a folder, also those in archives: a real boxmgmtd puts away what a held clock has dated."""
    while True:  # it may put them away just now
        paths = _journals(folder)
        with suppress(FileNotFoundError):
            texts = [path.read_text() for path in paths if path.exists()]
            if _journals(folder) == paths:
                break
    for text in texts:
        yield from map(json.loads, text.splitlines())


def _journals(folder: Path) -> list[Path]:
    return [*sorted(folder.glob("audit-*.journal")), folder / "audit.journal"]


def configure(folder: Path, **settings: Any) -> None:
    """Change settings of the state in `folder` behind the engine's back."""
    with StateStore(str(folder)).writing() as transaction:
        changed: Settings = transaction.state.settings._replace(**settings)
        transaction.save(transaction.state._replace(settings=changed))


def build(folder: Path, level: str, clock: HeldClock) -> TestBox:
    """Install a box with cheap hashes in `folder`, through the front door."""
    built = TestBox(folder, clock)
    answer = built.client().do(f'install name=box1 level={level} password="{ADMIN_PASSWORD}"')
    assert answer.code == "Done", answer
    configure(folder, hashing=CHEAP)
    built.admin().door.log_out("the template is ready")  # the login makes a cheap hash of admin's password
    return built


def deployed(box: TestBox) -> House:
    """The engine over a box whose machine says that it follows the state."""
    house = box.house()
    return house._replace(box=house.box._replace(network=MachineNetwork(True), doors=MachineDoors(str(box.folder))))


def signing(box: TestBox) -> Client:
    """The administrator of a box that has a system certificate now, as its clock is right."""
    box.clock.now = time.time()
    admin = box.admin()
    assert admin.do("create_system_certificate common_name=box1").code == "Done"
    return admin


def copy(template: TestBox, folder: Path, mode: str = EMBEDDED) -> TestBox:
    """A box of its own with the state of `template`."""
    shutil.copytree(template.folder, folder)
    return TestBox(folder, HeldClock(template.clock.now), mode)
