"""The file of a key: whoever reads it while another key takes its place has the old one or the new one."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from sysmgmt.store import files
from sysmgmt.store.keyfile import KeyFile

KEYS = (b"a" * 32, b"b" * 32)


@contextmanager
def changing(kept: KeyFile) -> Iterator[None]:
    """Another thread that writes both keys in turn."""
    over = threading.Event()

    def change() -> None:
        while not over.is_set():
            for each in KEYS:
                kept.write(each)

    writer = threading.Thread(target=change)
    writer.start()
    try:
        yield
    finally:
        over.set()
        writer.join()


def test_readers_never_see_the_overwritten_key(tmp_path: Path) -> None:
    kept = KeyFile(str(tmp_path))
    kept.write(KEYS[0])
    with changing(kept), ThreadPoolExecutor(32) as readers:  # so many that one waits between opening and reading
        assert set(readers.map(lambda _: kept.read(), range(20_000))) == set(KEYS)


@pytest.mark.parametrize("size", [0, 1, 1 << 16, 200_001])
def test_of_a_file_that_is_overwritten_nothing_is_left(tmp_path: Path, size: int) -> None:
    path = tmp_path / "secret"
    path.write_bytes(b"k" * size)
    descriptor = os.open(path, os.O_WRONLY)
    files.overwrite(descriptor)
    os.close(descriptor)
    assert path.read_bytes() == bytes(size)
