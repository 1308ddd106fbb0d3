"""Whom a connection may believe: the cases of the NDcPP for paths of certificates, and what goes beyond them."""

import datetime
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from sysmgmt.domain.errors import ServerRefused
from sysmgmt.domain.truststore import Trust
from sysmgmt.vault import bundles, paths
from tests.support.authorities import CA, LEAF, LONG_AGO, NOW, Made, Wish, make, revocations

YESTERDAY, TOMORROW = NOW - datetime.timedelta(days=1), NOW + datetime.timedelta(days=1)


def verify(shown: Sequence[Made], trusted: Sequence[Made], lists: Sequence[str] = (),
           server: str = "server.example", listed: bool = False) -> None:
    """Verify what a server shows, at the time NOW; where `listed`, every authority needs a list."""
    read = [bundles.read_certificates(one.pem)[0] for one in (*shown, *trusted)]
    trust = Trust(tuple(read[len(shown):]), frozenset(), tuple(lists), NOW.timestamp(), listed=listed)
    paths.verify(read[:len(shown)], trust, server)


def refused(shown: Sequence[Made], trusted: Sequence[Made], lists: Sequence[str] = (),
            server: str = "server.example") -> str:
    """The reason for which it is refused."""
    with pytest.raises(ServerRefused) as found:
        verify(shown, trusted, lists, server)
    return str(found.value)


RSA = rsa.generate_private_key(65537, 2048)
ROOT = make("Root", wish=CA)
MIDDLE = make("Middle", ROOT, CA)
SERVER = make("server", MIDDLE)
GOOD = (SERVER, MIDDLE)


@pytest.mark.requirement(97)
def test_a_chain_of_three_is_accepted_and_not_without_its_middle_or_its_root() -> None:
    verify(GOOD, [ROOT])
    verify(GOOD, [MIDDLE])
    assert "Middle, who has signed its certificates, is not trusted" in refused([SERVER], [ROOT])
    assert "CN=Root, who has signed its certificates, is not trusted" in refused(GOOD, [make("Other", wish=CA)])
    refused(GOOD, [])
    refused(GOOD, [make("Root", wish=CA)])


def chain(middle: Wish = CA, leaf: Wish = LEAF, root: Wish = CA) -> tuple[tuple[Made, Made], Made]:
    """A chain of three of which one is as wished."""
    top = make("Root", wish=root)
    between = make("Middle", top, middle)
    return (make("server", between, leaf), between), top


@pytest.mark.requirement(97)
@pytest.mark.parametrize("middle, leaf, reason", [
    (CA._replace(ca=None), LEAF, "CN=Middle cannot be used: it is not one of a certificate authority"),
    (CA._replace(ca=False), LEAF, "CN=Middle cannot be used: it is not one of a certificate authority"),
    (CA._replace(usage=("digital_signature", "crl_sign")), LEAF, "its key usage does not allow signing certificates"),
    (CA._replace(end=YESTERDAY), LEAF, "CN=Middle cannot be used: it expired on 2025-12-31"),
    (CA._replace(begin=TOMORROW), LEAF, "CN=Middle cannot be used: it is not valid before 2026-01-02"),
    (CA, LEAF._replace(end=YESTERDAY), "it expired on 2025-12-31"),
    (CA, LEAF._replace(begin=TOMORROW), "it is not valid before 2026-01-02"),
    (CA, LEAF._replace(extended=(ExtendedKeyUsageOID.CLIENT_AUTH,)), "does not include server authentication"),
    (CA, LEAF._replace(usage=("key_cert_sign",)), "its key usage does not allow TLS"),
    (CA, LEAF._replace(names=("other.example",)), "its certificate is for DNS:other.example"),
    (CA, LEAF._replace(names=()), "its certificate is for no name at all"),
    (CA, LEAF._replace(critical=True), "holds: a critical extension is not known here"),
    (CA._replace(critical=True), LEAF, "holds: a critical extension is not known here"),
    (CA._replace(permitted=("inside.example",)), LEAF, "holds: an authority above it may not vouch for its names"),
    (CA._replace(extended=(ExtendedKeyUsageOID.EMAIL_PROTECTION,)), LEAF,
     "holds: the extended key usage of an authority above it does not allow TLS servers"),
    (CA, LEAF._replace(key=rsa.generate_private_key(65537, 1024)), "its RSA key has less than 2048 bits"),
    (CA, LEAF._replace(key=ec.generate_private_key(ec.SECP192R1())), "its key is of the type secp192r1"),
])
def test_a_chain_with_one_thing_wrong_is_refused_with_the_reason(middle: Wish, leaf: Wish, reason: str) -> None:
    shown, top = chain(middle, leaf)
    assert reason in refused(shown, [top])


@pytest.mark.requirement(97)
def test_name_constraints_that_hold_are_no_hindrance() -> None:
    shown, top = chain(CA._replace(permitted=("example",)))
    verify(shown, [top])


def test_an_authority_whose_extended_usage_allows_servers_is_no_hindrance() -> None:
    for usage in (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE):
        shown, top = chain(CA._replace(extended=(usage,)))
        verify(shown, [top])


@pytest.mark.requirement(97)
def test_a_path_may_not_be_longer_than_an_authority_allows() -> None:
    top = make("Root", wish=CA._replace(length=0))
    middle = make("Middle", top, CA)
    assert "allows fewer others below itself" in refused([make("server", middle), middle], [top])
    verify([make("server", top)], [top])


