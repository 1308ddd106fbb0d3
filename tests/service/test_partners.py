"""Two real boxmgmtd as partners, driven by nothing but their menus and commands (R130-R136, R142-R149, R216-R218)."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.box import ADMIN_PASSWORD, TestBox
from tests.support.partnership import HERE, Site, sites
from tests.support.ports import free_port
from tests.support.waiting import wait_until

SECURITY = "2.5.1"


@pytest.fixture
def pair(templates: Callable[[str], TestBox], folder: Path) -> Iterator[tuple[Site, Site]]:
    """North and south, who are partners."""
    with sites(templates("basic"), folder) as (north, south):
        north.knows(south)
        south.knows(north)
        yield north, south


def test_partners_know_each_other_and_tell_what_they_are(pair: tuple[Site, Site]) -> None:
    north, south = pair
    told = north.facts("test_partner name=south")
    assert told["steps"] == dict.fromkeys(("name", "port", "tls", "certificate", "exchange"), "passed")
    assert (told["name"], told["tls"], told["cipher_suite"]) == ("south", "1.3", "TLS_AES_256_GCM_SHA384")
    assert told["fingerprint"] == south.facts("get_cluster_certificate")["fingerprint"]
    assert told["own_fingerprint"] == north.facts("get_cluster_certificate")["fingerprint"]
    assert (told["level"], told["communication_level"]) == ("basic", "authenticated_encrypted")
    assert abs(told["clock_difference"]) < 2 and told["verdict"] == "passed"
    assert south.code("test_partner name=north") == "Done"


@pytest.mark.checklist("R144")
@pytest.mark.checklist("R145")
@pytest.mark.checklist("R146")
@pytest.mark.checklist("R147")
@pytest.mark.checklist("R149")
def test_the_procedure_of_the_guide_for_new_keys_goes_through_the_menus(pair: tuple[Site, Site]) -> None:
    north, south = pair
    assert north.menu(f"{SECURITY}.12", "on").status == 0
    assert south.answer("test_partner name=north")["message"].startswith("The step ")
    assert north.code("test_partner name=south") == "ClusterIsolated"
    before = north.certificate
    assert north.run(f'regenerate_encryption_keys password="{ADMIN_PASSWORD}" --yes').status == 0
    assert north.certificate != before
    assert north.menu(f"{SECURITY}.12", "off").status == 0
    for side, other in ((north, south), (south, north)):
        answer = side.answer(f"test_partner name={other.name}")
        assert answer["code"] == "PartnerFailed" and "The step certificate fails: " in answer["message"]
    pem = north.menu(f"{SECURITY}.13").out.partition("PEM:\n")[2].partition("In Sysmgmt")[0]
    done = south.menu(f"{SECURITY}.14", "north", *pem.strip().splitlines(), "", "")
    assert done.status == 0, done
    assert north.code("test_partner name=south") == south.code("test_partner name=north") == "Done"


def test_the_listener_is_there_exactly_while_it_may(pair: tuple[Site, Site]) -> None:
    north, south = pair
    assert north.facts("get_partners")["listener"] == {
        "address": HERE, "port": north.port, "listening": True, "reason": None}
    north.facts("set_cluster_isolation mode=on")
    assert north.facts("get_cluster_status")["listener"]["reason"] == "the cluster is isolated"
    assert "The step port fails: " in south.answer("test_partner name=north")["message"]
    north.facts("set_cluster_isolation mode=off")
    assert south.code("test_partner name=north") == "Done"
    north.facts("remove_partner name=south")
    assert north.facts("get_partners")["listener"]["reason"] == "there are no partners"


def test_everything_is_kept_when_boxmgmtd_is_killed(pair: tuple[Site, Site]) -> None:
    north, south = pair
    before = north.facts("get_partners")
    north.daemon.restart(signal.SIGKILL)
    wait_until(north.listens)
    assert north.facts("get_partners") == before
    assert south.code("test_partner name=north") == north.code("test_partner name=south") == "Done"
    north.facts("set_cluster_isolation mode=on")
    north.daemon.restart(signal.SIGKILL)
    assert north.facts("get_security_settings")["isolation"] == "on"
    assert "The step port fails: " in south.answer("test_partner name=north")["message"]


def test_the_port_can_be_moved_and_a_taken_one_changes_nothing(pair: tuple[Site, Site]) -> None:
    north, south = pair
    answer = north.answer(f"set_partner_port port={south.port} address={HERE}")
    assert answer["code"] == "ServiceRefused" and str(south.port) in answer["message"]
    assert south.code("test_partner name=north") == "Done"
    moved = free_port()
    north.facts(f"set_partner_port port={moved} address={HERE}")
    assert "The step port fails: " in south.answer("test_partner name=north")["message"]
    south.facts("remove_partner name=north")
    south.knows(north._replace(port=moved))
    assert south.code("test_partner name=north") == "Done"


@pytest.mark.checklist("R132")
@pytest.mark.checklist("R134")
def test_the_level_none_is_the_same_exchange_in_the_clear(pair: tuple[Site, Site]) -> None:
    north, south = pair
    for one in (north, south):
        assert one.code("set_communication_security level=none --yes") == "CommunicationInsecure"
        assert one.code("set_communication_security level=none unprotected=yes") == "ConfirmationNeeded"
    north.facts("set_communication_security level=none unprotected=yes --yes")
    for side, other in ((north, south), (south, north)):
        assert side.code(f"test_partner name={other.name}") == "PartnerFailed", "both need the same level"
    south.facts("set_communication_security level=none unprotected=yes --yes")
    told = north.facts("test_partner name=south")
    assert (told["tls"], told["steps"]["certificate"], told["communication_level"]) == (None, "not used", "none")
    assert "neither authenticated nor encrypted" in north.run("get_groups").err, "every login is warned"
    north.facts("set_communication_security level=authenticated_encrypted")
    assert "neither authenticated" not in north.run("get_groups").err


def test_the_floor_of_tls_is_that_of_the_box(pair: tuple[Site, Site]) -> None:
    north, _ = pair
    (heard,) = [one for one in north.facts("get_cipher_suites")["listeners"] if one["listener"] == "partners"]
    assert [one["version"] for one in heard["versions"]] == ["TLS 1.2", "TLS 1.3"] and heard["judgement"] == "good"
    north.facts("set_tls_minimum version=1.3 --yes confirm_minutes=0")
    (heard,) = [one for one in north.facts("get_cipher_suites")["listeners"] if one["listener"] == "partners"]
    assert [one["version"] for one in heard["versions"]] == ["TLS 1.3"] and heard["below_minimum"] == []
    assert north.refusals() == [], "looking is no attempt"


def test_a_partner_who_calls_itself_otherwise_is_none(pair: tuple[Site, Site]) -> None:
    north, south = pair
    south.facts("set_box_name name=west")
    assert north.answer("test_partner name=south")["message"].endswith("it calls itself west.")
    assert "under another name" in south.answer("test_partner name=north")["message"]
    wait_until(lambda: bool(north.refusals()))
    assert "it calls itself west, and is known as south" in north.refusals()[0]["reason"]
    south.facts("set_box_name name=SOUTH")
    assert north.code("test_partner name=south") == "Done"
