"""Hardening: each of the guide's steps is judged by what there is, and names the command that helps (R250)."""

from typing import Any

import pytest

from sysmgmt.commands.catalog import CATALOG
from sysmgmt.domain import hardening, partners
from sysmgmt.domain.hardening import BAD, BY_HAND, GOOD, Check, Seen
from sysmgmt.domain.lockout import BY_COMMAND
from sysmgmt.domain.model import Account, State
from sysmgmt.domain.records import Records

NOW = 1_750_000_000.0
QUIET = Seen((), False, True, ())


def given(name: str, days: float, **fields: Any) -> Account:
    """Somebody who was given a password so many days ago, and has not chosen one yet."""
    return Account(name, "monitor", password_changed_at=NOW - days * 86400, must_change_password=True, **fields)


def checked(state: State, seen: Seen = QUIET) -> dict[str, Check]:
    return {one.name: one for one in hardening.checks(state, seen, NOW)}


@pytest.mark.checklist("R250")
def test_all_six_steps_of_the_guide_are_there() -> None:
    found = checked(State())
    assert {one.step for one in found.values()} == {0, 1, 2, 3, 4, 5, 6}
    assert [one.name for one in found.values() if one.verdict == BY_HAND] == ["physical_access", "datastores"]


def test_what_is_wrong_names_a_command_that_exists() -> None:
    accounts = Records[Account]().put("bob", given("bob", 91))
    settings = State().settings
    bad = State(accounts=accounts, settings=settings._replace(
        reach=settings.reach._replace(tls_minimum="1.0"),
        communication=settings.communication._replace(level=partners.NONE),
        root_access=settings.root_access._replace(where="ssh", until=NOW + 60, changed_at=NOW)))
    found = checked(bad, Seen(("avahi-daemon", "sshd"), True, False, ("7777/tcp (nc)",)))
    assert {name for name, one in found.items() if one.verdict == GOOD} == {"certificates"}
    assert {name for name, one in found.items() if one.verdict == BAD} == {
        "firewall", "listening_ports", "ip_forwarding", "root_access", "unneeded_daemons", "tls_minimum",
        "communication_security"}
    assert "avahi-daemon" in found["unneeded_daemons"].reason and "sshd" not in found["unneeded_daemons"].reason
    assert found["unneeded_users"].fix == "remove_user name=bob"
    assert {one.fix.split()[0] for one in found.values() if one.fix} <= {one.name for one in CATALOG}


def test_a_hardened_box_is_good_throughout() -> None:
    state = State()
    settings = state.settings._replace(
        level="high", banner="Authorized use only.", root_access=state.settings.root_access._replace(changed_at=1.0))
    found = checked(state._replace(settings=settings))
    assert {name for name, one in found.items() if one.verdict not in (GOOD, BY_HAND)} == {"web_certificate"}
    assert found["web_certificate"].fix == "create_web_certificate_request"


def test_a_firewall_that_is_wanted_and_not_in_force_is_told_apart_from_one_that_is_off() -> None:
    reach = State().settings.reach
    wanted = State()._replace(settings=State().settings._replace(
        reach=reach._replace(firewall=reach.firewall._replace(enabled=True))))
    found = [checked(state, QUIET._replace(filters=False))["firewall"] for state in (State(), wanted)]
    assert [one.reason for one in found] == ["The firewall is off", "The rules of the firewall are not in force"]


def test_what_could_not_be_seen_is_not_good() -> None:
    assert checked(State(), QUIET._replace(unexpected=None))["listening_ports"].verdict == "attention"


def test_root_is_shut_out_once_a_deployed_box_has_let_somebody_in() -> None:
    early, later = (checked(State(), QUIET._replace(root_stays=one))["root_access"] for one in (True, False))
    assert (early.verdict, early.fix) == (hardening.ATTENTION, "disable_root_access") and "over SSH" in early.reason
    assert (later.verdict, later.fix, later.reason) == (GOOD, "", "Root is shut out")


def test_who_is_to_choose_a_password_does_it_himself() -> None:
    state = State(accounts=Records[Account]().put("bob", given("bob", 1)))
    assert checked(state)["default_passwords"].fix == "" and "bob" in checked(state)["default_passwords"].reason


def test_where_nothing_follows_the_box_the_deployment_comes_first() -> None:
    bad = Seen((), False, False, ("7777/tcp (nc)",), governed=False)
    found = {one.name: one.fix for one in checked(State(), bad).values() if one.fix}
    assert {found[name] for name in ("firewall", "listening_ports", "root_access")} == {hardening.DEPLOY}
    assert found["login_banner"] == "set_login_banner", "what the box does by itself"
    assert "" not in {one.fix for one in checked(State(), bad).values() if one.of_machine}
    assert checked(State(), Seen((), False, True, (), governed=False))["listening_ports"].fix == "", "nothing to help"


def passwords_of(*accounts: Account) -> tuple[str, str, str]:
    """What is said of the passwords of these users: the verdict, why, and what helps."""
    table = Records[Account]()
    for one in accounts:
        table = table.put(one.name, one)
    found = checked(State(accounts=table))["default_passwords"]
    return found.verdict, found.reason, found.fix


def test_a_user_who_was_just_added_is_named_and_nobody_advises_to_lock_him() -> None:
    told = "To choose a new password at their next login: admin, dave"
    assert passwords_of(given("admin", 400), given("dave", 1)) == ("attention", told, "")
    changed = given("dave", 30, own_change_at=NOW - 30 * 86400)
    assert passwords_of(changed)[2] == "", "he has chosen it himself, before the level was raised"


def test_a_given_password_that_nobody_has_used_for_a_week_is_led_to_a_lock_and_that_settles_it() -> None:
    verdict, reason, fix = passwords_of(given("admin", 1), given("dave", 6), given("erin", 8))
    assert (verdict, fix) == ("attention", "lock_user name=erin") and reason.endswith("was given to erin")
    assert passwords_of(given("erin", 8, locked_by=BY_COMMAND))[0] == GOOD


def test_an_entry_of_the_directory_is_no_user_who_was_never_there() -> None:
    group = Account("crew", "monitor", type="ldap_group")
    member = Account("fred", "monitor", type="ldap_user", enabled_at=NOW - 86400)
    idle = member._replace(name="gina", enabled_at=NOW - 91 * 86400)
    state = State(accounts=Records[Account]().put("crew", group).put("fred", member).put("gina", idle))
    found = checked(state)["unneeded_users"]
    assert (found.reason, found.fix) == ("Not logged in for 90 days: gina", "remove_user name=gina")
