"""Every message is answered by what it means, and what is none ends its connection."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sysmgmt.commands.catalog import CATALOG
from sysmgmt.engine.catalog import Catalog
from sysmgmt.engine.declaration import Call, Shown, Word, command
from sysmgmt.engine.reading import Reading
from sysmgmt.service.calls import CALLS
from tests.support.box import ADMIN_PASSWORD, SERVICE, TestBox, copy
from tests.support.boxmgmtd import Boxmgmtd, Raw
from tests.support.served import Served
from tests.support.waiting import wait_until

RUN = b'{"method": "io.boxmgmt.Run", "parameters": {"request": {"command": "get_groups", "texts": {}}}}\0'


@pytest.fixture
def served(basic: TestBox) -> Iterator[TestBox]:
    """A box that is served in this process: what a thread of the service cannot cope with fails the test."""
    with closing(copy(basic, basic.folder.parent / "served", SERVICE)) as one:
        yield one


def say(raw: Raw, message: bytes) -> dict[str, Any]:
    """Say something that is a message; an object comes back, whatever it says."""
    found = raw.say(message)
    assert set(found) in ({"parameters"}, {"error", "parameters"}), found
    assert isinstance(found["parameters"], dict)
    return found


INVALID = "org.varlink.service.InvalidParameter"


@pytest.mark.parametrize("message, error", [
    (b'{"method": "io.boxmgmt.Sign", "method": "io.boxmgmt.Nosuch"}', "org.varlink.service.MethodNotFound"),
    (b'{"method": "io.boxmgmt.Nosuch", "method": "io.boxmgmt.Sign"}', None),
    (b'{"method": "io.boxmgmt.Sign", "oneway": false, "more": false, "upgrade": false}', None),
    (b'{"method": "io.boxmgmt.Sign", "more": true}', None),
    (b'{"method": "io.boxmgmt.Sign", "nosuch": [{}]}', None),
    (b'{"method": "io.boxmgmt.Sign", "parameters": null}', None),
    (b'{"method": "io.boxmgmt.Sign", "parameters": []}', INVALID),
    (b'{"method": "io.boxmgmt.Sign", "parameters": "x"}', INVALID),
    (b'{"method": "io.boxmgmt.Sign", "upgrade": true}', INVALID),
    (b'{"method": "io.boxmgmt.Run", "parameters": {"answer": {"command": "add_user", "code": "Done"}}}', INVALID),
    (b'{"method": "io.boxmgmt.Run", "parameters": {"answer": {"code": "Cancelled", "status": 1, "hint": 1}}}', INVALID),
    (b'{"method": "io.boxmgmt.Run", "parameters": {"request": {"command": "help", "texts": {"a": 1}}}}', INVALID),
    (b'{"method": "io.boxmgmt.LogIn", "parameters": {"name": "admin"}}', INVALID),
    (b'{"method": "io.boxmgmt.Run "}', "org.varlink.service.MethodNotFound"),
    (b'{"method": ".Sign"}', "org.varlink.service.InterfaceNotFound"),
    (b'{"method": "io.boxmgmt.sign"}', "org.varlink.service.MethodNotFound"),
    (b'{"method": null}', "org.varlink.service.InterfaceNotFound"),
    (b'{"parameters": {}}', "org.varlink.service.InterfaceNotFound")])
def test_a_message_is_answered_by_what_it_means(daemon: Boxmgmtd, message: bytes, error: str | None) -> None:
    raw = daemon.connect()
    assert say(raw, message).get("error") == error
    assert say(raw, b'{"method": "io.boxmgmt.Sign"}').get("error") is None, "the connection goes on"


def test_a_call_that_wants_no_reply_gets_none(daemon: Boxmgmtd) -> None:
    raw = daemon.connect()
    raw.socket.sendall(b'{"method": "io.boxmgmt.Sign", "oneway": true}\0{"method": "io.boxmgmt.Nosuch"}\0')
    assert json.loads(raw.read())["error"] == "org.varlink.service.MethodNotFound"


@pytest.mark.parametrize("text", [
    b"\xff\xfe", b'{"method": "io.boxmgmt.Sign\xff"}', b'{"method": "\xc3"}', b"\xed\xa0\x80", b"{}{}", b"{}x", b"-",
    b"\xef\xbb\xbf{}", b'{"method": "io.boxmgmt.Sign"', b'"x"', b"7", b"[" * 5000, b'{"a":' * 5000, b"9" * 5000])
def test_what_is_no_message_ends_the_connection(daemon: Boxmgmtd, text: bytes) -> None:
    raw = daemon.connect()
    raw.socket.sendall(text + b"\0" + RUN)
    assert raw.read() == b""


@pytest.mark.parametrize("text", [b"\0", b"\0\0\0", b"\0" + RUN, RUN[:20] + b"\0" + RUN[20:]])
def test_a_nul_in_an_odd_place_ends_the_connection(daemon: Boxmgmtd, text: bytes) -> None:
    raw = daemon.connect()
    raw.socket.sendall(text)
    assert raw.read() == b""


def test_messages_may_come_together_and_in_pieces(daemon: Boxmgmtd) -> None:
    raw, text = daemon.connect(), b'{"method": "io.boxmgmt.Sign"}\0' * 50
    for begin in range(0, len(text), 7):
        raw.socket.sendall(text[begin:begin + 7])
    found = b""
    while found.count(b"\0") < 50:
        found += raw.socket.recv(65536)
    assert found.count(b'"sign"') == 50


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20),
              st.sampled_from(["admin", ADMIN_PASSWORD, "monitor", *(one.name for one in CATALOG)])),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=8)
FIELD = st.one_of(st.sampled_from(["name", "password", "request", "answer", "requests", "command", "parameter", "texts",
                                   "reason", "type", "frames", "service", "rhost", "tty", "line"]), st.text(max_size=8))
REQUEST = st.fixed_dictionaries({}, optional={"command": JSON, "texts": JSON, "dry_run": JSON, "confirmed": JSON})
ANSWER = st.fixed_dictionaries({}, optional={
    "command": JSON, "code": st.one_of(JSON, st.sampled_from(["InvalidValue", "Done", "Refusal"])), "status": JSON,
    "result": JSON, "message": JSON, "hint": JSON, "warnings": JSON, "fatal": JSON, "nosuch": JSON})
EITHER = st.one_of(JSON, st.fixed_dictionaries({}, optional={"request": REQUEST, "answer": ANSWER}))
PARAMETERS = st.one_of(JSON, st.dictionaries(FIELD, JSON, max_size=5), EITHER,
                       st.fixed_dictionaries({"requests": st.lists(EITHER, max_size=4)}))


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(messages=st.lists(st.tuples(st.sampled_from(sorted(CALLS)), PARAMETERS), min_size=10, max_size=60))
def test_no_parameter_of_any_method_breaks_the_service(served: TestBox, messages: list[tuple[str, Any]]) -> None:
    raw = Raw(Path(served.options[1]))
    for method, parameters in messages:
        say(raw, json.dumps({"method": f"io.boxmgmt.{method}", "parameters": parameters}).encode())
    raw.socket.close()


def _stumble(text: str, reading: Reading) -> str:
    raise ZeroDivisionError("Canary-12")


Stone = Annotated[str, Word("Stone", _stumble)]


@command(needs="anyone")
def stumble(call: Call, stone: Stone) -> Shown:
    """Fail when a value is read."""
    return Shown({})


@pytest.mark.requirement(111)
@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_call_that_fails_unforeseen_ends_its_connection_and_the_audit_says_where(basic: TestBox) -> None:
    house = basic.house()
    catalog = Catalog({one.name: one for one in (*CATALOG, stumble)})
    with closing(Served(house._replace(catalog=catalog), basic.folder.parent / "box.sock")) as served:
        raw = Raw(served.path)
        raw.call("LogIn", name="admin", password=ADMIN_PASSWORD)
        raw.socket.sendall(b'{"method": "io.boxmgmt.Check", "parameters": '
                           b'{"command": "stumble", "parameter": "stone", "texts": {"stone": "x"}}}\0')
        assert raw.read() == b""
        assert Raw(served.path).call("Sign")["parameters"]["sign"]["installed"] is True, "the next one is answered"
        wait_until(lambda: any(one.get("phase") == "error" for one in basic.audit()))
    failure = next(one for one in basic.audit() if one.get("phase") == "error")
    assert (failure["user"], failure["type"]) == ("admin", "ZeroDivisionError") and "_stumble" in failure["frames"][-1]
    assert b"Canary" not in basic.everything()


def test_no_client_records_that_something_was_done(served: TestBox) -> None:
    raw = Raw(Path(served.options[1]))
    for answer in ({"code": "Done", "status": 0}, {"code": "Unchanged", "status": 0}, {"code": "PermissionDenied"},
                   {"code": "InvalidValue", "status": 0}, {"code": "InvalidValue", "status": 2, "result": {"a": 1}}):
        raw.call("Run", answer={"command": "add_user", **answer})
    recorded = [(one["code"], one["status"]) for one in served.audit() if one["command"] == "add_user"]
    assert recorded == [("InvalidValue", 2)]
