"""What a listener really accepts: asked by our own handshakes, and compared with sslscan."""

import re
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from sysmgmt.domain.tls import Listener
from sysmgmt.host import handshakes
from sysmgmt.host.handshakes import Place, Silent
from tests.support.box import TestBox
from tests.support.openssl import Authority
from tests.support.ports import free_port
from tests.support.webserver import serving

CIPHER = re.compile(r'<cipher status="\w+" sslversion="TLSv(\S+)" bits="\d+" cipher="(\S+)"')
MISCONFIGURED = {
    "everything": "ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_ciphers ALL:COMPLEMENTOFALL:@SECLEVEL=0;",
    "only 1.3": "ssl_protocols TLSv1.3;",
    "only 1.2, without forward secrecy": "ssl_protocols TLSv1.2; ssl_ciphers AES128-SHA:AES256-GCM-SHA384;",
    "only 1.0": "ssl_protocols TLSv1; ssl_ciphers ALL:@SECLEVEL=0;",
}


def sslscan(port: int) -> dict[str, set[str]]:
    """What sslscan finds: by version, the suites."""
    done = subprocess.run(["sslscan", "--xml=-", f"127.0.0.1:{port}"], capture_output=True, text=True, timeout=120)
    found: dict[str, set[str]] = {}
    for version, suite in CIPHER.findall(done.stdout):
        found.setdefault(f"TLS {version}", set()).add(suite)
    return found


def as_sets(accepted: Mapping[str, Sequence[str]]) -> dict[str, set[str]]:
    """What was accepted, without an order."""
    return {version: set(suites) for version, suites in accepted.items()}


@pytest.fixture
def shown(folder: Path) -> str:
    """Directives that show a certificate whose key is RSA, as most suites want it."""
    certificate, key = Authority(folder / "ca").begin().issue(key=("-newkey", "rsa:2048"))
    (folder / "server.pem").write_text(certificate)
    (folder / "server.key").write_text(key)
    return f"ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/server.key; "


@pytest.mark.requirement(103)
@pytest.mark.checklist("A02")
@pytest.mark.checklist("A04")
@pytest.mark.parametrize("how", MISCONFIGURED)
def test_what_we_find_is_what_sslscan_finds(folder: Path, shown: str, how: str) -> None:
    with serving(folder, shown + MISCONFIGURED[how]) as port:
        place = Place("127.0.0.1", port)
        found = handshakes.accepted(place)
        assert as_sets(found) == sslscan(port) and found
        assert {version for version in handshakes.CODES if handshakes.speaks(place, version)} == set(found)
        assert handshakes.certificate(place)


@pytest.mark.requirement(103)
@pytest.mark.checklist("A14")
def test_the_command_judges_what_somebody_misconfigured_behind_its_back(
        basic: TestBox, folder: Path, shown: str) -> None:
    with serving(folder, shown + MISCONFIGURED["everything"]) as port:
        house = basic.house()
        listeners: Callable[[object], list[Listener]] = lambda state: [Listener("web server", "127.0.0.1", port)]
        admin = basic.client("admin", house=house._replace(box=house.box._replace(listeners=listeners)))
        one = admin.facts("get_cipher_suites")["listeners"][0]
        scanned = sslscan(port)
    assert (one["judgement"], one["below_minimum"], one["answers"]) == ("insecure", ["TLS 1.0", "TLS 1.1"], True)
    told = {version["version"]: version for version in one["versions"]}
    assert {name: {*one["good"], *one["weak"], *one["insecure"]} for name, one in told.items()} == scanned
    assert told["TLS 1.3"]["weak"] == told["TLS 1.3"]["insecure"] == []
    assert "ECDHE-RSA-AES256-GCM-SHA384" in told["TLS 1.2"]["good"]
    assert "AES128-SHA" in told["TLS 1.2"]["weak"] and "AECDH-AES256-SHA" in told["TLS 1.2"]["insecure"]
    assert told["TLS 1.0"]["good"] == told["TLS 1.0"]["weak"] == []


def test_a_box_without_a_listener_has_none_to_ask(basic: TestBox) -> None:
    admin = basic.admin()
    assert admin.facts("get_cipher_suites") == {"listeners": []}
    assert admin.together("get_cipher_suites")[0].code == "NotAtomic"


@pytest.fixture
def rude() -> Iterator[Callable[[bytes | None], int]]:
    """A server that answers everybody with the same bytes, or not at all."""
    listeners: list[socket.socket] = []

    def serve(answer: bytes | None) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def welcome() -> None:
            kept = []
            while True:
                try:
                    kept.append(listener.accept()[0])
                except OSError:
                    return
                if answer is not None:
                    kept[-1].sendall(answer)
                    kept.pop().close()
        threading.Thread(target=welcome, daemon=True).start()
        number: int = listener.getsockname()[1]
        return number
    yield serve
    for one in listeners:
        one.shutdown(socket.SHUT_RDWR)
        one.close()


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x16\x03\x01\xff\xff",
                                    b"\x16\x03\x03\x00\x04\x02\x00\x00\x00", b"\x15\x03\x01\x00\x02\x02\x28"])
def test_what_is_no_tls_accepts_nothing(rude: Callable[[bytes | None], int], answer: bytes) -> None:
    assert handshakes.accepted(Place("127.0.0.1", rude(answer))) == {}


def test_a_server_that_says_nothing_takes_a_bounded_time(rude: Callable[[bytes | None], int]) -> None:
    begun = time.monotonic()
    with pytest.raises(Silent):
        handshakes.accepted(Place("127.0.0.1", rude(None)))
    assert time.monotonic() - begun < 2 * handshakes.PATIENCE
    with pytest.raises(Silent):
        handshakes.accepted(Place("127.0.0.1", free_port()))
