"""What waits for a receiver."""

from sysmgmt.domain.delivery import MOST, Sieve


def test_what_nobody_wants_never_stands_in_the_way_of_what_somebody_does() -> None:
    newest = [{"seq": number} for number in range(2 * MOST + 5, 0, -1)]
    sieve = Sieve()
    looks = [sieve.wanted(newest, 0, lambda one: one["seq"] > 2 * MOST) for _ in range(3)]
    assert [len(one) for one in looks] == [0, 0, 5] and looks[-1][0]["seq"] == 2 * MOST + 1
    assert sieve.wanted(newest, 2 * MOST + 5, lambda one: True) == []
    assert sieve.wanted(newest, 2 * MOST + 3, lambda one: True) == [{"seq": 2 * MOST + 4}, {"seq": 2 * MOST + 5}]
