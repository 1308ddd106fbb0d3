"""Releases of the product as wheels, made of this checkout without any tool."""

import base64
import configparser
import hashlib
import io
import zipfile
from collections.abc import Callable, Mapping

from tests.support.program import ROOT

Change = Callable[[str, bytes], bytes]


def as_it_is(name: str, content: bytes) -> bytes:
    """Changes nothing."""
    return content


def wheel(version: str, change: Change = as_it_is, more: Mapping[str, bytes] = {}) -> bytes:
    """A release of that version, each of whose files `change` may alter, with `more` files that its list names."""
    files = {str(path.relative_to(ROOT)): path.read_bytes() for top in ("sysmgmt", "boxmgmt")
             for path in (ROOT / top).rglob("*") if path.suffix in (".py", ".txt")}
    files["sysmgmt/__init__.py"] = files["sysmgmt/__init__.py"].replace(b"0.1.0", version.encode())
    information = f"boxmgmt-{version}.dist-info"
    files[f"{information}/METADATA"] = f"Metadata-Version: 2.1\nName: boxmgmt\nVersion: {version}\n".encode()
    files |= {f"boxmgmt-{version}.data/data/{name}": content for name, content in shared().items()} | dict(more)
    files = {name: change(name, content) for name, content in files.items()}
    return packed(files, information)


def shared() -> Mapping[str, bytes]:
    """The files beside the packages that setup.cfg names, by where they are installed."""
    read = configparser.ConfigParser()
    read.read(ROOT / "setup.cfg", encoding="utf-8")
    paths = [(folder, ROOT / one) for folder, text in read["options.data_files"].items() for one in text.split()]
    return {f"{folder}/{path.name}": path.read_bytes() for folder, path in paths}


def packed(files: Mapping[str, bytes], information: str) -> bytes:
    """A wheel of files, with their list."""
    lines = [f"{name},sha256={_digest(content)},{len(content)}" for name, content in files.items()]
    record = "\n".join([*lines, f"{information}/RECORD,,"]) + "\n"
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as one:
        for name, content in {**files, f"{information}/RECORD": record.encode()}.items():
            one.writestr(name, content)
    return written.getvalue()


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
