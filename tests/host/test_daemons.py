"""What systemd is told."""

import socket
from pathlib import Path

import pytest

from sysmgmt.host import daemons


@pytest.mark.parametrize("abstract", [True, False])
def test_systemd_is_told_when_the_service_is_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                   abstract: bool) -> None:
    place = f"\0boxmgmt-{tmp_path.name}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(place)
        monkeypatch.setenv("NOTIFY_SOCKET", place.replace("\0", "@"))
        daemons.tell_ready()
        assert listener.recv(100) == b"READY=1"
        daemons.tell_ready()  # once is enough: what it starts later must not know the socket
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.recv(100)


def test_a_service_without_systemd_tells_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    daemons.tell_ready()
