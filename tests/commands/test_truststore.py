"""The truststore: who gets in, for what, from where; and what is refused with its reason."""

import os
import ssl
import subprocess
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from sysmgmt.domain import truststore
from sysmgmt.domain.errors import ServerRefused
from sysmgmt.domain.fingerprints import words
from tests.support import tls_server
from tests.support.authorities import CA, FAR_AWAY, LEAF, NOW, Made, Wish, make, revocations
from tests.support.box import Client, TestBox
from tests.support.openssl import Authority, openssl, revocation_list
from tests.support.tls_server import texts

ROOT = make("Root", wish=CA)
MIDDLE = make("Middle", ROOT, CA)


@pytest.fixture
def admin(basic: TestBox) -> Client:
    """Admin of a box at the beginning of 2026."""
    basic.clock.now = NOW.timestamp()
    return basic.admin()


def add(client: Client, pem: str, more: str = "", name: str = "one") -> str:
    """Add PEM to the truststore; the code, and what is said."""
    answer = client.do(f'add_trusted_certificate name={name} purposes=ldap,syslog {more} pem="{pem}"')
    return f"{answer.code} {answer.message or ''}"


@pytest.mark.checklist("R222")
@pytest.mark.checklist("R223")
@pytest.mark.checklist("R224")
@pytest.mark.checklist("B28")
def test_authorities_are_added_listed_and_removed(admin: Client) -> None:
    assert add(admin, texts([MIDDLE, ROOT])) == "Done "
    assert add(admin, ROOT.pem).startswith("TrustExists")
    (listed,) = admin.facts("get_trusted_certificates")["trusted_certificates"]
    assert (listed["name"], listed["purposes"], listed["server"]) == ("one", ["ldap", "syslog"], None)
    assert [each["subject"] for each in listed["certificates"]] == ["CN=Middle", "CN=Root"]
    assert admin.do("remove_trusted_certificate name=one").code == "Done"
    assert admin.facts("get_trusted_certificates") == {"trusted_certificates": []}
    assert admin.do("remove_trusted_certificate").message == "The truststore is empty."


@pytest.mark.requirement(101)
@pytest.mark.requirement(105)
@pytest.mark.parametrize("wish, reason", [
    (LEAF, "it is not one of a certificate authority"), (CA._replace(ca=None), "its CA flag is not set"),
    (CA._replace(usage=("crl_sign",)), "its key usage does not allow signing certificates"),
    (CA._replace(end=NOW.replace(year=2025)), "it expired on 2025-01-01"),
    (CA._replace(begin=NOW.replace(year=2027)), "it is not valid before 2027-01-01"),
    (CA._replace(key=rsa.generate_private_key(65537, 1024)), "its RSA key has less than 2048 bits"),
    (CA._replace(key=ec.generate_private_key(ec.SECP192R1())), "its key is of the type secp192r1")])
def test_what_is_no_good_authority_is_refused_with_its_reason_and_fingerprint(
        admin: Client, basic: TestBox, wish: Wish, reason: str) -> None:
    one = make("Other", ROOT, wish)
    found = add(admin, one.pem)
    assert found.startswith("CertificateRefused") and reason in found
    assert basic.audit()[-1]["parameters"]["pem"].count(":") == 31, "the fingerprint is recorded"
    assert add(admin, texts([ROOT, one])).startswith("CertificateRefused"), "all or none"


@pytest.mark.requirement(101)
def test_a_key_that_spells_out_its_curve_is_refused(admin: Client, tmp_path: Path) -> None:
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-pkeyopt",
                    "ec_param_enc:explicit", "-noenc", "-keyout", "k", "-out", "c", "-subj", "/CN=E", "-days", "9000"],
                   cwd=tmp_path, check=True, capture_output=True)
    assert "spells out the parameters of its curve" in add(admin, (tmp_path / "c").read_text())


