"""Whether the box has what a security level asks for, rule by rule, and what would bring it there.

The same rules keep it there: no command may leave a rule of the level unfulfilled that was fulfilled
before.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sysmgmt.domain import shortcomings, tls
from sysmgmt.domain.errors import LevelForbids, NotCompliant
from sysmgmt.domain.levels import LEVELS, Rules, rules_of
from sysmgmt.domain.model import Settings, State
from sysmgmt.domain.shortcomings import Shortcoming

VERDICTS = FAIL, PASS, NOT_APPLICABLE = "fail", "pass", "not_applicable"
"""In the order in which they are told."""
MOST_NAMED = 3
"""Commands that the message names, of all that would fix a box."""
STRENGTH = 3072
"""Bits of an RSA key that lasts as long as any other."""
_SETS = r" ([a-z_]+)=(\S+)$"
SAY_LITTLE = ("level", "version")
"""Parameters whose names alone say little of a rule."""
Limit = Callable[[Rules], Any]


class Rule(NamedTuple):
    """One rule: what a level asks (None: nothing), what the box has, and whether that is enough.

    `fix` is the command that fulfils it, from any level; where several things break the rule, it is made
    of the state and is about the first of them. `ids` are the requirements of the standards behind it.
    """

    name: str
    ids: str
    asked: Limit
    found: Callable[[State], Any]
    enough: Callable[[Any, Any], bool]
    fix: str | Callable[[State, Any], str]

    def verdict(self, state: State, rules: Rules) -> str:
        """Whether `state` fulfils it as a level with these rules asks for it."""
        asked = self.asked(rules)
        if asked is None:
            return NOT_APPLICABLE
        return PASS if self.enough(self.found(state), asked) else FAIL

    def wanted(self, level: str) -> tuple[str, str]:
        """The parameter that is about it, or where it has none the rule itself, and the value that a level asks for."""
        asked = self.asked(LEVELS[level])
        said = "yes" if asked is True else "none" if asked == [] else f"{BOUNDS.get(self.enough, '')}{asked}"
        found = re.search(_SETS, self.fix) if isinstance(self.fix, str) else None
        if found is None or found[1] in SAY_LITTLE:
            return self.name, said
        return found[1], said if found[2] == "{asked}" else found[2]

    def command(self, state: State, level: str) -> str:
        """The command that helps `state` where it fails this rule of a level."""
        asked = self.asked(LEVELS[level])
        return self.fix.format(asked=asked, level=level) if isinstance(self.fix, str) else self.fix(state, asked)


def _own(limit: Limit) -> Callable[[State], Any]:
    """What is in force of a rule."""
    return lambda state: limit(rules_of(state.settings))


def _at_least(found: Any, asked: Any) -> bool:
    return bool(found is not None and found >= asked)


def _at_most(found: Any, asked: Any) -> bool:
    return bool(found is not None and found <= asked)


def _equal(found: Any, asked: Any) -> bool:
    return bool(found == asked)


BOUNDS: dict[Callable[[Any, Any], bool], str] = {_at_least: "at least ", _at_most: "at most "}
"""What stands before what is asked, in a sentence."""


def _composition(rules: Rules) -> Any:
    """The least counts of lower case, upper case, non-alphabetical, digits, special characters; None: all zero."""
    counts = (rules.min_lower_case, rules.min_upper_case, rules.min_non_alphabetical, rules.min_digits,
              rules.min_special)
    return list(counts) if any(counts) or rules.free_choice else None


def _composed(found: Any, asked: Any) -> bool:
    found = found or [0] * len(asked)
    if not any(asked):
        return not any(found)
    return all(have >= need for have, need in zip(found, asked, strict=True))


def _age(rules: Rules) -> Any:
    return "never" if rules.free_choice else rules.max_age_days


def _old_enough(found: Any, asked: Any) -> bool:
    return found is None if asked == "never" else isinstance(found, int) and found <= asked


def _wanted(limit: Callable[[Rules], bool]) -> Limit:
    return lambda rules: True if limit(rules) else None


def _rsa(state: State) -> int | None:
    """The least bits of an RSA key that the box uses or trusts."""
    return min((bits for bits, _, _ in shortcomings.rsa_keys(state)), default=None)


def _of_short_key(state: State, asked: Any) -> str:
    return next(told.fix for bits, _, told in shortcomings.rsa_keys(state) if bits < asked)


def _short_keys_until(state: State) -> str | None:
    """The last day of a certificate whose RSA key has less than STRENGTH bits."""
    return max((shortcomings.last_day(one) for bits, one, _ in shortcomings.rsa_keys(state) if bits < STRENGTH),
               default=None)


def _of_lasting_key(state: State, asked: Any) -> str:
    return next(told.fix for bits, one, told in shortcomings.rsa_keys(state)
                if bits < STRENGTH and shortcomings.last_day(one) > asked)


def _what(found: Callable[[State], Iterator[Shortcoming]]) -> Callable[[State], list[str]]:
    return lambda state: [one.what for one in found(state)]


def _first(found: Callable[[State], Iterator[Shortcoming]]) -> Callable[[State, Any], str]:
    return lambda state, asked: next(found(state)).fix


RULES = (
    Rule("password_length", "SRG-APP-000164-NDM-000252; 800-63B-4 3.1.1.2", lambda rules: rules.min_length,
         _own(lambda rules: rules.min_length), _at_least, "set_password_policy min_length={asked}"),
    Rule("password_composition", "SRG-APP-000166..169-NDM; 800-63B-4 item 5", _composition, _own(_composition),
         _composed, "set_security_level level={level}"),
    Rule("password_max_age", "SRG-OS-000076-GPOS-00044; 800-63B-4 item 6", _age,
         _own(lambda rules: rules.max_age_days), _old_enough, "set_security_level level={level}"),
    Rule("password_min_age", "SRG-OS-000075-GPOS-00043", lambda rules: rules.min_age_hours or None,
         _own(lambda rules: rules.min_age_hours), _at_least, "set_password_policy min_age_hours={asked}"),
    Rule("password_history", "APSC-DV-001780", lambda rules: rules.history or None,
         _own(lambda rules: rules.history), _at_least, "set_password_policy history={asked}"),
    Rule("password_changed_positions", "SRG-APP-000170-NDM-000329", lambda rules: rules.changed_positions or None,
         _own(lambda rules: rules.changed_positions), _at_least, "set_password_policy changed_positions={asked}"),
    Rule("common_passwords_refused", "SRG-APP-000845-NDM; 800-63B-4 3.1.1.2",
         _wanted(lambda rules: rules.refuses_common), _own(lambda rules: rules.refuses_common), _equal,
         "set_password_policy common=refuse"),
    Rule("lockout_threshold", "SRG-APP-000065-NDM-000214; FIA_AFL.1.1", lambda rules: rules.longest_threshold,
         _own(lambda rules: rules.lockout_threshold), _at_most, "set_password_policy lockout_threshold={asked}"),
    Rule("unlock_minutes", "SRG-OS-000329-GPOS-00128; CIS: at least 15 minutes",
         lambda rules: rules.unlock_minutes or 0, _own(lambda rules: rules.unlock_minutes or 0),
         lambda found, asked: found >= asked if asked else not found, "set_security_level level={level}"),
    Rule("failures_in_a_row", "800-63B-4 3.2.2", lambda rules: rules.most_failures,
         _own(lambda rules: rules.most_failures or (None if rules.unlock_minutes else rules.lockout_threshold)),
         _at_most, "set_security_level level={level}"),
    Rule("origin_threshold", "ASVS 6.1.1; FIA_AFL.1", lambda rules: rules.origin_threshold,
         _own(lambda rules: rules.origin_threshold), _at_most, "set_password_policy origin_threshold={asked}"),
    Rule("idle_minutes", "SRG-APP-000190-NDM-000267; FTA_SSL.3", lambda rules: rules.idle_minutes,
         lambda state: -(-state.settings.idle_timeout // 60), _at_most, "set_session_policy idle_timeout={asked}"),
    Rule("session_hours", "ASVS 7.3.2; 800-63B-4 2.2.3", lambda rules: rules.session_hours,
         _own(lambda rules: rules.session_hours), _at_most, "set_session_policy session_hours={asked}"),
    Rule("sessions_per_user", "SRG-APP-000001-NDM-000200; SRG-OS-000027", lambda rules: rules.most_sessions,
         lambda state: state.settings.sessions_per_user, _at_most, "set_session_policy sessions_per_user={asked}"),
    Rule("unused_days", "SRG-OS-000118-GPOS-00060; APSC-DV-000320", lambda rules: rules.unused_days,
         _own(lambda rules: rules.unused_days), _at_most, "set_session_policy unused_days={asked}"),
    Rule("banner", "FTA_TAB.1; SRG-APP-000068-NDM", _wanted(lambda rules: rules.banner),
         lambda state: bool(state.settings.banner), _equal, "set_login_banner"),
    Rule("banner_acknowledged", "SRG-APP-000069-NDM", _wanted(lambda rules: rules.acknowledged),
         _own(lambda rules: rules.acknowledged), _equal, "set_session_policy acknowledge=yes"),
    Rule("tls_minimum", "ASVS 12.1.1", lambda rules: None if rules.legacy_tls else tls.SECURE[0],
         lambda state: state.settings.reach.tls_minimum, _at_least, "set_tls_minimum version={asked}"),
    Rule("rsa_bits", "FCS_CKM.1; ASVS 11.2.3", lambda rules: rules.least_rsa, _rsa,
         lambda found, asked: found is None or found >= asked, _of_short_key),
    Rule("rsa_2048_until", "SP 800-57", lambda rules: rules.rsa_until or None, _short_keys_until,
         lambda found, asked: found is None or found <= asked, _of_lasting_key),
    Rule("server_certificates_accepted", "FIA_X509_EXT.2.2", lambda rules: [] if rules.strict_trust else None,
         _what(shortcomings.servers), _equal, _first(shortcomings.servers)),
    Rule("revocation_required", "FIA_X509_EXT.1/Rev", _wanted(lambda rules: rules.strict_trust),
         _own(lambda rules: rules.strict_trust), _equal, "set_security_level level={level}"),
    Rule("clear_text", "SRG-APP-000172-NDM-000259; FTP_ITC.1", lambda rules: None if rules.clear_text else [],
         _what(shortcomings.clear_text), _equal, _first(shortcomings.clear_text)),
    Rule("audit_guarantee", "APSC-DV-001120; NAOT-AU-000003", _wanted(lambda rules: rules.guarantee),
         lambda state: state.settings.audit.guarantee, _equal, "set_audit_policy audit_guarantee=yes"),
)
"""All rules, in the order of the manual."""


def report(state: State, level: str) -> list[dict[str, Any]]:
    """Every rule of `level` with what the box has, the verdict, and the command that fixes it: the failing first."""
    found = []
    for rule in RULES:
        verdict = rule.verdict(state, LEVELS[level])
        fix = rule.command(state, level) if verdict == FAIL else None
        found.append({"rule": rule.name, "value": rule.found(state), "asked": rule.asked(LEVELS[level]),
                      "verdict": verdict, "fix": fix, "requirements": rule.ids})
    return sorted(found, key=lambda one: VERDICTS.index(one["verdict"]))


def shortfall(level: str, rules: Sequence[Mapping[str, Any]]) -> NotCompliant | None:
    """What the report on a level comes to where a rule fails, with the first commands that fix it."""
    failing = [one for one in rules if one["verdict"] == FAIL]
    fixes = list(dict.fromkeys(one["fix"] for one in failing))
    told = [*fixes[:MOST_NAMED], *([f"and {len(fixes) - MOST_NAMED} more"] if len(fixes) > MOST_NAMED else [])]
    return NotCompliant(level=level, count=len(failing), do="does" if len(failing) == 1 else "do",
                        fixes="; ".join(told)) if failing else None


def standards(state: State) -> dict[str, str]:
    """Of every rule the levels that the box satisfies and breaks by it, and the requirements behind it."""
    return {rule.name: f"{_standing(state, rule)} ({rule.ids})" for rule in RULES}


def _standing(state: State, rule: Rule) -> str:
    verdicts = {level: rule.verdict(state, rules) for level, rules in LEVELS.items()}
    told = {words: [level for level, verdict in verdicts.items() if verdict == wanted]
            for words, wanted in (("meets", PASS), ("breaks", FAIL))}
    return "; ".join(f"{words} {', '.join(levels)}" for words, levels in told.items() if levels)


def failing(state: State) -> list[Rule]:
    """The rules of the level in force that do not hold."""
    rules = LEVELS[state.settings.level]
    return [rule for rule in RULES if rule.verdict(state, rules) == FAIL]


def check(old: State, new: State) -> None:
    """Raise LevelForbids if a rule of the level held in `old` and does not in `new`.

    A change of the level itself shows what is left to do.
    """
    looked_at = ("settings", "identities", "trusted_certificates", "syslog", "snmp", "directories",
                 "upload_targets")
    if all(getattr(old, name) is getattr(new, name) for name in looked_at) or not old.installed:
        return
    if old.settings.level != new.settings.level:
        return
    broken = [rule for rule in failing(new) if rule not in failing(old)]
    if broken:
        raise _forbidden(broken[0], new.settings.level)


def check_settings(settings: Settings) -> None:
    """Raise LevelForbids for settings that no command would have left at their level."""
    broken = failing(State(settings=settings))
    if broken:
        raise _forbidden(broken[0], settings.level)


def _forbidden(rule: Rule, level: str) -> LevelForbids:
    """What says that a rule of a level would be broken, in the words in which values are given."""
    named, asked = rule.wanted(level)
    return LevelForbids(level=level, rule=named, asked=asked)


def left_to_do(state: State) -> tuple[str, ...]:
    """A sentence for each rule of the level that does not hold yet."""
    return tuple(f"The rule {one.name} of the level {state.settings.level} does not hold yet: "
                 f"see check_compliance." for one in failing(state))
