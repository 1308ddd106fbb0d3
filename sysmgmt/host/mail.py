"""Mail as SMTP carries it: to a server whose certificate was checked, and never without TLS."""

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO

from sysmgmt.domain.errors import DeliveryFailed, Refusal
from sysmgmt.domain.mail import Letter, Post
from sysmgmt.domain.truststore import Trust
from sysmgmt.host import connections

if TYPE_CHECKING:  # both take longer to import than most commands to run
    from email.message import EmailMessage
    from smtplib import SMTP
    from ssl import SSLContext

    Context = Callable[[Trust, str], SSLContext]

PATIENCE, LONGEST = 10.0, 60.0
"""Seconds that a server may take for one answer, and for everything."""
MOST_LINES = 100
"""Of one answer."""
NAME, PORT, TLS, LOGIN, ACCEPTED = "name", "port", "tls", "login", "accepted"
"""The steps on the way to a server."""


class Answer:
    """An answer of a server as smtplib reads it, which would also read one without an end."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._lines = 0

    def readline(self, most: int) -> bytes:
        """The next line. Raises OSError."""
        self._lines += 1
        if self._lines > MOST_LINES:
            raise OSError("its answer has no end")
        return self._file.readline(most)

    def begin(self) -> None:
        """What is read from here on is the next answer."""
        self._lines = 0

    def close(self) -> None:
        """Hang up."""
        self._file.close()


class SmtpMailer:
    """`sysmgmt.engine.ports.Mailer`; `context` makes what TLS is spoken with."""

    def __init__(self, context: "Context") -> None:
        self._context = context

    def deliver(self, post: Post, letters: Sequence[Letter], passed: Callable[[str], None],
                accepted: Callable[[Letter], None]) -> None:
        """See the port."""
        with _telling(post):
            address = connections.resolved(post.server, post.port)
            passed(NAME)
            with socket.create_connection(address, PATIENCE) as plain, connections.bounded(plain, LONGEST):
                passed(PORT)
                with closing(self._speaker(post, plain)) as speaker:
                    passed(TLS)
                    if post.user:
                        speaker.login(post.user, post.password)
                        passed(LOGIN)
                    _send_all(post, speaker, letters, accepted)
                    passed(ACCEPTED)
                    with suppress(OSError):
                        speaker.quit()

    def _speaker(self, post: Post, plain: socket.socket) -> "SMTP":
        """Somebody who speaks SMTP over a connection, from here on with TLS."""
        from smtplib import SMTP

        context = self._context(post.trust, post.server)

        class Speaker(SMTP):
            """SMTP over a connection that is there already."""

            def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
                if post.protocol == "tls":
                    return context.wrap_socket(plain, server_hostname=post.server)
                return plain

            def getreply(self) -> tuple[int, bytes]:
                if self.file:
                    self.file.begin()
                elif self.sock:
                    self.file = Answer(self.sock.makefile("rb"))
                return super().getreply()
        speaker = Speaker(post.server, post.port, socket.gethostname(), PATIENCE)
        if post.protocol == "starttls":
            speaker.starttls(context=context)
        speaker.ehlo_or_helo_if_needed()
        return speaker


def _send_all(post: Post, speaker: "SMTP", letters: Sequence[Letter], accepted: Callable[[Letter], None]) -> None:
    """Send each letter, also after one that was refused. Raises DeliveryFailed for the first of those."""
    from smtplib import SMTPServerDisconnected, SMTPResponseException, SMTPRecipientsRefused

    refused: Refusal | None = None
    for one in letters:
        try:
            speaker.send_message(_message(post, one), one.sender, [one.to])
        except SMTPServerDisconnected:
            raise
        except (SMTPResponseException, SMTPRecipientsRefused) as problem:
            refused = refused or DeliveryFailed(server=post.server, reason=_words(post, problem, one.to))
            continue
        accepted(one)
    if refused:
        raise refused


def _message(post: Post, letter: Letter) -> "EmailMessage":
    from email.message import EmailMessage
    from email.utils import formatdate

    found = EmailMessage()
    found["Subject"] = " ".join(letter.subject.split())
    found["From"], found["To"], found["Date"] = letter.sender, letter.to, formatdate(post.trust.now)
    found["Message-ID"] = f"<{letter.id}.{letter.to.replace('@', '.at.')}@{letter.sender.partition('@')[2]}>"
    found["Auto-Submitted"] = "auto-generated"
    found.set_content(letter.text)
    return found


@contextmanager
def _telling(post: Post) -> Iterator[None]:
    """Raise a refusal that says what is wrong, and nothing of what was sent."""
    from smtplib import SMTPException

    with connections.telling(post.server):
        try:
            yield
        except SMTPException as problem:
            raise DeliveryFailed(server=post.server, reason=_words(post, problem)) from None


def _words(post: Post, problem: Exception, to: str = "") -> str:
    """What is wrong, as far as the server may say it: its words could hold the password."""
    import smtplib

    if isinstance(problem, smtplib.SMTPAuthenticationError):
        return "it refuses the user or the password"
    if isinstance(problem, smtplib.SMTPServerDisconnected):
        return "it hung up, or does not answer"
    if isinstance(problem, smtplib.SMTPNotSupportedError):
        return "it offers no STARTTLS, or no login"
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        code, text = problem.recipients[to]
        return f"it refuses the recipient {to} ({code} {connections.said(text, post.password)})"
    if isinstance(problem, smtplib.SMTPResponseException):
        return f"it answered {problem.smtp_code} {connections.said(problem.smtp_error, post.password)}"
    return "it does not speak SMTP as it should"
