"""The facts of every answer have exactly the names and kinds of the contract."""

import json
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest

from sysmgmt.commands.catalog import CATALOG, CHAPTERS
from sysmgmt.commands.partners import PORT
from sysmgmt.domain.levels import LEVELS
from sysmgmt.engine.declaration import OWN_WORK
from sysmgmt.screen import help, text
from sysmgmt.screen.output import document, readable
from tests.support.box import TestBox

MOMENT, TEXT, NUMBER, FLAG = "moment", "text", "number", "flag"
NEVER = None
USER = {"name": TEXT, "type": TEXT, "role": TEXT, "groups": NEVER, "locked": FLAG, "locked_since": NEVER,
        "must_change_password": FLAG, "password_changed_at": MOMENT, "password_expires_at": NEVER,
        "last_login_at": MOMENT, "last_login_from": TEXT, "failed_logins": NUMBER, "ssh_keys": NUMBER}
MEMBER = {"name": TEXT, "id": TEXT, "version": TEXT}
SHAPES: dict[str, Any] = {
    "get_current_user": {"name": TEXT, "type": TEXT, "role": TEXT, "groups": NEVER, "password_expires_at": NEVER,
                         "must_change_password": FLAG, "last_login_at": MOMENT, "last_login_from": TEXT,
                         "permissions": [TEXT]},
    "get_users": {"users": [USER]},
    "get_roles": {"roles": [{"name": TEXT, "predefined": FLAG, "permissions": [TEXT]}]},
    "get_groups": {"groups": [{"name": TEXT}]},
    "get_installation": {"name": TEXT, "id": TEXT, "installed_at": MOMENT, "installed_version": TEXT},
    "get_cluster_status": {"name": TEXT, "id": TEXT, "level": TEXT, "version": TEXT,
                           "communication_level": TEXT, "isolation": TEXT, "partners": [], "members": [MEMBER],
                           "listener": {"address": TEXT, "port": NUMBER, "listening": FLAG, "reason": TEXT}},
    "get_box_settings": {"name": TEXT, "banner": NEVER, "level": TEXT, "idle_timeout": NUMBER,
                         "sessions_per_user": NUMBER},
    "help": {"commands": [{"name": TEXT, "summary": TEXT, "chapter": TEXT}]},
    "who_can command=add_user": {"command": TEXT, "needs": TEXT, "roles": [TEXT],
                                 "users": [{"name": TEXT, "role": TEXT, "groups": NEVER}]},
    "set_session_policy idle_timeout=9": {"idle_timeout": NUMBER, "sessions_per_user": NUMBER,
                                          "session_lifetime": NEVER, "unused_after": NEVER,
                                          "banner_acknowledged": FLAG},
    "add_group name=g9": {"name": TEXT},
    "add_role name=r9 permissions=view": {"name": TEXT},
    "set_box_name name=Box-9": {"name": TEXT},
    "set_login_banner text=hello": {"banner": TEXT},
}


