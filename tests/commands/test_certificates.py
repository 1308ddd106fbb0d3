"""Certificates of the box: made by itself, signed by others, renewed before they end."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from sysmgmt.domain import certificates
from sysmgmt.service.duties import renewals
from tests.support.authorities import CA, LEAF, NOW, Made, Wish, make
from tests.support.box import Client, TestBox
from tests.support.tls_server import texts

DAY = 86400
REQUEST = "create_certificate_request common_name=box1.example org=Acme country=de"


def openssl(folder: Path, *arguments: str) -> str:
    """Run openssl; what it prints."""
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def system(client: Client) -> dict[str, Any]:
    """The system certificate, as it is listed."""
    (found,) = [one for one in client.facts("get_certificates")["certificates"] if one["use"] == "system"]
    return dict(found)


@pytest.fixture
def above(tmp_path: Path) -> tuple[Made, Made]:
    """An outside CA and its intermediate, as files too."""
    root = make("Outside Root", wish=CA)
    middle = make("Outside Middle", root, CA)
    (tmp_path / "middle.pem").write_text(middle.pem)
    (tmp_path / "middle.key").write_text(middle.key_pem)
    (tmp_path / "root.pem").write_text(root.pem)
    return middle, root


def signed(client: Client, folder: Path, *options: str) -> str:
    """A new request of the box, signed by the intermediate CA with openssl."""
    (folder / "box.csr").write_text(client.facts(REQUEST)["pem"])
    return openssl(folder, "x509", "-req", "-in", "box.csr", "-CA", "middle.pem", "-CAkey", "middle.key",
                   "-CAcreateserial", "-days", "365", "-copy_extensions", "copyall", *options)


@pytest.mark.checklist("B13")
@pytest.mark.requirement(92)
@pytest.mark.parametrize("key, shown", [("", "ec_p384"), ("key_type=rsa3072", "rsa3072")])
def test_openssl_verifies_what_the_root_of_the_box_has_signed(basic: TestBox, tmp_path: Path, key: str,
                                                              shown: str) -> None:
    admin = basic.admin()
    made = admin.facts(f'create_system_certificate common_name=box1.example country=in state=Maharashtra '
                       f'locality=Pune org=Acme orgunit=Systems email=a@example.org validity=100 {key} '
                       f'subject_alternative_names="box1.example, 192.0.2.1, 2001:db8::1"')
    assert made["subject_alternative_names"] == ["DNS:box1.example", "IP:192.0.2.1", "IP:2001:db8::1"]
    assert (made["key_type"], made["days_left"], made["chain"]) == (shown, 100, ["CN=box1 root CA,O=Acme,C=IN"])
    (tmp_path / "root.pem").write_text(admin.facts("export_root_certificate")["pem"])
    (tmp_path / "box.pem").write_text(certificates.identity(basic.state, "system").certificates[0].pem)
    openssl(tmp_path, "verify", "-CAfile", "root.pem", "-x509_strict", "-attime", str(int(basic.clock.now)),
            "-purpose", "sslserver", "-verify_hostname", "box1.example", "box.pem")
    print_ = openssl(tmp_path, "x509", "-in", "box.pem", "-noout", "-fingerprint", "-sha256").strip()
    assert print_.endswith(made["fingerprint"])


@pytest.mark.checklist("B16")
@pytest.mark.checklist("B17")
@pytest.mark.checklist("B18")
@pytest.mark.requirement(100)
def test_an_outside_authority_signs_the_request_and_the_answer_is_installed(
        basic: TestBox, tmp_path: Path, above: tuple[Made, Made]) -> None:
    admin = basic.admin()
    answer = signed(admin, tmp_path)
    assert "box1.example" in openssl(tmp_path, "req", "-in", "box.csr", "-noout", "-verify", "-text")
    (waits,) = admin.facts("get_certificates")["outstanding_requests"]
    assert waits["subject"] == "CN=box1.example, C=DE, O=Acme" and waits["pem"].startswith("-----BEGIN CERT")
    basic.clock.now = NOW.timestamp() + 366 * DAY  # openssl signs from today on
    alone = admin.do(f'install_certificate pem="{answer}"')
    assert alone.code == "CertificateRefused" and "neither with it nor in the truststore" in (alone.message or "")
    assert admin.facts("get_certificates")["outstanding_requests"], "what was refused changes nothing"
    installed = admin.facts(f'install_certificate pem="{answer}{texts(above)}"')
    assert installed["origin"] == "external" and installed["chain"] == ["CN=Outside Middle", "CN=Outside Root"]
    assert admin.facts("get_certificates")["outstanding_requests"] == []
    assert system(admin)["fingerprint"] == installed["fingerprint"]


def test_the_chain_may_be_in_the_truststore_already(basic: TestBox, tmp_path: Path, above: tuple[Made, Made]) -> None:
    admin = basic.admin()
    basic.clock.now = NOW.timestamp() + 366 * DAY
    answer = signed(admin, tmp_path)
    assert admin.do(f'add_trusted_certificate name=outside purposes=ldap pem="{texts(above)}"').code == "Done"
    assert admin.facts(f'install_certificate pem="{answer}"')["chain"] == ["CN=Outside Middle", "CN=Outside Root"]


@pytest.mark.requirement(100)
def test_a_certificate_for_another_key_is_refused_and_the_request_stays(
        basic: TestBox, tmp_path: Path, above: tuple[Made, Made]) -> None:
    admin = basic.admin()
    stranger = make("box1.example", above[0])
    assert admin.do(f'install_certificate pem="{stranger.pem}"').code == "NoRequest"
    signed(admin, tmp_path)
    assert admin.do(f'install_certificate pem="{texts([stranger, *above])}"').code == "KeyMismatch"
    assert admin.do(REQUEST).code == "RequestOutstanding"
    assert admin.do("cancel_certificate_request").code == "Done"
    assert admin.do("cancel_certificate_request").code == "NoRequest"
    assert list(basic.state.identities) == ["cluster"]


@pytest.mark.parametrize("wish, reason", [
    (LEAF._replace(end=NOW), "it expired on 2026-01-01"), (CA, "it is one of a certificate authority"),
    (LEAF._replace(usage=("crl_sign",)), "its key usage does not allow TLS")])
def test_a_certificate_that_the_box_cannot_show_is_refused(basic: TestBox, above: tuple[Made, Made], wish: Wish,
                                                           reason: str) -> None:
    basic.clock.now = NOW.timestamp() + DAY
    one = make("box1.example", above[0], wish)
    answer = basic.admin().do(f'install_certificate pem="{texts([one, *above])}" key="{one.key_pem}"')
    assert answer.code == "CertificateRefused" and reason in (answer.message or "")


def import_folder(box: TestBox) -> Path:
    """The import folder of a box."""
    folder = box.folder / "import"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.mark.parametrize("options", [(), ("-keypbe", "AES-256-CBC", "-certpbe", "AES-256-CBC", "-macalg", "sha512")])
def test_a_pkcs12_file_is_installed_with_its_password(basic: TestBox, tmp_path: Path, above: tuple[Made, Made],
                                                      options: tuple[str, ...]) -> None:
    basic.clock.now = NOW.timestamp()
    one = make("box1.example", above[0])
    (tmp_path / "all.pem").write_text(one.key_pem + texts([one, *above]))
    openssl(tmp_path, "pkcs12", "-export", "-in", "all.pem", "-out", str(import_folder(basic) / "box.p12"),
            "-passout", "pass:Violet-95", *options)
    admin = basic.admin()
    assert admin.do("install_certificate file=box.p12").code == "InvalidValue"
    assert admin.do("install_certificate file=box.p12 password=wrong").code == "InvalidValue"
    installed = admin.do("install_certificate file=box.p12 password=Violet-95")
    assert installed.code == "Done" and installed.result and len(installed.result["chain"]) == 2
    assert b"Violet-95" not in basic.everything()
    assert basic.audit()[-1]["notes"] == {"fingerprint": installed.result["fingerprint"]}


def test_an_encrypted_key_comes_with_its_password(basic: TestBox, tmp_path: Path, above: tuple[Made, Made]) -> None:
    basic.clock.now = NOW.timestamp()
    one = make("box1.example", above[0])
    (tmp_path / "plain.key").write_text(one.key_pem)
    locked = openssl(tmp_path, "pkcs8", "-topk8", "-in", "plain.key", "-v2", "aes256", "-passout", "pass:Violet-95")
    line = f'install_certificate pem="{texts([one, *above])}" key="{locked}"'
    admin = basic.admin()
    assert admin.do(line).message == "The private key is encrypted, and needs its password."
    assert admin.do(line + " password=nope").code == "InvalidValue"
    assert admin.do(line + " password=Violet-95").code == "Done"


@pytest.mark.parametrize("command", ["install_certificate", "change_web_certificate"])
@pytest.mark.parametrize("given", ["pem", "file"])
def test_whichever_of_certificate_and_key_is_wrong_is_named(
        basic: TestBox, above: tuple[Made, Made], command: str, given: str) -> None:
    basic.clock.now = NOW.timestamp()
    admin, one = basic.admin(), make("box1.example", above[0])
    small = make("box1.example", above[0], LEAF._replace(key=rsa.generate_private_key(65537, 1024))).key_pem
    locked = one.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"Violet-95")).decode()

    def told(certificate: str, key: str, more: str = "") -> tuple[str | None, str | None]:
        (import_folder(basic) / "one.pem").write_text(certificate)
        value = "one.pem" if given == "file" else f'"{certificate}"'
        answer = admin.do(f'{command} {given}={value} key="{key}" {more}')
        assert answer.code == "InvalidValue"
        return answer.message, (answer.hint or "").partition(". ")[0]
    good, cut = texts([one, *above]), one.key_pem[:-40]
    for key, more, words in (
            (cut, "", "The private key cannot be read, or its password is another one."),
            (good, "", "The private key cannot be read, or its password is another one."),
            (locked, "", "The private key is encrypted, and needs its password."),
            (locked, "password=nope", "The private key cannot be read, or its password is another one."),
            (small, "", "The private key is too short: RSA keys need at least 2048 bits.")):
        assert told(good, key, more) == (words, "That is about key")
    for certificate in (one.pem.replace("\nMII", "\nAAA"), one.pem[:-40]):
        assert told(certificate, one.key_pem)[1] == told(certificate, cut)[1] == f"That is about {given}"


def test_a_file_that_holds_only_a_key_is_said_to(basic: TestBox, above: tuple[Made, Made]) -> None:
    (import_folder(basic) / "one.pem").write_text(make("box1.example", above[0]).key_pem)
    answer = basic.admin().do("install_certificate file=one.pem")
    assert answer.message == "There is a private key in it, but no certificate."


@pytest.mark.requirement(91)
@pytest.mark.requirement(102)
def test_no_private_key_is_shown_recorded_or_stored_in_the_clear(basic: TestBox, above: tuple[Made, Made]) -> None:
    basic.clock.now = NOW.timestamp()
    admin, one = basic.admin(), make("box1.example", above[0])
    heart = one.key_pem.splitlines()[1]
    answers = [admin.do(line) for line in (
        f'install_certificate pem="{texts([one, *above])}" key="{one.key_pem}"',
        f'install_certificate pem="{one.key_pem}"', f'install_certificate pem="{one.pem}" key="{one.key_pem[:-40]}"',
        f'add_trusted_certificate name=a purposes=ldap pem="{one.key_pem}{one.pem}"',
        "create_certificate_request common_name=box1", "create_system_certificate common_name=box1", "get_certificates",
        "enable_advanced_support_commands", "export_state", "get_key_status")]
    assert [one.code for one in answers[:4]] == ["Done", "InvalidValue", "InvalidValue", "InvalidValue"]
    assert all(answer.status == 0 for answer in answers[4:])
    assert heart not in str(answers) and "PRIVATE KEY" not in str([one.result for one in answers])
    assert heart.encode() not in basic.everything() and b"PRIVATE KEY-----" not in basic.everything()
    (exported,) = [one for one in answers[8].result["identities"] if one["use"] == "system"]  # type: ignore[index]
    assert exported["key_configured"] is True and "key" not in exported


@pytest.mark.checklist("B30")
@pytest.mark.requirement(95)
def test_what_the_box_signed_is_renewed_thirty_days_ahead_and_said_before_it_ends(basic: TestBox) -> None:
    admin = basic.admin()
    made = admin.facts("create_system_certificate common_name=box1.example validity=90")
    house = basic.house()
    basic.clock.now += 59 * DAY
    renewals.renew(house)
    assert system(admin)["fingerprint"] == made["fingerprint"]
    assert basic.admin().do("get_certificates").warnings == ()
    basic.clock.now += 2 * DAY
    assert "The system certificate expires on" in basic.client().log_in("admin", "Admin-Pass-12").warnings[0]
    assert admin.do("set_certificate_renewal automatic=no").code == "Done"
    renewals.renew(house)
    assert system(admin)["fingerprint"] == made["fingerprint"]
    admin.do("set_certificate_renewal automatic=yes")
    renewals.renew(house)
    new = system(admin)
    assert new["fingerprint"] != made["fingerprint"] and new["days_left"] == 90 and new["subject"] == made["subject"]
    record = basic.audit()[-2]
    assert (record["user"], record["command"], record["notes"]) == (
        "system", "renew_certificate", {"fingerprint": new["fingerprint"]})


def test_a_short_certificate_is_renewed_in_its_last_third_and_not_all_the_time(basic: TestBox) -> None:
    admin = basic.admin()
    prints = [admin.facts("create_system_certificate common_name=box1.example validity=9")["fingerprint"]]
    for days in (5, 2, 1):
        basic.clock.now += days * DAY
        renewals.renew(basic.house())
        prints.append(system(admin)["fingerprint"])
    assert prints[0] == prints[1] != prints[2] == prints[3]


def roots_told(box: TestBox) -> list[str]:
    """The details of the events that tell of a new root CA."""
    found = box.admin().facts("get_events_log")["events"]
    return [one["details"] for one in found if one["name"] == "RootCertificateChanged"]


def test_a_new_root_is_asked_for_warned_of_and_told_and_the_audit_names_both(basic: TestBox) -> None:
    admin = basic.admin()
    first = "create_system_certificate common_name=box1"
    assert admin.do(first).warnings == () and roots_told(basic) == [], "nobody trusted one before"
    old = admin.facts("export_root_certificate")["fingerprint"]
    longer = f"{first} validity=9000"
    refused, tried = admin.do(longer), admin.do(f"{longer} --dry-run")
    assert (refused.code, refused.status) == ("ConfirmationNeeded", 2)
    assert "With a validity of at most 7270 days it stays. Replace the root CA?" in (refused.message or "")
    assert "a new one takes its place" in tried.warnings[0] and roots_told(basic) == []
    assert admin.facts("export_root_certificate")["fingerprint"] == old
    assert admin.do(f"{first} validity=7270").warnings == (), "it stays, so nothing is asked"
    made = admin.do(f"{longer} --yes")
    new = admin.facts("export_root_certificate")["fingerprint"]
    assert made.warnings == tried.warnings and roots_told(basic) == [new] != [old]
    record = [one for one in basic.audit() if one["command"] == "create_system_certificate"][-1]
    assert record["notes"]["root_fingerprint"] == new
    assert any(one.startswith(f"identities root certificates: {old} -> ") for one in record["changes"])


def test_a_root_that_ends_is_replaced_by_the_renewal_and_that_is_told(basic: TestBox) -> None:
    admin = basic.admin()
    assert admin.do("create_system_certificate common_name=box1").code == "Done"
    old = admin.facts("export_root_certificate")["fingerprint"]
    basic.clock.now += 7275 * DAY
    asked = basic.admin().do("create_system_certificate common_name=box1 validity=1")
    assert asked.code == "ConfirmationNeeded" and "No validity lets it stay." in (asked.message or "")
    renewals.renew(basic.house())
    assert roots_told(basic) == [basic.admin().facts("export_root_certificate")["fingerprint"]] != [old]


@pytest.mark.parametrize("given", [
    "common_name=", "common_name=x country=deu", "common_name=x country=1!", "common_name=x key_type=rsa1024",
    "common_name=x key_type=ec_p192", "common_name=x validity=0", "common_name=x validity=9001",
    'common_name=x subject_alternative_names="a b"', "common_name=x subject_alternative_names=-x-",
    'common_name=x subject_alternative_names="$(id)@127.0.0.1"', "common_name=x subject_alternative_names=<a>@x",
    "common_name=x subject_alternative_names=" + "a" * 513, "common_name=" + "x" * 65,
    "common_name=x state=" + "x" * 129])
@pytest.mark.checklist("B29")
@pytest.mark.requirement(92)
def test_fields_out_of_their_bounds_are_refused(basic: TestBox, given: str) -> None:
    assert basic.admin().do(f"create_system_certificate {given}").code == "InvalidValue"


def test_the_key_status_tells_everything_but_the_key(basic: TestBox) -> None:
    admin = basic.admin()
    admin.do("create_system_certificate common_name=box1")
    basic.clock.now += DAY
    found = admin.facts("get_key_status")
    assert {kind: count for kind, count in found["sealed"].items() if count} == {"identities": 3, "audit_seeds": 1}
    assert [one["name"] for one in found["keys"]] == ["master key", "audit key", "cluster certificate",
                                                      "root certificate", "system certificate"]
    assert all(one["age"] == DAY and one["fingerprint"] and one["replace_by"] for one in found["keys"])
    assert found["keys"][0]["algorithm"] == "AES-256-GCM"
    link = json.loads((basic.folder / "audit.key").read_text())
    for secret in ((basic.folder / "master.key").read_text().split('"')[-2], link["key"], link["private"]):
        assert len(secret) >= 64 and secret not in str(found)


def test_the_audit_key_has_a_time_of_its_own(basic: TestBox) -> None:
    """As after a crash between the master key and the chain, which then begins later: nothing tells of another key."""
    admin = basic.admin()
    master, audit = admin.facts("get_key_status")["keys"][:2]
    assert (master["name"], audit["name"]) == ("master key", "audit key")
    basic.clock.now += DAY
    journal = basic.house().box.audit
    journal.begin("00" * 32)
    basic.clock.now += DAY
    journal.append({"note": "another epoch"}, durable=True)
    journal.checkpoint()
    later = {one["name"]: one for one in basic.admin().facts("get_key_status")["keys"]}
    assert later["master key"]["made_at"] == master["made_at"] and later["master key"]["age"] == 2 * DAY
    assert later["audit key"]["age"] == DAY and later["audit key"]["fingerprint"] != audit["fingerprint"]


@pytest.mark.checklist("A07")
def test_nobody_is_shown_a_system_certificate_that_has_expired(basic: TestBox) -> None:
    admin = basic.admin()
    admin.facts("create_system_certificate common_name=box1 validity=9")
    admin.facts("config_syslog server=localhost port=9 client_certificate=yes")
    assert "it expired" not in (admin.do("test_syslog").message or "")
    basic.clock.now += 10 * DAY
    assert "it expired on" in (basic.admin().do("test_syslog").message or "")


def test_where_each_certificate_is_used_is_listed(basic: TestBox) -> None:
    admin = basic.admin()
    admin.facts("create_system_certificate common_name=box1")
    admin.facts("config_syslog server=logs.example client_certificate=yes")
    basic.clock.now = NOW.timestamp()
    east = make("east", wish=LEAF._replace(extended=()))
    admin = basic.admin()
    admin.facts(f'add_partner name=east address=east.example pem="{east.pem}"')
    one = make("box1.example")
    admin.facts(f'change_web_certificate pem="{one.pem}" key="{one.key_pem}" confirm_minutes=0 --yes')
    used = {each["use"]: each["where_used"] for each in admin.facts("get_certificates")["certificates"]}
    assert used == {"root": ["system certificate"], "cluster": ["partner east"], "web": ["web server"],
                    "system": ["signatures of audit exports and system info", "syslog server logs.example"]}


@pytest.mark.checklist("B17")
def test_the_answer_of_an_authority_that_leaves_everything_out_is_installed_and_doubted(
        basic: TestBox, tmp_path: Path, above: tuple[Made, Made]) -> None:
    """The line of the Storage Virtualize document: openssl makes a certificate without extensions of it."""
    basic.clock.now = NOW.timestamp() + 366 * DAY
    (tmp_path / "certificate.csr").write_text(basic.admin().facts(REQUEST)["pem"])
    openssl(tmp_path, "x509", "-CA", "middle.pem", "-CAkey", "middle.key", "-CAcreateserial", "-in",
            "certificate.csr", "-req", "-days", "365", "-out", "SignedMasterEndpoint.pem")
    admin = basic.admin()
    answer = admin.do(f'install_certificate pem="{(tmp_path / "SignedMasterEndpoint.pem").read_text()}{texts(above)}"')
    assert answer.code == "Done" and "no alternative names" in str(answer.warnings)
    assert (answer.result or {})["chain"] == ["CN=Outside Middle", "CN=Outside Root"]
