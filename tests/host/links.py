"""Links to a directory, as the box makes them."""

import time
from contextlib import AbstractContextManager

from sysmgmt.domain.directory import DirectorySettings
from sysmgmt.domain.ldap import Access
from sysmgmt.domain.truststore import Trust
from sysmgmt.host.directory import LdapDirectory, LdapLink
from sysmgmt.vault import bundles, x509
from tests.support import slapd
from tests.support.slapd import BASE, SERVICE, SERVICE_PASSWORD


def access(port: int, protocol: str = "ldaps", password: str = SERVICE_PASSWORD, server: str = "localhost",
           **more: object) -> Access:
    """How the directory is reached."""
    settings = DirectorySettings("ldap", server, port, protocol, BASE, SERVICE, search_time_limit=2)
    trust = Trust(bundles.read_certificates(slapd.ROOT.pem)[:1], frozenset(), (), time.time())
    return Access(server, settings._replace(**more), password, trust)  # type: ignore[arg-type]


def opened(how: Access, steps: list[str] | None = None) -> AbstractContextManager[LdapLink]:
    """A link."""
    return LdapDirectory(x509.client).open(how, ([] if steps is None else steps).append)
