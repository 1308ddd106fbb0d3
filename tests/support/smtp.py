"""A real mail server on the loopback, which may be strict, choosy or down."""

import email
import email.policy
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.support.authorities import CA, LEAF, Made, make

ROOT = make("Mail Root", wish=CA)
SERVER = make("mail", ROOT, LEAF._replace(names=("localhost",)))
USER, PASSWORD = "box", "Violet-95-Lamp"


class Got(NamedTuple):
    """A mail that was taken."""

    to: str
    subject: str
    text: str
    id: str
    user: str


class MailSink:
    """Takes mail for everybody but those in `strangers`."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.strangers: set[str] = set()

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        """Whether a login is right."""
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False, auth_data=USER if right else None)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        """Take a recipient, or not."""
        if address in self.strangers:
            return "550 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Take a mail, which must have come over TLS."""
        assert server.transport.get_extra_info("sslcontext") is not None
        found = email.message_from_bytes(envelope.content, policy=email.policy.default)
        text = found.get_content().replace("\r\n", "\n")
        self.got += [Got(to, found["subject"], text, found["message-id"], str(session.auth_data or ""))
                     for to in envelope.rcpt_tos]
        return "250 stored"

    def to(self, address: str) -> list[Got]:
        """What somebody got."""
        return [one for one in self.got if one.to == address]


def context(shown: Made) -> ssl.SSLContext:
    """What the server speaks TLS with."""
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "all.pem")
        path.write_text(shown.key_pem + shown.pem)
        found.load_cert_chain(path)
    return found


@contextmanager
def serving(sink: MailSink, port: int, protocol: str = "starttls", login: bool = True,
            shown: Made = SERVER) -> Iterator[None]:
    """A mail server for the time of a test."""
    tls = {"ssl_context": context(shown)} if protocol == "tls" else {
        "tls_context": context(shown), "require_starttls": True}
    if protocol == "plain":
        tls = {}
    more = {"auth_required": True, "auth_require_tls": protocol == "starttls",
            "authenticator": sink.authenticate} if login else {}
    server = Controller(sink, hostname="127.0.0.1", port=port, **tls, **more)
    server.start()
    try:
        yield
    finally:
        server.stop()
