"""What TLS the box speaks, as a server and as a client: its floor, and HSTS (R225-R232, A02-A05)."""

from sysmgmt.domain.errors import LegacyTls
from sysmgmt.domain.model import Reach, State

LEGACY, SECURE = ("1.0", "1.1"), ("1.2", "1.3")
VERSIONS = (*LEGACY, *SECURE)

LOST = {
    "1.1": "Clients that speak only TLS 1.0 will be refused",
    "1.2": "Clients that speak only TLS 1.0 or 1.1 will be refused, as of Windows before 8.1 and Java before 8",
    "1.3": "Clients that do not speak TLS 1.3 will be refused: browsers before 2019, Windows before 11 and Server "
           "2022, Java before 11, programs with OpenSSL before 1.1.1",
}
"""Who cannot connect any more, by the version that is asked for at least."""


def set_minimum(state: State, version: str, legacy: bool) -> State:
    """The state in which no TLS service of the box speaks less than `version`. Raises LegacyTls."""
    if version in LEGACY and not legacy:
        raise LegacyTls(version=version)
    reach = state.settings.reach._replace(tls_minimum=version)
    return state._replace(settings=state.settings._replace(reach=reach))


def consequences(old: str, new: str) -> tuple[str, ...]:
    """What a change of the minimum breaks or opens, a sentence each."""
    if VERSIONS.index(new) > VERSIONS.index(old):
        return (f"{LOST[new]}.",)
    if new in LEGACY and new != old:
        return (legacy_warning(new),)
    return ()


def legacy_warning(version: str) -> str:
    """What everybody who could end it is told while an insecure version is spoken."""
    return (f"TLS {version} is accepted, whose encryption can be broken; "
            "set_tls_minimum version=1.2 ends that.")


def warnings(reach: Reach) -> tuple[str, ...]:
    """What a login is told of the TLS settings."""
    return (legacy_warning(reach.tls_minimum),) if reach.tls_minimum in LEGACY else ()
