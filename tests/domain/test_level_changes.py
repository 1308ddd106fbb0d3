"""What is asked before a change of the security level, and what is told besides, as values."""

import pytest

from sysmgmt.domain import level_changes, security
from sysmgmt.domain.model import LDAP_USER, Account, Settings
from sysmgmt.domain.model.audit_policy import AuditPolicy
from sysmgmt.domain.model.policy import Policy
from tests.domain.states import state_of

ADMIN, BOB, EVE = Account("admin", "administrator"), Account("bob", "monitor"), Account("eve", "monitor")
DUE = EVE._replace(must_change_password=True)
ANNA = Account("anna", "administrator", LDAP_USER)


def told(old: Settings, level: str) -> dict[str, object]:
    """What a change to a level changes besides its rules."""
    return level_changes.also_changed(old, security.set_level(state_of(ADMIN, settings=old), level).settings)


@pytest.mark.parametrize("those, level, words", [
    ((ADMIN,), "high", ""), ((ADMIN, DUE, ANNA), "stig", ""), ((ADMIN, BOB), "basic", ""),
    ((ADMIN, BOB, DUE), "high", "At the level high you and 1 other user must choose"),
    ((ADMIN, BOB, EVE), "nist", "At the level nist you and 2 other users must choose"),
    ((ADMIN._replace(must_change_password=True), BOB), "high", "At the level high 1 other user must choose")])
def test_it_is_asked_where_others_must_choose_a_password_who_need_not_yet(
        those: tuple[Account, ...], level: str, words: str) -> None:
    question = level_changes.question(state_of(*those), level, "admin", 0.0)
    assert question.startswith(words) and bool(question) == bool(words)


def test_both_is_asked_at_once_where_a_level_asks_for_less_and_makes_passwords_due() -> None:
    question = level_changes.question(state_of(ADMIN, BOB, settings=Settings(level="stig")), "high", "admin", 0.0)
    assert question.startswith("This takes the security level from stig to high:")
    assert "you and 1 other user must choose" in question and question.endswith("Change the level?")


def test_what_a_level_sets_by_itself_is_told() -> None:
    loose = Settings(idle_timeout=1200, sessions_per_user=100, audit=AuditPolicy(guarantee=False))
    assert told(loose, "stig") == {
        "idle_timeout": 600, "sessions_per_user": 10, "banner": security.BANNER, "audit_guarantee": True}
    assert told(loose._replace(reach=loose.reach._replace(tls_minimum="1.0")), "nist")["tls_minimum"] == "1.2"


def test_what_was_set_apart_and_is_so_no_longer_is_told_in_the_question_and_the_answer() -> None:
    old = Settings(level="high", policy=Policy(min_length=12, max_age_days=30, session_hours=8, history=10))
    assert told(old, "basic") == {"min_length": 5, "max_age": None, "session_lifetime": None}
    question = level_changes.question(state_of(ADMIN, settings=old), "basic", "admin", 0.0)
    assert "Besides it changes: min_length, max_age, session_lifetime." in question


def test_what_somebody_has_set_stays_and_is_not_told() -> None:
    assert told(Settings(idle_timeout=420), "high") == {}
    assert told(Settings(level="stig", idle_timeout=300), "basic") == {}
