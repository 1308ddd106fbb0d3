"""What each level asks for, beside the table of the standards that it is meant to be; the oracle is written out."""

import pytest

from sysmgmt.domain.compliance import RULES
from sysmgmt.domain.levels import DEAREST, LEVELS, Rules
from sysmgmt.domain.model import Cost

PLAIN = {
    "min_lower_case": 0, "min_upper_case": 0, "min_digits": 0, "min_special": 0, "min_non_alphabetical": 0,
    "history": 0, "max_age_days": None, "min_age_hours": 0, "changed_positions": 0, "refuses_common": False,
    "forces_change": False, "free_choice": False, "lockout_threshold": 3, "longest_threshold": 3,
    "unlock_minutes": None, "most_failures": None, "origin_threshold": None, "idle_minutes": 30,
    "session_hours": None, "most_sessions": 100, "unused_days": None, "banner": False, "acknowledged": False,
    "least_rsa": 2048, "rsa_until": "", "strict_trust": False, "clear_text": True, "legacy_tls": True,
    "guarantee": False}
STRICT = {"refuses_common": True, "forces_change": True, "banner": True, "strict_trust": True, "clear_text": False,
          "legacy_tls": False, "guarantee": True, "origin_threshold": 9, "hashing": Cost(3, 65536, 4)}
ASKED = {
    "basic": {"min_length": 5, "hashing": Cost()},
    "high": {"min_length": 8, "min_lower_case": 2, "min_upper_case": 2, "min_non_alphabetical": 2, "history": 10,
             "max_age_days": 90, "min_age_hours": 24, "forces_change": True, "hashing": Cost(3, 65536, 4)},
    "stig": {"min_length": 15, "min_lower_case": 1, "min_upper_case": 1, "min_digits": 1, "min_special": 1,
             "history": 10, "max_age_days": 60, "min_age_hours": 24, "changed_positions": 8, "idle_minutes": 10,
             "session_hours": 12, "most_sessions": 10, "unused_days": 35, "acknowledged": True, "least_rsa": 3072,
             **STRICT},
    "nist": {"min_length": 15, "history": 1, "free_choice": True, "longest_threshold": 10, "unlock_minutes": 15,
             "most_failures": 100, "idle_minutes": 15, "session_hours": 24, "rsa_until": "2030-12-31", **STRICT}}


@pytest.mark.parametrize("level", ASKED)
def test_a_level_asks_for_what_its_standard_does(level: str) -> None:
    assert LEVELS[level]._asdict() == PLAIN | ASKED[level]


def test_there_is_no_other_level_and_a_bound_for_every_hash() -> None:
    assert list(LEVELS) == list(ASKED) and set(Rules._fields) == {*PLAIN, "min_length", "hashing"}
    assert DEAREST == Cost(4, 131072, 4)


TOLD_ELSEWHERE = {"forces_change", "lockout_threshold", "hashing"}
"""What check_compliance has no rule for: what happens at the change of a level, the present value of
`longest_threshold`, and what costs the box time and no one else anything."""


@pytest.mark.parametrize("field", sorted({*Rules._fields} - TOLD_ELSEWHERE))
def test_check_compliance_asks_for_each_rule_of_the_levels(field: str) -> None:
    def asked(rules: Rules) -> list[object]:
        return [one.asked(rules) for one in RULES]
    others = {bool: lambda value: not value, int: lambda value: value + 1, str: lambda value: f"{value}9",
              type(None): lambda value: 5}
    changed = [(rules, rules._replace(**{field: others[type(old)](old)}))
               for rules in LEVELS.values() for old in [getattr(rules, field)]]
    assert any(asked(rules) != asked(new) for rules, new in changed)
