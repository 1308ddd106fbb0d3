"""Making a Debian machine a box, and taking it back without a trace."""

import json
import time
from collections.abc import Iterator

import pexpect
import pytest

from sysmgmt.host.installed import MANIFEST
from tests.doors.machine import HOME, Machine
from tests.doors.site import LIBRARY, SHELL_USER, STATE, Site
from tests.support.waiting import wait_until

SECRET = "Admin-Pass-12"
SEEN = """import hashlib, json, os, sys
found = {}
for top in sys.argv[1:]:
    for folder, folders, names in os.walk(top):
        for path in [folder, *(os.path.join(folder, name) for name in names)]:
            if os.path.islink(path) or path.endswith(("passwd-", "group-", "shadow-", "/.pwd.lock")):
                continue
            facts = os.lstat(path)
            text = "" if os.path.isdir(path) else hashlib.sha256(open(path, "rb").read()).hexdigest()
            found[path] = [oct(facts.st_mode), facts.st_uid, facts.st_gid, text]
print(json.dumps(found))"""
FOLDERS = ("/etc", "/usr/lib/sysusers.d", "/usr/lib/tmpfiles.d", "/usr/lib/boxmgmt", "/var/lib/boxmgmt-deploy",
           "/var/lib/extrausers")


def seen(machine: Machine) -> dict[str, list[object]]:
    """All files that a deployment could touch: mode, owner, group, content."""
    found: dict[str, list[object]] = json.loads(machine.do("/usr/bin/python3", "-c", SEEN, *FOLDERS))
    return found


@pytest.fixture
def fresh() -> Iterator[Site]:
    """A machine of one's own."""
    site = Site()
    yield site
    site.stop()


def refused(site: Site, *options: str) -> str:
    """The one sentence with which a deployment is refused; nothing has changed."""
    before = seen(site.machine)
    done = site.deploy(*options)
    assert done.returncode in (2, 6) and done.stdout == b"", done
    assert seen(site.machine) == before
    text = done.stderr.decode()
    assert text.startswith("Error: ") and text.count("\n") == 1, text
    return text


def test_a_dry_run_shows_each_file_with_its_difference_and_changes_nothing(bare: Site) -> None:
    before = seen(bare.machine)
    done = bare.deploy("--dry-run")
    text = done.stdout.decode()
    assert done.returncode == 0 and seen(bare.machine) == before
    for line in ("+++ /etc/pam.d/sshd", "--- /etc/pam.d/sshd", "+++ /etc/ssh/sshd_config.d/10-boxmgmt.conf",
                 "+passwd:         files extrausers systemd", f"= {LIBRARY}/pam: mode 755",
                 "+++ /etc/systemd/system/boxmgmtd.service", "The login of root stays as it is"):
        assert line in text, line


def test_users_who_will_be_refused_are_named(fresh: Site) -> None:
    fresh.machine.do("/usr/sbin/useradd", "-s", "/bin/bash", "olduser")
    text = fresh.deploy("--dry-run").stdout.decode()
    line, = [one for one in text.splitlines() if one.startswith("Refused by sshd")]
    assert "olduser" in line and "root" not in line and "daemon" not in line
    assert "from then on: root (--now)" in fresh.deploy("--dry-run", "--now").stdout.decode()


def test_what_was_there_comes_back_exactly(fresh: Site) -> None:
    fresh.machine.path("/etc/ssh/sshd_config.d/10-boxmgmt.conf").write_text("# what somebody had there\n")
    before = seen(fresh.machine)
    assert fresh.deploy().returncode == 0
    between = seen(fresh.machine)
    changed = {path for path in between if between[path] != before.get(path)}
    assert {"/etc/pam.d/sshd", "/etc/pam.d/login", "/etc/nsswitch.conf", f"{LIBRARY}/boxmgmt"} <= changed, "the control"
    done = fresh.deploy("--remove", "--dry-run")
    assert b"/etc/pam.d/sshd would be restored" in done.stdout and seen(fresh.machine) == between
    assert b"/etc/localtime" not in done.stdout, "nobody has set it"
    fresh.machine.path("/etc/boxmgmt/time_zone").write_text("Europe/London\n")
    fresh.machine.start("/usr/bin/setpriv", f"--reuid={SHELL_USER}", f"--regid={SHELL_USER}", "--clear-groups",
                        "/bin/sleep", "60")  # as a session that is open
    wait_until(lambda: fresh.machine.run("/usr/bin/pgrep", "-u", SHELL_USER).returncode == 0)
    done = fresh.deploy("--remove")
    assert done.returncode == 0 and b"/etc/localtime stays as set_time has set it." in done.stdout, done.stdout
    assert b"/etc/boxmgmt/host_keys_of, which says" in done.stdout
    after = seen(fresh.machine)
    assert {path: (before.get(path), after.get(path)) for path in before.keys() | after.keys()
            if before.get(path) != after.get(path)} == {}
    assert "there is none to take back" in refused(fresh, "--remove")


