"""What TLS the box speaks, as a server and as a client: its floor, and HSTS (R225-R232, A02-A05)."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sysmgmt.domain.errors import LegacyTls
from sysmgmt.domain.levels import LEGACY_TLS, unknowing
from sysmgmt.domain.model import Reach, State

LEGACY, SECURE = ("1.0", "1.1"), ("1.2", "1.3")
VERSIONS = (*LEGACY, *SECURE)

LOST = {
    "1.1": "Clients that speak only TLS 1.0 will be refused",
    "1.2": "Clients that speak only TLS 1.0 or 1.1 will be refused, as of Windows before 8.1 and Java before 8",
    "1.3": "Clients that do not speak TLS 1.3 will be refused: browsers before 2019, Windows before 11 and Server "
           "2022, Java before 11, programs with OpenSSL before 1.1.1; the box will refuse servers that do not",
}
"""Who cannot connect any more, by the version that is asked for at least."""


WEB_SERVER, PARTNERS = "web server", "partners"
"""Names of listeners."""


class Listener(NamedTuple):
    """Where a service of the box listens; `shut` is why it must not now (A07, A11), `plain` that it speaks no TLS."""

    name: str
    address: str
    port: int
    shut: str = ""
    plain: bool = False


GOOD, WEAK, INSECURE = "good", "weak", "insecure"
BROKEN = ("NULL", "EXP", "RC4", "RC2", "DES", "IDEA", "SEED", "MD5", "ADH", "AECDH")
"""What makes a suite insecure: no or broken encryption, or nobody knows with whom."""
AUTHENTICATED = ("GCM", "POLY1305", "CCM")


def judgement(version: str, suite: str) -> str:
    """What a suite is worth; good is forward secrecy with authenticated encryption (A04, A14)."""
    if version.removeprefix("TLS ") not in SECURE or any(part in suite for part in BROKEN):
        return INSECURE
    fresh = suite.startswith(("TLS_", "ECDHE-", "DHE-"))
    return GOOD if fresh and any(part in suite for part in AUTHENTICATED) else WEAK


def judged(one: Listener, accepted: Mapping[str, Sequence[str]] | None, minimum: str) -> dict[str, Any]:
    """What a listener accepts, judged; `below_minimum` are versions that it should not speak."""
    wanted = VERSIONS[VERSIONS.index(minimum):]
    versions = [{"version": version, **_by_judgement(version, suites)} for version, suites in (accepted or {}).items()]
    worst = [what for what in (INSECURE, WEAK, GOOD) if any(version[what] for version in versions)]
    return {"listener": one.name, "address": f"{one.address}:{one.port}", "answers": accepted is not None,
            "shut": one.shut or None, "judgement": worst[0] if worst else None,
            "below_minimum": [version for version in accepted or {} if version.removeprefix("TLS ") not in wanted],
            "versions": versions}


def _by_judgement(version: str, suites: Sequence[str]) -> dict[str, list[str]]:
    return {what: [one for one in suites if judgement(version, one) == what] for what in (GOOD, WEAK, INSECURE)}


def set_minimum(state: State, version: str, legacy: bool) -> State:
    """The state in which no TLS service of the box speaks less than `version`. Raises LegacyTls, LevelForbids."""
    if version in LEGACY and not legacy:
        raise unknowing(state.settings, LEGACY_TLS, LegacyTls(version=version), "Use version=1.2 or version=1.3.")
    reach = state.settings.reach._replace(tls_minimum=version)
    return state._replace(settings=state.settings._replace(reach=reach))


def floor(reach: Reach) -> str:
    """The lowest version that is spoken with servers and partners: legacy is for clients of the box alone."""
    return reach.tls_minimum if reach.tls_minimum in SECURE else SECURE[0]


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
