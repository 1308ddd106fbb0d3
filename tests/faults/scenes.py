"""Boxes in which a line is just about to be run, and processes that run it."""

import shutil
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import NamedTuple

from sysmgmt import box
from sysmgmt.commands.catalog import CATALOG
from sysmgmt.domain.errors import Refusal
from sysmgmt.domain.model import Account
from sysmgmt.domain.tls import WEB_SERVER, Listener
from sysmgmt.engine.declaration import OWN_WORK
from sysmgmt.engine.dispatch import House, Reply, carry_out
from sysmgmt.engine.embedded import EmbeddedDoor
from sysmgmt.engine.ports import Sealer
from sysmgmt.engine.request import SYSTEM, Answer, Caller
from sysmgmt.host.doors import MachineDoors
from sysmgmt.host.files import File
from sysmgmt.host.services import HostServices, Service
from sysmgmt.store.state import StateStore
from sysmgmt.vault.backups import BackupSeal
from sysmgmt.vault.hashing import Argon2Hasher
from tests.faults.lines import KEY, Line
from tests.support import box as boxes
from tests.support.authorities import CA, make, revocations
from tests.support.box import ADMIN_PASSWORD, STRANGER, TestBox, request
from tests.support.clock import MONDAY, HeldClock

OWN = frozenset(one.name for one in CATALOG if one.needs == OWN_WORK)
FOLLOWED = "/etc/box.settings"
"""A file of the machine that follows the settings."""


class Scene(NamedTuple):
    """A line that `caller` is about to run, on a box with so many users. `folder` is not changed any more.

    `boot` is the start of the machine since which it is looked at.
    """

    line: Line
    users: int
    folder: Path
    caller: Caller
    text: str
    begun: float = MONDAY
    boot: str = "first"

    @property
    def now(self) -> float:
        """When it is run."""
        return self.begun + self.line.later

    def __str__(self) -> str:
        return f"{self.line.command} with {self.users} users"


def house(folder: Path, now: float = MONDAY, maker: str = "", boot: str = "first") -> House:
    """The engine over the box in a folder, which governs a machine in the same folder, since its start `boot`.

    Backups cost little.
    The tokens of one `maker` are the same in every run, so that runs that go alike leave the same bytes.
    """
    numbers = count()
    held = HeldClock(now, boot)
    held.passed = MONDAY  # a clock that is off does not say for how long the machine has run
    clock = held.port
    if maker:
        clock = clock._replace(token=lambda: sha256(f"{maker}{next(numbers)}".encode()).hexdigest()[:32])

    def services(keys: Sealer) -> HostServices:
        one = Service("settings", lambda state: {FOLLOWED: File(repr(state.settings.reach).encode())},
                      lambda old, new: old.settings.reach != new.settings.reach, lambda: None,
                      listeners=lambda state: [Listener(WEB_SERVER, "::", 443)])
        return HostServices([one], str(folder / "machine"))
    made = box.embedded(str(folder / "state"), clock, services, MachineDoors(str(folder / "machine")))
    seal = BackupSeal(Argon2Hasher(str(folder / "state")).derive, boxes.CHEAP)
    return made._replace(box=made.box._replace(backups=made.box.backups._replace(seal=seal)))


def runner(engine: House, caller: Caller) -> Callable[[str], Answer]:
    """What runs lines in the session of `caller`, and the box's own work as the box itself."""
    door = EmbeddedDoor(engine, STRANGER, Reply(Answer(None), caller) if caller.user else None)

    def run(text: str) -> Answer:
        wanted = request(text)
        if wanted.command not in OWN:
            return door.run(wanted)
        try:
            return carry_out(engine, SYSTEM, wanted, own_work=True).answer
        except Refusal as refusal:
            return Answer(wanted.command, type(refusal).__name__, refusal.status, message=str(refusal))
    return run