@pytest.mark.requirement(105)
@pytest.mark.parametrize("digest", ["md5", "sha1"])
def test_weak_signatures_are_refused(admin: Client, tmp_path: Path, digest: str) -> None:
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", f"-{digest}", "-noenc", "-keyout", "k", "-out",
                    "c", "-subj", "/CN=E", "-days", "9000"], cwd=tmp_path, check=True, capture_output=True)
    assert f"signed with {digest}" in add(admin, (tmp_path / "c").read_text())


@pytest.mark.parametrize("pem", [
    "", "hello", ROOT.key_pem, ROOT.pem + ROOT.key_pem, "subject=CN\n" + ROOT.pem, ROOT.pem + "trailing",
    ROOT.pem + "Bag Attributes\n" + MIDDLE.pem, ROOT.pem[:-10], ROOT.pem.replace("MII", "M*I"),
    ROOT.pem.replace("BEGIN CERT", "BEGIN TRUSTED CERT"), revocations(ROOT), ROOT.pem.replace("\n", " "),
    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", ROOT.pem * 33])
def test_anything_but_certificates_is_refused(admin: Client, pem: str) -> None:
    assert add(admin, pem).startswith("InvalidValue")
    assert admin.facts("get_trusted_certificates") == {"trusted_certificates": []}


def test_exactly_one_way_in_is_given(admin: Client) -> None:
    assert admin.do("add_trusted_certificate name=a purposes=ldap").code == "MissingValue"
    assert admin.do(f'add_trusted_certificate name=a purposes=ldap pem="{ROOT.pem}" file=x').code == "UnknownFile"
    assert admin.do("add_trusted_certificate name=a purposes=dinner file=x").code == "InvalidValue"


@pytest.mark.checklist("D08")
@pytest.mark.checklist("D12")
def test_entries_for_a_server_count_alone_for_it(admin: Client, basic: TestBox) -> None:
    own = make("backup", wish=LEAF._replace(names=()))
    assert add(admin, own.pem).startswith("CertificateRefused")
    assert add(admin, own.pem, "server=Backup.Example") == "Done "
    assert add(admin, ROOT.pem, name="root") == "Done "
    state, now = basic.state, basic.clock.now
    backup = truststore.trust(state, "ldap", "backup.example", now)
    other = truststore.trust(state, "ldap", "other.example", now)
    assert (len(backup.pins), len(backup.authorities)) == (1, 0)
    assert (len(other.pins), len(other.authorities)) == (0, 1)
    assert truststore.trust(state, "email", "other.example", now).authorities == (), "another purpose"


@pytest.mark.checklist("D06")
@pytest.mark.checklist("R221")
def test_a_server_is_trusted_once_its_fingerprint_is_confirmed(admin: Client, basic: TestBox) -> None:
    one = make("backup", wish=LEAF._replace(names=()))
    with tls_server.showing(one) as port:
        line = f"accept_server_certificate host=localhost port={port}"
        asked = admin.do(line + " --yes")
        print_ = asked.confirms["fingerprint"]
        assert asked.code == "ConfirmationNeeded" and print_ in (asked.message or "") + (asked.hint or "")
        assert words(print_) in (asked.message or "")
        assert admin.do(f"{line} fingerprint={'AB:' * 31}AB").code == "ServerRefused"
        assert admin.do(f"{line} fingerprint=AB").code == "InvalidValue"
        assert admin.do(f"{line} fingerprint={print_.lower()}").code == "Done"
        assert basic.audit()[-1]["notes"] == {"fingerprints": [print_]}
        basic.house().box.servers.check(truststore.trust(basic.state, "ldap", "localhost", basic.clock.now),
                                        "localhost", port)
    assert admin.do(line).code == "ServerUnreachable"
    assert admin.do("remove_trusted_certificate name=localhost").code == "Done"


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1")
@pytest.mark.requirement(103)
@pytest.mark.parametrize("setting, wanted", [("1.3", "1.3"), ("1.0 legacy=yes", "1.2")])
def test_the_minimum_of_tls_holds_for_connections_to_others_and_legacy_does_not(admin: Client, basic: TestBox,
                                                                                setting: str, wanted: str) -> None:
    admin.facts(f"set_tls_minimum version={setting} confirm_minutes=0 --yes")
    assert truststore.trust(basic.state, "ldap", "localhost", basic.clock.now).tls_minimum == wanted
    too_old = ssl.TLSVersion.TLSv1_2 if wanted == "1.3" else ssl.TLSVersion.TLSv1_1
    with tls_server.showing(make("localhost"), newest=too_old) as port:
        answer = admin.do(f"accept_server_certificate host=localhost port={port}")
        assert answer.code == "ServerRefused" and f"does not speak TLS {wanted}" in (answer.message or "")
        admin.facts(f'add_trusted_certificate name=root purposes=email,syslog pem="{ROOT.pem}"')
        admin.facts(f"config_syslog server=localhost port={port}")
        admin.facts(f"config_email server=localhost port={port} protocol=tls sender=a@b.example "
                    "recipients=c@b.example")
        for line in ("test_syslog", "test_email"):
            assert f"does not speak TLS {wanted}" in (admin.do(line).message or ""), line


@pytest.mark.requirement(99)
def test_nobody_is_asked_to_trust_what_has_expired(admin: Client) -> None:
    with tls_server.showing(make("old", wish=LEAF._replace(end=NOW.replace(year=2025)))) as port:
        answer = admin.do(f"accept_server_certificate host=localhost port={port}")
    assert answer.code == "CertificateRefused" and not answer.confirms


@pytest.mark.requirement(98)
def test_revocation_lists_are_taken_from_trusted_authorities_only(admin: Client) -> None:
    def added(pem: str, name: str = "crl") -> str:
        answer = admin.do(f'add_revocation_list name={name} pem="{pem}"')
        return f"{answer.code} {answer.message or ''}"
    assert "no authority of the truststore" in added(revocations(ROOT))
    add(admin, ROOT.pem)
    assert "no authority of the truststore" in added(revocations(ROOT, key=MIDDLE.key))
    assert "out of date" in added(revocations(ROOT, until=NOW.replace(year=2025)))
    assert added(ROOT.pem).startswith("InvalidValue") and added("x").startswith("InvalidValue")
    assert added(revocations(ROOT)) == "Done " and added(revocations(ROOT, [MIDDLE])) == "Done "
    (listed,) = admin.facts("get_revocation_lists")["revocation_lists"]
    assert (listed["name"], listed["issuer"], listed["revoked"]) == ("crl", "CN=Root", 1)
    assert "tell of all certificates" in added(revocations(ROOT, base=1))
    assert added(revocations(ROOT, [MIDDLE], since=NOW)) == "Done "
    assert "there is a newer one" in added(revocations(ROOT)), "an older list would forget who was revoked since"
    assert "which is not yet" in added(revocations(ROOT, since=FAR_AWAY.replace(year=2059)), "other")
    assert admin.do("remove_revocation_list name=crl").code == "Done"


@pytest.mark.requirement(98)
@pytest.mark.requirement(105)
@pytest.mark.parametrize("digest, code", [("sha1", "CertificateRefused"), ("sha224", "CertificateRefused"),
                                          ("sha256", "Done"), ("sha512", "Done")])
def test_a_revocation_list_with_a_weak_signature_is_refused(admin: Client, basic: TestBox, tmp_path: Path, digest: str,
                                                            code: str) -> None:
    basic.clock.now = time.time() + 60
    admin.facts(f'add_trusted_certificate name=ca purposes=ldap pem="{Authority(tmp_path).begin().certificate}"')
    answer = admin.do(f'add_revocation_list name=crl pem="{revocation_list(tmp_path, "ca", digest=digest)}"')
    assert answer.code == code and (code == "Done" or f"it is signed with {digest}" in (answer.message or ""))


@pytest.mark.requirement(98)
def test_a_certificate_that_is_trusted_by_itself_is_refused_once_a_list_names_it(admin: Client,
                                                                                 basic: TestBox) -> None:
    pinned, other = make("localhost", ROOT), make("localhost", ROOT)
    add(admin, ROOT.pem, name="root")
    assert add(admin, pinned.pem, "server=localhost", "pin") == "Done "
    servers = basic.house().box.servers

    def check(port: int) -> None:
        servers.check(truststore.trust(basic.state, "ldap", "localhost", basic.clock.now), "localhost", port)
    with tls_server.showing(pinned) as port:
        assert admin.do(f'add_revocation_list name=crl pem="{revocations(ROOT, [other])}"').code == "Done"
        check(port)
        assert admin.do(f'add_revocation_list name=crl pem="{revocations(ROOT, [pinned])}"').code == "Done"
        with pytest.raises(ServerRefused, match="CN=localhost was revoked"):
            check(port)
        assert "it was revoked" in (admin.do(f"accept_server_certificate host=localhost port={port}").message or "")
    assert "it was revoked" in add(admin, pinned.pem, "server=localhost", "again")
    assert add(admin, other.pem, "server=localhost", "other") == "Done "


@pytest.mark.requirement(92)
@pytest.mark.parametrize("kind", ["ed25519", "ed448"])
def test_keys_of_a_kind_that_no_path_is_verified_with_are_refused_with_those_that_are(admin: Client, tmp_path: Path,
                                                                                      kind: str) -> None:
    openssl("req", "-x509", "-newkey", kind, "-noenc", "-keyout", "k", "-out", "c", "-subj", "/CN=E", "-days", "9000",
            folder=tmp_path)
    said = add(admin, (tmp_path / "c").read_text())
    assert f"it is signed with {kind}" in said and f"its key is of the type {kind}" in said
    assert "RSA keys from 2048 bits on, and EC keys on P-256, P-384 or P-521 are accepted" in said


def importing(box: TestBox) -> Path:
    """The import folder of a box."""
    (box.folder / "import").mkdir()
    return box.folder / "import"


def test_files_come_from_the_import_folder_in_either_form(admin: Client, basic: TestBox) -> None:
    folder = importing(basic)
    (folder / "ca.pem").write_text(ROOT.pem)
    (folder / "ca.crt").write_bytes(der(MIDDLE))
    (folder / "all.pem").write_text(ROOT.key_pem + ROOT.pem)
    (folder / "list.crl").write_text(revocations(ROOT))
    for name in ("ca.pem", "ca.crt"):
        assert admin.do(f"add_trusted_certificate name={name} purposes=ldap file={name}").code == "Done"
    assert admin.do("add_revocation_list name=crl file=list.crl").code == "Done"
    assert admin.do("add_trusted_certificate name=all purposes=ldap file=all.pem").code == "InvalidValue"


def der(one: Made) -> bytes:
    """A certificate as DER."""
    from cryptography.hazmat.primitives.serialization import Encoding

    return one.certificate.public_bytes(Encoding.DER)


@pytest.mark.requirement(117)
@pytest.mark.requirement(122)
def test_nothing_outside_the_import_folder_is_read_or_betrayed(admin: Client, basic: TestBox) -> None:
    folder = importing(basic)
    (folder.parent / "ca.pem").write_text(ROOT.pem)
    (folder / "real.pem").write_text(ROOT.pem)
    os.symlink("real.pem", folder / "link.pem")
    os.symlink("/etc/passwd", folder / "passwd")
    os.link(folder / "real.pem", folder / "hard.pem")
    os.mkfifo(folder / "pipe")
    (folder / "folder").mkdir()
    (folder / "huge").write_bytes(b"x" * (2 << 20))

    def said(name: str) -> str:
        answer = admin.do(f"add_trusted_certificate name=a purposes=ldap file={name}")
        return f"{answer.code} {(answer.message or '').replace(f' {name} ', ' NAME ')}"
    missing = said("nothing-here")
    assert missing.startswith("UnknownFile")
    assert {said(name) for name in ("link.pem", "passwd", "hard.pem", "pipe", "folder")} == {missing}
    paths = ("../ca.pem", "/etc/passwd", "/etc/nothing", "..", ".", ".hidden", "a/b", "import/real.pem", "~root")
    assert len({said(name) for name in paths}) == 1 and said("..").startswith("InvalidValue")
    assert said("huge").startswith("InvalidValue")
    os.unlink(folder / "hard.pem")
    assert said("real.pem") == "Done ", "the positive control"
