"""The life of a box on a pristine Debian with systemd: what the manual tells an administrator to do, and more."""

import io
import json
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest

from tests.doors import networked, updated
from tests.doors.booted import Pristine
from tests.doors.guesses import right_over_ssh, wrong_over_ssh
from tests.doors.site import CLIENT, LIBRARY, PASSWORDS, PIPED, PROMPT, SHELL_USER, STATE, Site
from tests.support import snmp
from tests.support.authorities import make
from tests.support.waiting import wait_until

UNITS = ("boxmgmtd.service", "boxmgmt-sessions.service")
NEWER = "/opt/boxmgmt-2"
SYSTEM_NAME = ".1.3.6.1.2.1.1.5.0"
LONG_AGO = f"""import sys, time
from sysmgmt import box
with box.embedded({STATE!r}).box.store.writing() as transaction:
    accounts = transaction.state.accounts
    one = accounts.get(sys.argv[1])._replace(password_changed_at=time.time() - 91 * 86400)
    transaction.save(transaction.state._replace(accounts=accounts.put(one.name, one)))"""
"""Lets 91 days go by for the password of a user."""

PLACES = """import os
for folder, folders, _ in os.walk("/"):
    if folder in ("/proc", "/sys"):
        folders.clear()
    try:
        os.close(os.open(f"{folder}/probe", os.O_CREAT | os.O_WRONLY, 0o600))
        os.unlink(f"{folder}/probe")
        print(folder)
    except OSError:
        pass"""
"""Finds the folders in which whoever runs it can make a file."""


@pytest.fixture(params=["12", "13"])
def pristine(request: pytest.FixtureRequest) -> Iterator[Pristine]:
    """A pristine Debian."""
    site = Pristine(request.param)
    try:
        yield site
    finally:
        site.stop()


@pytest.mark.checklist("R110")
def test_a_box_lives_on_a_pristine_debian(pristine: Pristine, tmp_path: Path) -> None:
    root_has_a_key(pristine)
    sshd_must_not_wait_for_the_first_to_come(pristine)
    it_is_deployed_over_ssh(pristine)
    the_unit_is_well_shut(pristine)
    a_session_has_no_place_to_write(pristine)
    three_roles_come_in(pristine)
    root_is_shut_out(pristine)
    guesses_lock_at_all_doors(pristine)
    a_getty_lets_in_whom_the_console_may(pristine)
    a_key_is_gone_at_once(pristine)
    root_access_opens_and_shuts(pristine)
    host_keys_are_made_under_an_open_session(pristine)
    partners_are_heard_by_the_unit(pristine)
    system_info_is_collected_by_the_unit(pristine)
    an_agent_answers_only_while_it_is_wanted(pristine)
    the_unit_sees_what_listens_and_who_answers(pristine)
    networked.the_network_is_governed(pristine)
    networked.a_change_waits_when_the_machine_is_switched_off(pristine)
    a_restart_keeps_everything(pristine)
    networked.it_has_returned_after_the_start_and_the_firewall_is_in_force(pristine)
    an_upgrade_leaves_sessions_and_state(pristine)
    updated.updates_are_installed_where_gpgv_is(pristine, tmp_path)
    admin_is_recovered_and_a_copy_brings_all_back(pristine)
    passwords_expire_and_changes_fall_due(pristine)
    it_is_taken_back_and_deployed_again(pristine)
    assert "Error" not in pristine.said() and "Traceback" not in pristine.said()


def by_root(site: Site, *words: str) -> Any:
    """`ssh root@box words` with root's own key."""
    return site.machine.run(*PIPED, "-i", "/root/own", "root@127.0.0.1", *words)


def root_has_a_key(site: Pristine) -> None:
    machine = site.machine
    machine.do("/bin/sh", "-c", "mkdir -p -m 700 /root/.ssh && ssh-keygen -q -t ed25519 -N '' -f /root/own && "
               "cp /root/own.pub /root/.ssh/authorized_keys")
    assert b"uid=0" in by_root(site, "id").stdout, "the control"


