"""What is brought in from outside: certificates, keys, revocation lists, packages."""

from contextlib import suppress

from sysmgmt.domain import packages as versions
from sysmgmt.domain import ssh_keys
from sysmgmt.domain.errors import InvalidValue, KeyMismatch, PackageRefused
from sysmgmt.host.packages import Packages
from sysmgmt.service.deployment import releases
from sysmgmt.vault import bundles, keys, revocations

PASSWORD = "secret"
"""The password of every seed that has one."""


def certificates(data: bytes) -> None:
    """Certificates in PEM or DER, and lists of revoked ones, are read or refused; what was read is read again."""
    with suppress(InvalidValue):
        for one in bundles.read_certificates(data.decode("utf-8", "replace")):
            assert bundles.read_certificates(one.pem) == (one,)
    with suppress(InvalidValue, KeyMismatch):
        bundles.open_bundle(data)
    with suppress(InvalidValue):
        revocations.read(data)


def pkcs12(data: bytes) -> None:
    """A bundle under a password is opened or refused; its key is the one of its first certificate."""
    with suppress(InvalidValue, KeyMismatch):
        found = bundles.open_bundle(data, PASSWORD)
        assert not found.key or bundles.fits(found.certificates[0], found.key)


def private_keys(data: bytes) -> None:
    """A private key, encrypted or not, is read or refused; what was read is written and read again."""
    for password in ("", PASSWORD):
        with suppress(InvalidValue):
            written = keys.written(keys.read(data, password))
            assert keys.written(keys.read(written.encode())) == written


def public_keys(data: bytes) -> None:
    """A key of SSH is read or refused, and one that was read has a fingerprint and is one line."""
    with suppress(InvalidValue):
        line, _ = ssh_keys.read(data.decode("utf-8", "surrogateescape"))
        assert ssh_keys.fingerprint(line).startswith("SHA256:") and len(line.splitlines()) == 1


def package(data: bytes) -> None:
    """What a package says of itself is read, and what it holds is what it lists or is refused."""
    name, version = Packages("/nonexistent").about(data)
    with suppress(InvalidValue):
        versions.is_newer(version, "1.0")
    with suppress(PackageRefused):
        releases.contents(name, data)
