"""A package of an appliance builder: its command and menu item travel the same road as ours (R095)."""

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pexpect
import pytest

from tests.boxmgmt.program import Result, walk
from tests.support.box import ADMIN_PASSWORD, TestBox
from tests.support.program import ENVIRONMENT, ROOT, password_file

HERE = Path(__file__).parent
ACME = {"PYTHONPATH": f"{ROOT}{os.pathsep}{HERE / 'acme'}"}
BROKEN = {"PYTHONPATH": f"{ROOT}{os.pathsep}{HERE / 'acme'}{os.pathsep}{HERE / 'broken'}"}
PASSWORD = "Their-pass-56"


@pytest.fixture
def grouped(basic: TestBox) -> TestBox:
    """A box with the groups g1 and g2, and eve, who may fail over g1 only."""
    admin = basic.admin()
    for line in ("add_group name=g1", "add_group name=g2", "add_role name=operators permissions=failover",
                 f"add_user name=eve role=operators groups=g1 password={PASSWORD} must_change=no"):
        assert admin.do(line).code == "Done"
    return basic


def sysmgmt(box: TestBox, text: str, *options: str, user: str = "admin", password: str = ADMIN_PASSWORD,
            environment: dict[str, str] = ACME) -> Result:
    """Run a batch with the builder's package installed."""
    command = [sys.executable, "-m", "sysmgmt", "--state", str(box.folder), "--user", user, "--password-file",
               str(password_file(box.folder, password)), *options]
    done = subprocess.run(command, input=text, capture_output=True, env=ENVIRONMENT | environment, text=True,
                          cwd=box.folder.parent, check=False)
    return Result(done.stdout, done.stderr, done.returncode)


def test_the_example_imports_public_names_only() -> None:
    tree = ast.parse((HERE / "acme" / "acme_failover.py").read_text())
    names = [(node.module, alias.name) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
             for alias in node.names]
    assert names and not [one for one in names if one[1].startswith("_") or "._" in str(one[0])]


def test_its_command_runs_like_any_other(grouped: TestBox) -> None:
    done = sysmgmt(grouped, "start_failover group=g1\nstart_failover g2\n")
    assert done.out.startswith("Group: g1\nFailover: started\nstart_failover completed successfully.\n")
    assert done.status == 0
    assert sysmgmt(grouped, "", "-c", "start_failover group=nosuch").err.startswith("Error: There is no group nosuch.")


@pytest.mark.requirement("R095")
def test_a_user_limited_to_one_group_is_refused_on_another(grouped: TestBox) -> None:
    done = sysmgmt(grouped, "start_failover group=g1\nstart_failover group=g2\n", user="eve", password=PASSWORD)
    assert done.out.startswith("Group: g1\n")
    assert done.err == "line 2: Error: start_failover needs the permission failover on group g2.\n"
    assert done.status == 3


@pytest.mark.requirement("R095")
def test_a_user_limited_to_one_group_does_not_learn_which_others_exist(grouped: TestBox) -> None:
    done = sysmgmt(grouped, "start_failover group=nosuch\n", user="eve", password=PASSWORD)
    assert done.status == 3


def test_help_explains_its_command(grouped: TestBox) -> None:
    done = sysmgmt(grouped, "help\nhelp start_failover\n", user="eve", password=PASSWORD)
    assert "Fail a consistency group over to the remote copy." in done.out
    assert "start_failover [group=]GROUP" in done.out and "Hosts lose access" in done.out


def test_a_dry_run_changes_nothing_and_says_so(grouped: TestBox) -> None:
    before = grouped.files()
    done = sysmgmt(grouped, "start_failover group=g1 --dry-run\n")
    assert done.out == "start_failover would complete successfully; nothing was changed.\n"
    assert done.status == 0 and before.keys() == grouped.files().keys()


