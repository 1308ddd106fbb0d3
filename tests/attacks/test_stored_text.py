"""Text that somebody stored, seen by somebody else: it drives no terminal, splits no line and hides no record."""

import base64
import json
import re
from collections.abc import Iterable, Iterator

import pytest

from sysmgmt.commands import audit, uploads
from sysmgmt.commands.catalog import CATALOG
from sysmgmt.domain.model import SshKey
from sysmgmt.engine.declaration import Command
from sysmgmt.engine.request import Request
from sysmgmt.store.state import StateStore
from tests.attacks import fields
from tests.attacks.corpus import BLOB
from tests.support.box import ADMIN_PASSWORD, TestBox
from tests.support.program import sysmgmt

RAW = re.compile(rb"[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xa8-\xae]"
                 rb"|\xe2\x81[\xa0-\xaf]|\xef\xbb\xbf")
"""Bytes that no listing may contain: controls, and characters that turn, hide or break text."""
NAUGHTY = [*map(chr, (*range(0x20), *range(0x7f, 0xa0))), "\u2028", "\u2029", "\u202e\u2066", "\u200b\u200f", "\ufeff",
           "\x1b[2J\x1b[H", "\x1b]0;title\x07", "\x1bP+q544e\x1b\\", "\x9b31m", "\r\nroot logged in", "a\x08\x08b",
           "\n  Role: administrator", "\u061c", "\ufff9\ufffb", "\u0300" * 200, "﷽" * 50, "{0.__class__}",
           "%s%n", "\\x1b[2J"]
CANARY = "Canary-Pass-77"
LISTINGS = ("get_users", "get_ssh_keys", "get_sessions", "get_box_settings", "get_installation", "get_system_status",
            "get_cluster_status", "get_roles", "get_groups", "get_security_settings", "get_current_user", "help",
            "enable_advanced_support_commands", "check_state", "export_state")


def listings(box: TestBox, *options: str) -> bytes:
    """All that the administrator is shown of a box."""
    done = sysmgmt(box.folder, "\n".join(LISTINGS), *options)
    assert done.returncode == 0, done
    return done.stdout + done.stderr


def store(box: TestBox, text: str) -> None:
    """Put a text, behind the engine's back, in every stored field that could hold it."""
    box.replace("mona", last_login_from=text, locked_by="command", locked_since=1.0)
    box.configure(name=text, banner=text, installed_version=text)
    with StateStore(str(box.folder)).writing() as transaction:
        key = SshKey("admin x", "admin", f"ssh-ed25519 {BLOB}", "SHA256:x", text, text, 1.0)
        transaction.save(transaction.state._replace(ssh_keys=transaction.state.ssh_keys.put(key.id, key)))


@pytest.fixture
def box(basic: TestBox) -> Iterator[TestBox]:
    basic.admin().do(f'add_user name=mona role=monitor password="{CANARY}" must_change=no')
    yield basic


@pytest.mark.requirement(121)
@pytest.mark.attack(36, 41)
def test_no_listing_shows_a_control_byte_of_what_is_stored(box: TestBox) -> None:
    store(box, "|".join(NAUGHTY))
    assert RAW.findall(listings(box)) == []
    shown = listings(box, "--json")
    assert RAW.findall(shown) == [] and "\\u001b[2J" in shown.decode()
    assert len(shown.splitlines()) == len(LISTINGS), "one line for each answer, whatever is stored"


@pytest.mark.attack(39)
def test_no_command_says_where_the_audit_lies() -> None:
    def paths(commands: Iterable[Command]) -> set[str]:
        return {one.name for command in commands for one in command.parameters
                if re.search("PATH|file|folder|director|path", f"{one.word.syntax} {one.name}")}

    assert paths(one for one in CATALOG if one.run.__module__ == audit.__name__) == set()
    assert paths(one for one in CATALOG if one.run.__module__ == uploads.__name__) == {"directory"}, "the control"


