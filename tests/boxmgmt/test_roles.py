"""Which shell a login gets, and what the menu shows whom (R115-R120)."""

import pytest

from sysmgmt.domain.permissions import NOT_ASSIGNABLE, Permission
from tests.boxmgmt.program import walk
from tests.support.box import ADMIN_PASSWORD, TestBox
from tests.support.program import Result

PASSWORD = "Their-pass-56"


def login(basic: TestBox, role: str, text: str, *options: str) -> Result:
    """Walk as a new user with this role."""
    added = basic.admin().do(f"add_user name=eve role={role} password={PASSWORD} must_change=no")
    assert added.code == "Done", added
    return walk(basic.folder, text, *options, user="eve", password=PASSWORD)


def menu(done: Result) -> list[str]:
    """The items that `?` listed."""
    return [line for line in done.out.splitlines() if line.startswith("[")]


@pytest.mark.checklist("R116")
def test_any_administrator_gets_the_menu_with_the_command_shell(basic: TestBox) -> None:
    assert "[6] System management CLI" in menu(walk(basic.folder, "?\n"))
    assert "[6] System management CLI" in menu(login(basic, "administrator", "?\n"))


@pytest.mark.checklist("R118")
def test_the_role_admin_gets_the_menu_without_the_command_shell(basic: TestBox) -> None:
    done = login(basic, "admin", "?\n6\n")
    assert menu(done) == ["[1] Installation", "[2] Setup", "[3] Diagnostics", "[4] Cluster operations",
                          "[5] Shutdown / Reboot operations", "[Q] Quit"]
    assert done.err.startswith("line 2: Error: There is no choice 6 in this menu.")


def test_what_the_role_admin_may_not_do_is_not_shown_and_keeps_its_number(basic: TestBox) -> None:
    done = login(basic, "admin", "2.5.1\n?\nm\n3\n?\n2\n")
    shown = menu(done)
    assert shown[:3] == ["[3] Change your password", "[16] LDAP", "[B] Back"]
    assert "[1] View system status" in shown and "[2] Check state" not in shown
    assert done.err.startswith("line 6: Error: There is no choice 2 in this menu.")


@pytest.mark.checklist("R119")
@pytest.mark.parametrize("role", ["monitor", "auditor", "sysmgmt"])
def test_any_other_role_gets_the_command_shell_directly(basic: TestBox, role: str) -> None:
    done = login(basic, role, "get_current_user\n1\n")
    assert f"Role: {role}\n" in done.out
    assert done.err.startswith("line 2: Error: There is no command of that name.")


@pytest.mark.checklist("R119")
def test_a_role_of_ones_own_gets_the_command_shell_whatever_it_contains(basic: TestBox) -> None:
    everything = ",".join(one.value for one in Permission if one not in NOT_ASSIGNABLE)
    assert basic.admin().do(f"add_role name=nearly permissions={everything}").code == "Done"
    assert "Role: nearly\n" in login(basic, "nearly", "get_current_user\n").out


@pytest.mark.checklist("R120")
def test_the_role_sysmgmt_may_use_almost_all_commands(basic: TestBox) -> None:
    done = login(basic, "sysmgmt", "get_users\nadd_group name=g1\nget_security_settings\ncheck_state\n")
    assert done.err.startswith("line 4: Error: There is no command check_state.")


def test_one_command_is_for_those_who_have_the_command_shell(basic: TestBox) -> None:
    assert "Groups: none\n" in walk(basic.folder, "", "-c", "get_groups").out
    assert login(basic, "admin", "", "-c", "get_groups").status == 3


def test_a_role_that_changes_closes_the_menu_to_what_it_had(basic: TestBox) -> None:
    lines = "6\nset_user name=eve role=admin\nquit\n"
    assert basic.admin().do(f"add_user name=eve role=administrator password={PASSWORD} must_change=no").code == "Done"
    assert walk(basic.folder, lines).status == 0
    assert "6" not in "".join(menu(walk(basic.folder, "?\n", user="eve", password=PASSWORD)))


def test_before_installation_a_pipe_speaks_the_language_of_commands(fresh: TestBox) -> None:
    done = walk(fresh.folder, f"install name=box1 level=basic password={ADMIN_PASSWORD}\n", user="")
    assert done.out.endswith("install completed successfully.\n") and done.status == 0
    assert walk(fresh.folder, "1\n").out.startswith("Name: box1\n")


def test_before_installation_there_is_no_menu(fresh: TestBox) -> None:
    assert walk(fresh.folder, "1\n", user="").err.startswith("line 1: Error: There is no command of that name.")


def test_a_password_that_must_be_changed_comes_first_on_a_pipe_too(basic: TestBox) -> None:
    assert basic.admin().do(f"add_user name=eve role=admin password={PASSWORD}").code == "Done"
    refused = walk(basic.folder, "2.2\nnever\n", user="eve", password=PASSWORD)
    assert refused.err.startswith("line 1: Error: Your password must be changed") and refused.status == 1
    done = walk(basic.folder, f"2.5.1.3\n{PASSWORD}\nNew-pass-7890\nm\n2.2\nbox7\n", user="eve", password=PASSWORD)
    assert done.status == 0 and basic.state.settings.name == "box7"
