"""A partner that does not answer as it should is told of, and that it answers again (R020, R142)."""

from collections.abc import Callable
from pathlib import Path

from sysmgmt.service.duties.partners import PartnerWatch
from tests.support.box import TestBox
from tests.support.partnership import sites


def test_a_partner_that_does_not_answer_is_told_of_once_and_when_it_is_over(
        templates: Callable[[str], TestBox], folder: Path) -> None:
    with sites(templates("basic"), folder) as (north, south):
        house, watch = north.daemon.box.house(), PartnerWatch()

        def told() -> list[str]:
            watch.look(house)
            found = north.facts("get_events_log text=partner")["events"]
            assert all("south" in one["summary"] for one in found if one["name"].startswith("PartnerUnreach"))
            return [one["name"] for one in found if one["name"].startswith("PartnerUnreach")]
        assert told() == told() == [], "there are no partners"
        north.knows(south)
        assert told() == [], "once is no failure yet"
        fails = ["PartnerUnreachable"]
        assert told() == fails == told(), "south does not know it"
        details = north.facts("get_events_log text=south level=warning")["events"][-1]["details"]
        assert "The step " in details
        south.knows(north)
        fails += ["PartnerUnreachableCleared"]
        assert told() == fails == told()
        south.daemon.end()
        told()
        assert told() == [*fails, "PartnerUnreachable"] == told()
        assert north.code("set_cluster_isolation mode=on") == "Done"
        assert told() == [*fails, *fails], "who is isolated asks nobody"
