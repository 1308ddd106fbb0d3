"""What a file of the machine held is written over."""

import os
from errno import ENOSPC
from pathlib import Path

import pytest

from sysmgmt.host import files

PIECE = 1 << 16


@pytest.mark.parametrize("size", [0, 1, PIECE, 200_001])
def test_of_a_file_that_is_erased_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    path, real, longest = tmp_path / "secret", os.write, 0

    def half(descriptor: int, data: bytes) -> int:
        nonlocal longest
        longest = max(longest, len(data))
        return real(descriptor, data[:(len(data) + 1) // 2])

    path.write_bytes(b"k" * size)
    descriptor = os.open(path, os.O_RDWR)
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", half)
        files.erase(descriptor)
    os.close(descriptor)
    assert path.read_bytes() == bytes(size) and longest <= PIECE


def test_a_disk_that_takes_nothing_ends_an_erasure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(descriptor: int, data: bytes) -> int:
        tries.append(len(data))
        assert len(tries) == 1, "it is tried for ever"
        return 0

    tries: list[int] = []
    path = tmp_path / "secret"
    path.write_bytes(b"k")
    with open(path, "r+b") as file, monkeypatch.context() as patch, pytest.raises(OSError) as problem:
        patch.setattr(os, "write", none)
        files.erase(file.fileno())
    assert problem.value.errno == ENOSPC
