"""Servers that answer what no server does: each ends in a sentence, in time, and holds no memory."""

import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress

import paramiko
import pytest

from sysmgmt.domain import ssh_keys, truststore
from sysmgmt.domain.errors import DeliveryFailed, Refusal, ServerUnreachable
from sysmgmt.domain.mail import Letter, Post
from sysmgmt.domain.model import UploadTarget
from sysmgmt.domain.secrecy import MASK
from sysmgmt.domain.syslog import Relay
from sysmgmt.domain.uploads import Goal
from sysmgmt.host import connections, ldap_messages
from sysmgmt.host.ldap_messages import Query
from sysmgmt.host.mail import SmtpMailer
from sysmgmt.host.syslog import SyslogSender
from sysmgmt.host.uploads import FileUploads

PASSWORD = "Upl0ad-Canary!"
BEGIN = PASSWORD[:4]
PATIENCE = 0.5
TRUST = truststore.Trust((), (), (), 0.0)
Speak = Callable[[socket.socket], None]
LOGIN = (b"220 x\r\n", b"331 x\r\n", b"230 x\r\n", b"200 x\r\n")


@contextmanager
def served(speak: Speak) -> Iterator[int]:
    """The port of a server that says what it likes."""
    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, suppress(OSError, EOFError, paramiko.SSHException):
                    speak(connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def sent(port: int, protocol: str, host_key: str = "", secret: str = PASSWORD) -> str:
    """Why a file does not get there."""
    target = UploadTarget("t", protocol, "127.0.0.1", port, "u", secret, host_key=host_key)
    uploads = FileUploads(lambda trust, server: pytest.fail("no TLS is spoken"), PATIENCE)
    with pytest.raises(Refusal) as refused:
        uploads.send(Goal(target, secret, TRUST), "f", [b"x"], lambda step: None)
    assert secret not in str(refused.value)
    return str(refused.value)


def endless(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"220-hello\r\n" * 1000)


def dripping(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"2")
        time.sleep(PATIENCE / 3)


def answers(*said: bytes) -> Speak:
    """One answer after each command."""
    def speak(connection: socket.socket) -> None:
        for one in said:
            connection.sendall(one)
            connection.recv(4096)
    return speak


@pytest.mark.attack(7, 40)
@pytest.mark.parametrize("speak, reason", [
    (endless, "more than 100 lines"), (dripping, "cannot be reached"), (answers(b"220 \xff\xfe\r\n"), "no text"),
    (answers(b"220 x\r\n", b"331 x\r\n", f"550 {PASSWORD} is wrong\r\n".encode()), "550 *** is wrong"),
    (answers(*LOGIN, b"227 (127,0,0,1)\r\n"), "227"), (answers(b"2" * 9000), "8192 bytes")],
    ids=["endless", "drop by drop", "no text", "password", "no port", "long line"])
def test_no_answer_of_an_ftp_server_does_harm(speak: Speak, reason: str) -> None:
    begun = time.monotonic()
    with served(speak) as port:
        words = sent(port, "ftp")
    assert time.monotonic() - begun < 20 * PATIENCE and reason in words, words


@pytest.mark.attack(7)
@pytest.mark.parametrize("said", [b"220-hello\r\n" * 1000, b"220 x\r\n" + b"250-x\r\n" * 1000, b"2" * 9000,
                                  b"220 \xff\xfe\r\n", b"\r\n", b"220 x\r\n500 x\r\n500 \x1b[2J\r\n"],
                         ids=["endless", "endless later", "long line", "no text", "nothing", "refusal"])
def test_no_answer_of_a_mail_server_does_harm(said: bytes) -> None:
    post = Post("127.0.0.1", 0, "starttls", "u", PASSWORD, TRUST)
    letter = Letter("1", "box@x", "eve@x", "s", "t")
    with served(answers(said)) as port, pytest.raises(Refusal) as refused:
        SmtpMailer(lambda trust, server: ssl.create_default_context()).deliver(
            post._replace(port=port), [letter], lambda step: None, lambda one: None)
    assert PASSWORD not in str(refused.value) and str(refused.value).isprintable()


CUT = "." * (connections.LONGEST_WORDS - 12)
"""Behind it a password does not fit any more into what is shown."""


@pytest.mark.attack(7)
@pytest.mark.parametrize("secret", [PASSWORD, f"{BEGIN}ä  ss", f"{BEGIN}\u00a0\u200bss", BEGIN + 200 * "x"])
@pytest.mark.parametrize("before", ["", CUT], ids=["shown", "cut"])
def test_no_server_makes_the_box_show_a_password_or_a_part_of_it(secret: str, before: str) -> None:
    said = f"{before}{secret} is wrong"
    assert BEGIN in connections.said(said), "somebody who masks nothing shows it"
    post = Post("127.0.0.1", 0, "starttls", "u", secret, TRUST)
    letter = Letter("1", "box@x", "eve@x", "s", "t")
    with served(answers(f"554 {said}\r\n".encode())) as port, pytest.raises(Refusal) as mail:
        SmtpMailer(lambda trust, server: ssl.create_default_context()).deliver(
            post._replace(port=port), [letter], lambda step: None, lambda one: None)
    with served(answers(b"220 x\r\n", b"331 x\r\n", f"550 {said}\r\n".encode())) as port:
        ftp = sent(port, "ftp", secret=secret)
    for words in (str(mail.value), ftp, ldap_messages.reason(1, said, secret)):
        assert BEGIN not in words and MASK in words, words


@pytest.mark.attack(7)
@pytest.mark.parametrize("said", [bytes(1000), b"\x30\x00" * 1000, b"\x30\x05\x02\x01\x07\x61\x00" * 1000],
                         ids=["nothing", "empty", "somebody else's"])
def test_no_answer_of_a_directory_does_harm(said: bytes) -> None:
    def speak(connection: socket.socket) -> None:
        while True:
            connection.sendall(said * 10)

    begun = time.monotonic()
    with served(speak) as port, socket.create_connection(("127.0.0.1", port)) as connection:
        with pytest.raises(ServerUnreachable, match="as it should|hung up, or does not answer"):
            ldap_messages.Talk("127.0.0.1", connection, PATIENCE).bind("cn=x,dc=x", PASSWORD)
    assert time.monotonic() - begun < PATIENCE + 2 * ldap_messages.GRACE


@pytest.mark.attack(7)
@pytest.mark.parametrize("said, pause, ends", [(b"x" * 65536, 0.0, True), (b"x", PATIENCE / 5, False)],
                         ids=["endless", "drop by drop"])
def test_a_syslog_server_that_talks_keeps_nobody_listening(said: bytes, pause: float, ends: bool) -> None:
    def speak(connection: socket.socket) -> None:
        while True:
            connection.sendall(said)
            time.sleep(pause)  # that it is slow is what is tried

    with served(speak) as port:
        link = SyslogSender(lambda trust, server, own: pytest.fail("no TLS is spoken")).open(
            Relay("127.0.0.1", port, "tcp", TRUST), lambda step: None)
        cut = threading.Timer(20 * PATIENCE, link.close)
        cut.start()
        begun = time.monotonic()
        with pytest.raises(DeliveryFailed, match="talks and talks") if ends else nullcontext():
            link.check(PATIENCE)
        assert time.monotonic() - begun < 10 * PATIENCE
        cut.cancel()
        link.close()


@pytest.mark.attack(7)
def test_a_directory_that_is_asked_for_two_entries_cannot_fill_the_memory_with_more() -> None:
    entry = b"\x30\x23\x02\x01\x01\x64\x1e\x04\x0auid=x,dc=x\x30\x10\x30\x0e\x04\x03uid\x31\x07\x04\x05bobby"

    def speak(connection: socket.socket) -> None:
        connection.recv(4096)
        while True:
            connection.sendall(entry * 2000)

    begun = time.monotonic()
    with served(speak) as port, socket.create_connection(("127.0.0.1", port)) as connection:
        with pytest.raises(ServerUnreachable):
            ldap_messages.Talk("127.0.0.1", connection, PATIENCE).search(Query("dc=x", "(uid=bob)", ("uid",), size=2))
    assert time.monotonic() - begun < ldap_messages.GRACE / 2, "it was read until its time was over"


class Anybody(paramiko.ServerInterface):
    """Lets everybody in."""

    def check_auth_password(self, username: str, password: str) -> int:
        return paramiko.AUTH_SUCCESSFUL

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED

    def check_channel_subsystem_request(self, channel: paramiko.Channel, name: str) -> bool:
        return True


KEY = paramiko.ECDSAKey.generate()
FINGERPRINT = ssh_keys.fingerprint(f"{KEY.get_name()} {KEY.get_base64()}")


def number(value: int) -> bytes:
    return struct.pack(">I", value)


def packet(kind: int, data: bytes = b"") -> bytes:
    """A packet of SFTP."""
    return number(len(data) + 1) + bytes([kind]) + data


VERSION = packet(2, number(3))


def sftp(*said: bytes) -> Speak:
    """An SSH server whose SFTP says one thing after the other."""
    def speak(connection: socket.socket) -> None:
        transport = paramiko.Transport(connection)
        transport.add_server_key(KEY)
        transport.start_server(server=Anybody())
        channel = transport.accept(10)
        for one in said:
            channel.recv(4096)
            channel.sendall(one)
        channel.recv(4096)
        transport.close()
    return speak


@pytest.mark.attack(7, 40)
@pytest.mark.parametrize("speak", [
    sftp(packet(0x65, b"aaaa")), sftp(packet(2)), sftp(number(0xffffffff) + b"x"), sftp(number(0)),
    sftp(VERSION, packet(0x66, b"\0")), sftp(VERSION, packet(0x68, number(1) + number(0))),
    sftp(VERSION, packet(0x65, number(1) + number(4) + number(2) + b"\xff\xfe" + number(0))),
    sftp(VERSION, packet(0x65, number(1) + number(0) + number(0) + number(0)))],
    ids=["no version", "half a version", "too long", "nothing", "half a handle", "names", "no text", "no handle"])
def test_no_answer_of_an_sftp_server_does_harm(speak: Speak) -> None:
    with served(speak) as port:
        words = sent(port, "sftp", FINGERPRINT)
    assert "does not take the file" in words


@pytest.mark.attack(7)
def test_no_packet_of_ssh_is_gathered_that_is_longer_than_any_has_to_be() -> None:
    taken: list[int] = []

    def speak(connection: socket.socket) -> None:
        connection.sendall(b"SSH-2.0-x\r\n" + number(0x7FFFFFF4))
        with suppress(OSError):
            while True:
                taken.append(connection.send(bytes(1 << 16)))

    with served(speak) as port:
        assert "its answer has no end" in sent(port, "sftp", FINGERPRINT)
    assert sum(taken) < 16 << 20


@pytest.mark.attack(7)
@pytest.mark.parametrize("speak", [endless, answers(b"SSH-2.0-x\r\n" + b"\xff" * 20_000), answers(b"SSH-9.9-\xff\r\n")],
                         ids=["endless", "long packet", "no text"])
def test_what_speaks_no_ssh_is_refused(speak: Speak) -> None:
    with served(speak) as port:
        assert "no SSH connection comes about" in sent(port, "sftp", FINGERPRINT)
