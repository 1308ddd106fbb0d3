"""The program that pam_exec runs for sshd and login: it asks boxmgmtd and says yes or no.

So there is one counter of wrong passwords for all doors (R087-R089). pam_exec gives the stage and
the user in PAM_* variables and, in the stage auth, the password on standard input, up to a NUL;
what is printed reaches the user.
"""

import os
import sys
from collections.abc import Mapping
from typing import BinaryIO

from sysmgmt.service.asking import Unanswered, ask

CALLS = {"auth": "Authenticate", "account": "Account", "open_session": "OpenSession",
         "close_session": "CloseSession"}
"""Stages of PAM and the calls they are; there is none for `password`: the shell has the user change it."""
AUTH = "SSH_AUTH_INFO_0"
"""Where sshd says how the user has proven who it is: a line for each method, with the public key."""
LONGEST = 4096
"""Bytes of a password that are read."""
ACCEPTED, REFUSED = 0, 1
CLOSED = "The box cannot be reached now.\n"


def answer(path: str, environment: Mapping[str, str], given: BinaryIO) -> tuple[int, str]:
    """The exit status for one stage, and what the user is told."""
    stage = environment.get("PAM_TYPE", "")
    if stage not in CALLS:
        return REFUSED, ""
    parameters = {name: environment.get(f"PAM_{variable}", "") for name, variable in (
        ("name", "USER"), ("service", "SERVICE"), ("rhost", "RHOST"), ("tty", "TTY"))}
    parameters["auth"] = environment.get(AUTH, "")
    if stage == "auth":
        parameters["password"] = given.read(LONGEST).partition(b"\0")[0].decode(errors="replace")
    try:
        reply = ask(path, CALLS[stage], parameters)
    except Unanswered:
        return REFUSED, CLOSED
    accepted = stage == "close_session" or reply.get("accepted") is True
    message = str(reply.get("message") or "")
    return (ACCEPTED if accepted else REFUSED), message and message.rstrip("\n") + "\n"


def main(path: str) -> None:
    """Answer for the stage that the environment names; exits with the status."""
    status, words = answer(path, os.environ, sys.stdin.buffer)
    sys.stdout.write(words)
    sys.stdout.flush()
    os._exit(status)
