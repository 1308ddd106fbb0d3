"""How often strangers may ask."""

import time

import pytest

from sysmgmt.service.allowance import CALLS, WINDOW, Allowance, Spent


def test_strangers_of_one_uid_have_so_many_calls_in_a_window(monkeypatch: pytest.MonkeyPatch) -> None:
    allowance, now = Allowance(), time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    allowance.spend(7, CALLS - 1)
    allowance.spend(7)
    with pytest.raises(Spent):
        allowance.spend(7)
    allowance.spend(8)  # another one has his own
    now += WINDOW
    allowance.spend(7, CALLS)
    with pytest.raises(Spent):
        allowance.spend(7)
