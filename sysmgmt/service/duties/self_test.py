"""The self-test of boxmgmtd: at its start, and once a day."""

from sysmgmt.domain.times import DAY
from sysmgmt.engine import self_test
from sysmgmt.engine.dispatch import House
from sysmgmt.service.duties.duty import Duty


def look(house: House) -> None:
    """Test everything. Raises SelfTestFailed."""
    self_test.run(house.box, house.catalog)


DUTIES = (Duty("the self-test", DAY, look),)
