"""Sessions over the real doors: which there are and may be, what is told at their beginning, what is kept."""

import json
import time

from tests.doors.machine import Done
from tests.doors.site import CLIENT, LIBRARY, PASSWORDS, PROMPT, Site
from tests.doors.visits import add, audit, piped, replace, sessions, shell, state
from tests.support.waiting import wait_until

LOUD = ("/usr/bin/ssh", "-F", "/dev/null", "-o", "UserKnownHostsFile=/root/known", "-o", "StrictHostKeyChecking=no",
        "-o", "BatchMode=yes")
"""A client that shows what sshd tells, banner and refusals."""


def test_the_last_use_of_a_key_is_kept(site: Site) -> None:
    name = add(site, "sven")
    site.key(name)
    other = "/root/other-key"
    site.machine.do("/usr/bin/ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", other)
    site.as_admin(f'add_ssh_key name={name} key="{site.machine.do("/bin/cat", other + ".pub").strip()}"')
    assert [one.last_used_at for one in state(site).read().ssh_keys.values() if one.user == name] == [None, None]
    before = time.time()
    done = site.by_key(name, "get_ssh_keys --json")
    keys = json.loads(done.stdout)["result"]["ssh_keys"]
    assert {one["type"]: one["last_used_at"] is not None for one in keys} == {
        "ssh-ed25519": True, "ecdsa-sha2-nistp256": False}
    used = [one.last_used_at for one in state(site).read().ssh_keys.values() if one.last_used_at and one.user == name]
    assert len(used) == 1 and before - 1 <= used[0] <= time.time() + 1
    (opened,) = audit(site, user=name, command="open_session", phase="outcome")
    (mine,) = [one["fingerprint"] for one in keys if one["last_used_at"]]
    assert opened["parameters"]["fingerprint"] == mine, "the audit tells which key it was"
    by_password = shell(site, name)
    by_password.close(force=True)
    assert [one.last_used_at for one in state(site).read().ssh_keys.values() if one.last_used_at and one.user == name
            ] == used


def test_sessions_of_all_doors_are_told_apart(site: Site) -> None:
    name = add(site, "tess")
    site.machine.do("/sbin/ip", "address", "add", "127.0.0.9/8", "dev", "lo")
    near, far = shell(site, name), shell(site, name, "-o", "BindAddress=127.0.0.9")
    batch = piped(site, name)
    console = site.at_console(name)
    console.sendline(PASSWORDS[name])
    console.expect("> ")
    uid, gid = (site.machine.do("/usr/bin/id", option, name).strip() for option in ("-u", "-g"))
    local = site.machine.do("/usr/bin/setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups",
                            f"{LIBRARY}/sysmgmt", "--json", "-c", "get_sessions")
    found = [(one["endpoint"], one["origin"]) for one in json.loads(local)["result"]["sessions"]]
    on_terminal = [origin for endpoint, origin in found if endpoint == "console"]
    assert sorted(found) == sorted([("ssh", "127.0.0.1"), ("ssh", "127.0.0.9"), ("ssh", "127.0.0.1"),
                                    ("console", on_terminal[0]), ("local", "local")])
    assert on_terminal[0].startswith("pts/")
    recorded = {(one["endpoint"], one["origin"]) for one in audit(site, user=name, command="open_session")}
    assert recorded == set(found)
    far.sendline("get_groups")
    far.expect("Groups")
    wait_until(lambda: audit(site, user=name, command="get_groups", origin="127.0.0.9", endpoint="ssh") != [])
    for child in (near, far, console):
        child.close(force=True)
    batch.sendeof()
    wait_until(lambda: sessions(site, name) == [])


def test_a_user_has_ten_sessions_and_no_more_unless_told_otherwise(site: Site) -> None:
    name = add(site, "uwe")
    children = [piped(site, name) for _ in range(10)]

    def by_key() -> Done:
        return site.machine.run(*LOUD, "-i", site.key(name), f"{name}@127.0.0.1", "get_current_user")
    sentence = b"User uwe has as many open sessions as are allowed (10)."
    refused = by_key()
    assert refused.returncode == 255 and sentence in refused.stdout + refused.stderr, refused
    child = site.machine.at_terminal(*LOUD[:-2], "-o", "PubkeyAuthentication=no", f"{name}@127.0.0.1")
    child.expect(PROMPT)
    child.sendline(PASSWORDS[name])
    child.expect("as many open sessions as are allowed")
    child.close(force=True)
    site.as_admin("set_session_policy sessions_per_user=11")
    assert by_key().returncode == 0
    site.as_admin("set_session_policy sessions_per_user=10")
    children.pop().sendeof()
    wait_until(lambda: len(sessions(site, name)) == 9)
    assert by_key().returncode == 0
    for child in children:
        child.sendeof()


def test_the_login_before_and_the_failures_since_are_told_after_a_login_and_the_banner_before(site: Site) -> None:
    name = add(site, "vera")
    site.as_admin('set_login_banner text="Authorised use only"')
    wait_until(lambda: b"Authorised" in site.machine.run(*LOUD, f"{name}@127.0.0.1").stderr)
    shell(site, name).close(force=True)
    child = site.machine.at_terminal(*LOUD[:-2], "-o", "PubkeyAuthentication=no", f"{name}@127.0.0.1")
    child.expect(PROMPT)
    assert "Authorised use only" in child.before
    child.sendline("wrong-one")
    child.expect("(?i)password: ?$")
    child.sendline(PASSWORDS[name])
    child.expect(r"Logged in as vera \(monitor\). Last login: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ from 127.0.0.1.")
    child.expect("Failed logins since then: 1.")
    child.close(force=True)
    site.as_admin('set_login_banner text=""')


def test_a_password_of_ninety_one_days_is_changed_first(site: Site) -> None:
    name = add(site, "wanda")
    site.key(name)
    site.as_admin("set_security_level level=high --yes")
    replace(site, name, must_change_password=False, password_changed_at=time.time() - 89 * 86400)
    assert site.by_key(name, "get_groups").returncode == 0, "the control"
    replace(site, name, must_change_password=False, password_changed_at=time.time() - 91 * 86400)
    done = site.by_key(name, "get_groups")
    assert done.returncode == 1 and b"Hint: Use set_password." in done.stderr, done
    told = site.by_key(name, "get_groups --json")
    assert (told.returncode, json.loads(told.stdout)["code"]) == (1, "MustChangePassword")
    by_key = site.machine.at_terminal(*CLIENT, "-i", site.key(name), f"{name}@127.0.0.1")
    by_password = site.by_password(name)
    by_password.sendline(PASSWORDS[name])
    for child in (by_key, by_password):
        child.expect("Your password must be changed before you can do anything else")
        child.expect("(?i)current password")
    by_password.expect("> ")
    for answer in (PASSWORDS[name], "NeWer-Pass-12", "NeWer-Pass-12"):
        by_password.sendline(answer)
        by_password.expect("> |completed successfully")
    by_password.sendline("get_current_user")
    by_password.expect("Name: wanda")
    by_password.close(force=True)
    by_key.close(force=True)
    assert site.by_key(name, "get_groups").returncode == 0
