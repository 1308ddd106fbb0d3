"""pam_faillock, with all that it writes in a folder of its own, asked through Linux-PAM as a login asks it."""

import ctypes
from pathlib import Path

SERVICE = """
auth requisite pam_faillock.so preauth silent dir={folder}/tally deny=3 even_deny_root
auth optional pam_exec.so quiet {folder}/check
auth [default=die] pam_faillock.so authfail dir={folder}/tally deny=3 even_deny_root
"""
CHECK = "#!/bin/sh\nprintf . >>{folder}/evaluated\nexit 1\n"
"""Stands where a login checks the password: it finds each one wrong, and leaves a byte."""
USER = b"nobody"


class Conversation(ctypes.Structure):
    """What PAM may ask with: nothing."""

    _fields_ = [("ask", ctypes.c_void_p), ("data", ctypes.c_void_p)]


def prepare(folder: Path) -> None:
    """Have a service `bench` whose counter of wrong passwords is at zero."""
    folder.mkdir(exist_ok=True)
    (folder / "tally").mkdir(exist_ok=True)
    (folder / "tally" / USER.decode()).unlink(missing_ok=True)
    (folder / "bench").write_text(SERVICE.format(folder=folder))
    (folder / "check").write_text(CHECK.format(folder=folder))
    (folder / "check").chmod(0o700)
    (folder / "evaluated").write_text("")


def guess(folder: Path) -> None:
    """One login with a wrong password."""
    pam, handle = ctypes.CDLL("libpam.so.0"), ctypes.c_void_p()
    conversation = Conversation()
    assert pam.pam_start_confdir(b"bench", USER, ctypes.byref(conversation), str(folder).encode(),
                                 ctypes.byref(handle)) == 0
    assert pam.pam_authenticate(handle, 0) != 0, "a wrong password opens nothing"
    pam.pam_end(handle, 0)


def evaluated(folder: Path) -> int:
    """How many passwords were looked at."""
    return len((folder / "evaluated").read_bytes())
