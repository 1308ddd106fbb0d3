"""What one user asks at the same time is bounded: he waits for himself, and nobody else waits for him."""

import json
import select
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sysmgmt.domain.errors import BoxBusy
from sysmgmt.service import calls
from sysmgmt.service.bounds import (
    MOST_BATCHES, MOST_BATCHES_OF_ONE, MOST_CALLS, MOST_LARGE, MOST_LARGE_OF_ONE, MOST_REQUESTS, Bounds)
from sysmgmt.service.turns import CHECKS, Turns
from tests.support.box import ADMIN_PASSWORD, TestBox
from tests.support.boxmgmtd import Boxmgmtd, Raw, running
from tests.support.waiting import wait_until

PASSWORDS = {"alma": "Almas-pass-11", "admin": ADMIN_PASSWORD}
RECORDS, TIMES, MIB = 100, 400, 8
"""Records of the audit, how often a batch shows them, and what that is at least in MiB."""
SMALL = {"request": {"command": "get_roles", "texts": {}}}
SHOWN = {"request": {"command": "get_audit_log", "texts": {"limit": str(RECORDS)}}}
UID = 65000


@pytest.fixture
def daemon(basic: TestBox) -> Iterator[Boxmgmtd]:
    admin = basic.admin()
    admin.do('add_user name=alma role=administrator password="Almas-pass-11" must_change=no')
    for _ in range(RECORDS):
        admin.do("get_roles")
    admin.door.log_out("over")
    with running(basic) as one:
        yield one


def logged_in(daemon: Boxmgmtd, name: str) -> Raw:
    """A connection of a user."""
    raw = daemon.connect()
    assert raw.call("LogIn", name=name, password=PASSWORDS[name])["parameters"]["answer"]["code"] == "Done"
    return raw


def ask(raw: Raw, *requests: dict[str, Any]) -> None:
    """Ask for a batch, and take nothing of the answer."""
    message = {"method": "io.boxmgmt.RunTogether", "parameters": {"requests": requests}}
    raw.socket.sendall(json.dumps(message).encode() + b"\0")


def has_begun(raw: Raw) -> bool:
    """Whether an answer has begun to come back."""
    return bool(select.select([raw.socket], [], [], 0)[0])


def carried_out(text: bytes) -> bool:
    """Whether all of a batch was."""
    return {one["code"] for one in json.loads(text)["parameters"]["answers"]} == {"Done"}


def test_a_user_whose_batches_are_not_taken_waits_for_himself_alone(daemon: Boxmgmtd) -> None:
    held = [logged_in(daemon, "alma") for _ in range(MOST_BATCHES_OF_ONE)]
    third, other, admin = (logged_in(daemon, name) for name in ("alma", "alma", "admin"))
    for one in held:
        ask(one, *[SHOWN] * TIMES)
    wait_until(lambda: all(map(has_begun, held)))
    ask(third, SMALL)
    ask(admin, SMALL)
    assert carried_out(admin.read()), "another user's is carried out"
    assert other.call("Run", **SMALL)["parameters"]["answer"]["code"] == "Done", "and so is a command of hers"
    assert not select.select([third.socket], [], [], 0.5)[0], "her own waits"
    assert len(text := held[0].read()) > MIB << 20 and carried_out(text)
    assert carried_out(third.read()), "until one of hers is taken"
    assert daemon.end() == 0, "it ends in time"


