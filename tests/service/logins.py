"""Logins without sshd: a process of root that asks what PAM asks, and below it any program as the user."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.boxmgmtd import Boxmgmtd, for_all

LOGIN = """import subprocess, sys
path, name, number, program = sys.argv[1:]
ask = "import sys; from sysmgmt.service.asking import ask; print(ask(sys.argv[1], sys.argv[2], dict(name=sys.argv[3], "
ask += "service='sshd', rhost='192.0.2.7', tty='ssh')))"
def pam(call):
    return subprocess.run([sys.executable, "-c", ask, path, call, name], capture_output=True, text=True).stdout
assert "True" in pam("OpenSession")
with open("/proc/self/loginuid", "w") as file:
    file.write(number)
subprocess.run([sys.executable, "-c", program, path], user=int(number), group=int(number), extra_groups=[], cwd="/")
pam("CloseSession")
"""
HOSTILE = """import json, os, signal, socket, sys, time
signal.alarm(90)
for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
    signal.signal(number, signal.SIG_IGN)
def connect():
    wire = socket.socket(socket.AF_UNIX)
    wire.connect(sys.argv[1])
    return wire
def call(wire, method, **parameters):
    message = {"method": "io.boxmgmt." + method, "parameters": parameters}
    wire.sendall(json.dumps(message).encode() + b"\\0")
    reply = b""
    while not reply.endswith(b"\\0"):
        part = wire.recv(65536)
        if not part:
            raise OSError("cut off")
        reply += part
    return json.loads(reply[:-1])["parameters"]
def run(wire, command):
    return call(wire, "Run", request={"command": command, "texts": {}})["answer"]["code"]
def tell(*words):
    print(*words, flush=True)
"""
"""The beginning of a client that does as it likes."""


@contextmanager
def login(daemon: Boxmgmtd, name: str, number: int, program: str) -> Iterator["subprocess.Popen[str]"]:
    """A login whose shell is a hostile program."""
    with as_root(LOGIN, str(daemon.path), name, str(number), HOSTILE + program) as process:
        yield process


@contextmanager
def without_login(daemon: Boxmgmtd, number: int, program: str) -> Iterator["subprocess.Popen[str]"]:
    """A hostile program that runs as a user without any login."""
    with as_root(HOSTILE + program, str(daemon.path), uid=number) as process:
        yield process


@contextmanager
def as_root(program: str, *words: str, uid: int = 0) -> Iterator["subprocess.Popen[str]"]:
    """Python in a process of its own, as root unless another is named."""
    python, environment = for_all()
    with subprocess.Popen([python, "-c", program, *words], env=environment, stdout=subprocess.PIPE, text=True, cwd="/",
                          user=uid, group=uid, extra_groups=[]) as process:
        try:
            yield process
        finally:
            process.kill()


def next_line(process: "subprocess.Popen[str]") -> str:
    """What a client tells next, '' at its end."""
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")
