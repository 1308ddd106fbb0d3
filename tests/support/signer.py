"""Somebody who signs with OpenPGP."""

import shutil
import subprocess
from pathlib import Path


class Signer:
    """Somebody with an OpenPGP key."""

    def __init__(self, folder: Path, name: str, *options: str) -> None:
        self._gpg = ("gpg", "--homedir", str(folder), "--batch", "--quiet", "--passphrase", "", *options)
        folder.mkdir(mode=0o700)
        self.folder = folder
        self._run("--quick-generate-key", f"{name} <{name}@example.com>", "ed25519", "sign", "never")

    def _run(self, *words: str, given: bytes = b"") -> bytes:
        return subprocess.run((*self._gpg, *words), input=given, capture_output=True, check=True, timeout=60).stdout

    def key(self) -> bytes:
        """The public key."""
        return self._run("--export")

    def fingerprint(self) -> str:
        """Of the key."""
        said = self._run("--with-colons", "--list-keys").decode()
        return next(line.split(":")[9] for line in said.splitlines() if line.startswith("fpr"))

    def sign(self, data: bytes, *options: str) -> bytes:
        """A detached signature."""
        return self._run("--detach-sign", *options, given=data)

    def close(self) -> None:
        """End the agent that gpg has started, and forget the key."""
        subprocess.run(("gpgconf", "--homedir", str(self.folder), "--kill", "all"), check=False, timeout=60)
        shutil.rmtree(self.folder, ignore_errors=True)