def test_the_answers_of_many_batches_of_one_user_are_not_held_at_once(daemon: Boxmgmtd) -> None:
    def peak() -> int:
        lines = Path(f"/proc/{daemon.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) >> 10 for line in lines if line.startswith("VmHWM:"))

    def grown(raws: list[Raw]) -> int:
        before = peak()
        for one in raws:
            ask(one, *[SHOWN] * TIMES)
        with ThreadPoolExecutor(len(raws)) as readers:
            assert all(map(carried_out, readers.map(Raw.read, raws)))
        return peak() - before
    most = [logged_in(daemon, "alma") for _ in range(MOST_BATCHES_OF_ONE + 4)]
    few = grown(most[:MOST_BATCHES_OF_ONE])
    assert few > MIB, "the control"
    assert grown(most[MOST_BATCHES_OF_ONE:]) < few / 2


@pytest.mark.parametrize("method, most", [("RunTogether", MOST_BATCHES_OF_ONE), ("Run", MOST_REQUESTS),
                                          ("Line", MOST_REQUESTS), ("Offers", MOST_CALLS), ("LogIn", CHECKS)])
def test_each_kind_of_call_has_its_door_for_each_user(method: str, most: int) -> None:
    bounds, inside = Bounds(), threading.Event()

    def enter() -> None:
        with bounds.door(method, UID, "alma"):
            inside.set()
    late = threading.Thread(target=enter, daemon=True)
    with ExitStack() as places:
        for _ in range(most):
            places.enter_context(bounds.door(method, UID, "alma"))
        late.start()
        others = {"Standing" if method != "Offers" else "Run": (UID, "alma"),
                  method: (UID + 1, "" if method == "LogIn" else "bob")}
        for call, who in others.items():
            with bounds.door(call, *who):
                pass
        for _ in range(most + 1):
            places.enter_context(bounds.door(method, 0, ""))  # what PAM asks
        assert not inside.wait(0.2)
    assert inside.wait(20)
    late.join(20)


def test_large_messages_wait_for_those_of_the_same_uid_and_of_all_but_those_of_root(
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sysmgmt.service.bounds.PATIENCE", 0.01)
    bounds = Bounds()
    with ExitStack() as places:
        for number in range(MOST_LARGE):
            places.enter_context(bounds.large(UID + number // MOST_LARGE_OF_ONE))
        with pytest.raises(BoxBusy), bounds.large(UID + MOST_LARGE):
            pass
        with bounds.large(0), bounds.large(0), bounds.large(0):
            pass
    with bounds.large(UID + MOST_LARGE):
        pass


def test_a_batch_for_which_the_box_has_no_room_is_refused_and_recorded(basic: TestBox) -> None:
    door = basic.admin().door
    bounds = SimpleNamespace(batches=Turns(1, 0.01))
    visit: Any = SimpleNamespace(door=door, held=ExitStack(), bounds=bounds)
    wanted = {"requests": [SMALL["request"] | {"command": one} for one in ("get_roles", "get_users")]}

    def codes() -> list[str]:
        with visit.held:
            return [one["code"] for one in calls.run_together(visit, {"requests": [
                {"request": one} for one in wanted["requests"]]})["answers"]]
    with bounds.batches.turn():
        assert codes() == ["BoxBusy", "NotApplied"]
        assert [one["code"] for one in list(basic.audit())[-2:]] == ["BoxBusy", "NotApplied"]
    assert codes() == ["Done", "Done"] == codes(), "the control, and the turn was given back"


def test_a_batch_of_nothing_needs_no_refusal(basic: TestBox) -> None:
    """What its client says is wrong is told as ever."""
    visit: Any = SimpleNamespace(door=basic.admin().door, held=ExitStack(), bounds=SimpleNamespace(
        batches=Turns(0, 0.01)))
    assert calls.run_together(visit, {"requests": []})["answers"] == []


def test_all_users_together_have_room_for_more_than_one_has() -> None:
    assert MOST_BATCHES >= 4 * MOST_BATCHES_OF_ONE


def test_who_goes_while_he_waits_leaves_his_turn_to_the_next(daemon: Boxmgmtd) -> None:
    held = [logged_in(daemon, "alma") for _ in range(MOST_BATCHES_OF_ONE)]
    gone, late = logged_in(daemon, "alma"), logged_in(daemon, "alma")
    for one in held:
        ask(one, *[SHOWN] * TIMES)
    wait_until(lambda: all(map(has_begun, held)))
    ask(gone, SMALL)
    gone.socket.shutdown(socket.SHUT_RDWR)
    gone.socket.close()
    ask(late, SMALL)
    for one in held:
        one.socket.close()
    assert carried_out(late.read())
