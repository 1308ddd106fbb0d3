"""Who was let in by a directory does not go on once that is not in use any more, whatever took it away."""

import pytest

from sysmgmt.domain.ldap_users import UNUSED
from sysmgmt.domain.model import LDAP_USER, Account
from tests.support.box import Client, TestBox

PASSWORD = "Violet-95-Lamp"
LDAP = ("config_ldap server={} bind_dn=cn=svc,dc=x bind_password=Svc-Pass-1 base_dn=dc=x group_base_dn=dc=x "
        "protocol=ldap insecure=yes")


@pytest.fixture
def admin(basic: TestBox) -> Client:
    """Admin of a box that let lisa in by a directory, with backups of the time before and of now."""
    client = basic.admin()
    for line in (f"backup_settings name=none password={PASSWORD} items=settings", LDAP.format("other.example"),
                 f"backup_settings name=unused password={PASSWORD} items=settings", "enable_ldap",
                 f"backup_settings name=other password={PASSWORD} items=settings", LDAP.format("ldap.example"),
                 f"backup_settings name=same password={PASSWORD} items=settings"):
        assert client.do(line).code == "Done", line
    own = next(basic.state.sessions.values())
    basic.put("accounts", "lisa", Account("lisa", "administrator", LDAP_USER, directory_id="1", enabled_at=1.0))
    basic.put("sessions", "feed" * 8, own._replace(id="feed" * 8, user="lisa"))
    return client


def ended(box: TestBox) -> str:
    """Why the session of lisa is over."""
    found = box.state.sessions.get("feed" * 8)
    assert found
    return found.ended


@pytest.mark.parametrize("name, reason", [("none", UNUSED), ("unused", UNUSED), ("other", UNUSED), ("same", "")])
def test_a_restore_that_takes_the_directory_away_ends_the_sessions_of_its_users(
        basic: TestBox, admin: Client, name: str, reason: str) -> None:
    answer = admin.do(f"restore_settings name={name} password={PASSWORD} confirm_minutes=0 --yes")
    assert (answer.code, ended(basic)) == ("Done" if reason else "Unchanged", reason)
    assert admin.do("get_users").code == "Done", "a local user goes on"


def test_a_reset_that_takes_the_directory_away_does_too_and_one_that_leaves_it_does_not(
        basic: TestBox, admin: Client) -> None:
    for line in ("add_role name=cleaner permissions=group_clear_settings", "set_registration serial_number=S1",
                 "add_user name=cleo role=cleaner password=Cleo-first-12 must_change=no"):
        assert admin.do(line).code == "Done", line
    assert basic.client("cleo", "Cleo-first-12").do("reset_system_settings --yes").code in ("Done", "Unchanged")
    assert not ended(basic) and basic.state.directories
    assert admin.do("reset_system_settings --yes").code == "Done"
    assert ended(basic) == UNUSED


def test_a_state_that_takes_the_directory_away_does_too(basic: TestBox, admin: Client) -> None:
    (basic.folder / "import").mkdir()
    for name in ("json", "journal"):
        (basic.folder / "import" / f"old.{name}").write_bytes((basic.folder / f"state.{name}").read_bytes())
    assert admin.do("import_state file=old.json items=settings --yes").code == "Unchanged" and not ended(basic)
    basic.put("directories", "ldap", None)
    for name in ("json", "journal"):
        (basic.folder / "import" / f"old.{name}").write_bytes((basic.folder / f"state.{name}").read_bytes())
    for line in (LDAP.format("ldap.example"), "enable_ldap"):
        assert admin.do(line).code == "Done", line
    assert admin.do("import_state file=old.json items=settings --yes").code == "Done" and ended(basic) == UNUSED
