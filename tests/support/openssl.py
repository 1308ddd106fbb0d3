"""Certificates made by openssl, as somebody outside the box would."""

import subprocess
from pathlib import Path
from typing import NamedTuple

EXTENSIONS = {"ca": "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n",
              "server": "basicConstraints=CA:FALSE\nsubjectAltName=DNS:localhost,IP:127.0.0.1\n"}

EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
"""A key that is made quickly."""


def openssl(*words: str, given: bytes = b"", folder: Path | None = None) -> bytes:
    """Run openssl, which must succeed; what it prints."""
    done = subprocess.run(["openssl", *words], input=given, capture_output=True, cwd=folder, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def revocation_list(folder: Path, authority: str, revoked: str = "", digest: str = "sha256") -> str:
    """A revocation list of `authority`, which names the certificate `revoked`; both are files without their ends."""
    (folder / "index").write_text("")
    (folder / "ca.conf").write_text("[ca]\ndefault_ca=d\n[d]\ndatabase=index\n")
    ca = ("-config", "ca.conf", "-md", digest, "-cert", f"{authority}.pem", "-keyfile", f"{authority}.key")
    if revoked:
        openssl("ca", *ca, "-revoke", f"{revoked}.pem", folder=folder)
    return openssl("ca", *ca, "-gencrl", "-crldays", "30", folder=folder).decode()


class Authority(NamedTuple):
    """A certificate authority of its own in a folder: ca.pem, ca.key."""

    folder: Path

    def begin(self) -> "Authority":
        """Make its key and its certificate."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / "ca.ext").write_text(EXTENSIONS["ca"])
        openssl("req", "-new", *EC, "-nodes", "-keyout", "ca.key", "-out", "ca.csr",
                "-subj", "/CN=Outside CA", folder=self.folder)
        openssl("x509", "-req", "-in", "ca.csr", "-signkey", "ca.key", "-sha256", "-days", "3650", "-extfile", "ca.ext",
                "-out", "ca.pem", folder=self.folder)
        return self

    def sign(self, request: str, days: int = 30) -> str:
        """The certificate that answers a request."""
        (self.folder / "server.ext").write_text(EXTENSIONS["server"])
        (self.folder / "server.csr").write_text(request)
        return openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                       "-sha256", "-days", str(days), "-extfile", "server.ext", folder=self.folder).decode()

    def issue(self, name: str = "localhost", key: tuple[str, ...] = EC, days: int = 30) -> tuple[str, str]:
        """A certificate for a new key, and the key."""
        request = openssl("req", "-new", *key, "-nodes", "-keyout", "new.key", "-subj", f"/CN={name}",
                          folder=self.folder).decode()
        return self.sign(request, days), (self.folder / "new.key").read_text()

    @property
    def certificate(self) -> str:
        """Its own certificate."""
        return (self.folder / "ca.pem").read_text()
