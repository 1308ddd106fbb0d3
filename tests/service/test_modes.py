"""Nobody can tell at a door whether the engine is in the same process or behind the socket of boxmgmtd."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sysmgmt.commands.catalog import CATALOG
from sysmgmt.domain.errors import InvalidValue, MissingValue, Refusal
from sysmgmt.engine.door import Door
from sysmgmt.engine.request import Caller, Request, refused
from sysmgmt.service import listeners
from sysmgmt.service.client import ServiceDoor
from tests.support.box import ADMIN_PASSWORD, SERVICE, TestBox, copy
from tests.support.served import Served

BOB = "bob-first-1"
SOCKET = Caller(origin="local", endpoint="local")
"""What the service says of somebody at its socket; the door in the same process says the same here."""


class Reached(NamedTuple):
    """A box, and a door of it."""

    box: TestBox
    door: Door


@pytest.fixture
def both(basic: TestBox) -> Iterator[tuple[Reached, Reached]]:
    """A box, and a copy of it behind a socket."""
    admin = basic.admin()
    for line in (f'add_user name=bob role=monitor password="{BOB}" must_change=no', "add_group name=g1",
                 f'add_user name=eve role=monitor password="{BOB}"', "add_role name=spare permissions=upgrade"):
        assert admin.do(line).code == "Done"
    admin.door.log_out("the box is ready")
    with closing(copy(basic, basic.folder.parent / "served", SERVICE)) as served:
        yield Reached(basic, basic.door(SOCKET)), Reached(served, served.door())


def test_a_box_in_service_mode_is_really_behind_a_socket(basic: TestBox) -> None:
    with closing(copy(basic, basic.folder.parent / "served", SERVICE)) as served:
        client = served.admin()
        assert isinstance(client.door, ServiceDoor)
        assert client.do("add_group name=g1").code == "Done" and "g1" in served.state.groups
        assert served.audit()[-1]["endpoint"] == "local"
        assert Path(served.options[1]).is_socket()
    assert client.do("get_groups").code == "ServiceLost", "it was this service that answered"


def told(act: Callable[[], Any]) -> str:
    """What comes of one verb, without what no two boxes have in common: ids, sessions, processes."""
    try:
        found = act()
    except Refusal as refusal:
        found = refusal
    text = repr(found) if not isinstance(found, Refusal) else repr((found.code, str(found), found.advice))
    return re.sub(r"\b[0-9a-f]{8}:\d+:\d+|\b[0-9a-f]{16,32}\b", "ID", text)


NAMES = [one.name for one in CATALOG]
TEXT = st.one_of(st.sampled_from(["bob", "eve", "admin", "g1", "monitor", "spare", "view", BOB, "wrong", "yes", "no"]),
                 st.text(st.characters(), max_size=20))
PARAMETER = st.one_of(st.sampled_from(sorted({word.name for one in CATALOG for word in one.parameters})),
                      st.text(max_size=8))
TEXTS = st.dictionaries(PARAMETER, TEXT, max_size=4)
COMMAND = st.one_of(st.sampled_from(NAMES), st.text(max_size=12))
REQUEST = st.builds(Request, COMMAND, TEXTS, st.booleans(), st.booleans())
MISTAKE = st.builds(lambda command, what: refused(command, InvalidValue(what=what)),
                    st.one_of(st.none(), COMMAND), TEXT)
USEFUL = st.builds(Request, st.sampled_from([one for one in NAMES if one.startswith("get_")]), st.just({}),
                   st.booleans())
STEP = st.one_of(
    st.tuples(st.just("log_in"), st.sampled_from(["bob", "admin", "eve"]), st.sampled_from([BOB, ADMIN_PASSWORD])),
    st.tuples(st.just("log_in"), TEXT, TEXT),
    st.tuples(st.just("run"), st.one_of(REQUEST, USEFUL, MISTAKE)),
    st.tuples(st.just("run_together"), st.lists(st.one_of(REQUEST, USEFUL, MISTAKE), max_size=4)),
    st.tuples(st.just("barred"), COMMAND), st.tuples(st.just("check"), COMMAND, PARAMETER, TEXTS),
    st.tuples(st.just("offers"), COMMAND, PARAMETER, TEXTS),
    st.tuples(st.just("report_failure"), st.just(ValueError("x"))),
    st.tuples(st.just("sign")), st.tuples(st.just("standing")), st.tuples(st.just("log_out"), TEXT))
MANY = Request("get_users", {f"n{number}": "x" for number in range(100)})
LONG = Request("nosuch", {"name": "\u00e9" * 32_000})
AS_ADMIN = ("log_in", "admin", ADMIN_PASSWORD)


def walk(door: Door, steps: list[tuple[Any, ...]]) -> list[str]:
    """What a stranger is answered at each step, and who is there after it."""
    door.log_out("over")
    found = []
    for verb, *values in steps:
        found += [f"{verb}: {told(partial(getattr(door, verb), *values))}", told(lambda: door.caller)]
    return found


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEP, max_size=8))
@example(steps=[AS_ADMIN, ("log_out", "over"), ("run", Request("get_users"))])
@example(steps=[AS_ADMIN, ("run", MANY), ("run", LONG), ("run_together", [MANY, LONG])])
@example(steps=[("run", MANY), ("run", LONG), ("run_together", [LONG] * 20), ("log_in", "x" * 65536, "\u00e9" * 32768)])
@example(steps=[AS_ADMIN, ("log_out", "x" * 300)])
@example(steps=[("run", refused("add_user", MissingValue(command="add_user", parameter="role")))])
def test_every_verb_is_answered_alike(both: tuple[Reached, Reached], steps: list[tuple[Any, ...]]) -> None:
    embedded, served = both
    assert walk(embedded.door, steps) == walk(served.door, steps)
    assert audited(embedded.box) == audited(served.box)


def audited(box: TestBox) -> list[str]:
    """What the last records say."""
    return [re.sub(r'"?\b[0-9a-f]{16,64}\b"?|\'process\': \'[^\']*\'|\d+:\d+', "ID",
                   repr({key: one[key] for key in one if key not in ("seq", "hash", "time", "frames")}))
            for one in box.audit()[-12:]]


def test_a_service_that_ends_does_not_spin_until_it_has_ended(basic: TestBox, tmp_path: Path) -> None:
    served = Served(basic.house(), tmp_path / "box.sock")
    served.door()
    before = time.process_time()
    served.close()
    assert time.process_time() - before < listeners.LOOK / 4
