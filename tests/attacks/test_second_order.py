"""What others make of stored values and of names at a login: sshd, agetty, NSS, PAM, and who starts the shell."""

import re
from collections.abc import Iterator

import pexpect
import pytest

from tests.attacks import bait, deployed, trace
from tests.attacks.deployed import FOLDER, LOGIN, SSHD, Inside
from tests.attacks.roles import ATTACKERS, PASSWORD
from tests.doors.site import CLIENT, LIBRARY, PROMPT, SHELL_USER, Site
from tests.doors.visits import as_user
from tests.support.waiting import wait_until

MARK = f"{FOLDER}/mark-0"
HOSTILE = [
    f"$(touch {MARK})", f"`touch {MARK}`", f"; touch {MARK} ;", f"| touch {MARK}", f"' ; touch {MARK} ; '",
    f"%u %h %k {MARK}", "\\S{PRETTY_NAME} \\n \\l \\4{lo}", "PermitRootLogin yes", "\\nPermitRootLogin yes\\nMatch all",
    "root:x:0:0::/root:/bin/sh", "\\nroot2:x:0:0::/root:/bin/sh", "#include /etc/shadow", "Include /etc/shadow",
    "--help", "-oProxyCommand=x", "a" * 1900, "ｒｏｏｔ \u2067 \u200b", "@include common-auth",
    "%s%s%n", "\\033[2J", "\\\\nx"]
NAMES = [f"$(touch {MARK})", f"`touch {MARK}`", f";touch {MARK};", f"|touch {MARK}", f"a b;touch {MARK}", "-froot",
         "-f root", "--help", "root@bob", "bob/../root", "mona:", "-1", "4294967295", "%u%h", "mona\\", "'\"",
         "x" * 300, "ｍｏｎａ"]
HOSTILE_ENVIRONMENT = {
    "PYTHONPATH": FOLDER, "PYTHONHOME": FOLDER, "PYTHONSTARTUP": f"{FOLDER}/python.py", "PYTHONINSPECT": "1",
    "PYTHONPYCACHEPREFIX": FOLDER, "PYTHONWARNINGS": "error::x.y", "PYTHONBREAKPOINT": "os.system",
    "BASH_ENV": f"{FOLDER}/script", "ENV": f"{FOLDER}/script", "SHELL": f"{FOLDER}/script",
    "EDITOR": f"{FOLDER}/editor", "VISUAL": f"{FOLDER}/editor", "PAGER": f"{FOLDER}/script", "IFS": "/",
    "MANPAGER": f"{FOLDER}/script", "LESSOPEN": f"|{FOLDER}/script %s", "LESSSECURE": "0",
    "BROWSER": f"{FOLDER}/script",
    "PATH": FOLDER, "XDG_CONFIG_HOME": FOLDER, "HOME": FOLDER, "TERMINFO": FOLDER, "BOXMGMT_STATE": FOLDER,
    "LD_LIBRARY_PATH": FOLDER, "GCONV_PATH": FOLDER, "LOCPATH": FOLDER, "TZ": f"{FOLDER}/canary", "LANGUAGE": "../../x"}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    one = deployed.begin()
    bait.lay(Inside(one.machine), FOLDER)
    yield one
    one.stop()


@pytest.fixture
def untouched(site: Site) -> Iterator[Site]:
    """The machine, on which nothing may take the bait or start what is not ours."""
    log = site.machine.path(deployed.SSHD_LOG)
    before = len(log.read_text().splitlines())
    yield site
    assert bait.taken(Inside(site.machine)) == []
    assert bait.started(trace.programs(log.read_text().splitlines()[before:]), LOGIN | SSHD) == []


def effective(site: Site) -> list[str]:
    """What sshd makes of its files for a user of the box and for root."""
    return [line for user in ("mona", "root") for line in site.machine.do(
        "/usr/sbin/sshd", "-T", "-C", f"user={user},host=x,addr=127.0.0.1").splitlines() if "banner" not in line]


def issue(site: Site, path: str) -> str:
    """What agetty shows of a file before a login."""
    child = site.machine.at_terminal("/sbin/agetty", "--show-issue", "--issue-file", path)
    child.expect(pexpect.EOF)
    child.close()
    return str(child.before).replace("\r\n", "\n")


