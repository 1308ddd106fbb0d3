"""Answers to many clients, with kills in between, are those of one box that does one thing after the other."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.concurrency.__main__ import Plan, check
from tests.concurrency.clients import Site, Worker, prepare
from tests.concurrency.family import Family, step
from tests.concurrency.history import Operation, unexplained
from tests.support.box import TestBox
from tests.support.boxmgmtd import Boxmgmtd, running

ADDED = Operation("add_user", ("a", "monitor", "p"), 0, 1, "Done")
LOCKED = Operation("lock_user", ("a",), 2, 3, "Done")
IN = Operation("log_in", ("a", "p", "s"), 2, 4, "Done")
ROLE = Operation("add_role", ("audit",), 0, 1, "Done")


def wrong(name: str, begun: float) -> Operation:
    return Operation("log_in", (name, "wrong", "s"), begun, begun + 1, "LoginFailed")


@pytest.mark.parametrize("history", [
    [ADDED, LOCKED, Operation("get_user", ("a",), 4, 5, "Done", ("monitor", True))],
    [ADDED, LOCKED, Operation("get_user", ("a",), 2.5, 5, "Done", ("monitor", False))],
    [ADDED, LOCKED._replace(code=None), Operation("get_user", ("a",), 4, 5, "Done", ("monitor", False))],
    [ADDED, LOCKED._replace(code=None), Operation("get_user", ("a",), 4, 5, "Done", ("monitor", True))],
    [ROLE, Operation("add_role", ("se",), 0.5, 2, "RoleExists")],
    [ADDED, IN, Operation("reset_password", ("a", "q"), 5, 8, "Done"), Operation("use", ("a", "s"), 6, 7, "Done")],
    [ADDED, IN, Operation("use", ("a", "s"), 6, 7, "Over")],
    [ADDED, wrong("a", 2), wrong("a", 4), wrong("a", 6), Operation("log_in", ("a", "p", "s"), 8, 9, "LoginFailed")],
    [ADDED, wrong("a", 2)._replace(code=None), wrong("a", 4), wrong("a", 6),
     Operation("get_user", ("a",), 8, 9, "Done", ("monitor", True))]])
def test_what_one_order_explains_is_right(history: list[Operation]) -> None:
    assert unexplained(history, Family(), step) is None


@pytest.mark.parametrize("history", [
    [ADDED, LOCKED, Operation("get_user", ("a",), 4, 5, "Done", ("monitor", False))],
    [ROLE, Operation("modify_role", ("se",), 2, 3, "Done"), Operation("modify_role", ("upgrade",), 2, 3, "Done"),
     Operation("get_role", (), 4, 5, "Done", "audit")],
    [ROLE, Operation("add_role", ("audit",), 0.5, 2, "Done")],
    [ADDED, LOCKED._replace(code=None), Operation("get_user", ("a",), 4, 5, "Done", ("monitor", True)),
     Operation("get_user", ("a",), 6, 7, "Done", ("monitor", False))],
    [ADDED, *(wrong("a", begun) for begun in (2, 4, 6)), Operation("log_in", ("a", "p", "s"), 8, 9, "Done")],
    [ROLE, Operation("add_user", ("a", "own", "p"), 2, 3, "Done"), Operation("remove_role", (), 4, 5, "Done")],
    [ADDED, IN, Operation("reset_password", ("a", "q"), 2.5, 5, "Done"), Operation("use", ("a", "s"), 6, 7, "Done")]],
    ids=["stale read", "lost update", "done twice", "seen and gone", "guesses that do not count", "no such role",
         "a session outlives the password"])
def test_what_no_order_explains_is_found(history: list[Operation]) -> None:
    assert unexplained(history, Family(), step) == history[-1]


@pytest.fixture
def daemon(basic: TestBox) -> Iterator[Boxmgmtd]:
    prepare(basic, 1)
    with running(basic) as one:
        yield one


def test_a_box_that_forgets_what_it_acknowledged_is_found(daemon: Boxmgmtd) -> None:
    site = Site(daemon, [[]], [[]], threading.Lock(), threading.Event())
    worker = Worker(site, 0, 1)
    assert worker.act(0, "add_user", "a", "monitor").code == "Done"
    before = daemon.box.files()
    assert worker.act(0, "lock_user", "a").code == "Done"
    assert worker.act(0, "get_user", "a").seen == ("monitor", True)
    assert unexplained(site.histories[0], Family(), step) is None
    daemon.end(9)
    for name, content in before.items():
        (daemon.box.folder / name).write_bytes(content)
    daemon.restart()
    while (last := worker.act(0, "get_user", "a")).code is None:
        pass
    assert last.seen == ("monitor", False) and unexplained(site.histories[0], Family(), step) == last


@pytest.mark.requirement(112)
def test_random_commands_of_many_clients_and_kills_are_explained_by_one_order(folder: Path) -> None:
    outcome = check(folder, Plan(seconds=2.5, clients=5, families=2, seed=8))
    assert not outcome.wrong and outcome.audit.startswith("Done"), outcome
    assert outcome.operations > 20 and outcome.kills, outcome
