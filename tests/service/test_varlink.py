"""What boxmgmtd tells of itself is what Varlink's specification asks of every service, and it is true."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sysmgmt.service.calls import CALLS
from tests.service.idl import Described, Kind, Reader, all_fit, fits
from tests.support.box import ADMIN_PASSWORD, SERVICE, TestBox, copy
from tests.support.boxmgmtd import Raw

SPECIFIED = "org.varlink.service"
OURS = "io.boxmgmt"


@pytest.fixture
def raw(basic: TestBox) -> Iterator[Raw]:
    """A connection."""
    with closing(copy(basic, basic.folder.parent / "served", SERVICE)) as box:
        yield Raw(Path(box.options[1]))


def description(raw: Raw, interface: str) -> Described:
    """What the service says of one of its interfaces."""
    reply = raw.ask(f"{SPECIFIED}.GetInterfaceDescription", interface=interface)
    assert set(reply) == {"parameters"} and set(reply["parameters"]) == {"description"}
    return Reader(reply["parameters"]["description"]).described()


def test_it_says_who_it_is_and_describes_each_of_its_interfaces(raw: Raw) -> None:
    specified = description(raw, SPECIFIED)
    info = raw.ask(f"{SPECIFIED}.GetInfo")["parameters"]
    assert all_fit(info, specified.methods["GetInfo"][1]) and set(info) == set(specified.methods["GetInfo"][1])
    assert info["interfaces"] == [SPECIFIED, OURS]
    assert [description(raw, one).interface for one in info["interfaces"]] == info["interfaces"]


def test_every_call_is_described_and_nothing_else(raw: Raw) -> None:
    assert set(description(raw, OURS).methods) == set(CALLS)


CALLED: list[tuple[str, dict[str, Any]]] = [
    ("Enter", {}), ("Sign", {}), ("Standing", {}), ("LogIn", {"name": "nobody-here", "password": "x"}),
    ("LogIn", {"name": "admin", "password": ADMIN_PASSWORD}), ("Barred", {"command": "nosuch"}),
    ("Barred", {"command": "get_users"}), ("Offers", {"command": "remove_user", "parameter": "name", "texts": {}}),
    ("Check", {"command": "add_user", "parameter": "name", "texts": {"name": "x y"}}),
    ("Run", {"request": {"command": "get_users", "texts": {}}}),
    ("Run", {"answer": {"command": "add_user", "code": "InvalidValue", "status": 2, "message": "No."}}),
    ("Follow", {"after": 0}),
    ("Run", {"request": {"command": "get_events_log", "texts": {"follow": "yes"}}}), ("Follow", {"after": 1}),
    ("RunTogether", {"requests": [{"request": {"command": "get_users", "texts": {}}}]}),
    ("Line", {"line": "get_groups"}),
    ("Explain", {"type": "ValueError", "frames": ["x"]}), ("LogOut", {"reason": "over"}),
    ("Account", {"name": "admin"}), ("Authenticate", {"name": "admin", "password": "x"}), ("Keys", {"name": "admin"}),
    ("CloseSession", {"name": "admin"})]


def test_calls_and_replies_are_of_the_types_that_are_described(raw: Raw) -> None:
    ours = description(raw, OURS)
    for method, given in CALLED:
        takes, gives = ours.methods[method]
        assert all_fit(given, takes), method
        reply = raw.call(method, **given)
        assert set(reply) == {"parameters"} and all_fit(reply["parameters"], gives), (method, reply)


@pytest.mark.parametrize("method, given, error, told", [
    ("GetInterfaceDescription", {"interface": "com.nosuch"}, "InterfaceNotFound", {"interface": "com.nosuch"}),
    ("GetInterfaceDescription", {}, "InvalidParameter", {"parameter": "interface"}),
    ("Nosuch", {}, "MethodNotFound", {"method": f"{SPECIFIED}.Nosuch"})])
def test_errors_are_those_of_the_specification(
        raw: Raw, method: str, given: dict[str, Any], error: str, told: dict[str, str]) -> None:
    reply = raw.ask(f"{SPECIFIED}.{method}", **given)
    assert reply == {"error": f"{SPECIFIED}.{error}", "parameters": told}
    assert all_fit(reply["parameters"], description(raw, SPECIFIED).errors[error])


def test_an_interface_that_is_not_there_is_named(raw: Raw) -> None:
    assert raw.ask("com.nosuch.Call") == {
        "error": f"{SPECIFIED}.InterfaceNotFound", "parameters": {"interface": "com.nosuch"}}


@pytest.mark.parametrize("wrong", ["", "interface nosuch", "interface a.b method x() -> ()", "interface a.b method X()",
                                   "interface a.b method X(a: text) -> ()", "interface a.b method X(a_: int) -> ()",
                                   "interface a.b method X(a: int,) -> ()", "interface a.b method X() -> () $"])
def test_the_check_finds_what_is_no_description(wrong: str) -> None:
    with pytest.raises((AssertionError, IndexError)):
        Reader(wrong).described()
    assert not fits(1, Kind((), "string")) and not fits(True, Kind((), "int")) and not fits(None, Kind(("[]",), "int"))
