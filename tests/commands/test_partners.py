"""The cluster certificate, partners, isolation and the communication security level, as they are configured."""

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from sysmgmt.domain import fingerprints, partner_facts, partner_messages
from sysmgmt.domain.model.partners import Partner
from sysmgmt.vault.bundles import read_certificates
from tests.support.authorities import CA, LEAF, NOW, Made, Wish, make, revocations
from tests.support.box import ADMIN_PASSWORD, Client, TestBox

BOTH = LEAF._replace(extended=(ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH))
NORTH = make("north", wish=BOTH)


@pytest.fixture
def admin(basic: TestBox) -> Client:
    """Admin of a box at the beginning of 2026."""
    basic.clock.now = NOW.timestamp()
    return basic.admin()


def add(client: Client, one: Made, name: str = "north") -> str:
    """Add a partner; the code, and what is said."""
    answer = client.do(f'add_partner name={name} address=north.example pem="{one.pem}"')
    return f"{answer.code} {answer.message or ''}"


def test_clocks_that_agree_differ_by_nothing() -> None:
    message = partner_messages.Message("north", "1.0", "basic", "level", 1000.0)
    one = Partner("north", "north.example", 7450, read_certificates(NORTH.pem)[0])
    told = partner_facts.tested(one, "", partner_messages.Heard(message, "192.0.2.1", "", "", 0.02), 1000.02)
    assert str(told["clock_difference"]) == "0.0", "and by no -0.0"


@pytest.mark.checklist("R146")
def test_the_cluster_certificate_is_there_from_the_installation_on(basic: TestBox) -> None:
    told = basic.admin().facts("get_cluster_certificate")
    assert (told["subject"], told["issuer"], told["key_type"]) == ("CN=box1", "CN=box1", "ec_p384")
    assert told["pem"].startswith("-----BEGIN CERTIFICATE-----") and not told["authority"]
    assert told["fingerprint_in_words"] == fingerprints.words(told["fingerprint"])


def test_it_is_never_renewed_by_itself_since_every_partner_has_to_know_it(basic: TestBox) -> None:
    before = basic.admin().facts("get_cluster_certificate")["fingerprint"]
    basic.clock.now = basic.state.identities.get("cluster").certificates[0].not_after  # type: ignore[union-attr]
    assert "The cluster certificate expires on" in str(basic.client().log_in("admin", ADMIN_PASSWORD).warnings)
    admin = basic.admin()
    assert admin.facts("get_cluster_certificate")["fingerprint"] == before
    assert admin.do("renew_cluster_certificate").code == "ConfirmationNeeded"
    new = admin.facts("renew_cluster_certificate --yes")
    assert new["fingerprint"] != before and new["days_left"] > 1800
    assert basic.audit()[-1]["notes"] == {"fingerprint": new["fingerprint"]}
    (told,) = [one for one in admin.facts("get_events_log")["events"] if one["name"] == "ClusterCertificateChanged"]
    assert told["details"] == new["fingerprint"]


def test_the_question_before_a_new_one_names_the_partners_that_will_stop_talking(admin: Client) -> None:
    add(admin, NORTH)
    assert "these partners stop talking with the box: north." in (admin.do("renew_cluster_certificate").message or "")


@pytest.mark.checklist("R147")
def test_partners_are_added_listed_changed_and_removed(admin: Client, basic: TestBox) -> None:
    assert add(admin, NORTH) == "Done "
    assert add(admin, NORTH).startswith("PartnerExists")
    assert add(admin, make("east"), "box1").startswith("InvalidValue")
    (listed,) = admin.facts("get_partners")["partners"]
    assert (listed["name"], listed["address"], listed["port"]) == ("north", "north.example", 7450)
    assert listed["certificate_fault"] is None and listed["added_by"] == "admin"
    new = make("north", wish=BOTH)
    changed = admin.facts(f'change_cluster_certificate name=north pem="{new.pem}"')
    assert changed["fingerprint"] != listed["fingerprint"]
    assert basic.audit()[-1]["notes"] == {"fingerprint": changed["fingerprint"]}
    assert admin.do(f'change_cluster_certificate name=east pem="{new.pem}"').code == "UnknownPartner"
    assert admin.do("remove_partner name=north").code == "Done"
    assert admin.facts("get_partners")["partners"] == []
    assert admin.do("test_partner").message == "There are no partners."


@pytest.mark.requirement(101)
@pytest.mark.requirement(105)
@pytest.mark.parametrize("wish, reason", [
    (CA, "it is one of a certificate authority"), (LEAF._replace(end=NOW.replace(year=2025)), "it expired on"),
    (LEAF._replace(begin=NOW.replace(year=2027)), "it is not valid before"),
    (LEAF._replace(extended=(ExtendedKeyUsageOID.CODE_SIGNING,)), "its extended key usage")])
def test_what_is_no_good_certificate_of_a_partner_is_refused_with_its_reason(
        admin: Client, basic: TestBox, wish: Wish, reason: str) -> None:
    before = basic.files()
    found = add(admin, make("north", wish=wish))
    assert found.startswith("CertificateRefused") and reason in found and basic.files() == before


