"""Once a day the box looks what TLS it really accepts."""

from collections.abc import Mapping, Sequence

from sysmgmt.domain.tls import Listener
from sysmgmt.engine.dispatch import House
from sysmgmt.service.duties import tls
from tests.support.box import TestBox


class Answering:
    """A machine on which one listener accepts what a test says."""

    def __init__(self) -> None:
        self.accepted: Mapping[str, Sequence[str]] | None = {}

    def handshakes(self, address: str, port: int) -> Mapping[str, Sequence[str]] | None:
        """What is accepted there."""
        return self.accepted


def look(box: TestBox, accepted: Mapping[str, Sequence[str]] | None) -> list[tuple[str, str | None]]:
    """What is told of TLS so far, after one more look."""
    house: House = box.house()
    machine = Answering()
    machine.accepted = accepted
    listeners = lambda state: [Listener("web server", "127.0.0.1", 443)]  # noqa: E731
    tls.ask(house._replace(box=house.box._replace(
        machine=machine, listeners=listeners)))  # type: ignore[arg-type]
    return [(one["name"], one["details"]) for one in box.admin().facts("get_events_log text=TLS")["events"]]


def test_what_is_insecure_is_told_once_and_when_it_is_over(basic: TestBox) -> None:
    good = {"TLS 1.3": ["TLS_AES_256_GCM_SHA384"], "TLS 1.2": ["ECDHE-RSA-AES256-GCM-SHA384"]}
    old = good | {"TLS 1.0": ["AES128-SHA"], "TLS 1.2": ["RC4-SHA"]}
    told = "127.0.0.1:443 accepts TLS 1.2 with RC4-SHA; TLS 1.0 with AES128-SHA"
    assert look(basic, good) == [] and look(basic, None) == []
    assert look(basic, old) == [("InsecureTls", told)] == look(basic, old)
    assert look(basic, good) == [("InsecureTls", told), ("InsecureTlsCleared", told)]


def test_a_version_below_the_minimum_is_told_even_if_it_is_secure(basic: TestBox) -> None:
    basic.configure(reach=basic.state.settings.reach._replace(tls_minimum="1.3"))
    ((name, details),) = look(basic, {"TLS 1.2": ["ECDHE-RSA-AES256-GCM-SHA384"]})
    assert (name, details) == ("InsecureTls", "127.0.0.1:443 accepts TLS 1.2, below the minimum")