def test_deploying_twice_changes_nothing_and_keeps_the_first_originals(fresh: Site) -> None:
    before = seen(fresh.machine)
    assert fresh.deploy().returncode == 0
    once = seen(fresh.machine)
    assert '"sysmgmt/box.py": "' in fresh.machine.path(MANIFEST).read_text(), "what a self-test compares with"
    text = fresh.deploy("--dry-run").stdout.decode()
    assert "+++" not in text and text.count(": as it is") > 10
    assert fresh.deploy().returncode == 0
    assert seen(fresh.machine) == once
    assert fresh.deploy("--remove").returncode == 0
    assert seen(fresh.machine) == before


@pytest.mark.parametrize("spoil, sentence", [
    ("mv /usr/sbin/sshd /usr/sbin/sshd.away", "/usr/sbin/sshd is missing; install the package openssh-server"),
    ("rm /usr/lib/libnss_extrausers.so.2", "install the package libnss-extrausers"),
    ("sed -i s/VERSION_ID=.*/VERSION_ID=11/ /usr/lib/os-release", "this is debian 11, and only Debian 12 and 13"),
    ("echo 'admin:x:1500:1500::/home/admin:/bin/bash' >> /etc/passwd", "has a user admin of its own"),
    ("echo 'bob:x:70500:70500::/home/bob:/bin/bash' >> /etc/passwd", "belong to the user bob; give others with --uids"),
    ("echo 'bob:80000:10' >> /etc/subuid", "80000-80009, which belong to the containers of bob"),
    (f"chmod 777 {HOME}/lib/sysmgmt", "can be written by others than root"),
    (f"chmod 700 {HOME}", "cannot be read by users of the box"),
    (f"chmod o-r $(readlink -f {HOME}/venv/bin/python)", "use chmod o+rx"),
    (f"chown 33 {HOME}/lib", "belongs to www-data"),
    ("sed -i s/^Include/#Include/ /etc/ssh/sshd_config", "does not include /etc/ssh/sshd_config.d/10-boxmgmt.conf"),
    ("sed -i 's|/usr/lib/openssh/sftp-server|internal-sftp|' /etc/ssh/sshd_config", "make it /usr/lib/openssh/sftp"),
    ("echo Nonsense yes >> /etc/ssh/sshd_config", "Bad configuration option: Nonsense"),
    ("rm /etc/pam.d/login", "/etc/pam.d/login does not exist"),
    ("mv /etc/pam.d/login /etc/login; ln -s ../login /etc/pam.d/login", "/etc/pam.d/login is not a plain file"),
    ("mkdir -p /etc/boxmgmt/banner", "/etc/boxmgmt/banner is not a plain file"),
    ("sed -i 's/^passwd:.*/passwd: systemd files/' /etc/nsswitch.conf", "has no line that begins with passwd: files"),
    ("groupadd boxmgmt", "has a group boxmgmt of its own"),
    ("useradd -r boxmgmt-keys", "has a user boxmgmt-keys of its own"),
    ("useradd -r boxmgmt-shell", "has a user boxmgmt-shell of its own"),
    ("mkdir -p /var/lib/extrausers; echo eve:x:2000:2000::/:/bin/sh > /var/lib/extrausers/passwd",
     "/var/lib/extrausers/passwd has entries of somebody else, such as eve"),
    ("mkdir -p -m 777 /var/lib/boxmgmt; chmod 777 /var/lib/boxmgmt", "is not a folder that root alone may write into"),
    ("mkdir -p /etc/systemd/system/sockets.target.wants; "
     "ln -sf /lib/systemd/system/ssh.socket /etc/systemd/system/sockets.target.wants/", "use systemctl disable --now"),
    ("sed -i '1i UsePAM no' /etc/ssh/sshd_config", "sets UsePAM to no, where users of the box need yes"),
    ("sed -i '1i Match all' /etc/ssh/sshd_config", "another file of sshd sets"),
    ("printf 'Match all\nX11Forwarding yes\n' > /etc/ssh/sshd_config.d/01-x.conf", "sets X11Forwarding to yes"),
    ("printf 'Match Address 127.0.0.0/8\nAllowTcpForwarding yes\n' > /etc/ssh/sshd_config.d/00-site.conf",
     "00-site.conf has the line Match Address 127.0.0.0/8, which stands before"),
    ("echo 'AllowUsers eve' > /etc/ssh/sshd_config.d/99-x.conf", "sets allowusers, which may shut out users"),
    ("echo 'DenyGroups eve' >> /etc/ssh/sshd_config", "sets denygroups"),
    ("echo 'AuthenticationMethods publickey' >> /etc/ssh/sshd_config", "sets authenticationmethods"),
])
def test_what_cannot_be_done_is_said_in_one_sentence(fresh: Site, spoil: str, sentence: str) -> None:
    fresh.machine.do("/bin/sh", "-c", spoil)
    assert sentence in refused(fresh)


