"""The installed files of the product: are they as they were installed? (FPT_TST.1)

A deployment writes down what it deploys; without one the wheel says what it installed. A checkout knows
neither. It tells of accidents and of what was copied over: who is root could change the list, too.
"""

import base64
import json
import os
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sysmgmt.host import files

MANIFEST = "/var/lib/boxmgmt-deploy/manifest.json"
OURS = ("sysmgmt", "boxmgmt")
DISTRIBUTION = "boxmgmt"
PACKAGES = ("cmd2", "prompt_toolkit", "argon2-cffi", "cryptography", "tinydb")


class Installed(NamedTuple):
    """The product in the folder `package`; `manifest` is what a deployment has written down."""

    package: str
    manifest: str = MANIFEST

    def source(self) -> str:
        """What the files are compared with: deployment, wheel, or nothing."""
        if self._deployed():
            return "deployment"
        return "wheel" if self._recorded() else "nothing"

    def altered(self) -> list[str]:
        """The files that are not as they were installed, missing, or that nobody has installed. Raises OSError."""
        wanted = self._deployed() or self._recorded()
        found = digests(self.package) if wanted else {}
        return sorted(name for name in {*wanted, *found} if wanted.get(name) != found.get(name))

    def _deployed(self) -> dict[str, str]:
        """What the deployment of this very folder has written down; nothing where there is none."""
        try:
            found = files.read(self.manifest)
            said = json.loads(found.content) if found else {}
            return dict(said["files"]) if said.get("package") == self.package else {}
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return {}

    def _recorded(self) -> dict[str, str]:
        """What the wheel says that it has installed."""
        from importlib import metadata  # expensive, as are those below; a self-test is rare

        try:
            listed = metadata.Distribution.at(_information(self.package)).files or []
        except (OSError, LookupError):
            return {}
        return {str(one): base64.urlsafe_b64decode(one.hash.value + "==").hex() for one in listed
                if one.hash and one.hash.mode == "sha256" and _is_ours(str(one))}


def _information(package: str) -> str:
    """The folder in which the wheel has said what it installed. Raises LookupError, OSError."""
    for name in os.listdir(package):
        if name.startswith(f"{DISTRIBUTION}-") and name.endswith(".dist-info"):
            return os.path.join(package, name)
    raise LookupError


def _is_ours(path: str) -> bool:
    return path.split("/")[0] in OURS and path.endswith(".py")


def digests(package: str) -> dict[str, str]:
    """The SHA-256 of every file of the product in a folder. Raises OSError."""
    import hashlib

    found = {}
    for path in _paths(package):
        with open(path, "rb") as file:
            found[os.path.relpath(path, package)] = hashlib.sha256(file.read()).hexdigest()
    return found


def _paths(package: str) -> Iterator[str]:
    for top in OURS:
        for folder, _, names in os.walk(os.path.join(package, top)):
            yield from (os.path.join(folder, name) for name in names if name.endswith(".py"))


def manifest(package: str) -> bytes:
    """What a deployment of `package` writes down. Raises OSError."""
    return json.dumps({"package": package, "files": digests(package)}, indent=1, sort_keys=True).encode() + b"\n"


def versions() -> Mapping[str, str | None]:
    """The versions of what the product stands upon."""
    import platform
    import ssl

    return {"python": platform.python_version(), "openssl": ssl.OPENSSL_VERSION,
            **{name.replace("-", "_"): _version(name) for name in PACKAGES}}


def _version(name: str) -> str | None:
    from importlib import metadata

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
