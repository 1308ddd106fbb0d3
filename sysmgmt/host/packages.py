"""Packages: what a wheel says of itself, and whether a key that is trusted has signed a file (R254).

Trusted are the keys in the keyring folder, as gpg --export writes them. Nobody puts one there through
the shells. gpgv looks at the very bytes that were read, in a folder of its own.
"""

import os
import stat
from collections.abc import Iterator

from sysmgmt.domain.errors import PackageRefused, ServiceRefused
from sysmgmt.domain.packages import Signature
from sysmgmt.host import programs
from sysmgmt.host.daemons import SYSTEMD

PROGRAM = "/usr/lib/boxmgmt/boxmgmtd"
GPGV = "/usr/bin/gpgv"
STATUS = "[GNUPG:] "
MOST_WORDS = 1 << 20
"""Bytes of what a wheel says of itself."""
_BAD = ("BADSIG", "ERRSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG", "NO_PUBKEY")


class Packages:
    """Packages that are believed for the keys in `keyring`."""

    def __init__(self, keyring: str, gpgv: str = GPGV) -> None:
        self._keyring = keyring
        self._gpgv = gpgv

    def signer(self, file: str, data: bytes, signature: bytes) -> Signature:
        """Who has signed `data`. Raises PackageRefused, ServiceRefused where there is no gpgv."""
        if not signature:
            raise PackageRefused(file=file, reason=f"it is not signed; {file}.asc or {file}.sig must lie beside it")
        keys = [word for path in self._keys() for word in ("--keyring", path)]
        if not keys:
            raise PackageRefused(file=file, reason=f"no key is trusted; {self._keyring} holds none")
        if not os.path.exists(self._gpgv):
            raise ServiceRefused(service="gpgv", words=f"{self._gpgv} is missing; install the package gpgv")
        import tempfile  # expensive, as are those below; a package is rare

        with tempfile.TemporaryDirectory(prefix="boxmgmt-") as folder:
            for name, content in (("data", data), ("signature", signature)):
                with open(os.path.join(folder, name), "xb") as written:
                    written.write(content)
            said = self._said(folder, keys)
        return _valid(file, said)

    def about(self, data: bytes) -> tuple[str, str]:
        """Name and version of a wheel; "" and "" for anything else."""
        from email.parser import BytesParser

        from sysmgmt.host import wheels

        try:
            found = wheels.files(data)
            words = found[wheels.the_one(found, ".dist-info/METADATA")]
        except ValueError:
            return "", ""
        told = BytesParser().parsebytes(words[:MOST_WORDS], headersonly=True)
        return str(told.get("Name", "")), str(told.get("Version", ""))

    def install(self, file: str, downgrade: bool) -> None:
        """Have systemd install a release, apart from this process. Raises ServiceRefused."""
        if not os.path.isdir(SYSTEMD):
            raise ServiceRefused("systemd, which installs releases, does not run here.", "Use boxmgmtd --update.")
        programs.run("The update", ("/usr/bin/systemd-run", "--quiet", "--collect", "--unit=boxmgmt-update", PROGRAM,
                                    "--update", file, *(["--downgrade"] if downgrade else [])))

    def _keys(self) -> Iterator[str]:
        """The files of keys that only their owner can have put there."""
        try:
            names = sorted(os.listdir(self._keyring))
        except OSError:
            return
        for path in (self._keyring, *(os.path.join(self._keyring, name) for name in names)):
            found = os.lstat(path)
            if found.st_uid not in (0, os.geteuid()) or found.st_mode & 0o022 or stat.S_ISLNK(found.st_mode):
                raise ServiceRefused(service="The keyring", words=f"others may write to {path}, or it is a link")
            if stat.S_ISREG(found.st_mode):
                yield path

    def _said(self, folder: str, keys: list[str]) -> list[str]:
        """What gpgv says for programs, whatever it ends with."""
        try:
            text = programs.run("gpgv", (
                self._gpgv, "--homedir", folder, "--status-fd", "1", "--weak-digest", "SHA1", *keys,
                os.path.join(folder, "signature"), os.path.join(folder, "data")))
        except ServiceRefused as refusal:
            return [str(refusal.facts["words"])]
        return [line.removeprefix(STATUS) for line in text.splitlines() if line.startswith(STATUS)]


def _valid(file: str, said: list[str]) -> Signature:
    """The one signature, which must be good in every way. Raises PackageRefused."""
    words = [line.split() for line in said]
    valid = [line for line in words if line[:1] == ["VALIDSIG"]]
    good = [line for line in words if line[:1] == ["GOODSIG"]]
    if len(valid) != 1 or len(good) != 1 or any(line[:1] and line[0] in _BAD for line in words):
        raise PackageRefused(file=file, reason="no key of the keyring has signed exactly this file")
    return Signature(valid[0][1], float(valid[0][3]))
