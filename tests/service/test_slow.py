"""Slow commands: they tell how far they have come, and nobody else waits for them."""

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest

from sysmgmt.domain.model import Account, Cost
from sysmgmt.store.state import StateStore
from tests.support.box import ADMIN_PASSWORD, TestBox, copy
from tests.support.boxmgmtd import Boxmgmtd, Raw, running
from tests.support.program import ENVIRONMENT

RECORDS = 150_000
VERIFY = {"request": {"command": "verify_audit_log", "texts": {}}}


@pytest.fixture(scope="module")
def long(templates: Callable[[str], TestBox], tmp_path_factory: pytest.TempPathFactory) -> TestBox:
    """A box with an audit that takes more than half a second to verify."""
    box = copy(templates("basic"), tmp_path_factory.mktemp("long") / "state")
    journal = box.house().box.audit
    for number in range(RECORDS):
        journal.append({"time": "2025-06-15T12:00:00Z", "id": str(number), "command": "get_users"}, False)
    return box


@pytest.fixture
def talkative(long: TestBox, folder: Path) -> Iterator[Boxmgmtd]:
    """Its service."""
    with running(copy(long, folder / "long")) as daemon:
        yield daemon


def logged_in(daemon: Boxmgmtd) -> Raw:
    """A connection of admin."""
    raw = daemon.connect()
    raw.socket.settimeout(60)
    assert raw.call("LogIn", name="admin", password=ADMIN_PASSWORD)["parameters"]["answer"]["status"] == 0
    return raw


def replies(raw: Raw, more: bool) -> Iterator[dict[str, Any]]:
    """All replies to a verification of the audit."""
    message = {"method": "io.boxmgmt.Run", "parameters": VERIFY} | ({"more": True} if more else {})
    raw.socket.sendall(json.dumps(message).encode() + b"\0")
    text = b""
    while b'"answer"' not in text or not text.endswith(b"\0"):
        text += raw.socket.recv(65536)
    yield from (json.loads(one) for one in text.split(b"\0")[:-1])


def test_who_asks_for_more_hears_how_far_it_has_come(talkative: Boxmgmtd) -> None:
    raw = logged_in(talkative)
    *before, last = replies(raw, True)
    assert before and all(one["continues"] is True for one in before)
    told = [one["parameters"]["progress"] for one in before]
    assert {one["sentence"] for one in told} == {"Verifying the audit"}
    assert [one["done"] for one in told] == sorted({one["done"] for one in told})
    assert all(0 < one["done"] < one["total"] for one in told)
    assert "continues" not in last and last["parameters"]["answer"]["code"] == "Done"
    assert len(list(replies(raw, False))) == 1, "who does not ask gets the last reply alone"


@pytest.mark.parametrize("way", ["--socket", "--state"])
def test_a_person_sees_it_and_then_it_is_gone(talkative: Boxmgmtd, way: str) -> None:
    place = str(talkative.path) if way == "--socket" else str(talkative.box.folder)
    if way == "--state":
        talkative.end()
    child = pexpect.spawn(sys.executable, ["-m", "sysmgmt", way, place, "--user", "admin"], timeout=60,
                          env=ENVIRONMENT | {"TERM": "xterm"}, encoding="utf-8", dimensions=(24, 80))
    child.expect("Password")
    child.sendline(ADMIN_PASSWORD)
    child.expect("box1>")
    child.sendline("verify_audit_log")
    child.expect(r"\r\x1b\[KVerifying the audit: \d+ %")
    child.expect(r"\r\x1b\[KAudit: intact\s+Records: \d+")
    child.sendline("quit")
    child.expect(pexpect.EOF)


def overlaps(daemon: Boxmgmtd, slow: dict[str, Any]) -> int:
    """How many quick commands of another connection are answered while `slow` runs."""
    one, other = logged_in(daemon), logged_in(daemon)
    answers: list[dict[str, Any]] = []

    def run() -> None:
        answers.append(one.call("Run", request=slow)["parameters"]["answer"])
    thread = threading.Thread(target=run)
    thread.start()
    count = 0
    while thread.is_alive():
        assert other.call("Run", request={"command": "get_roles", "texts": {}})["parameters"]["answer"]["status"] == 0
        count += thread.is_alive()
    assert answers[0]["status"] == 0, answers
    return count


def test_nobody_waits_for_the_hash_of_another_ones_password(basic: TestBox) -> None:
    basic.configure(hashing=Cost(8, 65536, 1))
    with running(basic) as daemon:
        texts = {"name": "bob", "role": "monitor", "password": "Bobs-pass-11"}
        assert overlaps(daemon, {"command": "add_user", "texts": texts}) > 5


def test_nobody_waits_for_a_look_at_a_large_state(basic: TestBox) -> None:
    with StateStore(str(basic.folder)).writing() as transaction:
        accounts = transaction.state.accounts
        for number in range(15_000):
            accounts = accounts.put(f"user{number}", Account(f"user{number}", "monitor", password="$" * 97))
        transaction.save(transaction.state._replace(accounts=accounts))
    with running(basic) as daemon:
        logged_in(daemon).call("Run", request={"command": "enable_advanced_support_commands", "texts": {}})
        assert overlaps(daemon, {"command": "get_users", "texts": {}}) > 5


USERS, EACH = 10, 10


def test_a_hundred_idle_sessions_are_held_while_others_come_in(basic: TestBox) -> None:
    admin = basic.admin()
    names = [f"user{number}" for number in range(USERS)]
    for name in names:
        admin.do(f"add_user name={name} role=monitor password=Users-pass-11 must_change=no")
    with running(basic) as daemon:
        began = time.monotonic()
        held: list[Raw] = [daemon.connect() for _ in range(USERS * EACH)]
        fifty = [threading.Thread(target=enter, args=(raw, names[place % USERS]))
                 for place, raw in enumerate(held[:50])]
        for one in fifty:
            one.start()
        for one in fifty:
            one.join(60)
        for place, raw in enumerate(held[50:]):
            enter(raw, names[place % USERS])
        print(f"{len(held)} logins in {time.monotonic() - began:.1f} s")
        newcomer = logged_in(daemon)
        request = {"command": "get_sessions", "texts": {}}
        found = newcomer.call("Run", request=request)["parameters"]["answer"]["result"]["sessions"]
        assert len([one for one in found if one["user"] in names]) == USERS * EACH
        for raw in held:
            assert raw.call("Standing")["parameters"] == {"refused": None}


def enter(raw: Raw, name: str) -> None:
    """Log in over a connection."""
    raw.socket.settimeout(60)
    answer = raw.call("LogIn", name=name, password="Users-pass-11")["parameters"]["answer"]
    assert answer["status"] == 0, answer