@pytest.mark.attack(18, 19, 21, 25, 41)
def test_no_stored_value_becomes_a_line_of_somebody_elses_file(untouched: Site) -> None:
    site = untouched
    sshd, users = effective(site), site.machine.do("/bin/cat", "/var/lib/extrausers/passwd")
    for value in HOSTILE:
        site.as_admin('set_login_banner text="' + value.replace("\\", "\\\\").replace('"', '\\"') + '"')
        assert effective(site) == sshd, value
        told = value.replace("\\n", "\n").strip("\n") + "\n"
        assert site.machine.do("/bin/cat", "/etc/boxmgmt/banner") == told
        assert issue(site, "/etc/boxmgmt/issue") == told, "agetty takes nothing in it for an escape"
    assert site.machine.do("/bin/cat", "/var/lib/extrausers/passwd") == users
    site.as_admin('set_login_banner text=""')


@pytest.mark.attack(18)
def test_agetty_would_take_escapes_that_are_not_doubled(site: Site) -> None:
    site.machine.path("/tmp/issue").write_text("\\S{PRETTY_NAME}\n")
    assert "Debian" in issue(site, "/tmp/issue")


@pytest.mark.attack(14, 36)
def test_the_users_of_the_machine_are_those_of_the_state_and_no_more(site: Site) -> None:
    lines = site.machine.do("/bin/cat", "/var/lib/extrausers/passwd").splitlines()
    found = [line.split(":") for line in lines]
    assert {len(one) for one in found} == {7}
    assert {one[0] for one in found} == {"admin", "carol", "bob", *(one.name for one in ATTACKERS)}
    assert {one[6] for one in found} == {f"{LIBRARY}/boxmgmt", f"{LIBRARY}/sysmgmt"}
    assert all(70000 <= int(one[2]) <= 99999 for one in found)
    assert len({one[2] for one in found}) == len(found)
    own = {line.split(":")[0]: line for line in site.machine.path("/etc/passwd").read_text().splitlines()}
    before = {line.split(":")[0] for line in open("/etc/passwd", encoding="utf-8")}
    made = {"boxmgmt-keys", "boxmgmt-shell"}
    assert set(own) - before == made
    assert all(own[one].endswith(("/nologin", "/false")) for one in made)
    shadow = site.machine.path("/etc/shadow").read_text().splitlines()
    assert [line for line in shadow if line.split(":")[0] in made and line.split(":")[1][:1] not in "!*"] == []


@pytest.mark.attack(3, 34, 36)
def test_no_name_at_ssh_is_more_than_a_name(untouched: Site) -> None:
    before = untouched.as_admin("get_users")
    for number, name in enumerate(NAMES):
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        untouched.machine.path("/root/names").write_text(f'Host box\nUser "{escaped}"\nHostName 127.0.0.1\n')
        done = untouched.machine.run(CLIENT[0], "-F", "/root/names", *CLIENT[3:], "-o", "BatchMode=yes", "-i",
                                     untouched.key("mona"), "box", "get_current_user")
        assert done.returncode == 255 and b"uid=" not in done.stdout + done.stderr, (name, done)
        assert number or b"Permission denied" in done.stderr, "the client would not even ask"
    assert re.sub("(?i).*last login.*|.*SSH keys.*", "", untouched.as_admin("get_users")) == re.sub(
        "(?i).*last login.*|.*SSH keys.*", "", before)


@pytest.mark.attack(3, 33, 34)
@pytest.mark.parametrize("name", [NAMES[0], "-froot", "-f root", "x" * 300])
def test_no_name_at_the_console_is_more_than_a_name(untouched: Site, name: str) -> None:
    log = "/root/trace-names"
    child = untouched.machine.at_terminal(*trace.under(log, "/usr/bin/script", "-q", "-c", "/bin/login", "/dev/null"))
    child.expect("login: ")
    child.sendline(name)
    found = child.expect([PROMPT, "login: ", "(?i)incorrect", "(?i)too long|illegal|bad user"])
    if found == 0:
        child.sendline(PASSWORD)
        assert child.expect(["Login incorrect", "Logged in as"]) == 0
    child.close(force=True)
    programs = trace.programs(untouched.machine.path(log).read_text().splitlines())
    assert bait.started(programs[programs.index("/bin/login") + 1:], LOGIN) == []


@pytest.mark.attack(3, 18)
def test_a_name_that_reaches_a_shell_is_reported(site: Site) -> None:
    done = site.machine.run(*trace.under("/root/trace-open", "/bin/sh", "-c", f'eval "echo {NAMES[0]}"'))
    programs = trace.programs(site.machine.path("/root/trace-open").read_text().splitlines())
    assert done.returncode == 0 and bait.started(programs, LOGIN) and bait.taken(Inside(site.machine))
    site.machine.do("/bin/rm", MARK)


