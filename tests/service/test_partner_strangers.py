"""Who comes to the port for partners and is none, or a bad one; a good one beside them is answered all the same."""

import json
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from sysmgmt.domain import sealed
from sysmgmt.domain.certificates import Plan
from sysmgmt.domain.model import Subject
from sysmgmt.store.state import StateStore
from tests.support.authorities import CA, LEAF, LONG_AGO, NOW, Made, make, revocations
from tests.support.box import ADMIN_PASSWORD, TestBox
from tests.support.partnership import Site, Visitor, answered, line, sites
from tests.support.waiting import wait_until

BOTH = LEAF._replace(extended=(ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH))
AUTHORITY = make("Authority", wish=CA)
EAST = make("east", AUTHORITY, BOTH)
GOOD = Visitor((EAST,))
ELSEWHERE = "127.0.0.2"
VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


@pytest.fixture
def north(templates: Callable[[str], TestBox], folder: Path) -> Iterator[Site]:
    """A box whose one partner is east, who is played by the test."""
    with sites(templates("basic"), folder) as (one, _):
        one.pins("east", EAST.pem)
        yield one


def is_answered(site: Site, visitor: Visitor = GOOD) -> bool:
    """Whether a visitor who says to be east is told what partners tell each other."""
    with suppress(OSError):
        said = visitor.says(site, line("east"))
        return bool(said) and json.loads(said.partition(b" ")[2])["name"].lower() == "north"
    return False


def is_open(site: Site) -> bool:
    """Whether anybody listens at the port for partners."""
    try:
        GOOD.plain(site).close()
        return True
    except ConnectionRefusedError:
        return False


@pytest.mark.requirement(104)
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("shown", [
    (), (make("east", AUTHORITY, BOTH),), (make("east", wish=BOTH),), (make("east", EAST, BOTH), EAST),
    (make("east", AUTHORITY, BOTH), EAST, AUTHORITY), (make("east", AUTHORITY, BOTH._replace(end=NOW)),)],
    ids=["nothing", "of the same CA", "signed by itself", "signed by the partner", "with the partner's", "expired"])
def test_only_the_pasted_certificate_gets_an_answer(
        north: Site, version: ssl.TLSVersion, shown: tuple[Made, ...]) -> None:
    assert not is_answered(north, Visitor(shown, version))
    assert is_answered(north, GOOD._replace(version=version)), "the control"
    wait_until(lambda: bool(north.refusals()))
    (told,) = north.refusals()
    assert told["origin"] == "127.0.0.1" and told["count"] == "1" and "certificate" in told["reason"]
    events = [one for one in north.facts("get_events_log")["events"] if one["name"] == "PartnerRefused"]
    assert [one["details"] for one in events] == [told["reason"]]


def test_strangers_are_told_of_once_however_many_they_are(north: Site) -> None:
    for _ in range(20):
        assert not is_answered(north, Visitor())
    wait_until(lambda: bool(north.refusals()))
    time.sleep(1.5)  # longer than two looks of the duty that tells
    assert len(north.refusals()) <= 2, "the first, at once"


@pytest.mark.requirement(103)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_versions_of_tls_are_not_spoken_even_where_the_box_speaks_them(
        north: Site, version: ssl.TLSVersion) -> None:
    north.facts("set_tls_minimum version=1.0 legacy=yes --yes confirm_minutes=0")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = context.maximum_version = version
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises(OSError), context.wrap_socket(GOOD.plain(north)):
        pass
    assert is_answered(north)


@pytest.mark.requirement(115)
@pytest.mark.parametrize("said", [
    b"\n", b"hello\n", b"GET / HTTP/1.0\r\n\r\n", line("east")[:-2] + b"\n", line("east").replace(b"basic", b"hasic"),
    b"x" * 5000, line("e" * 65), line("west"), line("east", version="\x1b[2J"), line("east", time=float("inf")),
    line("east", communication_level="none"), b"[" * 2000 + b"\n", line("east") * 2])
def test_a_partner_that_says_something_else_is_not_answered(north: Site, said: bytes) -> None:
    with suppress(OSError):
        assert GOOD.says(north, said) == b""
    assert is_answered(north)
    assert north.daemon.process.poll() is None


@pytest.mark.requirement(115)
def test_slow_silent_and_garbling_crowds_hurt_nobody_else(north: Site) -> None:
    crowd = Visitor(origin=ELSEWHERE)
    with ExitStack() as stack:
        silent = [stack.enter_context(crowd.plain(north)) for _ in range(60)]
        for one in silent[:8]:
            with suppress(OSError):
                one.sendall(b"\x16\x03\x01" + b"\xff" * 4000)
        assert is_answered(north), "while the crowd is there"
        begun = time.monotonic()
        slow = silent[8]
        with suppress(OSError):
            slow.sendall(b"\x16\x03\x01\x20\x00")  # a handshake of 8 KB begins, and comes byte by byte
            while time.monotonic() - begun < 15:
                slow.sendall(b"\x01")
                time.sleep(0.2)
        assert 3 < time.monotonic() - begun < 12, "a handshake has a time limit as a whole"
        for one in silent:
            one.settimeout(10)
            with suppress(ConnectionError):
                while one.recv(4096):
                    pass
    assert is_answered(north) and is_answered(north, GOOD._replace(origin=ELSEWHERE))