def shape(value: Any) -> Any:
    """What kind of fact a value is; of a list, its first element."""
    if isinstance(value, Mapping):
        return {key: shape(one) for key, one in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    if isinstance(value, bool):
        return FLAG
    if isinstance(value, int):
        return NUMBER
    if isinstance(value, str):
        return MOMENT if len(value) == 20 and value[10] == "T" and value.endswith("Z") else TEXT
    return value


@pytest.mark.parametrize("line", SHAPES)
def test_an_answer_has_exactly_its_fields(basic: TestBox, line: str) -> None:
    admin = basic.admin()
    admin.do("add_group name=g1")
    admin = basic.admin()  # who has logged in before now
    said = json.loads(document(admin.do(line)))
    assert list(said) == ["command", "code", "status", "result"]
    assert (said["command"], said["code"], said["status"]) == (line.split()[0], "Done", 0)
    assert shape(said["result"]) == SHAPES[line]


def test_a_refusal_has_exactly_its_fields(basic: TestBox) -> None:
    said = json.loads(document(basic.admin().do("get_users name=nobody-here")))
    assert said == {"command": "get_users", "code": "UnknownUser", "status": 1,
                    "message": "There is no user nobody-here.", "hint": "get_users lists the users."}


def test_every_command_can_be_explained(basic: TestBox) -> None:
    admin = basic.admin()
    admin.do("enable_advanced_support_commands")
    for one in CATALOG:
        if one.needs == OWN_WORK:
            continue
        page = admin.facts(f"help command={one.name}")["command"]
        assert page["name"] == one.name and page["summary"].endswith(".")
        assert [parameter["name"] for parameter in page["parameters"]] == [word.name for word in one.parameters]
        assert page["synopsis"].startswith(one.name)


@pytest.mark.requirement(63)
def test_the_overview_shows_what_one_may_run_and_nothing_else(basic: TestBox) -> None:
    admin = basic.admin()
    admin.do('add_user name=eve role=monitor password="eve-first-1" must_change=no')
    eve = basic.client("eve", "eve-first-1")
    for client in (admin, eve, basic.client()):
        shown = {one["name"] for one in client.facts("help")["commands"]}
        barred = {one.name: client.door.barred(one.name) for one in CATALOG}
        may = {name for name, why in barred.items() if why is None or why.code == "ServiceRefused"}
        assert shown == may, "also what this box cannot do"


def test_the_overview_is_shown_chapter_by_chapter(basic: TestBox) -> None:
    text = "\n".join(help.lines(basic.admin().facts("help")))
    *chapters, _ = (block.splitlines() for block in text.split("\n\n"))
    assert [title for title, *_ in chapters] == [f"{title}:" for title, _ in CHAPTERS]
    users = chapters[1]
    assert users[0] == "Users:" and users[1].startswith("add_user ") and max(map(len, text.splitlines())) <= 80


def test_one_chapter_can_be_listed(basic: TestBox) -> None:
    admin = basic.admin()
    for chapter in ("ssh", "SSH keys", "SSH keys and sessions"):
        listed = admin.facts(f'help command="{chapter}"')["commands"]
        assert [one["name"] for one in listed] == [name for title, names in CHAPTERS for name in names
                                                   if title == "SSH keys and sessions"]
    for wrong in ("ss", "no_such", "Violet-95"):
        assert admin.do(f"help command={wrong}").code == "UnknownCommand"
    admin.do("add_user name=eve role=monitor password=eve-first-1 must_change=no")
    assert basic.client("eve", "eve-first-1").do("help command=\"advanced support\"").code == "UnknownCommand"


@pytest.mark.parametrize("word, found", [
    ("lock", ["lock_user", "unlock_user", "set_password_blocklist"]), ("LOCK_", ["lock_user", "unlock_user"]),
    ("ntp", ["set_time", "get_time"]), ("dns", ["set_name_servers"]), ("SMTP", ["config_email"]), ("exit", ["quit"]),
    ("csr", ["create_web_certificate_request", "create_certificate_request"]), ("timeout", ["set_session_policy"]),
    ("restart", ["reboot_box"]), ("hostname", ["set_host_name"]), ("shutdown", ["shut_down_box"]),
    ("collect", ["collect_system_info", "get_collected_info", "download_collected_info", "remove_collected_info",
                 "send_collected_info"])])
def test_a_word_lists_the_commands_that_are_about_it(basic: TestBox, word: str, found: list[str]) -> None:
    admin = basic.admin()
    assert [one["name"] for one in admin.facts(f"help command={word}")["commands"]] == found
    admin.do("add_user name=eve role=monitor password=eve-first-1 must_change=no")
    eve = basic.client("eve", "eve-first-1")
    assert eve.do("help command=lock").code == "UnknownCommand", "nothing that she may run"
    assert [one["name"] for one in eve.facts("help command=ntp")["commands"]] == ["get_time"]


def test_a_word_is_looked_for_in_names_summaries_and_titles(basic: TestBox) -> None:
    admin = basic.admin()
    for word, one_of_them in (("backup", "restore_settings"), ("delete", "remove_user"), ("permission", "modify_role"),
                              ("permission", "add_role"), ("firewall", "set_firewall"), ("partners", "add_partner")):
        assert one_of_them in [one["name"] for one in admin.facts(f"help command={word}")["commands"]], word
    wrong = admin.do("help command=get_usrs")
    assert wrong.code == "UnknownCommand" and "Did you mean get_users" in str(wrong.hint)


@pytest.mark.parametrize("line, said", [
    ("set_user name=bob must_change=no", "must_change=no leaves that as it is."),
    ("set_user name=bob groups=all,a1", "all stands alone, for all groups."),
    ("remove_ssh_key name=bob fingerprint=SHA256:none", "get_ssh_keys bob lists the keys."),
    ("set_password_blocklist file=none.txt", "which you make yourself where it is not there; a link counts as none."),
    ("backup_settings name=now items=users,rolse password=Long-Pass-12", "Did you mean roles?")])
def test_a_refusal_says_what_would_be_right(basic: TestBox, line: str, said: str) -> None:
    admin = basic.admin()
    admin.do("add_user name=bob role=monitor password=bob-first-1")
    answer = admin.do(line)
    assert answer.status and said in f"{answer.message} {answer.hint}", answer


def test_help_tells_what_is_taken_where_nothing_is_given_and_what_a_password_needs(basic: TestBox) -> None:
    admin = basic.admin()
    assert f"{PORT} unless given" in admin.facts("help command=add_partner")["command"]["details"]
    high, told = LEVELS["high"], admin.facts("help command=backup_settings")["command"]["details"].replace("\n", " ")
    assert f"at least {high.min_length} characters" in told and f"{high.min_upper_case} upper case" in told


@pytest.mark.parametrize("command, parameter, about", [
    ("add_user", "must_change", "Whether the password must be changed at the first login"),
    ("set_user", "must_change", "Whether the password must be changed at the next login"),
    ("check_compliance", "profile", "Level to check against; the one in force unless given")])
def test_help_says_what_a_parameter_means_there(basic: TestBox, command: str, parameter: str, about: str) -> None:
    shown = basic.admin().facts(f"help command={command}")["command"]["parameters"]
    assert [one["about"] for one in shown if one["name"] == parameter] == [about]


def test_when_a_password_was_chosen_is_recorded_as_a_time(basic: TestBox) -> None:
    admin = basic.admin()
    admin.do("add_user name=bob role=monitor password=bob-first-1 must_change=no")
    basic.client("bob", "bob-first-1")
    found = [one["parameters"]["password_chosen_at"] for one in basic.audit() if one.get("command") == "open_session"
             and "password_chosen_at" in one.get("parameters", {})]
    assert found and all(re.fullmatch(r"[0-9-]{10}T[0-9:]{8}Z", one) for one in found), found


def test_lengths_and_sizes_have_their_unit_for_people_and_none_for_programs(basic: TestBox) -> None:
    answer = basic.admin().do("set_audit_policy size=16")
    assert text.shown("clock_difference", -0.4) == "-0.4 seconds"
    assert "Size: 16,000,000 bytes" in readable(answer) and '"size": 16000000' in document(answer)
    facts = {"search_time_limit": 5, "unlock_after": 900, "session_lifetime": 36000, "unused_after": 35 * 86400}
    assert text.lines(facts) == ["Search time limit: 5 seconds", "Unlock after: 15 minutes",
                                 "Session lifetime: 10 hours", "Unused after: 35 days"]
    assert [text.shown("age", one) for one in (0, 59, 2193, 7199, 86399, 2 * 86400 + 5)] == [
        "1 second", "59 seconds", "36 minutes", "1 hour", "23 hours", "2 days"]


def test_an_abbreviation_is_spelled_as_everywhere() -> None:
    names = ("rsa_bits", "md5", "bind_dn", "tls_minimum", "ssh_keys")
    assert [text.label(one) for one in names] == ["RSA bits", "MD5", "Bind DN", "TLS minimum", "SSH keys"]


def test_where_there_is_nothing_none_stands() -> None:
    assert text.lines({"parameters": {}, "users": [], "fix": "", "at": None, "settings": {"level": "high"}}) == [
        "Parameters: none", "Users: none", "Fix: none", "At: none", "Settings:", "  Level: high"]


def test_the_paragraphs_of_a_page_stay_apart(basic: TestBox) -> None:
    admin = basic.admin()
    for one in CATALOG:
        is_shown = one.needs != OWN_WORK and not one.advanced
        shown = help.lines(admin.facts(f"help command={one.name}")) if is_shown else []
        assert not [line for line in shown if "  " in line.strip()], one.name
    apart = help.lines(admin.facts("help command=set_user"))
    assert any(not before and line.startswith("What is set for a group") for before, line in pairwise(apart))