STEPS = ("/var/lib/boxmgmt-deploy", "/usr/lib/sysusers.d", "/usr/lib/tmpfiles.d", LIBRARY, "/etc/systemd/system",
         "/usr/local/share/man/man8", "/var/lib/extrausers", "/etc/boxmgmt", "/etc/ssh/sshd_config.d",
         "/etc/pam.d", "/etc")
"""Folders that a deployment writes into, in this order or another."""


@pytest.mark.parametrize("folder", STEPS)
def test_a_deployment_that_cannot_be_finished_is_undone(fresh: Site, folder: str) -> None:
    fresh.machine.do("/bin/sh", "-c", f"mkdir -p {folder}; mount --bind {folder} {folder}; "
                     f"mount -o remount,bind,ro {folder} {folder}")
    assert "Read-only file system" in refused(fresh) or folder == "/etc"
    fresh.machine.do("/bin/umount", folder)
    assert fresh.deploy().returncode == 0, "the control"


def test_a_full_disk_undoes_it_too(fresh: Site) -> None:
    for size in (8, 16):
        fresh.machine.do("/bin/sh", "-c", f"mkdir -p {LIBRARY} /etc/boxmgmt; "
                         f"mount -t tmpfs -o mode=755,size={size}k full {LIBRARY}")
        assert "No space left on device" in refused(fresh)
        fresh.machine.do("/bin/umount", LIBRARY)


@pytest.mark.parametrize("program", ["systemd-sysusers", "ssh-keygen"])
def test_a_program_that_fails_undoes_it(fresh: Site, program: str) -> None:
    assert fresh.deploy().returncode == 0
    fresh.serve()
    fresh.as_admin('install name=box1 level=basic password="Admin-Pass-12"', login=False)
    fresh.stop_serving()
    assert fresh.deploy("--remove").returncode == 0
    fresh.machine.do("/bin/sh", "-c", f"printf '#!/bin/sh\\necho out of order >&2; exit 3\\n' > /usr/bin/{program}; "
                     "rm -f /etc/boxmgmt/host_keys_of")
    assert "out of order" in refused(fresh)


def test_an_upgrade_that_fails_leaves_the_deployment_that_there_was(fresh: Site) -> None:
    fresh.begin()
    fresh.machine.do("/bin/sh", "-c", f"cp -r {HOME} /opt/newer; mv /etc/nsswitch.conf /etc/nss; "
                     "grep -v ^passwd /etc/nss > /etc/nsswitch.conf")
    fresh.python = "/opt/newer/venv/bin/python"
    assert "passwd: files" in refused(fresh)
    fresh.machine.do("/bin/sh", "-c", "mv /etc/nss /etc/nsswitch.conf; mount --bind /etc/pam.d /etc/pam.d; "
                     f"echo '# by hand' >> /etc/pam.d/login; echo '# by hand' >> {LIBRARY}/pam; "
                     "mount -o remount,bind,ro /etc/pam.d /etc/pam.d")
    assert "Read-only file system" in refused(fresh)
    assert fresh.by_key("bob", "get_current_user").returncode == 0
    fresh.machine.do("/bin/umount", "/etc/pam.d")
    assert fresh.deploy().returncode == 0, "the control"
    assert "/opt/newer" in fresh.machine.path(f"{LIBRARY}/pam").read_text()


