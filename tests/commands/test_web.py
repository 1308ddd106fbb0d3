"""The certificate of the web server: asked for, signed outside, changed, refused; HSTS (R225-R232, R256-R260)."""

import datetime
import re
import time
from pathlib import Path

import pytest

from sysmgmt.domain import web as domain
from tests.support.authorities import CA, NOW, make
from tests.support.box import Client, TestBox
from tests.support.clock import DAY, MINUTE
from tests.support.openssl import EC, Authority, openssl
from tests.support.tls_server import texts

FINAL = "--yes confirm_minutes=0"
REQUEST = "create_web_certificate_request common_name=localhost"
APPENDIX = ("openssl genrsa -out key.pem 2048", "openssl req -new -key key.pem -out server.csr -sha512",
            "openssl rsa -in key.pem -out key_no_passphrase.pem",
            "openssl x509 -req -days 365 -in server.csr -signkey key.pem -out server.crt -sha512")
"""What the guide says, word for word; only that openssl asks for the subject."""
SUBJECT = b"DE\nBayern\nErlangen\nAcme\nStorage\nbox1.example\n\n\n\n"


@pytest.fixture
def basic(basic: TestBox) -> TestBox:
    """A box in the time of openssl, which looks at the clock of the machine."""
    basic.clock.now = time.time() + MINUTE
    return basic


@pytest.fixture
def outside(tmp_path: Path) -> Authority:
    """A certificate authority that is none of the box's, with what it needs to trust nobody."""
    return Authority(tmp_path / "ca").begin()


def pasted(text: str) -> str:
    """A text as a value of a line."""
    return '"' + text + '"'


def shown(box: TestBox) -> str:
    """The certificate that the web server shows."""
    one = box.state.identities.get(box.state.settings.reach.web_certificate)
    return one.certificates[0].pem if one else ""


def change(client: Client, certificate: str, key: str = "", how: str = FINAL) -> str:
    """Change the certificate; the code."""
    with_key = f" key={pasted(key)}" if key else ""
    return client.do(f"change_web_certificate pem={pasted(certificate)}{with_key} {how}").code


@pytest.mark.requirement(100)
@pytest.mark.checklist("R225")
def test_a_request_is_shown_until_its_answer_is_installed(basic: TestBox, outside: Authority) -> None:
    admin = basic.admin()
    request = admin.facts(REQUEST)["pem"]
    listed = admin.facts("get_certificates")["outstanding_requests"]
    assert [(one["use"], one["pem"]) for one in listed] == [("web", request)]
    assert admin.do(REQUEST).code == "RequestOutstanding"
    certificate = outside.sign(request)
    assert change(admin, certificate + outside.certificate) == "Done"
    assert shown(basic) == certificate and admin.facts("get_certificates")["outstanding_requests"] == []


def test_a_request_can_be_cancelled(basic: TestBox, outside: Authority) -> None:
    admin = basic.admin()
    request = admin.facts(REQUEST)["pem"]
    assert admin.do("cancel_web_certificate_request").code == "Done"
    assert admin.do("cancel_web_certificate_request").code == "NoRequest"
    assert change(admin, outside.sign(request) + outside.certificate) == "NoRequest"


@pytest.mark.checklist("R256")
@pytest.mark.checklist("R257")
@pytest.mark.checklist("R258")
@pytest.mark.checklist("R259")
@pytest.mark.checklist("R260")
def test_the_guides_appendix_works_word_for_word(basic: TestBox, tmp_path: Path) -> None:
    for line in APPENDIX:
        openssl(*line.split()[1:], given=SUBJECT, folder=tmp_path)
    certificate = (tmp_path / "server.crt").read_text()
    assert b"sha512With" in openssl("x509", "-noout", "-text", given=certificate.encode())
    assert change(basic.admin(), certificate, (tmp_path / "key_no_passphrase.pem").read_text()) == "Done"
    assert shown(basic) == certificate


