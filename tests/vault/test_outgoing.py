"""Real TLS connections of the box to others: nobody but the right server gets one byte."""

import socket
import ssl
import time
from collections.abc import Iterator, Sequence

import pytest

from sysmgmt.domain.errors import ServerRefused, ServerUnreachable
from sysmgmt.domain.truststore import Trust
from sysmgmt.host import connections
from sysmgmt.vault import bundles, outgoing
from sysmgmt.vault.x509 import Servers
from tests.support import tls_server
from tests.support.authorities import CA, LEAF, Made, Wish, make, revocations

HERE = "localhost"
OTHERS = Servers(connections.connected)
AT_HOME = LEAF._replace(names=(HERE,))
ROOT = make("Root", wish=CA)
MIDDLE = make("Middle", ROOT, CA)
SERVER = make("server", MIDDLE, AT_HOME)


def trust(*trusted: Made, pins: Sequence[Made] = (), lists: Sequence[str] = ()) -> Trust:
    """Whom to trust, now."""
    prints = frozenset(bundles.read_certificates(one.pem)[0].fingerprint for one in pins)
    return Trust(tuple(bundles.read_certificates(one.pem)[0] for one in trusted), prints, tuple(lists), time.time())


@pytest.fixture
def port() -> Iterator[int]:
    """The port of a server with a good chain of three."""
    with tls_server.showing(SERVER, MIDDLE) as number:
        yield number


@pytest.mark.requirement(104)
@pytest.mark.checklist("R220")
def test_the_right_server_is_spoken_to(port: int) -> None:
    OTHERS.check(trust(ROOT), HERE, port)
    with socket.create_connection((HERE, port), 20) as plain, \
            outgoing.client(trust(ROOT), HERE).wrap_socket(plain, server_hostname=HERE) as connection:
        assert connection.recv(5) == b"hello"
        assert (connection.version() or "") >= "TLSv1.2"
    assert [one.subject for one in OTHERS.presented(HERE, port, "1.2")] == ["CN=server", "CN=Middle"]


@pytest.mark.requirement(98)
@pytest.mark.requirement(104)
@pytest.mark.parametrize("whom, reason", [
    (trust(), "unable to get"), (trust(make("Root", wish=CA)), "signature"),
    (trust(ROOT, lists=[revocations(MIDDLE, [SERVER])]), "CN=server was revoked"),
    (trust(ROOT, lists=[revocations(ROOT, [MIDDLE])]), "CN=Middle was revoked"),
    (trust(pins=[MIDDLE]), "not trusted")])
def test_a_server_that_is_not_trusted_is_refused(port: int, whom: Trust, reason: str) -> None:
    with pytest.raises(ServerRefused, match=reason):
        OTHERS.check(whom, HERE, port)


@pytest.mark.requirement(104)
def test_a_server_under_another_name_is_refused(port: int) -> None:
    with pytest.raises(ServerRefused, match="127.0.0.1"):
        OTHERS.check(trust(ROOT), "127.0.0.1", port)


@pytest.mark.parametrize("wish", [AT_HOME, AT_HOME._replace(names=("other.example",)), AT_HOME._replace(names=())])
def test_a_pinned_certificate_is_enough_and_nothing_else_is(wish: Wish) -> None:
    one = make("itself", wish=wish)
    with tls_server.showing(one) as port:
        OTHERS.check(trust(pins=[one]), HERE, port)
        with pytest.raises(ServerRefused):
            OTHERS.check(trust(pins=[make("itself", wish=wish)]), HERE, port)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1")
@pytest.mark.requirement(103)
@pytest.mark.parametrize("newest, minimum, spoken", [
    ("TLSv1_3", "1.3", True), ("TLSv1_2", "1.2", True), ("TLSv1_2", "1.3", False), ("TLSv1_1", "1.2", False)])
def test_a_server_that_speaks_nothing_from_the_minimum_on_is_refused_with_a_sentence(newest: str, minimum: str,
                                                                                     spoken: bool) -> None:
    with tls_server.showing(SERVER, MIDDLE, newest=ssl.TLSVersion[newest]) as port:
        if spoken:
            OTHERS.check(trust(ROOT)._replace(tls_minimum=minimum), HERE, port)
            assert len(OTHERS.presented(HERE, port, minimum)) == 2
            return
        with pytest.raises(ServerRefused, match=f"it does not speak TLS {minimum}, and the box speaks nothing older"):
            OTHERS.check(trust(ROOT)._replace(tls_minimum=minimum), HERE, port)
        with pytest.raises(ServerRefused, match=f"it does not speak TLS {minimum}"):
            OTHERS.presented(HERE, port, minimum)


def test_every_library_that_uses_the_context_is_checked(port: int) -> None:
    """Also where somebody forgets to look: the handshake itself fails, over a socket and in memory."""
    revoked = outgoing.client(trust(ROOT, lists=[revocations(MIDDLE, [SERVER])]), HERE)
    with socket.create_connection((HERE, port), 20) as plain, pytest.raises(ServerRefused):
        revoked.wrap_socket(plain, server_hostname=HERE)
    with socket.create_connection((HERE, port), 20) as plain, pytest.raises(ServerRefused):
        in_memory(revoked, plain)
    with socket.create_connection((HERE, port), 20) as plain:
        in_memory(outgoing.client(trust(ROOT), HERE), plain)


def in_memory(context: ssl.SSLContext, plain: socket.socket) -> None:
    """A handshake as asyncio does it."""
    come, go = ssl.MemoryBIO(), ssl.MemoryBIO()
    connection = context.wrap_bio(come, go, server_hostname=HERE)
    while True:
        try:
            connection.do_handshake()
            return
        except ssl.SSLWantReadError:
            plain.sendall(go.read())
            come.write(plain.recv(65536))


def test_what_cannot_be_reached_or_speaks_no_tls_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        free = listener.getsockname()[1]
    with pytest.raises(ServerUnreachable, match="refused"):
        OTHERS.presented(HERE, free, "1.2")
    with pytest.raises(ServerUnreachable):
        OTHERS.check(trust(ROOT), HERE, free)
    with pytest.raises(ServerUnreachable, match="its name is not known"):
        OTHERS.presented("no-such-host.invalid", 443, "1.2")