@pytest.mark.attack(36)
@pytest.mark.parametrize("value", ["", "x", "5", "-1"])
def test_whatever_stood_in_a_field_the_audit_can_be_read(box: TestBox, value: str) -> None:
    typed = "".join(line.replace("{value}", value).replace("{blob}", BLOB) + "\n" for line in fields.lines())
    sysmgmt(box.folder, typed, "--keep-going", user="mona", password=CANARY)
    done = sysmgmt(box.folder, "get_audit_log limit=1000\nget_current_user\n")
    assert (done.returncode, done.stderr) == (0, b"") and done.stdout.count(b"User: mona") >= len(list(fields.lines()))


@pytest.mark.attack(41)
def test_a_control_byte_would_be_seen() -> None:
    assert all(RAW.search(one.encode()) for one in NAUGHTY[:60] if one != "\n")


@pytest.mark.requirement(87)
@pytest.mark.requirement(121)
@pytest.mark.attack(36, 41)
@pytest.mark.parametrize("line", [
    'set_login_banner text="{}"', 'set_box_name name="{}"', 'add_group name="{}"', 'add_user name="{}" role=monitor',
    f'add_ssh_key key="ssh-ed25519 {BLOB} {{}}"', 'help "{}"', 'get_users name="{}"',
    'add_role name="{}" permissions=view'])
def test_text_that_drives_a_terminal_comes_in_by_no_command(box: TestBox, line: str) -> None:
    admin = box.admin()
    for text in NAUGHTY[:64]:
        if text not in "\t\n ":
            answer = admin.door.run(_request(line, text))
            assert answer.status, (line, text)
    records = (box.folder / "audit.journal").read_bytes()
    assert re.findall(rb"[\x00-\x09\x0b-\x1f\x7f-\xff]", records) == [], "the audit is printable ASCII"
    assert all(isinstance(json.loads(one), dict) for one in records.splitlines())


def _request(line: str, text: str) -> Request:
    command, *_ = line.split()
    name = re.search(r'(\w+)="', line)
    value = re.search(r'"(.*)"', line)
    assert value
    return Request(command, {name.group(1) if name else "command": value.group(1).replace("{}", text)})


@pytest.mark.requirement(87)
@pytest.mark.attack(36)
def test_a_name_at_a_login_is_one_record_whatever_it_holds(box: TestBox) -> None:
    before = len(box.audit())
    for text in NAUGHTY:
        assert box.client().log_in(f"mona{text}\n{{}}", "x").code == "LoginFailed"
    records = box.audit()[before:]
    assert len([one for one in records if one["command"] == "log_in"]) == len(NAUGHTY)
    assert {one["user"] for one in records} == {"***"}


@pytest.mark.attack(4, 40)
def test_a_secret_is_in_no_listing_no_record_and_no_file_in_any_disguise(box: TestBox) -> None:
    admin = box.admin()
    for line in (f'set_user name=mona password="{CANARY}"', f'set_user name=mona "password={CANARY}"',
                 f'set_user name="password={CANARY}"', f'add_user name=eve role=monitor password="{CANARY}"',
                 f'add_user name=eve role=monitor pasword="{CANARY}"', f'set_usr name=mona password="{CANARY}"',
                 f'help command=set_user password="{CANARY}"', f'{CANARY}', f'set_password current_password="{CANARY}" '
                 f'new_password="{CANARY}2"'):
        sysmgmt(box.folder, line + "\n")
    box.client().log_in(CANARY, "x")
    box.client().log_in("mona", CANARY + "x")
    admin.door.log_out("done")
    everything = box.everything() + listings(box) + listings(box, "--json")
    raw = CANARY.encode()
    for disguise in (raw, raw.lower(), base64.b64encode(raw)[:-4], raw.hex().encode(), raw[::-1],
                     raw.decode().encode("utf-16-le"), base64.b32encode(raw)[:-8]):
        assert disguise not in everything, disguise
    assert ADMIN_PASSWORD.encode() not in everything and b'"admin"' in everything