class Stage:
    """Makes scenes below `root`, on boxes that were installed at `begun`."""

    def __init__(self, root: Path, begun: float = MONDAY) -> None:
        self._root = root
        self._begun = begun
        self._boxes: dict[int, TestBox] = {}
        self._numbers = count(1)

    def scene(self, line: Line, users: int) -> Scene:
        """The scene of a line."""
        return self.scenes(users, line)[0]

    def scenes(self, users: int, *lines: Line) -> list[Scene]:
        """The scenes of lines that are about to be run on the same box: what goes before is that of the first."""
        folder, line = self._root / f"{users}" / f"{next(self._numbers)}", lines[0]
        if line.before is None:
            (folder / "machine" / "etc").mkdir(parents=True)
            (folder / f"machine{FOLLOWED}").write_text("")
            return [Scene(line, users, folder, STRANGER, line.text, self._begun)]
        shutil.copytree(self._box(users).folder.parent, folder)
        own = TestBox(folder / "state", HeldClock(self._begun))
        client, other = own.admin(), own.admin()
        for text in line.before:
            answer = runner(house(folder, self._begun), other.door.caller)(filled(text, own, other.door.caller))
            assert answer.code == "Done", (line, answer)
            _lay_by(folder / "state")
        lately = own.admin() if line.command == "confirm_change" else client
        asks = lately.door.caller._replace(advanced=True) if not line.later else STRANGER
        texts = (filled(one.text, own, other.door.caller) for one in lines)
        return [Scene(one, users, folder, asks, text, self._begun) for one, text in zip(lines, texts, strict=True)]

    def _box(self, users: int) -> TestBox:
        if users not in self._boxes:
            folder = self._root / f"{users}" / "box"
            (folder / "machine" / "etc").mkdir(parents=True)
            (folder / "machine/etc/shadow").write_text("root:$y$something:1::::::\n")
            self._boxes[users] = boxes.build(folder / "state", "basic", HeldClock(self._begun))
            populate(str(folder / "state"), users - 1)
            engine = house(folder, self._begun)
            engine.box.services.heal(engine.box.store.read())
            engine.box.audit.checkpoint()  # the key of the audit knows the start of the machine
            (folder / "state" / "import").mkdir()
            (folder / "state/import/words").write_text("violet\nwalnut\n")
        return self._boxes[users]


def _lay_by(state: Path) -> None:
    """Lay what a later line takes in into the import folder: backups, and the state as the first line left it."""
    for one in state.glob("backups/*.backup"):
        shutil.copy(one, state / "import")
    if not (state / "import" / "old.json").exists():
        shutil.copy(state / "state.json", state / "import" / "old.json")
        shutil.copy(state / "state.journal", state / "import" / "old.journal")


def populate(folder: str, number: int) -> None:
    """Add so many users at once, behind the engine's back; all have the same password."""
    store, password = StateStore(folder), Argon2Hasher(folder).encode(ADMIN_PASSWORD, boxes.CHEAP)
    with store.writing() as writing:
        state = writing.state
        for one in range(number):
            account = Account(f"user{one}", "monitor", uid=20000 + one, password=password)
            state = state._replace(accounts=state.accounts.put(account.name, account))
        writing.save(state)
    store.compact()


def filled(text: str, own: TestBox, other: Caller) -> str:
    """The line with facts of the box in the place of {names}."""
    waits = own.state.settings.pending
    facts = {**_certificates(), "session": other.session, "token": "1/1750000000/0123456789abcdef",
             "process": "1-1", "pending": waits.id if waits else "", "link": next(iter(own.state.download_links), ""),
             "archive": next((one.name[:-7] for one in own.folder.glob("collected/*.tar.gz")), ""),
             "last": next((str(int(one.stem.split("-")[2])) for one in own.folder.glob("audit-*.journal")), ""),
             "print": "SHA256:" + b64encode(sha256(b64decode(KEY.split()[1])).digest()).decode().rstrip("=")}
    for name, fact in facts.items():
        text = text.replace("{" + name + "}", fact)
    return text


@cache
def _certificates() -> Mapping[str, str]:
    root = make("authority", wish=CA)
    web = make("box1.example", root)
    return {"root": root.pem, "crl": revocations(root), "north": make("north").pem, "other": make("north").pem,
            "web": web.pem + root.pem, "webkey": web.key_pem}