@pytest.mark.checklist("R144")
def test_isolation_cuts_a_connection_that_is_open(north: Site) -> None:
    with GOOD.secured(north) as connection:
        north.facts("set_cluster_isolation mode=on")
        begun = time.monotonic()
        with suppress(OSError):
            assert connection.recv(1) == b""
        assert time.monotonic() - begun < 3, "and not only when its time is over"
    assert not is_open(north)


@pytest.mark.checklist("R147")
def test_a_partner_with_a_changed_certificate_loses_the_old_one_at_once(north: Site) -> None:
    new = make("east", wish=BOTH)
    with GOOD.secured(north) as connection:
        done = north.run(f"change_cluster_certificate name=east pem=-\n{new.pem}")
        assert done.status == 0, done
        with suppress(OSError):
            connection.sendall(line("east"))
            assert answered(connection) == b""
    assert not is_answered(north) and is_answered(north, Visitor((new,)))


@pytest.mark.requirement(98)
def test_a_partner_whose_certificate_is_revoked_is_cut_and_let_in_no_more(north: Site) -> None:
    assert north.run(f"add_trusted_certificate name=ca purposes=cluster pem=-\n{AUTHORITY.pem}").status == 0
    with GOOD.secured(north) as connection:
        assert north.run(f"add_revocation_list name=crl pem=-\n{revocations(AUTHORITY, [EAST])}").status == 0
        with suppress(OSError):
            connection.sendall(line("east"))
            assert answered(connection) == b""
    assert not is_answered(north)
    wait_until(lambda: any("CN=east was revoked" in one["reason"] for one in north.refusals()))
    assert north.answer("test_partner name=east")["message"].endswith("its certificate was revoked.")
    north.facts("remove_revocation_list name=crl")
    assert is_answered(north), "the control"


@pytest.mark.checklist("A07")
@pytest.mark.checklist("A11")
def test_nobody_is_let_in_without_a_valid_certificate_and_an_event_says_so(north: Site) -> None:
    box = north.daemon.box
    ports, state = box.house().box, box.state
    key = ports.certifier.make_key("ec_p384")
    expired = ports.certifier.issue(Plan(Subject("north"), (), LONG_AGO.timestamp(), 30), key)
    own = state.identities.get("cluster")
    assert own is not None
    kept = ports.sealer.seal(key, sealed.place("identities", "cluster", "key"), state.settings.master_key)
    with StateStore(str(box.folder)).writing() as transaction:
        old = own._replace(certificates=(expired,), key=kept)
        transaction.save(transaction.state._replace(identities=transaction.state.identities.put("cluster", old)))
    wait_until(lambda: not north.listens())
    assert "it expired on 2020-01-31" in north.facts("get_partners")["listener"]["reason"]
    wait_until(lambda: not is_open(north))

    def told() -> list[str]:
        return [one["name"] for one in north.facts("get_events_log")["events"] if "PartnersNotHeard" in one["name"]]
    wait_until(lambda: told() == ["PartnersNotHeard"])
    north.facts("renew_cluster_certificate --yes")
    wait_until(lambda: is_answered(north))
    wait_until(lambda: "PartnersNotHeardCleared" in told())


def test_a_port_that_is_taken_refuses_only_what_needs_it(north: Site) -> None:
    north.daemon.end()
    with socket.create_server(("127.0.0.1", north.port)):
        north.daemon.restart()
        reason = north.facts("get_partners")["listener"]["reason"]
        assert str(north.port) in reason or "about to begin" in reason
        wait_until(lambda: str(north.port) in north.facts("get_cluster_status")["listener"]["reason"])
        north.facts("set_box_name name=North")  # no other change is refused for its sake
        assert north.code(f"set_partner_port port={north.port} address=127.0.0.3") == "Done"
        assert north.code(f"set_partner_port port={north.port} address=127.0.0.1") == "ServiceRefused"
        assert north.listens()
        north.facts("set_cluster_isolation mode=on")
        north.facts(f"set_partner_port port={north.port} address=127.0.0.1")
        assert north.code("set_cluster_isolation mode=off") == "ServiceRefused"
    north.facts("set_cluster_isolation mode=off")
    assert is_answered(north)


@pytest.mark.checklist("R142")
def test_new_keys_without_isolation_are_shown_at_once(north: Site) -> None:
    with GOOD.secured(north) as connection:
        before = connection.getpeercert(binary_form=True)
    north.facts(f'regenerate_encryption_keys password="{ADMIN_PASSWORD}" without_isolation=yes --yes')
    with GOOD.secured(north) as connection:
        shown = connection.getpeercert(binary_form=True)
    assert shown and shown != before and ssl.DER_cert_to_PEM_cert(shown).split() == north.certificate.split()
    assert is_answered(north)