def sshd_must_not_wait_for_the_first_to_come(site: Pristine) -> None:
    site.order("enable", "ssh.socket")
    done = site.deploy()
    assert done.returncode == 6 and b"use systemctl disable --now ssh.socket" in done.stderr, done
    site.order("disable", "ssh.socket")


def it_is_deployed_over_ssh(site: Pristine) -> None:
    old = site.scan()
    shown = by_root(site, f"{site.home}/bin/boxmgmtd --deploy --dry-run")
    assert shown.returncode == 0 and b"+++ /etc/pam.d/sshd" in shown.stdout
    done = by_root(site, f"{site.home}/bin/boxmgmtd --deploy")
    assert (done.returncode, done.stderr) == (0, b"") and b"boxmgmtd has been started" in done.stdout
    site.begin()
    assert site.fact("boxmgmtd", "NRestarts") == "0"
    site.machine.do("/bin/rm", "/root/known")
    assert site.scan() not in (b"", old), "the host keys are new"
    assert b"uid=0" in by_root(site, "id").stdout, "who deploys over SSH is not locked out"


def the_unit_is_well_shut(site: Pristine) -> None:
    for unit in UNITS:
        done = site.machine.run("/usr/bin/systemd-analyze", "verify", "--man=no", f"/etc/systemd/system/{unit}")
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
        told = site.machine.do("/usr/bin/systemd-analyze", "security", "--no-pager", unit)
        assert float(told.split(f"{unit}: ")[1].split()[0]) < 3.0, told
    assert site.fact("boxmgmtd", "MemoryMax") == str(2 << 30)
    server = site.fact("boxmgmt-sessions", "MainPID")
    assert "CapPrm:\t0000000000000000" in site.machine.do("/bin/cat", f"/proc/{server}/status")
    assert site.machine.exists("/usr/local/share/man/man8/boxmgmtd.8")
    for _ in range(8):
        before = site.fact("boxmgmtd", "MainPID")
        site.order("kill", "--signal=KILL", "boxmgmtd")
        wait_until(lambda: site.fact("boxmgmtd", "MainPID") not in (before, "0"))
    site.serve()


def a_session_has_no_place_to_write(site: Pristine) -> None:
    """Nor would it have one that no filter of calls confines."""
    server, uid = site.fact("boxmgmt-sessions", "MainPID"), site.machine.do("/usr/bin/id", "-u", SHELL_USER).strip()
    become = ("/usr/bin/setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", site.python, "-c", PLACES)
    assert {"/tmp", "/var/tmp", "/dev/shm"} <= {*site.machine.do(*become).split()}, "the control"
    assert site.machine.do("/usr/bin/nsenter", "-t", server, "-m", "--", *become) == ""
    limits = site.machine.do("/bin/cat", f"/proc/{server}/limits")
    assert re.search(r"^Max file size +0 +0 ", limits, re.MULTILINE), limits


def three_roles_come_in(site: Pristine) -> None:
    for name, seen in (("carol", "Main Menu"), ("bob", r"Logged in as bob \(monitor\)")):
        child = site.by_password(name)
        child.sendline(PASSWORDS[name])
        child.expect(seen)
        server = site.fact("boxmgmt-sessions", "MainPID")
        assert site.machine.do("/bin/cat", f"/proc/{server}/task/{server}/children"), "the fork server serves it"
        child.close(force=True)
    done = site.by_key("bob", "get_current_user --json")
    assert json.loads(done.stdout)["result"]["role"] == "monitor"
    assert b"have the menu only" in site.by_key("carol", "get_current_user").stderr
    done = site.by_key("bob", given=b"# a batch\nget_current_user\nadd_group name=g1\nget_users\n")
    assert done.returncode == 3 and done.stderr.startswith(b"line 3: Error: ")
    assert site.machine.do("/usr/sbin/runuser", "-u", "bob", "--", f"{LIBRARY}/sysmgmt", "-c", "get_groups")


