"""TLS: what the services of the box speak."""

from collections.abc import Mapping
from typing import Any

from sysmgmt.commands.words import CONFIRM_MINUTES, ConfirmMinutes, Legacy, TlsVersion
from sysmgmt.domain import tls
from sysmgmt.domain.permissions import Permission
from sysmgmt.engine import handshakes
from sysmgmt.engine.declaration import Act, Call, Change, command
from sysmgmt.engine.reading import Reading


def _of_minimum(reading: Reading, values: Mapping[str, Any]) -> str:
    if values["version"] in tls.LEGACY and not values["legacy"]:
        return ""  # it is refused
    told = tls.consequences(reading.state.settings.reach.tls_minimum, values["version"])
    return " ".join((*told, "Change the minimum?")) if told else ""


@command(needs=Permission.SECURITY, asks=_of_minimum)
def set_tls_minimum(call: Call, version: TlsVersion, legacy: Legacy = False,
                    confirm_minutes: ConfirmMinutes = CONFIRM_MINUTES) -> Change:
    """Change the lowest version of TLS that any service of the box speaks: 1.2 or 1.3.

    1.0 and 1.1 are insecure: they need legacy=yes, and every login is warned of them. The box speaks
    nothing below the minimum as a client either, and there never less than 1.2. What a change
    breaks is said before it is made, also with --dry-run. Unless it is confirmed with
    confirm_change from a new login within confirm_minutes (10 unless given; 0: final at once), the
    change is undone by itself, also after a crash or a restart of the box.
    """
    told = tls.consequences(call.state.settings.reach.tls_minimum, version)
    return Change(tls.set_minimum(call.state, version, legacy), {"tls_minimum": version}, told)


@command(needs=Permission.SECURITY)
def get_cipher_suites(call: Call) -> Act:
    """Ask every TLS listener of the box what it really accepts: versions and cipher suites, judged.

    Each version and suite is tried by a handshake, whatever the settings say, so that what somebody
    changed behind the back of the box is seen. A listener that must not answer, as its certificate
    is missing or not valid, tells why.
    """
    return Act(lambda: {"listeners": handshakes.judged(call.box, call.state)})