def test_an_upgrade_keeps_where_the_state_is_and_refuses_another_place(fresh: Site) -> None:
    assert fresh.deploy("--state", "/srv/box", "--uids", "80000-80100").returncode == 0
    assert fresh.deploy().returncode == 0
    assert "/srv/box" in fresh.machine.path("/etc/systemd/system/boxmgmtd.service").read_text()
    assert "with another --state" in refused(fresh, "--state", "/srv/other")
    assert "with another --uids" in refused(fresh, "--uids", "70000-70100")


@pytest.mark.parametrize("option, sentence", [
    ("--state=/srv/a b", "other characters than letters"),
    ("--uids=1-2", "1-2 is no range"), ("--uids=50000-50100", "adduser (/etc/login.defs)"), ("--uids=x", "no range"),
    ("--uids=100000-100010", "containers (/etc/login.defs)"), ("--nosuch", "There is no option --nosuch"),
    ("--uids=61000-62000", "systemd"),
    ("--state=/tmp/box", "a /tmp and a /var/tmp of its own"), ("--remove", "there is none to take back")])
def test_a_wrong_option_is_said_in_one_sentence(bare: Site, option: str, sentence: str) -> None:
    assert sentence in refused(bare, option)


def test_only_root_deploys(bare: Site) -> None:
    done = bare.machine.run("/usr/bin/env", f"PYTHONPATH={HOME}/lib", bare.python, "-m", "sysmgmt.service", "--deploy",
                            user="nobody")
    assert done.returncode == 6 and b"only root can deploy" in done.stderr


def test_systemd_accepts_the_unit_and_finds_it_well_shut(fresh: Site) -> None:
    assert fresh.deploy().returncode == 0
    unit = "/etc/systemd/system/boxmgmtd.service"
    done = fresh.machine.run("/usr/bin/systemd-analyze", "verify", unit)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    told = fresh.machine.do("/usr/bin/systemd-analyze", "security", "--offline=true", "--no-pager", unit)
    assert float(told.split("boxmgmtd.service: ")[1].split()[0]) < 3.0, told


def test_root_keeps_its_login_until_a_user_of_the_box_has_come_in(fresh: Site) -> None:
    machine = fresh.machine
    machine.do("/usr/sbin/chpasswd", given=b"root:Root-Pass-1\n")
    machine.path("/etc/ssh/sshd_config.d/05-root.conf").write_text("")
    machine.do("/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/root/own")
    machine.do("/bin/sh", "-c", "mkdir -p /root/.ssh; chmod 700 /root /root/.ssh; chown root /root; "
               "cp /root/own.pub /root/.ssh/authorized_keys")
    fresh.begin()
    command = ("/usr/bin/ssh", "-F", "/dev/null", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o",
               "UserKnownHostsFile=/dev/null", "-i", "/root/own", "root@127.0.0.1", "id")
    assert b"uid=0" in machine.run(*command).stdout, "an administrator is not locked out"
    marker = "/var/lib/boxmgmt-deploy/root-stays"
    assert fresh.by_key("bob", "get_current_user").returncode == 0
    time.sleep(2.5)
    assert machine.exists(marker), "bob could not undo anything"
    assert fresh.by_key("admin", "get_current_user").returncode == 0
    wait_until(lambda: not machine.exists(marker))
    wait_until(lambda: b"Permission denied" in machine.run(*command).stderr)
    console = machine.at_terminal("/usr/bin/script", "-q", "-c", "/bin/login", "/dev/null")
    console.expect("login: ")
    console.sendline("root")
    console.expect("Login incorrect")
    console.close(force=True)
    fresh.stop_serving()
    fresh.serve()
    assert not machine.exists(marker), "it stays shut"
    assert machine.exists(f"{STATE}/state.json")


@pytest.mark.checklist("R018")
def test_installation_offers_the_network_where_the_machine_follows(fresh: Site) -> None:
    assert fresh.deploy().returncode == 0
    fresh.serve()
    child = fresh.machine.at_terminal(f"{LIBRARY}/boxmgmt")
    for asked, answer in (("Name of the box", "box1"), ("Security level", "basic"), ("Password of .* admin", SECRET),
                          ("again", SECRET), ("interface of the network now", "y"), ("lan", "lan")):
        child.expect(asked)
        child.expect("> $|] $|: $")
        child.send(f"{answer}\r")
    child.expect("(?s)device.*> $")
    child.sendcontrol("c")
    child.expect_exact("** Main Menu **")
    child.send("q\r")
    child.expect(pexpect.EOF)
