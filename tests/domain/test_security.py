"""What a security level changes, and what must hold whatever happens, as values."""

import pytest

from sysmgmt.domain import security
from sysmgmt.domain.errors import LastSecurityUser
from sysmgmt.domain.levels import (
    CLEAR_TEXT, DEAREST, LEGACY_TLS, LEVELS, SERVER_CERTIFICATES, Rules, allows, is_affordable, rules_of)
from sysmgmt.domain.model import LDAP_USER, Account, Cost, Reach, Role, Settings
from sysmgmt.domain.model.audit_policy import AuditPolicy
from sysmgmt.domain.model.policy import Displaced, Policy
from tests.domain.states import state_of

ADMIN, BOB = Account("admin", "administrator"), Account("bob", "monitor")
ANNA = Account("anna", "administrator", LDAP_USER)


STRONG = Cost(3, 65536, 4)


@pytest.mark.parametrize("cost, affordable", [
    (DEAREST, True), (STRONG, True), (Cost(1, 8, 1), True), (Cost(1, 32, 4), True), (Cost(1, 31, 4), False),
    (DEAREST._replace(passes=5), False), (DEAREST._replace(memory=DEAREST.memory + 1), False),
    (DEAREST._replace(lanes=5), False), (Cost(0), False), (Cost(1, 0, 0), False), (Cost(1, 8, -1), False),
    (Cost(True), False), (Cost(1.5), False), (Cost(1, "9" * 9), False)])  # type: ignore[arg-type]
def test_a_cost_from_elsewhere_is_one_that_argon2_takes_and_the_box_can_bear(cost: Cost, affordable: bool) -> None:
    assert is_affordable(cost) is affordable


def test_each_level_asks_for_what_its_standard_says() -> None:
    """The guide has basic and high; stig and nist are stricter in their own ways."""
    assert LEVELS == {
        "basic": Rules(5),
        "high": Rules(8, 2, 2, 2, history=10, max_age_days=90, min_age_hours=24, forces_change=True, hashing=STRONG),
        "stig": Rules(15, 1, 1, 0, 1, 1, 10, 60, 24, 8, True, True, False, 3, 3, None, None, 9, 10, 12, 10, 35, True,
                      True, 3072, "", True, False, False, True, STRONG),
        "nist": Rules(15, 0, 0, 0, 0, 0, 1, None, 0, 0, True, True, True, 3, 10, 15, 100, 9, 15, 24, 100, None, True,
                      False, 2048, "2030-12-31", True, False, False, True, STRONG)}
    assert Rules(5) == (5, 0, 0, 0, 0, 0, 0, None, 0, 0, False, False, False, 3, 3, None, None, None, 30, None, 100,
                        None, False, False, 2048, "", False, True, True, False, Cost(2, 19456, 1))


def test_what_was_set_apart_goes_before_the_level() -> None:
    assert rules_of(Settings(level="high")) == LEVELS["high"]
    apart = Settings(level="high", policy=Policy(min_length=12, unlock_minutes=5))
    assert rules_of(apart) == LEVELS["high"]._replace(min_length=12, unlock_minutes=5)


@pytest.mark.parametrize("level, allowed", [("basic", True), ("high", True), ("stig", False), ("nist", False)])
def test_the_strict_levels_allow_nothing_insecure(level: str, allowed: bool) -> None:
    assert [allows(Settings(level=level), what) for what in (CLEAR_TEXT, SERVER_CERTIFICATES, LEGACY_TLS)] == (
        [allowed] * 3)


def test_the_same_level_changes_nothing() -> None:
    state = state_of(ADMIN, settings=Settings(policy=Policy(min_length=9)))
    assert security.set_level(state, "basic") is state


def test_a_stricter_level_makes_local_users_choose_a_new_password() -> None:
    before = state_of(ADMIN, BOB, ANNA, settings=Settings(policy=Policy(min_length=9)))
    after = security.set_level(before, "high")
    assert [one.must_change_password for one in after.accounts.values()] == [True, False, True]
    assert after.settings.level == "high" and after.settings.policy == Policy() and after.settings.hashing == STRONG
    assert security.due(before, 0.0) == [] and security.due(after, 0.0) == ["admin", "bob"]
    assert security.due(security.set_level(after, "basic"), 0.0) == ["admin", "bob"], "they still have to"


def test_a_return_to_basic_makes_nobody_choose_a_password() -> None:
    high = state_of(ADMIN, settings=Settings(level="high"))
    basic = security.set_level(high, "basic")
    assert basic.accounts == high.accounts and basic.settings.level == "basic"
    assert security.due(basic, 0.0) == []


