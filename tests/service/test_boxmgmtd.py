"""boxmgmtd: the same answers as in embedded mode, whoever asks, whatever else is sent."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sysmgmt.domain.model import LDAP_USER
from sysmgmt.service.client import ServiceDoor
from sysmgmt.service.doorkeeper import GONE
from tests.support.box import ADMIN_PASSWORD, TestBox
from tests.support.boxmgmtd import Boxmgmtd, for_all, running
from tests.support.program import ENVIRONMENT, credentials

DATA = Path(__file__).parents[1] / "acceptance"


def as_admin(daemon: Boxmgmtd) -> list[str]:
    return credentials(daemon.box.folder)


def test_the_first_day_gives_the_same_codes_over_the_socket(daemon: Boxmgmtd) -> None:
    batch = (DATA / "first_day.txt").read_text()
    done = daemon.run(batch, *as_admin(daemon), "--json", "--keep-going")
    codes = [json.loads(line)["code"] for line in done.stdout.splitlines()]
    assert codes == (DATA / "first_day.codes").read_text().split()
    assert done.returncode == 1


def test_root_is_nobody_without_a_login(daemon: Boxmgmtd) -> None:
    done = daemon.run("get_users\n")
    assert (done.returncode, done.stdout) == (4, b"")
    assert b"A login is needed here." in done.stderr


def test_the_kernel_says_who_a_user_is_and_nothing_else_does(daemon: Boxmgmtd) -> None:
    number = daemon.box.add("bob", "Bobs-pass-11")
    done = daemon.run("get_current_user --json\nadd_group name=g\n", uid=number)
    assert json.loads(done.stdout.splitlines()[0])["result"]["name"] == "bob"
    assert done.returncode == 3 and b"needs the permission" in done.stderr
    stranger = daemon.run("get_current_user\n", uid=65000)
    assert stranger.returncode == 4, "a number that no user has is nobody"


def test_a_shell_that_was_taken_over_reads_nothing_of_the_box(daemon: Boxmgmtd) -> None:
    number = daemon.box.add("bob", "Bobs-pass-11")
    program = f"""
import os, sys
for folder, _, names in os.walk({str(daemon.box.folder)!r}):
    for name in names:
        open(os.path.join(folder, name), 'rb').read()
        print(name)
print(os.listdir({str(daemon.box.folder)!r}))
"""
    python, environment = for_all()
    taken = subprocess.run([python, "-c", program], user=number, group=number, extra_groups=[], cwd="/",
                           capture_output=True, env=environment)
    assert taken.stdout == b"" and b"PermissionError" in taken.stderr
    control = subprocess.run([sys.executable, "-c", program], capture_output=True, env=ENVIRONMENT)
    assert b"state.json" in control.stdout


@pytest.mark.parametrize("garbage", [
    b"\0", b"{\0", b"[]\0", b"null\0", b"\xff\xfe\0", b"[" * 100_000 + b"\0", b"x" * 70_000 + b"\0", b'{"method": 7}\0',
    b'{"method": "io.boxmgmt.Run", "parameters": 1}\0', b'{"method": "io.boxmgmt.Run", "parameters": {}}\0',
    b'{"method": "io.boxmgmt.Run", "parameters": {"request": {"command": 1}}}\0',
    b'{"method": "io.boxmgmt.Run", "parameters": {"answer": {"x": 1}}}\0',
    b'{"method": "io.boxmgmt.LogIn", "parameters": {"name": null, "password": []}}\0',
    b'{"method": "io.boxmgmt.__class__"}\0', b'{"method": "org.varlink.service.Nosuch"}\0'])
def test_garbage_hurts_nobody_else(daemon: Boxmgmtd, garbage: bytes) -> None:
    good, bad = daemon.connect(), daemon.connect()
    assert good.call("LogIn", name="admin", password=ADMIN_PASSWORD)["parameters"]["answer"]["status"] == 0
    bad.socket.sendall(garbage)
    bad.read()
    answer = good.call("Run", request={"command": "get_groups", "texts": {}})["parameters"]["answer"]
    assert answer["code"] == "Done"
    assert daemon.process.poll() is None


def test_what_pam_and_sshd_may_ask_is_not_for_others(daemon: Boxmgmtd) -> None:
    program = f"""
from pathlib import Path
from tests.support.boxmgmtd import Raw
raw = Raw(Path({str(daemon.path)!r}))
for method in ("Authenticate", "Account", "OpenSession", "CloseSession", "Keys"):
    print(raw.call(method, name="admin", password={ADMIN_PASSWORD!r}, service="sshd", rhost="", tty="").get("error"))
