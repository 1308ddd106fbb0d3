"""Locks of a directory are read from the attributes that tell of them; what cannot be read counts as one."""

import pytest

from sysmgmt.domain.directory import DISABLED, LOCKED
from sysmgmt.domain.ldap_standing import standing

NOW = 1_800_000_000.0  # 2027-01-15T08:00:00Z
CONTROL, COMPUTED = "userAccountControl", "msDS-User-Account-Control-Computed"


@pytest.mark.parametrize("name, text, found", [
    ("pwdAccountLockedTime", "000001010000Z", DISABLED), ("pwdAccountLockedTime", "20270115075959Z", LOCKED),
    ("pwdStartTime", "20270115080001Z", DISABLED), ("pwdStartTime", "20270115080000Z", ""),
    ("pwdEndTime", "20270115080000Z", DISABLED), ("pwdEndTime", "20270115080001.5Z", ""),
    ("pwdEndTime", "202701150800Z", DISABLED), ("pwdEndTime", "20270115090000+0100", DISABLED),
    ("nsAccountLock", "TRUE", DISABLED), ("nsAccountLock", "false", ""),
    ("shadowExpire", "20833", DISABLED), ("shadowExpire", "20834", ""), ("shadowExpire", "-1", ""),
    ("shadowExpire", "0", ""), (COMPUTED, "1", ""), ("accountExpires", "116444736000000000", ""),
    (CONTROL, "514", DISABLED), (CONTROL, "512", ""), (CONTROL, "66050", DISABLED), (COMPUTED, "16", LOCKED),
    (COMPUTED, "8388608", ""), ("accountExpires", "0", ""), ("accountExpires", "9223372036854775807", ""),
    ("accountExpires", "134444736000000000", DISABLED), ("accountExpires", "134444736010000000", ""),
    *((one, text, DISABLED) for one in (CONTROL, COMPUTED, "accountExpires", "shadowExpire", "pwdEndTime")
      for text in ("", "x", "9" * 5000))])
def test_each_attribute_says_what_it_means(name: str, text: str, found: str) -> None:
    assert standing({name: text}, NOW) == found


def test_who_is_disabled_is_not_merely_locked_and_silence_is_nothing() -> None:
    assert standing({COMPUTED: "16", CONTROL: "514"}, NOW) == DISABLED
    assert standing({COMPUTED: "16", CONTROL: "512"}, NOW) == LOCKED
    assert standing({}, NOW) == standing({"cn": "x"}, NOW) == ""


def test_a_day_of_the_shadow_begins_at_midnight() -> None:
    midnight = 20833 * 24 * 3600.0
    assert standing({"shadowExpire": "20833"}, midnight) == DISABLED
    assert standing({"shadowExpire": "20833"}, midnight - 1) == ""