def root_is_shut_out(site: Pristine) -> None:
    assert by_root(site, "id").returncode == 0, "carol and bob could not undo anything"
    child = site.by_password("admin")
    child.sendline(PASSWORDS["admin"])
    child.expect(r"\[6\] System management CLI")
    child.close(force=True)
    wait_until(lambda: b"Permission denied" in by_root(site, "id").stderr)


def guesses_lock_at_all_doors(site: Pristine) -> None:
    key = site.key("bob")
    wrong_over_ssh(site, "bob", 2)
    getty(site, "bob", "wrong-one").expect("Login incorrect")
    assert not right_over_ssh(site, "bob")
    assert site.machine.run(*PIPED, "-i", key, "bob@127.0.0.1", "get_groups").returncode == 255
    site.as_admin("unlock_user name=bob")
    assert right_over_ssh(site, "bob")


def greeted(site: Pristine) -> str:
    """What a new getty of systemd shows at the machine's console before it asks for a name."""
    site.machine.hush()
    site.order("start", "console-getty.service")
    site.machine.console.expect("login: ")
    return str(site.machine.console.before)


def getty(site: Pristine, name: str, password: str) -> Any:
    """The machine's console, after the name and the password."""
    greeted(site)
    console = site.machine.console
    console.sendline(name)
    console.expect(PROMPT)
    console.sendline(password)
    return console


def a_getty_lets_in_whom_the_console_may(site: Pristine) -> None:
    site.as_admin(r'set_login_banner text="Keep out \\S"')
    wrong_over_ssh(site, "admin", 3)
    assert not right_over_ssh(site, "admin")
    assert r"Keep out \S" in greeted(site)
    console = getty(site, "admin", PASSWORDS["admin"])
    console.expect(r"\[6\] System management CLI")
    console.sendline("q")
    assert right_over_ssh(site, "admin"), "the console has unlocked admin"
    wrong_over_ssh(site, "bob", 3)
    getty(site, "bob", PASSWORDS["bob"]).expect("Login incorrect")
    greeted(site)
    site.machine.console.sendline("root")
    site.machine.console.expect("Login incorrect")
    site.as_admin("unlock_user name=bob", 'set_login_banner text=""')
    console = getty(site, "bob", PASSWORDS["bob"])
    console.expect(r"Logged in as bob \(monitor\)")
    console.sendline("get_sessions")
    console.expect("(?i)endpoint: console")
    console.sendline("quit")


def a_key_is_gone_at_once(site: Pristine) -> None:
    key = site.key("carol")
    told = site.machine.do("/usr/bin/ssh-keygen", "-lf", key + ".pub").split()[1]
    login = (*PIPED, "-i", key, "carol@127.0.0.1", "help")
    assert site.machine.run(*login).returncode != 255
    site.as_admin(f"remove_ssh_key name=carol fingerprint={told}")
    assert site.machine.run(*login).returncode == 255


def root_access_opens_and_shuts(site: Pristine) -> None:
    site.as_admin("enable_root_access minutes=10 --yes")
    wait_until(lambda: b"uid=0" in by_root(site, "id").stdout)
    site.as_admin("disable_root_access")
    wait_until(lambda: b"Permission denied" in by_root(site, "id").stderr)


def host_keys_are_made_under_an_open_session(site: Pristine) -> None:
    child = site.machine.at_terminal(*CLIENT, "-i", site.key("bob"), "bob@127.0.0.1")
    child.expect("> ")
    before = site.scan()
    site.as_admin("regenerate_host_keys --yes")
    wait_until(lambda: site.scan() not in (b"", before))
    child.sendline("get_current_user")
    child.expect("Role: monitor")
    child.close(force=True)
    site.machine.do("/bin/rm", "/root/known")


