"""The programs that PAM and sshd run: what they answer when boxmgmtd does, does not, or talks nonsense."""

import io
import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sysmgmt.service import authorized_keys, pam

ENVIRONMENT = {"PAM_TYPE": "auth", "PAM_USER": "bob", "PAM_SERVICE": "sshd", "PAM_RHOST": "192.0.2.1", "PAM_TTY": "ssh"}
Answering = Callable[[bytes], str]


@pytest.fixture
def answering(folder: Path) -> Iterator[tuple[Answering, list[dict[str, Any]]]]:
    """Something that answers one call each with given bytes, and what it was asked."""
    asked: list[dict[str, Any]] = []
    threads: list[threading.Thread] = []

    def answer_with(reply: bytes) -> str:
        path = str(folder / f"socket-{len(threads)}")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen(1)

        def serve() -> None:
            wire, _ = listener.accept()
            with wire, listener:
                asked.append(json.loads(wire.recv(65536).rstrip(b"\0")))
                wire.sendall(reply)
        threads.append(threading.Thread(target=serve, daemon=True))
        threads[-1].start()
        return path
    yield answer_with, asked


def reply(**parameters: object) -> bytes:
    """A reply on the wire."""
    return json.dumps({"parameters": parameters}).encode() + b"\0"


def test_an_accepted_password_is_status_0_and_travels_once(
        answering: tuple[Answering, list[dict[str, Any]]]) -> None:
    answer_with, asked = answering
    path = answer_with(reply(accepted=True, message=""))
    assert pam.answer(path, ENVIRONMENT, io.BytesIO(b"pass word\0rest")) == (0, "")
    assert asked == [{"method": "io.boxmgmt.Authenticate", "parameters": {
        "name": "bob", "service": "sshd", "rhost": "192.0.2.1", "tty": "ssh", "auth": "",
        "password": "pass word"}}]


@pytest.mark.parametrize("sent", [
    reply(accepted=False, message="no"), reply(accepted="yes"), reply(accepted=1), reply(), b"", b"nonsense\0",
    b'{"error": "x"}\0', b'{"parameters": 1}\0', b"[]\0", b'{"parameters": {"accepted": tru'])
def test_whatever_is_not_a_clear_yes_is_a_no(answering: tuple[Answering, list[dict[str, Any]]], sent: bytes) -> None:
    status, words = pam.answer(answering[0](sent), ENVIRONMENT, io.BytesIO(b"x\0"))
    assert status == 1 and words in ("", "no\n", pam.CLOSED)


@pytest.mark.parametrize("stage", ["password", "setcred", "", "AUTH"])
def test_no_other_stage_is_accepted(answering: tuple[Answering, list[dict[str, Any]]], stage: str) -> None:
    path = answering[0](reply(accepted=True))
    assert pam.answer(path, ENVIRONMENT | {"PAM_TYPE": stage}, io.BytesIO(b"")) == (1, "")


def test_without_boxmgmtd_nobody_comes_in(folder: Path) -> None:
    assert pam.answer(str(folder / "none"), ENVIRONMENT, io.BytesIO(b"x\0")) == (1, pam.CLOSED)
    assert authorized_keys.lines(str(folder / "none"), "bob") == []


def test_keys_are_restricted_and_only_lines(answering: tuple[Answering, list[dict[str, Any]]]) -> None:
    path = answering[0](reply(keys=["ssh-ed25519 AAAA bob", "ssh-rsa AAAA\ncommand=\"x\" ssh-rsa B", 7]))
    assert authorized_keys.lines(path, "bob") == ["restrict,pty ssh-ed25519 AAAA bob"]
    assert authorized_keys.lines(answering[0](reply(keys="ssh-ed25519 AAAA")), "bob") == []
