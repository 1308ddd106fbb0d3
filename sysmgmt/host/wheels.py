"""Wheels: archives that somebody else has made."""

import io
import lzma
import zipfile
import zlib

MOST = 64 << 20
"""Bytes of all files of one, unpacked."""


def files(data: bytes) -> dict[str, bytes]:
    """What a wheel holds, by name. Raises ValueError for what is none, is damaged or holds more than MOST."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as wheel:
            if sum(one.file_size for one in wheel.infolist()) > MOST:
                raise ValueError("it is too large")
            return {name: wheel.read(name) for name in wheel.namelist() if not name.endswith("/")}
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError,
            RuntimeError) as problem:
        raise ValueError("it is no archive that can be read") from problem


def the_one(found: dict[str, bytes], ending: str) -> str:
    """The name of the one file of a wheel that ends like that. Raises ValueError."""
    names = [name for name in found if name.endswith(ending)]
    if len(names) != 1:
        raise ValueError(f"it has {len(names)} files {ending}")
    return names[0]
