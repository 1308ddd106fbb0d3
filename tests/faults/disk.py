"""A real disk of its own, a small tmpfs: really full, or really read-only."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def small(path: str, size: str) -> Iterator[None]:
    """Mount `size` (such as `1m`) of disk at `path`. Needs root; with CI=true its lack is a failure."""
    os.makedirs(path, exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", path],
                          capture_output=True, text=True)
    if done.returncode:
        refuse = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        refuse(f"no small disk can be mounted: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", path], check=True)


def fill(path: str) -> str:
    """Fill the disk to the last block with one file; its name."""
    name = os.path.join(path, "ballast")
    descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for piece in (65536, 4096, 1):
        try:
            while True:
                os.write(descriptor, b"x" * piece)
        except OSError:
            continue
    os.close(descriptor)
    return name


def leave(path: str, room: int) -> None:
    """Make the disk at `path` so small that `room` bytes are free; it has one block at least."""
    found = os.statvfs(path)
    used = (found.f_blocks - found.f_bfree) * found.f_frsize
    _remount(path, f"size={max(used + room, found.f_frsize)}")


@contextmanager
def read_only(path: str) -> Iterator[None]:
    """Nothing can be written to the disk at `path` meanwhile."""
    _remount(path, "ro")
    try:
        yield
    finally:
        _remount(path, "rw")


def _remount(path: str, option: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{option}", path], check=True)