def system_info_is_collected_by_the_unit(site: Pristine) -> None:
    made = json.loads(site.by_key("admin", "collect_system_info --json").stdout)["result"]
    assert [one for one in made["missing"] if "nginx" not in one] == [], made
    data = site.by_key("admin", f"download_collected_info name={made['name']}").stdout
    with tarfile.open(fileobj=io.BytesIO(data)) as packed:
        found = {one.name: packed.extractfile(one).read() for one in packed}  # type: ignore[union-attr]
    assert b"Started boxmgmtd.service" in found["var/log/boxmgmtd.service.log"]
    assert b"Accepted publickey for admin" in found["var/log/ssh.service.log"]
    assert "ActiveState=active" in json.loads(found["services.json"])["units"]
    assert [one for one in json.loads(found["versions.json"])["packages"] if one.startswith("openssh-server ")]


def an_agent_answers_only_while_it_is_wanted(site: Pristine) -> None:
    """systemd starts and ends the agent; where there is none, what brings it is said, and nothing is changed."""
    def asked(program: str, oid: str) -> bytes:
        return site.machine.run(*snmp.question(program, 161, oid)).stdout
    site.as_admin(f"add_snmp_user name=watcher password={snmp.PASSWORD} privacy_password={snmp.PRIVACY}")
    if not site.machine.exists("/usr/sbin/snmpd"):
        done = site.by_key("admin", "config_snmp agent=yes --json")
        assert done.returncode == 6 and "apt-get install snmpd" in json.loads(done.stdout)["message"]
        assert not json.loads(site.as_admin("get_snmp_settings --json"))["result"]["snmp"]["enabled"]
        return
    assert site.fact("snmpd", "ActiveState") == "inactive", "off by default"
    site.as_admin("config_snmp agent=yes")
    assert site.fact("snmpd", "ActiveState") == "active"
    assert b'STRING: "box1"' in asked("snmpget", SYSTEM_NAME)
    wait_until(lambda: b'STRING: "box1"' in asked("snmpwalk", snmp.OBJECTS))
    site.as_admin("disable_snmp")
    assert site.fact("snmpd", "ActiveState") == "inactive" and asked("snmpget", SYSTEM_NAME) == b""
    site.as_admin("remove_snmp_user name=watcher")


def partners_are_heard_by_the_unit(site: Site) -> None:
    pasted = make("east").pem
    site.as_admin("add_partner name=east address=192.0.2.1 pem=-", pasted)
    told = json.loads(site.as_admin("get_cipher_suites --json"))["result"]["listeners"]
    (heard,) = [one for one in told if one["listener"] == "partners"]
    assert (heard["shut"], heard["answers"], heard["judgement"]) == (None, True, "good"), heard
    site.as_admin("set_cluster_isolation mode=on")
    assert "the cluster is isolated" in site.as_admin("get_partners")
    site.as_admin("remove_partner name=east", "set_cluster_isolation mode=off")


def the_unit_sees_what_listens_and_who_answers(site: Site) -> None:
    told = json.loads(site.as_admin("get_listening_ports --json"))["result"]
    ssh = [one for one in told["ports"] if one["port"] == "22/tcp"]
    assert {(one["program"], one["verdict"]) for one in ssh} == {("sshd", "expected")} and told["missing"] == []
    assert json.loads(site.as_admin("test_reachability host=127.0.0.1 count=1 --json"))["result"]["reachable"]
    found = json.loads(site.as_admin("test_connectivity row=9.4 host=127.0.0.1 --json"))["result"]
    assert (found["tested"], found["open"]) == (1, 1)
    assert json.loads(site.as_admin("test_route host=127.0.0.1 --json"))["result"]["arrived"]


def a_restart_keeps_everything(site: Pristine) -> None:
    before = site.as_admin("get_users")
    drop_in = site.machine.path("/etc/ssh/sshd_config.d/10-boxmgmt.conf")
    wanted = drop_in.read_bytes()
    drop_in.write_bytes(b"# by hand\n")
    site.machine.restart()
    assert site.machine.path("/etc/ssh/sshd_config.d/10-boxmgmt.conf").read_bytes() == wanted, "it is healed"
    assert names(site.as_admin("get_users")) == names(before)
    assert site.by_key("bob", "get_groups").returncode == 0 and right_over_ssh(site, "carol")
    assert by_root(site, "id").returncode == 255


