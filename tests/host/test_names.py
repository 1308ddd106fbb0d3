"""Name servers asked directly: however slowly one answers, nobody waits for it long."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Thread

import pytest

from sysmgmt.host import names

SERVER = "127.0.53.53"
Answering = Callable[[socket.socket, bytes], None]


@pytest.fixture
def serve() -> Iterator[Callable[[Answering], None]]:
    """Begins a name server that says much over UDP is cut off, and answers over TCP as a test says."""
    over_udp, over_tcp = socket.socket(type=socket.SOCK_DGRAM), socket.socket()
    over_tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    for one in (over_udp, over_tcp):
        one.settimeout(20)
        one.bind((SERVER, names.PORT))
    over_tcp.listen()

    def work(answer: Answering) -> None:
        question, where = over_udp.recvfrom(4096)
        over_udp.sendto(question[:2] + b"\x83\x80" + question[4:], where)
        link = over_tcp.accept()[0]
        with link, suppress(OSError):
            answer(link, link.recv(4096)[2:])

    def begin(answer: Answering) -> None:
        Thread(target=work, args=(answer,), daemon=True).start()
    yield begin
    over_udp.close()
    over_tcp.close()


def at_once(link: socket.socket, question: bytes) -> None:
    """There is no such name."""
    answer = question[:2] + b"\x81\x83" + question[4:]
    link.sendall(len(answer).to_bytes(2, "big") + answer)


def byte_by_byte(link: socket.socket, question: bytes) -> None:
    """Never silent for long, and not ready for 10 seconds."""
    link.sendall(b"\x0f\xff")
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        link.sendall(b"x")
        time.sleep(0.1)


def test_a_name_server_that_answers_byte_by_byte_is_given_up(serve: Callable[[Answering], None]) -> None:
    serve(at_once)
    assert [one.verdict for one in names.look_up("127.0.0.1", SERVER).servers] == ["no such name"]
    serve(byte_by_byte)
    began = time.monotonic()
    assert [one.verdict for one in names.look_up("127.0.0.1", SERVER).servers] == ["its answer breaks off"]
    assert time.monotonic() - began < names.PATIENCE + 3