def test_it_is_recorded_with_its_refusals(grouped: TestBox) -> None:
    sysmgmt(grouped, "start_failover group=g1\nstart_failover group=g2\n", user="eve", password=PASSWORD)
    recorded = [(one["user"], one["parameters"], one.get("phase"), one.get("code")) for one in grouped.audit()
                if one.get("command") == "start_failover"]
    assert recorded == [("eve", {"group": "g1"}, "intent", None), ("eve", {"group": "g1"}, "outcome", "Done"),
                        ("eve", {"group": "g2"}, None, "PermissionDenied")]


def test_it_cannot_be_part_of_an_atomic_batch(grouped: TestBox) -> None:
    done = sysmgmt(grouped, "add_group name=g3\nstart_failover group=g1\n", "--atomic")
    assert "acts outside the stored state" in done.err and done.status == 2


def test_who_can_tells_who_may_run_it(grouped: TestBox) -> None:
    out = sysmgmt(grouped, "who_can start_failover\n").out
    assert "Roles: administrator, operators, sysmgmt\n" in out


def test_its_menu_item_has_the_number_that_it_was_given(grouped: TestBox) -> None:
    done = walk(grouped.folder, "4\n?\n51\ng1\n", environment=ACME)
    assert "[1] View cluster status\n[51] Start failover\n[B] Back\n" in done.out
    assert done.out.endswith("Failover: started\nstart_failover completed successfully.\n"
                             "In Sysmgmt: start_failover group=g1\n")
    assert done.status == 0


def test_without_the_package_there_is_neither_command_nor_item(grouped: TestBox) -> None:
    assert "There is no choice 4.51" in walk(grouped.folder, "4.51\n").err
    assert "There is no command start_failover." in sysmgmt(grouped, "start_failover group=g1\n", environment={}).err


def test_tab_completes_its_name_and_its_groups(grouped: TestBox) -> None:
    child: Any = pexpect.spawn(
        sys.executable, ["-m", "sysmgmt", "--state", str(grouped.folder), "--user", "eve"], encoding="utf-8",
        env=ENVIRONMENT | ACME | {"TERM": "dumb"}, cwd=str(grouped.folder.parent), timeout=20, dimensions=(24, 200))
    child.expect_exact("Password\r\n > ")
    child.send(PASSWORD + "\r")
    child.expect_exact("box1> ")
    child.send("start_fail\t")
    child.expect_exact("start_failover ")
    child.send("gr\tg1\r")
    child.expect_exact("Failover: started")
    child.expect_exact("box1> ")
    child.send("quit\r")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_broken_packages_are_named_and_skipped_in_the_menu(grouped: TestBox) -> None:
    done = walk(grouped.folder, "3.60\nm\n4.51\ng1\n", environment=BROKEN)
    assert done.err.splitlines() == [
        "Warning: The package behind sysmgmt.commands exploding is broken (SystemExit).",
        "Warning: The package behind sysmgmt.commands missing is broken (ModuleNotFoundError).",
        "Warning: The package behind sysmgmt.commands numbers declares something that is no command.",
        *["Warning: A menu item of the package behind boxmgmt.menus numbers is left out: it is no Below(path, "
          "Run(title, command), number)."] * 2,
        *[f"Warning: A menu item of the package behind boxmgmt.menus places is left out: {why}." for why in (
            "there is no menu Nowhere", "its number is not one of 51 to 99", "the number 60 is taken",
            "there is no such command undeclared")]]
    assert done.out.startswith("System: ok\n") and "Failover: started" in done.out
    assert done.status == 0


@pytest.mark.parametrize("options", [(), ("--no-shortcut",)])
def test_broken_packages_are_named_when_a_command_is_missing(grouped: TestBox, options: tuple[str, ...]) -> None:
    done = sysmgmt(grouped, "get_groups\nfrom_broken_package\n", *options, environment=BROKEN)
    assert done.err.startswith("line 2: Error: There is no command from_broken_package.\n")
    assert "Warning: The package behind sysmgmt.commands exploding is broken (SystemExit).\n" in done.err
    assert done.status == 2


def test_broken_packages_hurt_no_command_of_ours(grouped: TestBox) -> None:
    done = sysmgmt(grouped, "get_groups\n", environment=BROKEN)
    assert (done.err, done.status) == ("", 0)
