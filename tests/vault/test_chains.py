"""What a certificate of the box may stand upon: paths made by openssl, each with one thing wrong."""

import time
from pathlib import Path

import pytest

from sysmgmt.domain.errors import CertificateRefused
from sysmgmt.domain.model import Certificate
from sysmgmt.domain.truststore import Trust
from sysmgmt.vault import bundles, chains
from tests.support.openssl import EC, openssl, revocation_list

CA = "basicConstraints=critical,CA:TRUE{}\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n{}"
SERVER = "basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\nsubjectAltName=DNS:box1.example\n"


class Authorities:
    """Root, middle and leaf in a folder, with keys of their own; made by openssl."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made = {one: self.request(one) for one in ("root", "middle", "leaf")}

    def request(self, name: str, subject: str = "") -> str:
        """A key, and a request for its certificate, under another subject if one is given."""
        return openssl("req", "-new", *EC, "-nodes", "-keyout", f"{name}.key", "-subj", f"/CN={subject or name}",
                       folder=self.folder).decode()

    def sign(self, name: str, above: str, extensions: str, *options: str) -> Certificate:
        """The certificate of `name`, signed by `above` or by itself; it is kept as a file too."""
        (self.folder / "request").write_text(self.made[name])
        (self.folder / "extensions").write_text(extensions)
        signer = ("-signkey", f"{name}.key") if above == name else ("-CA", f"{above}.pem", "-CAkey", f"{above}.key",
                                                                    "-CAcreateserial")
        pem = openssl("x509", "-req", "-in", "request", *signer, "-days", "90", "-sha256",
                      *(("-extfile", "extensions") if extensions else ()), *options, folder=self.folder).decode()
        (self.folder / f"{name}.pem").write_text(pem)
        return bundles.read_certificates(pem)[0]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Authorities:
    """Their keys, which every test uses."""
    return Authorities(tmp_path_factory.mktemp("authorities"))


def complete(leaf: Certificate, *above: Certificate, lists: tuple[str, ...] = ()) -> list[str]:
    """The subjects of the chain that is found."""
    trust = Trust(above, frozenset(), lists, time.time())
    return [one.subject for one in chains.complete(leaf, trust)]


def refused(leaf: Certificate, *above: Certificate, lists: tuple[str, ...] = ()) -> str:
    """Why there is none."""
    with pytest.raises(CertificateRefused) as found:
        complete(leaf, *above, lists=lists)
    return str(found.value)


def chain(keys: Authorities, root: str = CA.format("", ""), middle: str = CA.format("", ""),
          leaf: str = SERVER) -> list[Certificate]:
    """A chain of three with these extensions, the leaf first."""
    made = [keys.sign("root", "root", root), keys.sign("middle", "root", middle), keys.sign("leaf", "middle", leaf)]
    return made[::-1]


@pytest.mark.checklist("B06")
@pytest.mark.requirement(97)
@pytest.mark.parametrize("leaf", [SERVER, "", "subjectAltName=DNS:box1.inside.example\n"])
def test_a_chain_that_openssl_made_is_completed_whatever_its_order(keys: Authorities, leaf: str) -> None:
    """Also above a certificate of version 1, as openssl makes it without extensions."""
    one, middle, root = chain(keys, middle=CA.format(",pathlen:0", "nameConstraints=permitted;DNS:example\n"),
                              leaf=leaf)
    wanted = ["CN=leaf", "CN=middle", "CN=root"]
    assert complete(one, root, middle) == complete(one, middle, root) == wanted
    assert "which signed CN=leaf, is neither with it" in refused(one, root)
    assert "which signed CN=middle, is neither with it" in refused(one, middle)


@pytest.mark.requirement(97)
@pytest.mark.parametrize("root, middle, leaf, reason", [
    (CA.format(",pathlen:0", ""), CA.format("", ""), SERVER,
     "CN=root allows 0 other authorities below itself, and there are 1"),
    (CA.format(",pathlen:0", ""), CA.format("", ""), "", "CN=root allows 0 other authorities below itself"),
    (CA.format("", ""), CA.format("", "nameConstraints=permitted;DNS:other.example\n"), SERVER,
     "an authority above it may not vouch for its names"),
    (CA.format("", "nameConstraints=excluded;DNS:box1.example\n"), CA.format("", ""), SERVER,
     "an authority above it may not vouch for its names"),
    (CA.format("", ""), CA.format("", "extendedKeyUsage=emailProtection\n"), SERVER,
     "the extended key usage of an authority above it does not allow TLS servers"),
    (CA.format("", ""), CA.format("", "1.2.3.4=critical,ASN1:NULL\n"), SERVER,
     "a critical extension is not known here"),
    (CA.format("", ""), "basicConstraints=CA:FALSE\n", SERVER, "its CA flag is not set"),
    (CA.format("", ""), "basicConstraints=CA:TRUE\nkeyUsage=cRLSign\n", SERVER, "does not allow signing certificates"),
    (CA.format("", ""), "", SERVER, "its CA flag is not set"),
    ("basicConstraints=CA:FALSE\n", CA.format("", ""), SERVER, "its CA flag is not set")])
def test_a_chain_with_one_thing_wrong_is_refused_with_the_reason(keys: Authorities, root: str, middle: str,
                                                                 leaf: str, reason: str) -> None:
    assert reason in refused(*chain(keys, root, middle, leaf))


@pytest.mark.requirement(98)
@pytest.mark.parametrize("name, above", [("leaf", "middle"), ("middle", "root")])
def test_a_chain_of_which_one_was_revoked_is_refused(keys: Authorities, name: str, above: str) -> None:
    found = chain(keys)
    assert complete(*found, lists=(revocation_list(keys.folder, above, "root"),)) == ["CN=leaf", "CN=middle", "CN=root"]
    listed = revocation_list(keys.folder, above, name)
    assert f"the certificate of CN={name} was revoked" in refused(*found, lists=(listed,))


def test_who_names_itself_as_its_issuer_has_signed_itself(keys: Authorities, tmp_path: Path) -> None:
    assert complete(keys.sign("leaf", "leaf", SERVER)) == ["CN=leaf"]
    assert complete(keys.sign("leaf", "leaf", "")) == ["CN=leaf"], "as the appendix of the guide makes it"
    impostor = Authorities(tmp_path)
    impostor.made["root"] = impostor.request("root", "leaf")
    above = impostor.sign("root", "root", CA.format("", ""))
    forged = impostor.sign("leaf", "root", SERVER)
    assert forged.self_signed and forged.subject == above.subject == "CN=leaf"
    assert "names itself as its issuer, but its signature is not its own" in refused(forged)


def test_an_authority_may_vouch_for_the_key_that_follows_its_own(tmp_path: Path) -> None:
    renewed = Authorities(tmp_path)
    old = renewed.sign("root", "root", CA.format("", ""))
    renewed.made["middle"] = renewed.request("middle", "root")
    step = renewed.sign("middle", "root", CA.format("", ""))
    leaf = renewed.sign("leaf", "middle", SERVER)
    assert step.self_signed and step.subject == old.subject
    assert complete(leaf, step, old) == ["CN=leaf", "CN=root", "CN=root"]
