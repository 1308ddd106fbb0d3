"""Clients of a real boxmgmtd that run random commands and note down every answer, while it is killed."""

import itertools
import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sysmgmt.domain.errors import LoginNeeded, ServiceLost, SessionEnded
from sysmgmt.domain.model import Cost
from sysmgmt.engine.request import Answer
from sysmgmt.service.client import ServiceDoor
from tests.concurrency.family import OWN
from tests.concurrency.history import Operation
from tests.support.box import ADMIN_PASSWORD, Client, TestBox
from tests.support.boxmgmtd import Boxmgmtd

MONITOR = "monitor"
LONGEST_SESSION = 0.2
"""Seconds from a login to the command in its session."""
HASHING = Cost(2, 4096, 1)
"""What a password costs: some milliseconds, in which others can come in between."""
NOT_IN = frozenset({LoginNeeded.__name__, SessionEnded.__name__})
"""Answers to somebody whose session a kill has ended: nothing was tried."""
WEIGHTS = {"add_user": 4, "log_in": 5, "get_user": 5, "lock_user": 2, "unlock_user": 3, "set_role": 3,
           "reset_password": 1, "rename": 1, "remove_user": 1, "add_role": 2, "modify_role": 2, "remove_role": 1,
           "get_role": 2}
"""How often each operation is chosen."""


class Site(NamedTuple):
    """What all clients share. Whoever holds `entrance` keeps the service alive, or kills it."""

    daemon: Boxmgmtd
    histories: Sequence[list[Operation]]
    passwords: Sequence[list[str]]
    entrance: threading.Lock
    over: threading.Event


def prepare(box: TestBox, clients: int) -> None:
    """Give the clients users of their own, so that no kill makes one lock out the others."""
    box.configure(sessions_per_user=100, hashing=HASHING)
    admin = box.admin()
    for number in range(clients):
        assert admin.do(f'add_user name={own_name(number)} role=administrator password="{ADMIN_PASSWORD}" '
                        "must_change=no").code == "Done"
    admin.door.log_out("the box is ready")


def own_name(number: int) -> str:
    """The name with which a client logs in."""
    return f"client{number}"


class Worker(threading.Thread):
    """One client: random operations until it is over; what it was told goes into the histories."""

    def __init__(self, site: Site, number: int, seed: int) -> None:
        super().__init__(daemon=True)
        self._site = site
        self._name = own_name(number)
        self._chance = random.Random(f"{seed} {number}")
        self._numbers = itertools.count()
        self._client = self._enter()
        self._inside: ServiceDoor | None = None
        self.problem: BaseException | None = None

    def run(self) -> None:
        """Work; a problem is kept for whoever started it."""
        try:
            while not self._site.over.is_set():
                family, (verb, *given) = self._chance.randrange(len(self._site.histories)), self._choose()
                one = self.act(family, verb, *given)
                if verb == "log_in" and one.code == "Done":
                    time.sleep(self._chance.uniform(0, LONGEST_SESSION))
                    self.act(family, "use", *one.given[::2])
                    self.act(family, "leave", *one.given[::2])
        except BaseException as problem:
            self.problem = problem

    def act(self, family: int, verb: str, *given: str) -> Operation:
        """Do one operation, and note it down."""
        given = self._with_password(family, verb, given)
        while True:
            begun = time.monotonic()
            answer, seen = self._outcome(family, verb, given)
            if answer.code not in NOT_IN:
                break
            self._client = self._enter()
        code = None if answer.code == ServiceLost.__name__ else answer.code
        one = Operation(verb, given, begun, time.monotonic(), code, seen)
        self._site.histories[family].append(one)
        return one

    def _choose(self) -> tuple[str, ...]:
        verb, = self._chance.choices([*WEIGHTS], [*WEIGHTS.values()])
        name, other = self._chance.sample("ab", 2)
        role, permissions = self._chance.choice((OWN, MONITOR)), self._chance.choice(("audit", "upgrade", "se"))
        given: dict[str, tuple[str, ...]] = {
            "add_user": (name, role), "set_role": (name, role), "rename": (name, other), "add_role": (permissions,),
            "modify_role": (permissions,), "remove_role": (), "get_role": ()}
        return verb, *given.get(verb, (name,))

    def _with_password(self, family: int, verb: str, given: tuple[str, ...]) -> tuple[str, ...]:
        """A new password where one is set; one that was set at some time, often the last, where one is tried."""
        known = self._site.passwords[family]
        if verb in ("add_user", "reset_password"):
            known.append(f"Secret-{self._name}-{next(self._numbers)}")
            return (*given, known[-1])
        if verb == "log_in":
            return (*given, self._chance.choice(known[-2:] or ["Never-set-1"]), f"{self._name} {next(self._numbers)}")
        return given

    def _outcome(self, family: int, verb: str, given: tuple[str, ...]) -> tuple[Answer, Any]:
        if verb == "log_in":
            return self._log_in(f"{given[0]}{family}", given[1]), None
        if verb in ("use", "leave"):
            return self._in_session(verb), None
        answer = self._client.do(_line(family, verb, given))
        if answer.code != "Done":
            return answer, None
        return answer, SEEN[verb](family, answer) if verb in SEEN else None

    def _log_in(self, name: str, password: str) -> Answer:
        door = ServiceDoor(str(self._site.daemon.path))
        answer = door.log_in(name, password)
        self._inside = door if answer.code == "Done" else None
        return answer

    def _in_session(self, verb: str) -> Answer:
        """What is done in the session that was opened last."""
        assert self._inside is not None
        if verb == "leave":
            self._inside.log_out("it was tried")
            return Answer(None)
        answer = Client(self._inside).do("get_current_user")
        return answer if answer.code in ("Done", ServiceLost.__name__) else Answer(None, "Over")

    def _enter(self) -> Client:
        """Log in, while nobody kills: this attempt is no part of the model."""
        with self._site.entrance:
            client = Client(ServiceDoor(str(self._site.daemon.path)))
            answer = client.log_in(self._name, ADMIN_PASSWORD)
            assert answer.code == "Done", answer
            return client


def _line(family: int, verb: str, given: tuple[str, ...]) -> str:
    """The line that does an operation."""
    role = f"role{family}"
    names = [f"{one}{family}" if one in ("a", "b") else role if one == OWN else one for one in given]
    return LINES[verb].format(*names, own=role)


LINES = {
    "add_role": "add_role name={own} permissions={0}", "modify_role": "modify_role name={own} permissions={0}",
    "remove_role": "remove_role name={own}", "get_role": "get_roles",
    "add_user": "add_user name={0} role={1} password={2} must_change=no", "set_role": "set_user name={0} role={1}",
    "reset_password": "set_user name={0} password={1}", "rename": "set_user name={0} new_name={1}",
    "remove_user": "remove_user name={0}", "lock_user": "lock_user name={0}", "unlock_user": "unlock_user name={0}",
    "get_user": "get_users name={0}"}


def _role(family: int, answer: Answer) -> Any:
    found = {one["name"]: one["permissions"] for one in (answer.result or {})["roles"]}.get(f"role{family}")
    return next((one for one in found if one != "view"), None) if found else None


def _user(family: int, answer: Answer) -> Any:
    found = (answer.result or {})["users"][0]
    return OWN if found["role"] == f"role{family}" else found["role"], found["locked"]


SEEN: dict[str, Callable[[int, Answer], Any]] = {"get_role": _role, "get_user": _user}
"""What an operation that only looks has seen."""
