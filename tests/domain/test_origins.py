"""Which addresses count as one."""

import pytest

from sysmgmt.domain.origins import WINDOW, counted_as


@pytest.mark.requirement(41)
@pytest.mark.parametrize("origin, network", [
    ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
    ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"), ("2001:db8:1:3::4", "2001:db8:1:3::/64"),
    ("fe80::1%eth0", "fe80::/64"), ("tty1", ""), ("local", ""), ("", ""), ("host.example", ""), ("1.2.3", "")])
def test_an_address_counts_as_itself_and_all_of_a_site_as_one(origin: str, network: str) -> None:
    assert counted_as(origin) == network


def test_they_count_for_a_quarter_of_an_hour() -> None:
    assert WINDOW == 15 * 60