@pytest.mark.requirement(125)
@pytest.mark.attack(33, 35, 43)
@pytest.mark.parametrize("name", ["mona", "ada"])
@pytest.mark.parametrize("called", ["-sysmgmt", "-", "--help", "-c", "/bin/sh", "x" * 3000])
def test_no_environment_and_no_name_changes_what_a_launcher_runs(untouched: Site, name: str, called: str) -> None:
    shell = "boxmgmt" if name == "ada" else "sysmgmt"
    program = (f"import os, sys\nos.execve({LIBRARY + '/' + shell!r}, [{called!r}, '-c', 'get_current_user'], "
               f"{HOSTILE_ENVIRONMENT!r})")
    log = f"/root/trace-{name}"
    uid, gid = (untouched.machine.do("/usr/bin/id", option, name).strip() for option in ("-u", "-g"))
    done = untouched.machine.run(*trace.under(log, "/usr/bin/setpriv", f"--reuid={uid}", f"--regid={gid}",
                                              "--clear-groups", untouched.python, "-I", "-c", program))
    started = trace.programs(untouched.machine.path(log).read_text().splitlines())
    assert done.returncode == 0 and name.encode() in done.stdout, done
    assert started[-1] == f"{LIBRARY}/{shell}" and bait.shown(done.stdout + done.stderr) == []


@pytest.mark.attack(43)
def test_the_same_environment_reaches_a_python_that_looks_at_it(site: Site) -> None:
    program = f"import os\nos.execve({site.python!r}, [{site.python!r}, '-c', 'pass'], {{'PYTHONPATH': {FOLDER!r}}})"
    site.machine.path(f"{FOLDER}/sitecustomize.py").write_text(f"open({MARK!r}, 'w')\n")
    as_user(site, "mona", program)
    assert bait.Escape("file", "mark-0") in bait.taken(Inside(site.machine))
    site.machine.do("/bin/rm", "-rf", MARK, f"{FOLDER}/sitecustomize.py", f"{FOLDER}/__pycache__")


@pytest.mark.requirement(7)
@pytest.mark.requirement(68)
@pytest.mark.attack(17)
def test_an_administrator_is_not_root_and_becomes_it_by_nothing(untouched: Site) -> None:
    site = untouched
    for way in (("/bin/su", "-", "root", "-c", "id -u"), ("/bin/su", "root", "-c", "id -u"),
                ("/bin/login", "-f", "root"), ("/usr/bin/newgrp", "root")):
        program = (f"import subprocess\nprint(subprocess.run({way!r}, input={PASSWORD!r}.encode() + b'\\nid -u\\n', "
                   "capture_output=True).stdout.decode())")
        assert "0" not in as_user(site, "ada", program).split()
    assert as_user(site, "ada", "import os; print(os.getgroups(), os.getuid())").startswith("[]")
    done = site.machine.run("/bin/su", "-", "root", "-c", "id -u")
    assert done.stdout.split() == [b"0"], "the control: root may"


@pytest.mark.requirement(61)
@pytest.mark.attack(13)
def test_a_shell_holds_its_terminal_and_one_socket_and_leaves_no_file_behind(untouched: Site) -> None:
    site = untouched
    child = site.machine.at_terminal(*CLIENT, "-i", site.key("mona"), "mona@127.0.0.1")
    child.expect("> ", timeout=60)
    for name in ("mona", SHELL_USER):
        script = (f"for p in /proc/[0-9]*; do [ \"$(stat -c %U $p)\" = {name} ] && grep -q {LIBRARY} $p/cmdline && "
                  "[ -t 0 ] < $p/fd/0 && for d in $p/fd/*; do readlink $d; done; done; true")
        held = site.machine.do("/bin/sh", "-c", script).split()
        kinds = {re.sub(r"[0-9]+", "N", one) for one in held}
        assert "/dev/pts/N" in kinds, name
        assert kinds <= {"/dev/pts/N", "socket:[N]", "anon_inode:[eventpoll]", "pipe:[N]", "/dev/tty"}, name
    child.sendline("quit")
    child.close(force=True)
    left = site.machine.do("/usr/bin/find", "/tmp", "/var/tmp", "/var/lib", "/run", "/dev/shm", "/etc",
                           "/usr/lib/boxmgmt", "-ignore_readdir_race", "-xdev", "-uid", "+69999", "-uid", "-100000")
    assert left == ""
    wait_until(lambda: "User: mona" not in site.as_admin("get_sessions"))