def names(text: str) -> list[str]:
    """The users in what get_users shows."""
    return [line.strip() for line in text.splitlines() if line.endswith(":")]


def an_upgrade_leaves_sessions_and_state(site: Pristine) -> None:
    sshd, engine = site.fact("ssh", "MainPID"), site.fact("boxmgmtd", "MainPID")
    child = site.machine.at_terminal(*CLIENT, "-i", site.key("bob"), "bob@127.0.0.1")
    child.expect("> ")
    site.install(NEWER)
    site.home = NEWER
    done = site.deploy()
    assert (done.returncode, done.stderr) == (0, b""), done
    assert NEWER in site.machine.path(f"{LIBRARY}/sysmgmt").read_text()
    assert site.fact("boxmgmtd", "MainPID") != engine and site.fact("ssh", "MainPID") == sshd
    child.sendline("get_current_user")
    child.expect("Role: monitor")
    child.sendline("quit")
    child.expect(pexpect.EOF)
    assert site.by_key("bob", "get_groups").returncode == 0
    site.machine.do("/bin/rm", "-r", "/opt/boxmgmt")
    assert right_over_ssh(site, "bob"), "nothing of the older one is needed"
    assert by_root(site, "id").returncode == 255, "root stays out"


def admin_is_recovered_and_a_copy_brings_all_back(site: Pristine) -> None:
    machine = site.machine
    site.stop_serving()
    machine.do("/bin/tar", "-C", "/var/lib", "-czpf", "/root/boxmgmt.tar.gz", "boxmgmt")
    site.serve()
    wrong_over_ssh(site, "admin", 3)
    site.stop_serving()
    child = machine.at_terminal("/usr/bin/script", "-q", "-c", f"{site.home}/bin/boxmgmt --recover", "/dev/null")
    for _ in range(2):
        child.expect("> ")
        child.sendline("Other-Pass-99")
    child.expect(pexpect.EOF)
    site.serve()
    child = site.by_password("admin")
    child.sendline("Other-Pass-99")
    child.expect("Main Menu")
    child.close(force=True)
    site.stop_serving()
    machine.do("/bin/rm", "-r", STATE)
    machine.do("/bin/tar", "-C", "/var/lib", "-xzpf", "/root/boxmgmt.tar.gz")
    site.serve()
    assert right_over_ssh(site, "admin")


def passwords_expire_and_changes_fall_due(site: Pristine) -> None:
    site.as_admin('add_user name=dora role=monitor password="First-Pass-11"')
    site.key("dora")
    assert due(site)
    child = site.by_password("dora")
    child.sendline("First-Pass-11")
    child.expect("Your password must be changed before you can do anything else")
    for text in ("First-Pass-11", "SEcond-Pass-22", "SEcond-Pass-22"):
        child.expect("> ")
        child.sendline(text)
    child.expect("set_password completed successfully")
    child.close(force=True)
    assert not due(site)
    site.as_admin("set_security_level level=high --yes")
    site.stop_serving()
    site.machine.do(f"{site.home}/bin/python", "-c", LONG_AGO, "dora")
    site.serve()
    assert due(site)


def due(site: Site) -> bool:
    """Whether dora must change her password first."""
    done = site.by_key("dora", "get_groups --json")
    return bool(json.loads(done.stdout)["code"] == "MustChangePassword")


def it_is_taken_back_and_deployed_again(site: Pristine) -> None:
    machine = site.machine
    keys = site.scan()
    assert site.deploy("--remove").returncode == 0
    assert [site.fact(one, "LoadState") for one in UNITS] == ["not-found", "not-found"]
    assert machine.run("/usr/bin/id", "bob").returncode == 1
    assert b"uid=0" in by_root(site, "id").stdout
    done = site.deploy()
    assert done.returncode == 0, done
    assert machine.do("/usr/bin/id", "-un", "bob").strip() == "bob"
    assert by_root(site, "id").returncode == 0, "until admin has come in again"
    assert site.scan() == keys, "the host keys stay"
