"""Servers that speak plainly until they are asked for TLS: asking, with a few bytes of the protocol, and no more.

Nothing that the server says is believed; what it says after it has agreed, before TLS, is refused.
"""

import re
import select
import socket
from collections.abc import Callable

from sysmgmt.domain.truststore import FTP, LDAP, SMTP

MOST = 16384
"""Bytes of one answer."""
EXTENDED = bytes.fromhex("301d02010177188016") + b"1.3.6.1.4.1.1466.20037"
"""The extended request of LDAP for TLS (RFC 4511, 4.14), as message 1."""
AGREED = re.compile(rb"\x30\x84?[\x00]{0,3}.\x02\x01\x01\x78\x84?[\x00]{0,3}.\x0a\x01\x00", re.DOTALL)
"""Its answer where the server agrees, with short lengths or with long ones."""
LAST = re.compile(rb"(?:^|\n)(\d{3}) [^\n]*\n\Z")
"""The last line of an answer of SMTP or FTP."""
ENDS = re.compile(rb"^(\d{3}) ", re.MULTILINE)
"""How such a line begins: an answer has one."""


def ask(plain: socket.socket, protocol: str) -> None:
    """Ask a server for TLS. Raises OSError where it does not agree."""
    {SMTP: _smtp, LDAP: _ldap, FTP: _ftp}[protocol](plain)


def _smtp(plain: socket.socket) -> None:
    _expect(plain, b"", b"220")
    _expect(plain, b"EHLO localhost\r\n", b"250")
    _expect(plain, b"STARTTLS\r\n", b"220")


def _ftp(plain: socket.socket) -> None:
    _expect(plain, b"", b"220")
    _expect(plain, b"AUTH TLS\r\n", b"234")


def _ldap(plain: socket.socket) -> None:
    plain.sendall(EXTENDED)
    answer = _read(plain, lambda text: len(text) > 1 and len(text) >= _length(text))
    if not AGREED.match(answer) or len(answer) > _length(answer):
        raise OSError(0, "it does not agree to TLS")


def _length(text: bytes) -> int:
    """How long a message of LDAP is that begins so."""
    first = text[1]
    if first < 0x80:
        return 2 + first
    count = first & 0x7F
    return 2 + count + int.from_bytes(text[2:2 + count], "big")


def _expect(plain: socket.socket, command: bytes, code: bytes) -> None:
    plain.sendall(command)
    answer = _read(plain, lambda text: LAST.search(text) is not None)
    if ENDS.findall(answer) != [code]:
        raise OSError(0, "it does not agree to TLS")


def _read(plain: socket.socket, whole: Callable[[bytes], bool]) -> bytes:
    """One answer, and nothing behind it. Raises OSError."""
    text = b""
    while not whole(text):
        piece = plain.recv(min(4096, MOST - len(text)))
        if not piece:
            raise OSError(0, "its answer has no end")
        text += piece
    if select.select([plain], [], [], 0)[0]:
        raise OSError(0, "it says more than it was asked for")
    return text
