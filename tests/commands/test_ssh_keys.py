"""SSH keys: whose they are, which are accepted."""

import base64
import struct
import subprocess
from pathlib import Path

import pytest

from sysmgmt.engine.dispatch import carry_out
from sysmgmt.engine.request import Caller, Request
from tests.support.box import BOB, TestBox


def public_key(folder: Path, *options: str) -> str:
    """A new key as ssh-keygen makes it."""
    subprocess.run(["ssh-keygen", "-q", "-N", "", "-C", "bob at desk", "-f", str(folder / "key"), *options], check=True)
    return (folder / "key.pub").read_text().strip()


@pytest.mark.checklist("R219")
@pytest.mark.requirement(107)
@pytest.mark.parametrize("options", [("-t", "ed25519"), ("-t", "ecdsa", "-b", "384"), ("-t", "rsa", "-b", "2048")])
def test_a_key_is_added_listed_and_removed_by_its_owner(box: TestBox, tmp_path: Path, options: tuple[str, ...]) -> None:
    key = public_key(tmp_path, *options)
    shown = subprocess.run(["ssh-keygen", "-lf", str(tmp_path / "key.pub")], capture_output=True, text=True, check=True)
    bob = box.client("bob", BOB)
    assert bob.do(f'add_ssh_key key="{key}"').code == "Done"
    assert bob.do(f'add_ssh_key key="{key}"').code == "KeyExists"
    (listed,) = bob.facts("get_ssh_keys")["ssh_keys"]
    assert listed["fingerprint"] == shown.stdout.split()[1] and listed["comment"] == "bob at desk"
    assert listed["added_by"] == "bob" and listed["last_used_at"] is None
    assert bob.do(f"remove_ssh_key fingerprint={listed['fingerprint']}").code == "Done"
    assert bob.do(f"remove_ssh_key fingerprint={listed['fingerprint']}").code == "UnknownKey"


def test_others_keys_need_security(box: TestBox, tmp_path: Path) -> None:
    key = public_key(tmp_path, "-t", "ed25519")
    bob, admin = box.client("bob", BOB), box.admin()
    assert bob.do(f'add_ssh_key name=admin key="{key}"').code == "PermissionDenied"
    assert bob.do("get_ssh_keys name=admin").code == "PermissionDenied"
    assert admin.do(f'add_ssh_key name=bob key="{key}"').code == "Done"
    assert bob.facts("get_ssh_keys")["ssh_keys"][0]["added_by"] == "admin"
    assert admin.do("set_user name=bob new_name=rob").code == "Done"
    assert len(admin.facts("get_ssh_keys name=rob")["ssh_keys"]) == 1
    assert admin.do("remove_user name=rob").code == "Done"
    assert list(box.state.ssh_keys.values()) == []


def packed(*fields: bytes) -> str:
    """Fields as the blob of a key."""
    return base64.b64encode(b"".join(struct.pack(">I", len(one)) + one for one in fields)).decode()


@pytest.mark.requirement(107)
@pytest.mark.parametrize("key", [
    "", "ssh-ed25519", "ssh-ed25519 AAAA", "ssh-ed25519 !!!!", "ssh-dss " + packed(b"ssh-dss", b"x"),
    "ssh-rsa " + packed(b"ssh-rsa", b"\1\0\1", (1 << 1023).to_bytes(128, "big")),
    "ssh-rsa " + packed(b"ssh-ed25519", b"x" * 32), "ssh-ed25519 " + packed(b"ssh-rsa", b"x"),
    'command=\\"sh\\" ssh-ed25519 ' + packed(b"ssh-ed25519", b"x" * 32),
    "restrict ssh-ed25519 " + packed(b"ssh-ed25519", b"x" * 32), "ssh-ed25519 " + "A" * 9000])
def test_what_is_no_single_strong_key_is_refused(box: TestBox, key: str) -> None:
    assert box.client("bob", BOB).do(f'add_ssh_key key="{key}"').code == "InvalidValue"


def test_removing_a_key_ends_the_sessions_that_it_opened_whoever_removes_it(box: TestBox, tmp_path: Path) -> None:
    admin, other = box.admin(), box.client("bob", BOB)
    fingerprint = admin.facts(f'add_ssh_key name=bob key="{public_key(tmp_path, "-t", "ed25519")}"')["fingerprint"]
    caller = Caller("bob", "by-key", "192.0.2.1", "ssh")
    texts = {"name": "bob", "session": "by-key", "process": "1", "fingerprint": fingerprint}
    carry_out(box.house(), caller, Request("open_session", texts), own_work=True)
    answer = admin.do(f"remove_ssh_key name=bob fingerprint={fingerprint}")
    assert answer.result == {"name": "bob", "fingerprint": fingerprint, "sessions_ended": 1} and not answer.warnings
    ended = box.state.sessions.get("by-key")
    assert ended is None or ended.ended == "its SSH key was removed"
    assert other.do("get_current_user").code == "Done"