@pytest.mark.checklist("R227")
@pytest.mark.requirement(92)
@pytest.mark.parametrize("key", [EC, ("-newkey", "rsa:2048"), ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384")])
def test_good_keys_are_taken(basic: TestBox, outside: Authority, key: tuple[str, ...]) -> None:
    certificate, private = outside.issue(key=key)
    assert change(basic.admin(), certificate + outside.certificate, private) == "Done"
    assert shown(basic) == certificate


@pytest.mark.checklist("R227")
@pytest.mark.requirement(92)
@pytest.mark.parametrize("key, words", [
    (("-newkey", "rsa:1024"), "RSA"), (("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-521"), "P-256 or P-384"),
    (("-newkey", "ed25519"), "P-256, P-384 or P-521")])
def test_other_keys_are_refused_with_the_reason(
        basic: TestBox, outside: Authority, key: tuple[str, ...], words: str) -> None:
    certificate, private = outside.issue(key=key)
    answer = basic.admin().do(f"change_web_certificate pem={pasted(certificate + outside.certificate)} "
                              f"key={pasted(private)} {FINAL}")
    assert answer.code in ("CertificateRefused", "InvalidValue") and words in (answer.message or "")
    assert shown(basic) == "" and list(basic.state.identities) == ["cluster"]


@pytest.mark.requirement(105)
@pytest.mark.parametrize("digest", ["-sha1", "-md5"])
def test_a_weak_signature_is_refused_even_ones_own(basic: TestBox, tmp_path: Path, digest: str) -> None:
    for line in APPENDIX:
        openssl(*line.replace("-sha512", digest).split()[1:], given=SUBJECT, folder=tmp_path)
    assert change(basic.admin(), (tmp_path / "server.crt").read_text(),
                  (tmp_path / "key.pem").read_text()) == "CertificateRefused"


@pytest.mark.requirement(100)
def test_what_does_not_fit_changes_nothing(basic: TestBox, outside: Authority) -> None:
    admin = basic.admin()
    good, key = outside.issue()
    _, other = outside.issue()
    assert change(admin, good + outside.certificate, key) == "Done"
    fresh, _ = outside.issue()
    for certificate, private, code in ((fresh + outside.certificate, other, "KeyMismatch"),
                                       (good, key, "CertificateRefused"),  # the one above it is missing
                                       (good + outside.certificate, "nonsense", "InvalidValue"),
                                       ("nonsense", key, "InvalidValue")):
        assert change(admin, certificate, private) == code
        assert shown(basic) == good
    basic.clock.move(10_000 * DAY)
    assert change(basic.admin(), good + outside.certificate, key) == "CertificateRefused"


def test_a_pkcs12_file_of_the_import_folder_is_taken(basic: TestBox, outside: Authority, tmp_path: Path) -> None:
    certificate, key = outside.issue()
    (tmp_path / "web.pem").write_text(certificate)
    (tmp_path / "web.key").write_text(key)
    imports = basic.folder / "import"
    imports.mkdir(exist_ok=True)
    openssl("pkcs12", "-export", "-in", "web.pem", "-inkey", "web.key", "-certfile", "ca/ca.pem",
            "-passout", "pass:Lamp-77", "-out", str(imports / "web.p12"), folder=tmp_path)
    admin = basic.admin()
    assert admin.do(f"change_web_certificate file=web.p12 password=wrong {FINAL}").code == "InvalidValue"
    assert admin.do(f"change_web_certificate file=web.p12 password=Lamp-77 {FINAL}").code == "Done"
    assert shown(basic) == certificate and b"Lamp-77" not in basic.everything()


def test_what_will_break_is_said_before(basic: TestBox, outside: Authority) -> None:
    certificate, key = outside.issue()
    answer = basic.admin().do(f"change_web_certificate pem={pasted(certificate + outside.certificate)} "
                              f"key={pasted(key)}")
    assert answer.code == "ConfirmationNeeded"
    assert "Clients that do not trust CN=Outside CA will refuse the web server." in (answer.message or "")


def test_a_certificate_that_nobody_confirms_makes_room_for_the_one_before(basic: TestBox, outside: Authority) -> None:
    first, second = outside.issue(), outside.issue()
    assert change(basic.admin(), first[0] + outside.certificate, first[1]) == "Done"
    assert change(basic.admin(), second[0] + outside.certificate, second[1], "--yes confirm_minutes=5") == "Done"
    assert shown(basic) == second[0] and len(list(basic.state.identities)) == 3
    basic.clock.move(5 * MINUTE)
    basic.admin()
    assert shown(basic) == first[0] and len(list(basic.state.identities)) == 2, "a key that nobody shows has gone"
    assert change(basic.admin(), second[0] + outside.certificate, second[1], "--yes") == "Done"
    assert basic.admin().do("confirm_change").code == "Done"
    assert shown(basic) == second[0] and len(list(basic.state.identities)) == 2


def test_what_a_restore_has_replaced_does_not_come_back(basic: TestBox, outside: Authority) -> None:
    admin, issued = basic.admin(), [outside.issue() for _ in range(4)]
    for number, how in enumerate((FINAL, FINAL, FINAL, "--yes confirm_minutes=5")):
        assert change(admin, issued[number][0] + outside.certificate, issued[number][1], how) == "Done"
        if number == 1:
            assert admin.do("backup_settings name=b1 password=Backup-Pass-77 items=keys").code == "Done"
    assert admin.do(f"restore_settings name=b1 password=Backup-Pass-77 items=keys {FINAL}").code == "Done"
    assert shown(basic) == issued[1][0]
    assert admin.do("undo_change").code == "NothingPending"
    basic.clock.move(5 * MINUTE)
    basic.admin()
    assert shown(basic) == issued[1][0]


@pytest.mark.checklist("R231")
def test_a_certificate_that_returns_takes_hsts_with_it_unless_an_authority_has_signed_it(
        basic: TestBox, outside: Authority, tmp_path: Path) -> None:
    admin = basic.admin()
    for line in APPENDIX:
        openssl(*line.split()[1:], given=SUBJECT, folder=tmp_path)
    own = (tmp_path / "server.crt").read_text(), (tmp_path / "key.pem").read_text()
    signed, key = outside.issue()
    assert change(admin, *own) == "Done"
    assert change(admin, signed + outside.certificate, key, "--yes") == "Done"
    assert admin.do(f"set_hsts mode=on {FINAL}").code == "Done"
    basic.clock.move(DAY)
    basic.admin()
    assert shown(basic) == own[0] and basic.state.settings.reach.hsts is False


@pytest.mark.checklist("R231")
@pytest.mark.checklist("R232")
def test_hsts_needs_a_certificate_that_an_authority_has_signed(
        basic: TestBox, outside: Authority, tmp_path: Path) -> None:
    admin = basic.admin()
    assert admin.do(f"set_hsts mode=on {FINAL}").code == "HstsNeedsAuthority"
    for line in APPENDIX:
        openssl(*line.split()[1:], given=SUBJECT, folder=tmp_path)
    own = (tmp_path / "server.crt").read_text(), (tmp_path / "key.pem").read_text()
    assert change(admin, *own) == "Done"
    assert admin.do(f"set_hsts mode=on {FINAL}").code == "HstsNeedsAuthority"
    signed, key = outside.issue()
    assert change(admin, signed + outside.certificate, key) == "Done"
    assert admin.do(f"set_hsts mode=on {FINAL}").code == "Done"
    assert admin.facts("get_security_settings")["hsts"] == "on"
    assert change(admin, *own) == "HstsNeedsAuthority" and shown(basic) == signed
    assert admin.do(f"set_hsts mode=off {FINAL}").code == "Done"
    assert change(admin, *own) == "Done"


def test_a_box_without_a_web_server_says_that_nothing_follows(basic: TestBox, outside: Authority) -> None:
    certificate, key = outside.issue()
    answer = basic.admin().do(f"change_web_certificate pem={pasted(certificate + outside.certificate)} "
                              f"key={pasted(key)} {FINAL}")
    assert re.search("no web server here", " ".join(answer.warnings))


@pytest.mark.requirement(91)
@pytest.mark.requirement(102)
def test_the_key_is_stored_sealed_and_shown_nowhere(basic: TestBox, outside: Authority) -> None:
    certificate, key = outside.issue()
    admin = basic.admin()
    assert change(admin, certificate + outside.certificate, key) == "Done"
    inside = "".join(key.splitlines()[1:-1])
    assert inside[20:60].encode() not in basic.everything()
    admin.do("enable_advanced_support_commands")
    for line in ("get_certificates", "export_state", "get_pending_change", "get_security_settings"):
        assert inside[20:60] not in repr(admin.facts(line))


@pytest.mark.checklist("A11")
def test_the_web_server_is_shut_once_anything_in_its_chain_has_expired(basic: TestBox) -> None:
    basic.clock.now = NOW.timestamp()
    soon = NOW + datetime.timedelta(days=10)
    root = make("Root", wish=CA)
    middle = make("Middle", root, CA._replace(end=soon))
    one = make("box1.example", middle)
    basic.admin().facts(f'change_web_certificate pem="{texts([one, middle, root])}" key="{one.key_pem}" {FINAL}')
    assert domain.shut(basic.state, soon.timestamp() - 1) == ""
    assert domain.shut(basic.state, soon.timestamp() + 1) == (
        "its certificate cannot be used: CN=Middle is above it, and it expired on 2026-01-11T00:00:00Z")
