"""Nobody can tell at a door whether the engine is in the same process or behind the socket of boxmgmtd."""

from pathlib import Path

import pytest

from sysmgmt.service.client import ServiceDoor
from tests.support.box import SERVICE, TestBox, copy


@pytest.fixture
def served(basic: TestBox) -> TestBox:
    """A box as boxmgmtd serves it."""
    return copy(basic, basic.folder.parent / "served", SERVICE)


def test_a_box_in_service_mode_is_really_behind_a_socket(served: TestBox) -> None:
    try:
        client = served.admin()
        assert isinstance(client.door, ServiceDoor)
        assert client.do("add_group name=g1").code == "Done" and "g1" in served.state.groups
        assert served.audit()[-1]["endpoint"] == "local"
        assert Path(served.options[1]).is_socket()
    finally:
        served.close()
    assert client.do("get_groups").code == "ServiceLost", "it was this service that answered"