def test_a_certificate_belongs_to_one_partner_and_never_to_the_box_itself(admin: Client) -> None:
    own = admin.facts("get_cluster_certificate")["pem"]
    refused = admin.do(f'add_partner name=north address=north.example pem="{own}"')
    assert "it is the one of this box" in (refused.message or "")
    add(admin, NORTH)
    assert "it is already the one of north" in add(admin, NORTH, "east")
    both = NORTH.pem + make("east").pem
    assert admin.do(f'change_cluster_certificate name=north pem="{both}"').code == "InvalidValue"


@pytest.mark.checklist("R144")
@pytest.mark.checklist("R149")
def test_isolation_is_shown_told_and_keeps_the_box_from_its_partners(admin: Client) -> None:
    add(admin, NORTH)
    assert admin.facts("set_cluster_isolation mode=on") == {"isolation": "on"}
    assert admin.do("set_cluster_isolation mode=on").code == "Unchanged"
    assert admin.facts("get_security_settings")["isolation"] == admin.facts("get_cluster_status")["isolation"] == "on"
    assert admin.do("test_partner name=north").code == "ClusterIsolated"
    assert admin.do("set_cluster_isolation mode=off").code == "Done"
    told = [one["name"] for one in admin.facts("get_events_log")["events"]]
    assert {"ClusterIsolated", "ClusterIsolatedCleared", "PartnerChanged"} <= set(told)


@pytest.mark.checklist("R131")
@pytest.mark.checklist("R133")
@pytest.mark.checklist("R135")
def test_communication_without_protection_is_asked_for_twice_and_warned_of(basic: TestBox) -> None:
    admin = basic.admin()
    assert admin.facts("get_security_settings")["communication_level"] == "authenticated_encrypted"
    assert admin.do("set_communication_security level=none --yes").code == "CommunicationInsecure"
    assert admin.do("set_communication_security level=none unprotected=yes").code == "ConfirmationNeeded"
    assert admin.facts("get_security_settings")["communication_level"] == "authenticated_encrypted"
    done = admin.facts("set_communication_security level=none unprotected=yes --yes")
    assert done["communication_level"] == "none"
    assert "can read and forge it" in str(basic.client().log_in("admin", ADMIN_PASSWORD).warnings)
    assert admin.do("set_communication_security level=authenticated_encrypted").code == "Done"
    assert "can read and forge it" not in str(basic.client().log_in("admin", ADMIN_PASSWORD).warnings)
    told = [one["name"] for one in admin.facts("get_events_log")["events"]]
    assert {"CommunicationUnprotected", "CommunicationUnprotectedCleared"} <= set(told)


def test_a_box_without_boxmgmtd_says_that_it_does_not_listen(admin: Client) -> None:
    assert admin.facts("get_partners")["listener"]["reason"] == "there are no partners"
    add(admin, NORTH)
    assert admin.facts("get_cluster_status")["listener"]["reason"] == "only boxmgmtd listens for partners"


@pytest.mark.checklist("A11")
def test_an_expired_certificate_of_its_own_keeps_the_box_from_its_partners(admin: Client, basic: TestBox) -> None:
    add(admin, NORTH)
    basic.clock.now = basic.state.identities.get("cluster").certificates[0].not_after + 1  # type: ignore[union-attr]
    admin = basic.admin()
    assert "it expired on" in admin.facts("get_partners")["listener"]["reason"]
    answer = admin.do("test_partner name=north")
    assert answer.code == "PartnerFailed" and "The step certificate fails: the cluster certificate cannot be used" in (
        answer.message or "")


@pytest.mark.parametrize("line", [
    "set_partner_port port=80", "set_partner_port port=8000 address=north", "set_cluster_isolation mode=maybe",
    "set_communication_security level=some", "add_partner name=north address=north.example",
    "add_partner name=north address=north.example file=x pem=y", "add_partner name=9x address=a"])
def test_what_cannot_be_meant_changes_nothing(admin: Client, basic: TestBox, line: str) -> None:
    before = basic.files()
    assert admin.do(line).code in ("InvalidValue", "MissingValue")
    assert basic.files() == before


@pytest.mark.requirement(91)
def test_nobody_shows_the_private_key(admin: Client, basic: TestBox) -> None:
    sealed = basic.state.identities.get("cluster").key.encode()  # type: ignore[union-attr]
    admin.do("enable_advanced_support_commands")
    answers = repr([admin.do(one) for one in ("get_cluster_certificate", "get_partners", "export_state")])
    assert sealed.decode() not in answers and "PRIVATE" not in answers
    assert sealed in basic.everything() and b"PRIVATE KEY" not in basic.everything()


@pytest.mark.requirement(98)
def test_a_certificate_that_was_revoked_makes_nobody_a_partner(admin: Client) -> None:
    authority = make("Authority", wish=CA)
    good, revoked = make("east", authority, BOTH), make("east", authority, BOTH)
    admin.facts(f'add_trusted_certificate name=ca purposes=cluster pem="{authority.pem}"')
    admin.facts(f'add_revocation_list name=crl pem="{revocations(authority, [revoked])}"')
    assert "it was revoked" in add(admin, revoked, "east")
    assert add(admin, good, "east") == "Done "
    assert "it was revoked" in (admin.do(f'change_cluster_certificate name=east pem="{revoked.pem}"').message or "")
