"""The certificate of a server that speaks plainly first: fetched, confirmed, and then trusted by what uses it."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import listener, slapd, smtp
from tests.support.authorities import LEAF, make
from tests.support.box import Client, TestBox
from tests.support.ports import free_port
from tests.support.upload_servers import PASSWORD, vsftpd

OWN = make("localhost", wish=LEAF._replace(names=("localhost",)))
"""A certificate that no authority has signed."""
MAIL = "config_email server=localhost port={} sender=a@b.example recipients=c@d.example user={} password={}"
FIRST = b"220 here\r\n"


@pytest.fixture
def admin(basic: TestBox) -> Client:
    return basic.admin()


def accept(admin: Client, port: int, protocol: str) -> None:
    """Accept what a server shows, as a person does who has compared the fingerprint."""
    line = f"accept_server_certificate host=localhost port={port} starttls={protocol}"
    asked = admin.do(line + " --yes")
    assert asked.code == "ConfirmationNeeded" and asked.confirms["fingerprint"], asked
    assert admin.do(f"{line} fingerprint={asked.confirms['fingerprint']}").code == "Done"


@pytest.mark.checklist("D06")
@pytest.mark.checklist("R221")
def test_a_mail_server_is_trusted_on_first_use(admin: Client) -> None:
    port = free_port()
    with smtp.serving(smtp.MailSink(), port, shown=OWN):
        assert admin.do(MAIL.format(port, smtp.USER, smtp.PASSWORD)).code == "Done"
        assert "The step tls fails" in str(admin.do("test_email").message)
        assert admin.do(f"accept_server_certificate host=localhost port={port}").code == "ServerUnreachable"
        accept(admin, port, "smtp")
        assert admin.do("test_email").code == "Done"


@pytest.mark.checklist("D06")
def test_a_directory_is_trusted_on_first_use(admin: Client) -> None:
    with slapd.running(wish=slapd.Wish(shown=OWN)) as server:
        line = (f"test_ldap_connection server=localhost port={server.ports.ldap} protocol=starttls "
                f"base_dn={slapd.BASE} bind_dn={slapd.SERVICE} bind_password={slapd.SERVICE_PASSWORD}")
        assert "The step tls fails" in str(admin.do(line).message)
        accept(admin, server.ports.ldap, "ldap")
        assert "The step tls" not in str(admin.do(line).message)


@pytest.mark.checklist("D06")
def test_a_server_of_ftps_is_trusted_on_first_use(admin: Client, tmp_path: Path) -> None:
    with vsftpd(tmp_path / "ftp", OWN) as port:
        line = (f"add_upload_target name=far server=localhost port={port} user=anonymous directory=in protocol=ftps "
                f"password={PASSWORD}")
        assert admin.do(line).code == "Done"
        assert admin.do("test_upload_target target=far").status
        accept(admin, port, "ftp")
        assert admin.do("test_upload_target target=far").code == "Done"


def saying(*answers: bytes) -> Callable[[socket.socket], None]:
    """A server that says this, the first at once and the others to a message each, and hangs up."""
    def serve(plain: socket.socket) -> None:
        for number, one in enumerate(answers):
            if number:
                plain.recv(1000)
            plain.sendall(one)
    return serve


@pytest.mark.parametrize("protocol, answers", [
    ("smtp", [b"554 no\r\n"]), ("smtp", [FIRST, b"502 what\r\n"]),
    ("smtp", [FIRST, b"250-here\r\n250 OK\r\n", b"454 no\r\n"]),
    ("smtp", [FIRST, b"250 OK\r\n", b"220 go\r\n250 mine\r\n"]),
    ("smtp", [FIRST, b"250 OK\r\n", b"220 go\r\n220 mine\r\n"]),
    ("ldap", [b"", b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00mine"]),
    ("smtp", [b"220-" + b"x" * 20000]), ("smtp", [b""]),
    ("ftp", [FIRST, b"530 no\r\n"]), ("ftp", [b"\x00\xff\r\n"]), ("ftp", [FIRST, b"234-go\r\n"]),
    ("ldap", [b"", b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x34\x04\x00\x04\x00"]), ("ldap", [b"", b"\x30\x84"]),
    ("ldap", [b"", b"\x30\xff" + b"\xff" * 127]), ("ldap", [b"", b"220 here\r\n" * 20])])
def test_a_server_that_does_not_agree_is_refused_by_name(admin: Client, protocol: str, answers: list[bytes]) -> None:
    with listener.serving(saying(*answers)) as port:
        answer = admin.do(f"accept_server_certificate host=localhost port={port} starttls={protocol}")
    assert answer.code == "ServerUnreachable" and "localhost" in str(answer.message), answer


def test_an_unknown_protocol_is_refused_before_anybody_is_asked(admin: Client) -> None:
    answer = admin.do("accept_server_certificate host=localhost port=1 starttls=imap")
    assert answer.code == "InvalidValue" and "smtp" in str(answer.message)
