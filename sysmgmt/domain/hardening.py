"""Whether the box is hardened: the six steps of the guide's secure deployment (R250), and what belongs to them."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from sysmgmt.domain import expiry, lockout, partners, root_access, tls
from sysmgmt.domain.certificates import EXTERNAL, WEB
from sysmgmt.domain.model import Account, State
from sysmgmt.domain.times import iso

GOOD, ATTENTION, BAD, BY_HAND = VERDICTS = ("good", "attention", "bad", "by_hand")
"""`by_hand` is what no box can see of itself."""
IDLE_DAYS = 90
"""Days without a login after which a user may not be needed any more."""
LATE_DAYS = 7
"""Days within which whoever is given a password should have chosen another one."""
UNNEEDED = {
    "avahi-daemon", "rpcbind", "rpc.statd", "rpc.mountd", "cupsd", "cups-browsed", "in.telnetd", "telnetd", "inetd",
    "xinetd", "in.tftpd", "vsftpd", "proftpd", "pure-ftpd", "smbd", "nmbd", "named", "dnsmasq", "bluetoothd",
    "in.rshd", "in.rlogind", "ypserv", "ypbind", "apache2", "dockerd", "squid", "xrdp", "Xorg", "sliplogin"}
"""Programs that an appliance has no use for."""


DEPLOY = "boxmgmtd --deploy"
"""What helps first where the machine does not follow the state."""


class Seen(NamedTuple):
    """What was seen of the machine; `unexpected` None where that could not be seen.

    `governed`: it follows the state. `root_stays`: root may log in as before that.
    """

    daemons: Collection[str]
    forwards: bool
    filters: bool
    unexpected: Sequence[str] | None
    governed: bool = True
    root_stays: bool = True


class Check(NamedTuple):
    """One thing that was looked at: its step of the guide (0: none), the verdict, why, and the command that helps.

    `of_machine`: that command helps only where the machine follows the state.
    """

    name: str
    step: int
    verdict: str
    reason: str
    fix: str = ""
    of_machine: bool = False

    def facts(self) -> dict[str, Any]:
        """What is told of it."""
        return {"check": self.name, "step": self.step or None, "verdict": self.verdict, "reason": self.reason,
                "fix": self.fix or None}


def checks(state: State, seen: Seen, now: float) -> Iterator[Check]:
    """Everything that was looked at, in the order of the guide."""
    for one in _checks(state, seen, now):
        yield one._replace(fix=DEPLOY) if one.of_machine and one.fix and not seen.governed else one


def _checks(state: State, seen: Seen, now: float) -> Iterator[Check]:
    yield _password_security(state)
    yield from _users(state, now)
    yield from _certificates(state, now)
    yield _firewall(state, seen)
    yield from _network(seen)
    yield Check("physical_access", 5, BY_HAND, "Control the physical access to the vSphere client and ESXi hosts")
    yield Check("datastores", 6, BY_HAND, "Control the access to the datastores of journal and repository")
    yield _root(state, seen, now)
    yield _daemons(seen)
    yield from _settings(state)


def facts(found: Sequence[Check]) -> dict[str, Any]:
    """What get_hardening_status tells."""
    return {**{verdict: sum(one.verdict == verdict for one in found) for verdict in VERDICTS},
            "checks": [one.facts() for one in found]}


def _password_security(state: State) -> Check:
    high = state.settings.level != "basic"
    return Check("password_security", 1, GOOD if high else ATTENTION,
                 f"The security level is {state.settings.level}", "" if high else "set_security_level level=high")


def _users(state: State, now: float) -> Iterator[Check]:
    due = [one for one in state.accounts.values() if one.must_change_password and one.locked_by not in lockout.FINAL]
    late = [one.name for one in due if _is_given(one) and lockout.is_unused(one, now, LATE_DAYS)]
    yield Check("default_passwords", 2, ATTENTION if due else GOOD,
                f"To choose a new password at their next login: {', '.join(one.name for one in due)}"
                f"{_lateness(late)}" if due else
                "The box has no default passwords, and each user has chosen a password",
                f"lock_user name={late[0]}" if late else "")
    idle = [one.name for one in state.accounts.values() if lockout.is_unused(one, now, IDLE_DAYS)]
    yield Check("unneeded_users", 2, ATTENTION if idle else GOOD,
                f"Not logged in for {IDLE_DAYS} days: {', '.join(idle)}" if idle else
                f"Every user is new or has logged in within {IDLE_DAYS} days",
                f"remove_user name={idle[0]}" if idle else "")


def _is_given(one: Account) -> bool:
    """Whether somebody else has set the password, who may know it still."""
    return one.own_change_at != one.password_changed_at


def _lateness(late: Sequence[str]) -> str:
    return f"; for {LATE_DAYS} days nobody has used what was given to {', '.join(late)}" if late else ""


def _certificates(state: State, now: float) -> Iterator[Check]:
    web = state.identities.get(WEB[0])
    signed = web is not None and web.origin == EXTERNAL
    yield Check("web_certificate", 3, GOOD if signed else ATTENTION,
                "The web server shows a certificate that an authority has signed" if signed else
                "The web server shows no certificate that an authority has signed",
                "" if signed else "create_web_certificate_request")
    ending = list(expiry.expiring(state, now))
    yield Check("certificates", 3, BAD if ending else GOOD,
                " ".join(one.sentence for one in ending) or "No certificate ends soon",
                "get_certificates" if ending else "")


def _firewall(state: State, seen: Seen) -> Check:
    if seen.filters:
        return Check("firewall", 4, GOOD, "Everything that the box does not use is closed")
    wanted = state.settings.reach.firewall.enabled
    return Check("firewall", 4, BAD, "The rules of the firewall are not in force" if wanted else
                 "The firewall is off", "set_firewall mode=on", of_machine=True)


def _network(seen: Seen) -> Iterator[Check]:
    wrong = seen.unexpected
    if wrong is None:
        yield Check("listening_ports", 4, ATTENTION, "What listens could not be seen")
    else:
        yield Check("listening_ports", 4, BAD if wrong else GOOD,
                    f"What listens does not belong to the box: {', '.join(wrong)}" if wrong else
                    "Only what belongs to the box listens",
                    "set_firewall mode=on" if wrong and not seen.filters else "", of_machine=True)
    yield Check("ip_forwarding", 4, BAD if seen.forwards else GOOD,
                "The machine passes on what is meant for others: its owner sets net.ipv4.ip_forward and "
                "net.ipv6.conf.all.forwarding to 0" if seen.forwards else "The machine passes nothing on")


def _root(state: State, seen: Seen, now: float) -> Check:
    access = state.settings.root_access
    if root_access.is_open(access, now):
        return Check("root_access", 0, BAD, f"Root may log in until {iso(access.until)}", "disable_root_access",
                     of_machine=True)
    if access.changed_at is None and seen.root_stays:
        return Check("root_access", 0, ATTENTION, "Root may log in as before the deployment, until a user with the "
                     "permission security has come in over SSH" if seen.governed else
                     "Nobody has decided yet whether root may log in", "disable_root_access", of_machine=True)
    return Check("root_access", 0, GOOD, "Root is shut out")


def _daemons(seen: Seen) -> Check:
    found = sorted(UNNEEDED.intersection(seen.daemons))
    return Check("unneeded_daemons", 0, BAD if found else GOOD,
                 f"They run and are not needed: {', '.join(found)}; the owner of the machine removes them" if found else
                 "No program runs that is known not to be needed")


def _settings(state: State) -> Iterator[Check]:
    settings = state.settings
    legacy = settings.reach.tls_minimum in tls.LEGACY
    yield Check("tls_minimum", 0, BAD if legacy else GOOD, f"TLS {settings.reach.tls_minimum} and newer is accepted",
                "set_tls_minimum version=1.2" if legacy else "")
    level = settings.communication.level
    yield Check("communication_security", 0, BAD if level == partners.NONE else GOOD,
                f"Communication with partners is {level}",
                f"set_communication_security level={partners.AUTHENTICATED}" if level == partners.NONE else "")
    yield Check("login_banner", 0, GOOD if settings.banner else ATTENTION,
                "A banner is shown before a login" if settings.banner else "No banner is shown before a login",
                "" if settings.banner else "set_login_banner")
