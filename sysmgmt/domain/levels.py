"""The security levels: what each asks of passwords, logins, sessions, certificates and the audit (R076-R091).

basic and high are those of the guide. stig and nist are stricter, each in its own way: where the two
disagree, as about composition and expiry, no level can satisfy both.
"""

from functools import lru_cache
from typing import NamedTuple

from sysmgmt.domain import bounds
from sysmgmt.domain.errors import LevelForbids, Refusal
from sysmgmt.domain.model import Cost, Settings
from sysmgmt.domain.model.policy import Policy

REMEMBERED = bounds.of(Policy, "history").most
"""So many passwords of an account are kept at every level, the current one among them."""


class Rules(NamedTuple):
    """What a level asks: lengths and counts in characters, times in the units of their names.

    `forces_change`: everybody must choose a new password when the level is raised to it, and every
    new user at the first login. `free_choice`: neither composition nor expiry may be asked for.
    `unlock_minutes` None: a lock by wrong passwords ends with unlock_user only; `most_failures` ends that
    way in any case. So many logins from one address may fail within 15 minutes (`origin_threshold`); None: any number.
    `longest_threshold` is the highest `lockout_threshold` that may be set.
    `rsa_until` is the end of RSA keys with less than 3072 bits. `strict_trust`: a server's own
    certificate is never accepted in the place of an authority, and revocation lists are required.
    `clear_text` and `legacy_tls`: may be used after a warning. `guarantee`: no change without its record.
    """

    min_length: int
    min_lower_case: int = 0
    min_upper_case: int = 0
    min_non_alphabetical: int = 0
    min_digits: int = 0
    min_special: int = 0
    history: int = 0
    max_age_days: int | None = None
    min_age_hours: int = 0
    changed_positions: int = 0
    refuses_common: bool = False
    forces_change: bool = False
    free_choice: bool = False
    lockout_threshold: int = 3
    longest_threshold: int = 3
    unlock_minutes: int | None = None
    most_failures: int | None = None
    origin_threshold: int | None = None
    idle_minutes: int = 30
    session_hours: int | None = None
    most_sessions: int = 100
    unused_days: int | None = None
    banner: bool = False
    acknowledged: bool = False
    least_rsa: int = 2048
    rsa_until: str = ""
    strict_trust: bool = False
    clear_text: bool = True
    legacy_tls: bool = True
    guarantee: bool = False
    hashing: Cost = Cost()


STRONG = Cost(passes=3, memory=65536, lanes=4)
DEAREST = Cost._make(bounds.of(Cost, one).most for one in Cost._fields)
"""What a hash or a key that comes from elsewhere may cost at most: it must not take the memory of the box."""
LEVELS = {
    "basic": Rules(min_length=5),
    "high": Rules(min_length=8, min_lower_case=2, min_upper_case=2, min_non_alphabetical=2, history=10,
                  max_age_days=90, min_age_hours=24, forces_change=True, hashing=STRONG),
    "stig": Rules(min_length=15, min_lower_case=1, min_upper_case=1, min_digits=1, min_special=1, history=10,
                  max_age_days=60, min_age_hours=24, changed_positions=8, refuses_common=True, forces_change=True,
                  origin_threshold=9, idle_minutes=10, session_hours=12, most_sessions=10, unused_days=35, banner=True,
                  acknowledged=True, least_rsa=3072, strict_trust=True, clear_text=False, legacy_tls=False,
                  guarantee=True, hashing=STRONG),
    "nist": Rules(min_length=15, history=1, refuses_common=True, forces_change=True, free_choice=True,
                  longest_threshold=10, unlock_minutes=15, most_failures=100, origin_threshold=9, idle_minutes=15,
                  session_hours=24, banner=True, rsa_until="2030-12-31", strict_trust=True, clear_text=False,
                  legacy_tls=False, guarantee=True, hashing=STRONG),
}
MEANINGS = (
    ("basic", f"passwords of at least {LEVELS['basic'].min_length} characters"),
    ("high", f"at least {LEVELS['high'].min_length} characters of several kinds, and new ones after "
             f"{LEVELS['high'].max_age_days} days"),
    ("stig", f"as DISA asks: at least {LEVELS['stig'].min_length} characters of all kinds, and much else"),
    ("nist", f"as NIST SP 800-63B asks: at least {LEVELS['nist'].min_length} characters, and much else"))
"""What the levels are, in one line each."""
ASK_LESS = {"basic": (), "high": ("basic",), "stig": ("basic", "high", "nist"), "nist": ("basic", "high")}
"""The levels that do without something that each of them asks."""
CLEAR_TEXT, SERVER_CERTIFICATES, LEGACY_TLS = "clear_text", "server_certificates", "legacy_tls"
"""What a level may forbid altogether: see `allows`."""
FORBIDDEN = {CLEAR_TEXT: "The security level forbids to send anything in clear text.",
             LEGACY_TLS: "The security level forbids TLS 1.0 and 1.1."}


def rules_of(settings: Settings) -> Rules:
    """The rules in force: those of the level, but for what was set apart from it."""
    return _rules(settings.level, settings.policy)


@lru_cache(8)  # each command asks for them
def _rules(level: str, policy: Policy) -> Rules:
    return LEVELS[level]._replace(**{name: value for name, value in policy._asdict().items() if value})


def is_affordable(cost: Cost) -> bool:
    """Whether argon2 takes a cost that comes from elsewhere, and the box is still there for others meanwhile."""
    within = all(type(one) is int and 0 < one <= most for one, most in zip(cost, DEAREST, strict=True))
    return within and cost.memory >= 8 * cost.lanes


def allows(settings: Settings, what: str) -> bool:
    """Whether the level leaves it to the administrator to use something insecure.

    `what` is CLEAR_TEXT (a connection without TLS), SERVER_CERTIFICATES (trusting a server's own
    certificate without an authority) or LEGACY_TLS.
    """
    rules = LEVELS[settings.level]
    return {CLEAR_TEXT: rules.clear_text, SERVER_CERTIFICATES: not rules.strict_trust,
            LEGACY_TLS: rules.legacy_tls}[what]


def unknowing(settings: Settings, what: str, refusal: Refusal, instead: str) -> Refusal:
    """What refuses something insecure to whoever has not said that this is known.

    The hint of `refusal` tells how that is said; where the level forbids it anyway, only what to use `instead` is.
    """
    return refusal if allows(settings, what) else LevelForbids(FORBIDDEN[what], instead)
