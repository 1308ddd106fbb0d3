"""The door for partners by itself: what nobody foresaw ends one visit, and is explained in the audit."""

import socket
from typing import Any, cast

import pytest

from sysmgmt.service.partnerdoor import SILENCE, PartnerDoor, Refusals
from sysmgmt.service.reception import Terms
from tests.support.box import TestBox
from tests.support.partnership import HERE, line
from tests.support.waiting import wait_until


class Uptime:
    """A clock that nobody sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def said(port: int, text: bytes) -> bytes:
    """What comes back until the door shuts."""
    with socket.create_connection((HERE, port), 20) as connection:
        connection.sendall(text)
        connection.shutdown(socket.SHUT_WR)
        try:
            return connection.recv(1000)
        except ConnectionResetError:
            return b""


def test_a_failure_that_nobody_foresaw_ends_one_visit_and_is_told_with_an_id(
        basic: TestBox, capfd: pytest.CaptureFixture[str]) -> None:
    uptime = Uptime()
    refusals = Refusals(uptime)
    with socket.create_server((HERE, 0)) as listener:
        port = listener.getsockname()[1]
        door = PartnerDoor(listener, Terms(basic.state, cast(Any, "no context")), refusals)
        door.open()
        for _ in range(3):
            assert said(port, b"") == b""

        def told() -> list[dict[str, Any]]:
            refusals.tell(basic.house())
            return [one for one in basic.audit() if one.get("phase") == "error"]
        wait_until(lambda: bool(told()))
        (record,) = told()
        assert (record["user"], record["command"], record["type"]) == ("system", "receive_partner", "AttributeError")
        assert any("reception.py" in one for one in record["frames"])
        events = {one["name"]: one["details"] for one in basic.admin().facts("get_events_log")["events"]}
        assert record["id"] in events["InternalError"]
        assert events["PartnerRefused"].startswith("the box failed unexpectedly")
        door.change(Terms(basic.state, None))
        uptime.now += SILENCE
        assert said(port, line("east")) == b""
        wait_until(lambda: told() is not None and "it calls itself east" in str(basic.audit()))
        door.shut()
    assert "Traceback" not in capfd.readouterr().err