def test_a_signature_that_is_not_of_the_authority_is_refused() -> None:
    impostor = make("Middle", ROOT, CA)
    refused([SERVER, impostor], [ROOT])


def test_a_server_that_signed_itself_is_refused_and_said_to_have() -> None:
    assert "it has signed its certificate itself" in refused([make("server")], [ROOT])


@pytest.mark.parametrize("server, names, good", [
    ("server.example", ("*.example",), True), ("a.server.example", ("*.example",), False),
    ("SERVER.example", ("server.example",), True), ("example", ("*.example",), False),
    ("server.example.evil.org", ("server.example",), False), ("192.0.2.1", ("DNS:192.0.2.1",), False),
    ("192.0.2.1", ("192.0.2.1",), True), ("192.0.2.2", ("192.0.2.1",), False)])
def test_a_name_is_compared_as_a_whole(server: str, names: Sequence[str], good: bool) -> None:
    shown, top = chain(leaf=LEAF._replace(names=names))
    (verify if good else refused)(shown, [top], (), server)


@pytest.mark.requirement(98)
@pytest.mark.parametrize("lists, reason", [
    (lambda: [revocations(MIDDLE, [SERVER])], "the certificate of CN=server was revoked"),
    (lambda: [revocations(ROOT, [MIDDLE])], "the certificate of CN=Middle was revoked"),
    (lambda: [revocations(MIDDLE), revocations(ROOT, [MIDDLE])], "the certificate of CN=Middle was revoked"),
    (lambda: [revocations(MIDDLE, until=YESTERDAY)], "the revocation list of CN=Middle is out of date"),
    (lambda: [revocations(MIDDLE, [], key=ROOT.key)], "was not signed by an authority that may sign it")])
def test_revoked_certificates_and_lists_that_cannot_be_relied_upon_are_refused(
        lists: Callable[[], list[str]], reason: str) -> None:
    assert reason in refused(GOOD, [ROOT], lists())


@pytest.mark.requirement(98)
def test_lists_that_do_not_name_a_certificate_let_it_pass() -> None:
    verify(GOOD, [ROOT], [revocations(MIDDLE, [MIDDLE]), revocations(ROOT, [SERVER])])
    verify(GOOD, [ROOT], [revocations(make("Other", wish=CA), [SERVER])])


@pytest.mark.requirement(98)
def test_where_the_level_requires_lists_each_authority_of_the_path_needs_one() -> None:
    for lists, missing in (((), "Middle"), ((revocations(MIDDLE),), "Root"), ((revocations(ROOT),), "Middle")):
        verify(GOOD, [ROOT], lists)
        with pytest.raises(ServerRefused, match=f"there is no revocation list of CN={missing}"):
            verify(GOOD, [ROOT], lists, listed=True)
    verify(GOOD, [ROOT], [revocations(MIDDLE), revocations(ROOT)], listed=True)


@pytest.mark.requirement(98)
def test_a_list_of_an_authority_that_may_not_sign_lists_is_refused() -> None:
    shown, top = chain(CA._replace(usage=("key_cert_sign",)))
    verify(shown, [top])
    assert "may sign it" in refused(shown, [top], [revocations(shown[1])])


def test_a_pinned_certificate_is_accepted_alone_and_only_while_it_is_valid() -> None:
    pinned = make("whatever", wish=LEAF._replace(names=()))
    old = make("whatever", wish=LEAF._replace(begin=LONG_AGO, end=YESTERDAY))
    for one, good in ((pinned, True), (old, False), (make("whatever"), False)):
        read = bundles.read_certificates(one.pem)
        prints = {each.fingerprint for known in (pinned, old) for each in bundles.read_certificates(known.pem)}
        trust = Trust((), frozenset(prints), (), NOW.timestamp())
        if good:
            paths.verify(read, trust, "server.example")
        else:
            with pytest.raises(ServerRefused):
                paths.verify(read, trust, "server.example")


@pytest.mark.requirement(105)
@pytest.mark.parametrize("digest", ["md5", "sha1"])
def test_a_weak_signature_is_refused_on_the_server_and_on_those_between(tmp_path: Path, digest: str) -> None:
    """Made by openssl: the library refuses to make them."""
    top, own_middle = make("Root", wish=CA._replace(key=RSA)), make("Middle", wish=CA._replace(key=RSA))
    strong = signed_with("sha256", own_middle, top, tmp_path)
    weak_server = signed_with(digest, make("server"), strong, tmp_path)
    assert f"it is signed with {digest}" in refused([weak_server, strong], [top])
    assert digest in refused([make("server", strong), signed_with(digest, own_middle, top, tmp_path)], [top])
    verify([signed_with("sha256", make("server"), strong, tmp_path), strong], [top])


def signed_with(digest: str, one: Made, issuer: Made, folder: Path) -> Made:
    """The self-signed certificate `one`, signed by openssl for another issuer."""
    for name, text in (("one.pem", one.pem), ("ca.pem", issuer.pem), ("ca.key", issuer.key_pem)):
        (folder / name).write_text(text)
    done = subprocess.run(["openssl", "x509", "-in", "one.pem", "-CA", "ca.pem", "-CAkey", "ca.key", f"-{digest}",
                           "-set_serial", "77", "-preserve_dates"], cwd=folder, capture_output=True, check=True)
    return Made(x509.load_pem_x509_certificate(done.stdout), one.key)
