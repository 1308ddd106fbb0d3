"""Tables 8 to 11 of the guide, as the checklist has them (R160-R211)."""

import pytest

from sysmgmt.domain.port_tables import ROWS, TABLES, inbound

T, U, TU = ("tcp",), ("udp",), ("tcp", "udp")
GUIDE = {
    "data": [(5020, T), (5040, T), (5042, T), (5044, T), (5050, T)],
    "external": [(20, T), (25, T), (21, T), (22, T), (25, T), (53, TU), (68, U), (123, U), (161, TU), (389, T),
                 (443, T), (514, TU), (623, U), (636, T), (989, T), (990, T), (3260, T), (7115, T), (7225, TU),
                 (8082, T), (9443, T), (10161, TU)],
    "inter_cluster": [(0, ("icmp",)), (22, T), (5001, T), (5010, TU), (5020, TU), (5040, TU), (5060, TU), (5080, TU),
                      (5081, U), (5100, TU), (8082, T), (8084, T), (9999, U)],
    "intra_cluster": [(123, TU), (5020, TU), (5021, TU), (5042, T), (5044, T), (5045, TU), (5050, TU), (6015, U),
                      (8082, T), (8084, T)],
}


@pytest.mark.checklist("R160")
@pytest.mark.checklist("R165")
@pytest.mark.checklist("R186")
@pytest.mark.checklist("R188")
@pytest.mark.checklist("R200")
@pytest.mark.checklist("R202")
@pytest.mark.checklist("R211")
def test_all_fifty_rows_are_there_in_their_order() -> None:
    found = {table: [(one.port, one.protocols) for one in ROWS if one.table == table] for table in TABLES}
    assert found == GUIDE and len(ROWS) == 50


def test_a_row_is_numbered_as_it_is_printed_and_says_what_it_is_for() -> None:
    for number, table in enumerate(TABLES, 8):
        assert [one.number for one in ROWS if one.table == table] == [
            f"{number}.{place}" for place in range(1, len(GUIDE[table]) + 1)]
    assert all(one.use and one.effect.endswith(".") and one.source and one.destination for one in ROWS)


def test_somebody_connects_to_the_box_or_the_box_to_somebody_or_both() -> None:
    assert all(one.inbound or one.to for one in ROWS)
    assert all(one.inbound == ("box" in one.destination.split()) for one in ROWS)
    assert {one.interface for one in ROWS if one.table in ("external", "intra_cluster")} == {"lan"}
    assert [one.number for one in inbound(161, "udp")] == ["9.9"] and inbound(25, "tcp") == ()
