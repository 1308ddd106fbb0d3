"""Network namespaces of a test's own: a box, a router, and a neighbour behind it."""

import ctypes
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")
OWN, GATEWAY, NEIGHBOUR = "192.0.2.1", "192.0.2.2", "198.51.100.2"
OWN6, GATEWAY6, NEIGHBOUR6 = "2001:db8:1::1", "2001:db8:1::2", "2001:db8:2::2"
SILENT = "198.51.100.3"
"""An address of the neighbour at which everything is dropped."""
NARROW = 1300
"""Bytes that a packet may have between the router and the neighbour."""
_NETWORK = 0x40000000
"""The kind of a namespace, for setns(2)."""


class Joined(NamedTuple):
    """The names of the three namespaces."""

    box: str
    router: str
    neighbour: str


def run(*arguments: str, given: str = "") -> None:
    """Run a program of the machine, which must succeed."""
    done = subprocess.run(arguments, input=given, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, (arguments, done.stderr)


def within(namespace: str, act: Callable[[], T]) -> T:
    """Do something in a thread that lives in a namespace; the programs and threads that it starts live there too."""
    found: list[T] = []
    problems: list[BaseException] = []

    def enter() -> None:
        try:
            with open(f"/run/netns/{namespace}", "rb") as file:
                if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), _NETWORK):
                    raise OSError(ctypes.get_errno(), "setns")
            found.append(act())
        except BaseException as problem:  # raised again where the test sees it
            problems.append(problem)
    thread = threading.Thread(target=enter)
    thread.start()
    thread.join(120)
    for problem in problems:
        raise problem
    return found[0]


@contextmanager
def joined() -> Iterator[Joined]:
    """A box and a neighbour, joined over a router by veth pairs; the way behind the router is narrow."""
    names = Joined(*(f"bm-{one}-{os.getpid()}" for one in Joined._fields))
    try:
        for one in names:
            run("ip", "netns", "add", one)
            within(one, _prepare)
        _tie((names.box, "eth0"), (names.router, "near"))
        _tie((names.router, "away"), (names.neighbour, "eth0"), "mtu", str(NARROW))
        for name, lines in zip(names, (BOX, ROUTER, FAR), strict=True):
            run("ip", "-n", name, "-batch", "-", given=lines)
        within(names.router, _forward)
        yield names
    finally:
        for one in names:
            subprocess.run(["ip", "netns", "delete", one], capture_output=True, timeout=30, check=False)


def _tie(one: tuple[str, str], other: tuple[str, str], *options: str) -> None:
    run("ip", "-n", one[0], "link", "add", one[1], *options, "type", "veth",
        "peer", "name", other[1], *options, "netns", other[0])


def _prepare() -> None:
    """Errors are told to whoever causes them, however many; addresses can be used at once."""
    _set("0", "ipv4/icmp_ratelimit", "ipv6/icmp/ratelimit", "ipv6/conf/default/accept_dad")


def _forward() -> None:
    _set("1", "ipv4/ip_forward", "ipv6/conf/all/forwarding")


def _set(value: str, *names: str) -> None:
    for name in names:
        with open(f"/proc/sys/net/{name}", "w", encoding="ascii") as file:
            file.write(value)


BOX = f"""link set lo up
link set eth0 up
address add {OWN}/24 dev eth0
address add {OWN6}/64 dev eth0 nodad
route add default via {GATEWAY}
route add default via {GATEWAY6}
"""
ROUTER = f"""link set lo up
link set near up
link set away up
address add {GATEWAY}/24 dev near
address add {GATEWAY6}/64 dev near nodad
address add 198.51.100.1/24 dev away
address add 2001:db8:2::1/64 dev away nodad
"""
FAR = f"""link set lo up
link set eth0 up
address add {NEIGHBOUR}/24 dev eth0
address add {SILENT}/24 dev eth0
address add {NEIGHBOUR6}/64 dev eth0 nodad
route add default via 198.51.100.1
route add default via 2001:db8:2::1
"""


def listener(address: str, port: int, kind: int = socket.SOCK_STREAM) -> socket.socket:
    """A socket that listens, in the namespace of whoever calls."""
    one = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.bind((address, port))
    if kind == socket.SOCK_STREAM:
        one.listen()
    return one


def answering(one: socket.socket, answer: Callable[[bytes], bytes]) -> threading.Thread:
    """A thread that answers the datagrams that reach a socket, until that is closed."""
    def serve() -> None:
        with suppress(OSError):  # closed, or by now something else of that number
            while True:
                said, who = one.recvfrom(4096)
                if said:
                    one.sendto(answer(said), who)
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return thread


def of(name: str, facts: Any) -> dict[str, Any]:
    """The records of a list in facts, by their first field."""
    return {next(iter(one.values())): one for one in facts[name]}
