"""What SSH gives besides the shell: nothing. Each is seen to work for root, whom nothing restricts here."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.doors.machine import Done
from tests.doors.site import CLIENT, PIPED, Site
from tests.support.waiting import wait_until

FREE, HELD = "root", "bob"
CONTROL = (b"AllowAgentForwarding yes\nAllowTcpForwarding yes\nPermitTunnel yes\n"
           b"X11Forwarding yes\n")
"""Before our drop-in: what the administrator of the machine wishes for everybody. Root is bound by nothing else."""
GREETING = """import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5) as wire:
    wire.settimeout(5)
    if sys.argv[2:]:
        wire.sendall(b"\\x05\\x01\\x00")
        wire.recv(2)
        wire.sendall(b"\\x05\\x01\\x00\\x01\\x7f\\x00\\x00\\x01\\x00\\x16")
        wire.recv(10)
    print(wire.recv(4))"""
"""Whether sshd answers behind a port, which may be a SOCKS proxy."""


@pytest.fixture(scope="module", autouse=True)
def _control(site: Site) -> None:
    """Let root in with a key, without any of our restrictions."""
    site.machine.path("/etc/ssh/sshd_config.d/05-control.conf").write_bytes(CONTROL)
    key = site.key(HELD)
    site.machine.do("/bin/sh", "-c", f"mkdir -p /root/.ssh && cat {key}.pub >> /root/.ssh/authorized_keys")
    site.machine.do("/bin/sh", "-c", "chown root:root /root && chmod 700 /root /root/.ssh")
    site.as_admin("enable_root_access minutes=60 where=ssh --yes")  # which has sshd read its files again
    wait_until(lambda: ssh(site, FREE, "true").returncode == 0)
    assert ssh(site, HELD, "get_current_user").returncode == 0


def ssh(site: Site, name: str, *words: str, options: tuple[str, ...] = ()) -> Done:
    """`ssh options name@box words`."""
    return site.machine.run(*PIPED, "-i", site.key(HELD), *options, "--", f"{name}@127.0.0.1", *words)


@contextmanager
def tunnel(site: Site, name: str, *options: str) -> Iterator[None]:
    """A connection that only forwards."""
    line = [*PIPED, "-i", site.key(HELD), "-N", *options, f"{name}@127.0.0.1"]
    daemon = site.machine.start(*line)
    try:
        yield
    finally:
        daemon.kill()
        daemon.wait()


def answers(site: Site, port: int, *socks: str) -> bool:
    """Whether an sshd greets behind `port`."""
    done = site.machine.run(site.python, "-c", GREETING, str(port), *socks)
    return b"SSH-" in done.stdout


@pytest.mark.requirement(126)
@pytest.mark.parametrize("way", [("-O",), ("-s",)])
def test_scp_copies_nothing(site: Site, way: tuple[str, ...]) -> None:
    for name, copied in ((FREE, True), (HELD, False)):
        target = f"/tmp/copied-{name}{way[0]}"
        done = site.machine.run("/usr/bin/scp", *way, *PIPED[1:], "-i", site.key(HELD), "/etc/hostname",
                                f"{name}@127.0.0.1:{target}")
        assert (done.returncode == 0, site.machine.exists(target)) == (copied, copied), done


@pytest.mark.requirement(126)
def test_rsync_copies_nothing(site: Site) -> None:
    for name, copied in ((FREE, True), (HELD, False)):
        target = f"/tmp/synchronised-{name}"
        done = site.machine.run("/usr/bin/rsync", "-e", " ".join((*PIPED, "-i", site.key(HELD))), "/etc/hostname",
                                f"{name}@127.0.0.1:{target}")
        assert (done.returncode == 0, site.machine.exists(target)) == (copied, copied), done


@pytest.mark.requirement(126)
def test_sftp_lists_nothing(site: Site) -> None:
    for name, listed in ((FREE, True), (HELD, False)):
        done = site.machine.run("/usr/bin/sftp", *PIPED[1:], "-i", site.key(HELD), "-b", "-",
                                f"{name}@127.0.0.1", given=b"ls /etc/passwd\n")
        assert (b"/etc/passwd" in done.stdout.split(b"ls /etc/passwd\n")[-1]) is listed, done


@pytest.mark.requirement(126)
@pytest.mark.parametrize("line", ["rsync --server --sender . /etc", "/bin/sh", "/bin/sh -c id", "id; id", "$(id)",
                                  "`id`", "get_users; id", "scp -t /tmp", "/usr/lib/openssh/sftp-server", "--help",
                                  "-c id", "--state /tmp/x", "get_users\nid", "get_users | id",
                                  "get_users > /tmp/made"])
def test_a_command_line_is_one_command_of_ours(site: Site, line: str) -> None:
    done = ssh(site, HELD, line)
    assert done.returncode == 2 and b"uid=" not in done.stdout + done.stderr, done
    assert not site.machine.exists("/tmp/made")
    assert b"uid=0" in ssh(site, FREE, "id").stdout, "the control"


@pytest.mark.requirement(126)
@pytest.mark.parametrize("name, open_", [(FREE, True), (HELD, False)])
def test_nothing_is_forwarded(site: Site, name: str, open_: bool) -> None:
    base = 2200 if open_ else 2300
    with tunnel(site, name, "-L", f"{base}:127.0.0.1:22"):
        wait_until(lambda: listens(site, base))
        assert answers(site, base) is open_
    with tunnel(site, name, "-D", str(base + 1)):
        wait_until(lambda: listens(site, base + 1))
        assert answers(site, base + 1, "socks") is open_
    through = ssh(site, name, options=("-W", "127.0.0.1:22"))
    assert (b"SSH-" in through.stdout) is open_
    if open_:
        with tunnel(site, name, "-R", f"{base + 2}:127.0.0.1:22"):
            wait_until(lambda: answers(site, base + 2))
    else:
        done = ssh(site, name, options=("-N", "-o", "ExitOnForwardFailure=yes", "-R", f"{base + 2}:127.0.0.1:22"))
        assert done.returncode == 255 and b"remote port forwarding failed" in done.stderr.lower(), done
    unix = f"/tmp/forwarded-{name}"
    ssh(site, name, "true", options=("-R", f"{unix}:/run/boxmgmt/box.sock"))
    assert site.machine.exists(unix) is open_


def listens(site: Site, port: int) -> bool:
    """Whether something listens at a port of the machine."""
    return f":{port:04X} " in site.machine.do("/bin/cat", "/proc/net/tcp")


def environment(site: Site, name: str, uid: str) -> dict[str, str]:
    """What sshd gave the shell of `name`, who asked for as much as can be asked for."""
    child = site.machine.at_terminal("/usr/bin/env", "DISPLAY=:5", "LC_CANARY=1", "PYTHONPATH=/tmp", *CLIENT,
                                     "-i", site.key(HELD), "-A", "-X", "-o", "SendEnv=LC_*", "-o", "SendEnv=PYTHON*",
                                     "-o", "SetEnv=LC_OTHER=1", f"{name}@127.0.0.1")
    child.expect("> " if name == HELD else "# ")
    script = (f"for p in /proc/[0-9]*; do [ \"$(stat -c %u $p)\" = {uid} ] && "
              "tr '\\0' '\\n' < $p/environ 2>/dev/null | grep -q ^SSH_TTY= && cat $p/environ && exit; done; exit 1")
    found = site.machine.do("/bin/sh", "-c", script)
    child.close(force=True)
    return dict(one.split("=", 1) for one in found.split("\0") if "=" in one)


@pytest.mark.requirement(126)
def test_agent_display_and_variables_do_not_arrive(site: Site) -> None:
    site.machine.do("/bin/sh", "-c", "touch /root/.Xauthority; xauth add :5 . 00112233445566778899aabbccddeeff")
    site.machine.do("/usr/bin/ssh-agent", "-a", "/root/agent")
    uid = site.machine.do("/usr/bin/id", "-u", HELD).strip()
    held, free = environment(site, HELD, uid), environment(site, FREE, "0")
    assert "LC_CANARY" in free and "LC_OTHER" in free, "the control"
    assert {"DISPLAY", "SSH_AUTH_SOCK", "PYTHONPATH"} & set(held) == set()
    assert [one for one in held if one.startswith("LC_")] == []
    assert set(held) <= {"USER", "LOGNAME", "HOME", "PATH", "SHELL", "TERM", "SSH_CLIENT", "SSH_CONNECTION",
                         "SSH_TTY", "MAIL", "LANG", "MOTD_SHOWN"}


def test_agent_and_display_arrive_for_root_and_for_nobody_else(site: Site) -> None:
    told = site.machine.do("/usr/sbin/sshd", "-T", "-C", f"user={HELD},host=x,addr=127.0.0.1").lower()
    free = site.machine.do("/usr/sbin/sshd", "-T", "-C", f"user={FREE},host=x,addr=127.0.0.1").lower()
    for setting in ("x11forwarding", "allowagentforwarding", "permittunnel"):
        assert f"{setting} yes" in free and f"{setting} no" in told
    assert "disableforwarding yes" in told and "permituserrc no" in told


@pytest.mark.requirement(126)
def test_no_file_of_the_home_is_run(site: Site) -> None:
    for home in ("/root", "/usr/lib/boxmgmt/home"):
        site.machine.do("/bin/sh", "-c", f"mkdir -p {home}/.ssh && echo 'touch /tmp/rc-$USER' > {home}/.ssh/rc")
    for name, ran in ((FREE, True), (HELD, False)):
        ssh(site, name, "true")
        assert site.machine.exists(f"/tmp/rc-{name}") is ran
    site.machine.do("/bin/rm", "-r", "/usr/lib/boxmgmt/home/.ssh", "/root/.ssh/rc")


@pytest.mark.requirement(126)
def test_sshd_offers_the_box_no_other_way_in(site: Site) -> None:
    done = site.machine.run(*PIPED, "-o", "PubkeyAuthentication=no", f"{HELD}@127.0.0.1")
    assert b"Permission denied (publickey,keyboard-interactive)." in done.stderr
