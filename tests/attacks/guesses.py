"""Every way by which a password comes to boxmgmtd, as a client of its socket goes it."""

from collections.abc import Callable
from pathlib import Path

from tests.support.boxmgmtd import Raw

RIGHT = "Mona-Pass-12"
"""The password of whoever may come in."""
Guess = Callable[[Path, str, str], bool]
"""Says a name and a password at a socket; whether that lets in."""


def by_login(path: Path, name: str, password: str) -> bool:
    """The login prompt of a shell."""
    raw = Raw(path)
    done = raw.call("LogIn", name=name, password=password)["parameters"]["answer"]["code"] == "Done"
    if done:
        raw.call("LogOut", reason="x")
    return done


def by_pam(service: str, rhost: str, tty: str) -> Guess:
    """A stage of PAM, as sshd or login runs it."""
    def guess(path: Path, name: str, password: str) -> bool:
        reply = Raw(path).call("Authenticate", name=name, password=password, service=service, rhost=rhost, tty=tty)
        return reply["parameters"]["accepted"] is True
    return guess


WAYS: dict[str, Guess] = {"shell": by_login, "ssh": by_pam("sshd", "192.0.2.1", "ssh"),
                          "console": by_pam("login", "", "/dev/tty1"), "other": by_pam("su", "", "")}
