"""New SSH host keys, alone or with all other keys: under open sessions, and through a crash (R142, R143)."""

import json
import os
import re
import signal
import time

import pexpect
import pytest

from sysmgmt.host.files import SUFFIX
from sysmgmt.host.hostkeys import KINDS, OWNER, key_path
from tests.doors.machine import TIMEOUT
from tests.doors.site import LIBRARY, PASSWORDS, STATE, Site
from tests.support.waiting import wait_until

FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")


def seen(site: Site) -> set[str]:
    """The fingerprints of the keys that sshd shows to clients."""
    scanned = site.machine.run("/usr/bin/ssh-keyscan", "-t", "ed25519,ecdsa,rsa", "127.0.0.1").stdout
    return set(FINGERPRINT.findall(site.machine.do("/usr/bin/ssh-keygen", "-l", "-f", "-", given=scanned))) \
        if scanned else set()


def told(site: Site) -> set[str]:
    """The fingerprints that the box tells of."""
    return set(FINGERPRINT.findall(site.as_admin("get_host_keys")))


def whole(site: Site) -> bool:
    """Whether every key is there with its public half, and nothing besides."""
    pairs = {kind: (site.machine.run("/usr/bin/ssh-keygen", "-y", "-f", key_path(kind)).stdout.split()[:2],
                    site.machine.do("/bin/cat", key_path(kind) + ".pub").encode().split()[:2]) for kind in KINDS}
    left = [one for one in os.listdir(site.machine.path("/etc/ssh")) if one.endswith(SUFFIX)]
    return all(private == public and private for private, public in pairs.values()) and left == []


def test_new_keys_under_an_open_session(site: Site) -> None:
    child = site.by_password("bob")
    child.sendline(PASSWORDS["bob"])
    child.expect("> ")
    before = seen(site)
    assert len(before) == 3 and before == told(site)
    answer = set(FINGERPRINT.findall(site.as_admin("regenerate_host_keys --yes")))
    assert len(answer) == 3 and not answer & before
    wait_until(lambda: seen(site) == answer)
    assert told(site) == answer and whole(site)
    child.sendline("get_host_keys")
    child.expect(re.escape(min(answer)))
    child.sendline("quit")
    child.expect(pexpect.EOF)
    done = site.machine.run("/usr/bin/ssh", "-F", "/dev/null", "-o", "UserKnownHostsFile=/root/known", "-o",
                            "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "bob@127.0.0.1", "get_groups")
    assert b"REMOTE HOST IDENTIFICATION HAS CHANGED" in done.stderr, "what the manual prepares for"
    site.machine.do("/bin/rm", "/root/known")


REGENERATE = f'regenerate_encryption_keys password="{PASSWORDS["admin"]}" --yes'


@pytest.mark.parametrize("line, moment", [("regenerate_host_keys --yes", 0), (REGENERATE, 0), (REGENERATE, 4)])
def test_a_kill_in_the_middle_leaves_one_whole_set(site: Site, line: str, moment: int) -> None:
    """It is killed as soon as a key has changed, or a number of milliseconds later."""
    first = site.machine.path(key_path("ed25519"))
    before, old = first.stat().st_ino, told(site)
    site.as_admin("get_host_keys")  # leaves the password file for the next line
    asked = site.machine.start("/bin/sh", "-c", f"echo '{line}' | {LIBRARY}/sysmgmt --user admin "
                               "--password-file /root/admin.password")
    deadline = time.monotonic() + TIMEOUT
    while first.stat().st_ino == before:
        assert time.monotonic() < deadline, asked.communicate()
    time.sleep(moment / 1000)
    site.stop_serving(signal.SIGKILL)
    site.serve()
    wait_until(lambda: seen(site) == told(site))
    assert whole(site) and not told(site) & old
    site.as_admin("verify_audit_log", "get_key_status")
    assert site.machine.path(f"{STATE}/master.key").read_bytes().count(b"material") == 1


def secrets(site: Site) -> list[bytes]:
    """The master key and the private halves of the host keys as they stand in their files."""
    (master,) = json.loads(site.machine.do("/bin/cat", f"{STATE}/master.key"))["keys"]
    return [master["material"].encode(), *(line for kind in KINDS for line in private(site, kind))]


def private(site: Site, kind: str) -> list[bytes]:
    """The lines of a private key that are its own, and in no other one."""
    return site.machine.path(key_path(kind)).read_bytes().splitlines()[3:-1]


def holding(site: Site, wanted: list[bytes]) -> set[str]:
    """The files of the box and of sshd in which one of the secrets is found."""
    return {str(path.name) for folder in (STATE, "/etc/ssh", "/etc/boxmgmt")
            for path in site.machine.path(folder).rglob("*") if path.is_file()
            for content in [path.read_bytes()] if any(one in content for one in wanted)}


@pytest.mark.checklist("R142")
@pytest.mark.requirement(94)
def test_all_keys_at_once_leave_nothing_of_the_old_ones(site: Site) -> None:
    old, before = secrets(site), seen(site)
    assert holding(site, old) == {"master.key", *(os.path.basename(key_path(kind)) for kind in KINDS)}
    inodes = [open(site.machine.path(key_path(kind)), "rb") for kind in KINDS]
    answer = site.as_admin(REGENERATE)
    fingerprints = set(FINGERPRINT.findall(answer))
    assert "audit key" in answer and len(fingerprints) == 3 and not fingerprints & before
    wait_until(lambda: seen(site) == fingerprints)
    assert whole(site) and holding(site, old) == set()
    assert not any(one.read().strip(b"\0") for one in inodes), "nor on the disk, where their names were"
    for one in inodes:
        one.close()
    assert len(secrets(site)) > 4 and holding(site, secrets(site)) >= {"master.key"}


def test_a_set_that_was_cut_short_is_made_anew(site: Site) -> None:
    """As after a crash with some keys in place, which none of the kills above may have met."""
    wanted = site.machine.do("/bin/cat", OWNER)
    site.stop_serving(signal.SIGKILL)
    site.machine.path(OWNER).write_text("the set before\n")
    site.machine.do("/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/root/other")
    site.machine.do("/bin/mv", "/root/other", key_path("ed25519"))
    site.machine.do("/bin/cp", "/root/other.pub", key_path("rsa") + ".pub" + SUFFIX)
    site.serve()
    wait_until(lambda: seen(site) == told(site))
    assert site.machine.do("/bin/cat", OWNER) == wanted
    assert whole(site)
