"""Ports of this machine: free ones, and who listens."""

import socket
from contextlib import ExitStack
from pathlib import Path


def free_ports(count: int, kind: int = socket.SOCK_STREAM) -> list[int]:
    """So many ports where nobody listens, at whatever address."""
    with ExitStack() as stack:
        found = [stack.enter_context(socket.socket(socket.AF_INET, kind)) for _ in range(count)]
        for one in found:
            one.bind(("", 0))
        return [int(one.getsockname()[1]) for one in found]


def free_port() -> int:
    """A port of TCP where nobody listens."""
    return free_ports(1)[0]


def free_udp_port() -> int:
    """A port of UDP where nobody listens."""
    return free_ports(1, socket.SOCK_DGRAM)[0]


def is_taken(port: int, protocol: str) -> bool:
    """Whether somebody listens at a port of IPv4."""
    return f":{port:04X} 00000000:0000 " in Path(f"/proc/net/{protocol}").read_text()