def test_settings_come_down_to_what_a_level_allows() -> None:
    loose = Settings(idle_timeout=1800, sessions_per_user=100, banner="Ours",
                     reach=Reach()._replace(tls_minimum="1.0"), audit=AuditPolicy(guarantee=False))
    strict = security.fitted(loose, LEVELS["stig"])
    assert (strict.idle_timeout, strict.sessions_per_user, strict.banner) == (600, 10, "Ours")
    assert strict.reach.tls_minimum == "1.2" and strict.audit.guarantee
    assert strict == loose._replace(idle_timeout=600, sessions_per_user=10, hashing=STRONG, audit=AuditPolicy(),
                                    displaced=Displaced(1800, 100, None, False),
                                    reach=loose.reach._replace(tls_minimum="1.2"))
    assert security.fitted(loose, LEVELS["basic"]) == loose._replace(hashing=Cost())
    small = Settings(idle_timeout=60, sessions_per_user=1)
    fitted = security.fitted(small, LEVELS["stig"])
    assert (fitted.idle_timeout, fitted.sessions_per_user) == (60, 1), "what is stricter stays"


@pytest.mark.parametrize("version, level, after", [
    ("1.0", "basic", "1.0"), ("1.1", "nist", "1.2"), ("1.2", "nist", "1.2"), ("1.3", "nist", "1.3")])
def test_old_versions_of_tls_go_where_the_level_forbids_them(version: str, level: str, after: str) -> None:
    settings = Settings(reach=Reach()._replace(tls_minimum=version))
    assert security.fitted(settings, LEVELS[level]).reach.tls_minimum == after


def test_a_banner_is_there_where_the_level_asks_for_one() -> None:
    assert security.fitted(Settings(), LEVELS["nist"]).banner == security.BANNER
    assert security.fitted(Settings(), LEVELS["high"]).banner == ""


def test_what_a_level_has_set_by_itself_goes_with_it() -> None:
    loose = Settings(idle_timeout=1200, sessions_per_user=100, audit=AuditPolicy(guarantee=False))
    strict = security.set_level(state_of(ADMIN, settings=loose), "stig")
    for levels in (["high"], ["nist", "high"], ["nist", "stig", "high"]):
        after = strict
        for level in levels:
            after = security.set_level(after, level)
        assert after.settings == loose._replace(level="high", hashing=STRONG), levels


def test_what_somebody_has_set_since_stays() -> None:
    strict = security.set_level(state_of(ADMIN), "stig").settings
    own = strict._replace(idle_timeout=300, banner="Ours")
    after = security.set_level(state_of(ADMIN, settings=own), "high").settings
    assert (after.idle_timeout, after.banner, after.displaced) == (300, "Ours", Displaced())


def test_the_lowest_tls_that_a_level_forbade_does_not_come_back() -> None:
    old = Settings(reach=Reach()._replace(tls_minimum="1.0"))
    strict = security.set_level(state_of(ADMIN, settings=old), "nist")
    assert strict.settings.reach.tls_minimum == "1.2"
    assert security.set_level(strict, "basic").settings.reach.tls_minimum == "1.2"


def test_single_rules_are_set_apart_and_others_stay() -> None:
    state = state_of(settings=Settings(policy=Policy(history=3)))
    after = security.set_policy(state, {"min_length": 9, "history": None, "unlock_minutes": 0})
    assert after.settings.policy == Policy(min_length=9, history=3)


@pytest.mark.parametrize("account, secures", [
    (ADMIN, True), (ADMIN._replace(locked_by="attempts"), True), (ADMIN._replace(locked_by="disuse"), True),
    (ADMIN._replace(locked_by="command"), False), (BOB, False), (ANNA, False), (BOB._replace(role="keepers"), True)])
def test_a_box_needs_a_local_user_with_security_who_is_not_locked_on_purpose(account: Account, secures: bool) -> None:
    state = state_of(account, BOB, ANNA)
    state = state._replace(roles=state.roles.put("keepers", Role("keepers", ("security", "view"))))
    state = state._replace(accounts=state.accounts.put(account.name, account))
    assert security.secures(state, account) == secures
    if secures:
        security.check(state)
    else:
        with pytest.raises(LastSecurityUser):
            security.check(state)


def test_it_need_not_be_admin_but_nobody_whose_time_ends() -> None:
    locked, carl = ADMIN._replace(locked_by="command"), Account("carl", "administrator")
    security.check(state_of(locked, carl))
    with pytest.raises(LastSecurityUser):
        security.check(state_of(locked, carl._replace(ends_at=9e9)))
    with pytest.raises(LastSecurityUser):
        security.check(state_of(locked, carl._replace(ends_at=9e9)), state_of(locked, carl))


def test_where_it_did_not_hold_before_nothing_is_refused_for_its_sake() -> None:
    broken = state_of(ADMIN._replace(locked_by="command"), Account("carl", "administrator", ends_at=9e9))
    security.check(broken, broken)
