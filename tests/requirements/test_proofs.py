"""Every requirement is either named by a test that proves it, or listed with the reason why it is not met."""

from tests.requirements import proofs, sabotage
from tests.requirements.unmet import UNMET


def test_every_row_is_named_by_a_test_or_listed_with_a_reason() -> None:
    assert list(proofs.problems()) == []
    assert len(proofs.rows()) == 127 and all(len(reason) > 20 for reason in UNMET.values())


def test_the_page_of_the_manual_is_current() -> None:
    assert proofs.PAGE.read_text(encoding="utf-8") == proofs.page(), "run: python -m tests.requirements --write"


def test_every_met_row_can_be_switched_off_or_says_why_not() -> None:
    proven = {one.number for one in proofs.met()}
    assert set(sabotage.SWITCHES) | set(sabotage.FIXED) == proven
    assert not set(sabotage.SWITCHES) & set(sabotage.FIXED)


def test_a_rule_that_is_switched_off_is_noticed_and_one_that_is_not_stays_green() -> None:
    assert sabotage.notices(21, True)
    assert not sabotage.notices(21, False)
