"""Directories as they should not be: silent, slow, forgetful, or with answers of their own."""

import select
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from tests.support.listener import serving

BIND, UNBIND, SEARCH, EXTENDED = 0x60, 0x42, 0x63, 0x77
ANSWER = {BIND: 0x61, SEARCH: 0x65, EXTENDED: 0x78}
Answers = Callable[[int, bytes], bytes | None]
"""Given the kind of a request and its number: what is answered; None hangs up."""


def result(kind: int, number: bytes, code: int = 0, said: str = "", to: str = "") -> bytes:
    """The answer to a request of that kind, perhaps with a referral `to` another server."""
    body = bytes([0x0A, 1, code, 4, 0, 4, len(said)]) + said.encode()
    if to:
        body += bytes([0xA3, len(to) + 2, 4, len(to)]) + to.encode()
    operation = bytes([ANSWER[kind], len(body)]) + body
    return bytes([0x30, 2 + len(number) + len(operation), 2, len(number)]) + number + operation


def entry(number: bytes, name: str) -> bytes:
    """A user, as an answer to a search."""
    known = {"entryUUID": "6f1a3c52-9c1e-4f7b-8a44-0123456789ab", "uid": name, "cn": name}
    attributes = b"".join(_part(0x30, _part(4, one.encode()) + _part(0x31, _part(4, value.encode())))
                          for one, value in known.items())
    dn = _part(4, f"uid={name},dc=lab,dc=test".encode())
    return _part(0x30, _part(2, number) + _part(0x64, dn + _part(0x30, attributes)))


def _part(tag: int, value: bytes) -> bytes:
    return bytes([tag, *([len(value)] if len(value) < 128 else [0x81, len(value)])]) + value


def answering(**codes: int) -> Answers:
    """Answers that have these result codes: `bind`, `search`, `extended`; else success."""
    known = {BIND: codes.get("bind", 0), SEARCH: codes.get("search", 0), EXTENDED: codes.get("extended", 0)}
    return lambda kind, number: result(kind, number, known[kind]) if kind in known else None


def silent_at(silent: int) -> Answers:
    """Success, but silence to one kind of request."""
    return lambda kind, number: b"" if kind == silent else result(kind, number)


@contextmanager
def listening(answers: Answers, pause: float = 0.0) -> Iterator[tuple[int, list[bytes]]]:
    """A server without TLS that answers so, a byte every `pause` seconds: its port, and all that it is told."""
    told: list[bytes] = []
    with serving(partial(_answer, answers, told, pause)) as port:
        yield port, told


def _answer(answers: Answers, told: list[bytes], pause: float, plain: socket.socket) -> None:
    while data := plain.recv(65536):
        told.append(data)
        if not data.startswith(b"\x30") or len(data) < 8:
            continue  # a handshake: silence
        at = 2 if data[1] < 0x80 else 2 + (data[1] & 0x7F)
        end = at + 2 + data[at + 1]
        if data[end] == UNBIND:
            break
        answer = answers(data[end], data[at + 2:end])
        if answer is None:
            break
        for one in answer if pause else [answer]:
            plain.sendall(bytes([one]) if isinstance(one, int) else one)
            time.sleep(pause)


@contextmanager
def relaying(to: int) -> Iterator[tuple[int, list[bytes]]]:
    """A way to another server, on which everything is read: its port, and what that server is told."""
    told: list[bytes] = []
    with serving(partial(_relay, to, told)) as port:
        yield port, told


def _relay(to: int, told: list[bytes], near: socket.socket) -> None:
    with socket.create_connection(("127.0.0.1", to)) as far:
        while data := _next(near, far):
            told.append(data)


def _next(near: socket.socket, far: socket.socket) -> bytes:
    """What comes from the near side and was passed on, with all that comes back meanwhile."""
    while True:
        for one in select.select([near, far], [], [], 20)[0]:
            data = one.recv(65536)
            if not data or one is near:
                far.sendall(data)
                return data
            near.sendall(data)