"""
    python, environment = for_all()
    done = subprocess.run([python, "-c", program], user=65000, group=65000, extra_groups=[], cwd="/",
                          capture_output=True, env=environment, text=True)
    assert done.stdout.split() == ["org.varlink.service.InvalidParameter"] * 5, done.stderr
    own = daemon.connect()
    assert own.call("Authenticate", name="admin", password=ADMIN_PASSWORD)["parameters"]["accepted"] is True


def test_one_counter_for_the_socket_and_for_pam(daemon: Boxmgmtd) -> None:
    raw = daemon.connect()
    for _ in range(2):
        assert raw.call("Authenticate", name="admin", password="wrong", service="sshd",
                        rhost="192.0.2.1")["parameters"]["accepted"] is False
    assert raw.call("LogIn", name="admin", password="wrong")["parameters"]["answer"]["code"] == "LoginFailed"
    assert daemon.box.state.accounts.get("admin").locked_by == "attempts"  # type: ignore[union-attr]
    assert raw.call("Account", name="admin", service="sshd", rhost="192.0.2.1")["parameters"]["accepted"] is False
    assert raw.call("Account", name="admin", service="login", tty="/dev/tty1")["parameters"]["accepted"] is True


@pytest.mark.requirement(77)
def test_each_refusal_of_who_has_proven_who_it_is_leaves_one_record(daemon: Boxmgmtd) -> None:
    admin, raw = daemon.box.admin(), daemon.connect()

    def refused(name: str) -> tuple[str, list[tuple[str, str, str, str]]]:
        before = len(daemon.box.audit())
        answer = raw.call("Account", name=name, service="sshd", rhost="192.0.2.1", tty="ssh")["parameters"]
        assert answer["accepted"] is False
        return answer["message"].split("\n")[0], [
            (one["user"], one["command"], one["code"], one["origin"]) for one in daemon.box.audit()[before:]]

    for name in ("ann", "bob", "kim"):
        assert admin.do(f"add_user name={name} role=monitor password=First-pass-11 must_change=no").code == "Done"
    control = len(daemon.box.audit())
    assert raw.call("Account", name="ann", service="sshd", rhost="192.0.2.1")["parameters"]["accepted"] is True
    assert len(daemon.box.audit()) == control, "who may come in is recorded with the session"
    assert admin.do("lock_user name=ann").code == "Done"
    daemon.box.replace("bob", type=LDAP_USER, directory_id="gone")
    daemon.box.configure(sessions_per_user=0)
    assert refused("ann") == ("The account is locked.", [("ann", "log_in", "AccountLocked", "192.0.2.1")])
    assert refused("bob") == (GONE, [("bob", "log_in", "LoginFailed", "192.0.2.1")])
    assert refused("kim")[1] == [("kim", "log_in", "TooManySessions", "192.0.2.1")]
    assert refused("typed-too-early") == ("", [("***", "log_in", "LoginFailed", "192.0.2.1")])


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_restart_loses_nothing(daemon: Boxmgmtd, how: int) -> None:
    assert daemon.run("add_group name=g1\n", *as_admin(daemon)).returncode == 0
    daemon.restart(how)
    assert b"g1" in daemon.run("get_groups\n", *as_admin(daemon)).stdout


def test_a_second_boxmgmtd_is_refused(daemon: Boxmgmtd) -> None:
    command = [sys.executable, "-m", "sysmgmt.service", "--state", str(daemon.box.folder), "--socket",
               f"{daemon.path}.2"]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == 6 and "another one owns" in done.stderr
    assert not os.path.exists(f"{daemon.path}.2")


@pytest.mark.parametrize("option", ["--recover", "--json", "--user=bob", "--no-such", "--state=/tmp"])
def test_an_option_of_another_program_starts_no_service(tmp_path: Path, option: str) -> None:
    command = [sys.executable, "-m", "sysmgmt.service", "--state", str(tmp_path / "state"), "--socket",
               str(tmp_path / "socket"), option]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=20)
    assert done.returncode == 2 and option.partition("=")[0] in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_restart_while_somebody_reads_the_banner_is_not_noticed(daemon: Boxmgmtd) -> None:
    door = ServiceDoor(str(daemon.path))
    assert door.sign().installed
    daemon.restart(signal.SIGKILL)
    assert door.enter() is None, "root is no user of the box"
    assert door.log_in("admin", ADMIN_PASSWORD).code == "Done"


def test_an_open_shell_outlives_a_restart(daemon: Boxmgmtd) -> None:
    number = daemon.box.add("bob", "Bobs-pass-11")
    python, environment = for_all()
    command = [python, "-m", "sysmgmt", "--socket", str(daemon.path), "--json"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, user=number,
                          cwd="/", group=number, extra_groups=[]) as shell:
        assert shell.stdin and shell.stdout
        shell.stdin.write(b"get_current_user\n")
        shell.stdin.flush()
        assert json.loads(shell.stdout.readline())["code"] == "Done"
        daemon.restart()
        time.sleep(1.5)  # the shell looks once a second whether its session goes on, and finds the new service so
        shell.stdin.write(b"get_groups\n")
        shell.stdin.close()
        assert json.loads(shell.stdout.readline())["code"] == "Done"
        assert shell.wait(10) == 0


def test_a_new_box_is_installed_by_root_alone(fresh: TestBox) -> None:
    line = 'install name=box1 level=basic password="first-One-1"\n'
    with running(fresh) as daemon:
        for options in ((), ("--atomic",)):
            stranger = daemon.run(line, *options, uid=65000)
            assert stranger.returncode == 3 and b"Only root may install the box." in stranger.stderr
            assert not fresh.state.installed
        assert daemon.run(line).returncode == 0
        assert fresh.state.installed
