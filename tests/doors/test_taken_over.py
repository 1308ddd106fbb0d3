"""A shell that somebody has taken over: any Python, as the user's number. It is worth one user and no more."""

import json

import pytest

from tests.doors.site import SOCKET, STATE, Site
from tests.doors.visits import as_user
from tests.support.boxmgmtd import call

WEB_SOCKET = "/run/boxmgmt/web.sock"

READ_ALL = """import os, sys
found = []
for top in sys.argv[1:]:
    for folder, folders, names in os.walk(top):
        for name in names:
            try:
                with open(os.path.join(folder, name), "rb") as file:
                    file.read(1)
                    found.append(os.path.join(folder, name))
            except OSError:
                pass
print("\\n".join(found))"""
CALL = """import json, socket, sys
wire = socket.socket(socket.AF_UNIX)
wire.connect(%r)
for line in sys.stdin:
    try:
        wire.sendall(line.strip().encode() + b"\\0")
        reply = b""
        while not reply.endswith(b"\\0"):
            part = wire.recv(65536)
            if not part:
                break
            reply += part
    except OSError:
        reply = b""
    print(reply.rstrip(b"\\0").decode() or "null")
    if not reply:
        wire = socket.socket(socket.AF_UNIX)
        wire.connect(%r)""" % (SOCKET, SOCKET)


def calls(site: Site, name: str, *messages: dict[str, object]) -> list[dict[str, object] | None]:
    """Raw calls over the socket as the user `name`."""
    given = "".join(json.dumps(one) + "\n" for one in messages).encode()
    return [json.loads(line) for line in as_user(site, name, CALL, given=given).splitlines()]


def run(line: str, **texts: str) -> dict[str, object]:
    """A request to run a command."""
    return call("Run", request={"command": line, "texts": texts, "confirmed": True, "dry_run": False})


@pytest.mark.requirement(68)
def test_it_reads_no_state_no_key_and_no_journal(site: Site) -> None:
    secrets = [STATE, "/var/lib/boxmgmt-deploy", "/etc/ssh", "/root", "/var/lib/extrausers"]
    mine = as_user(site, "bob", READ_ALL, *secrets).split()
    assert site.machine.do(site.python, "-I", "-c", READ_ALL, STATE).split() != [], "the control: root reads it"
    assert [one for one in mine if one.startswith(STATE)] == []
    assert [one for one in mine if "_key" in one and not one.endswith(".pub") and "host_keys_of" not in one] == []
    assert "/var/lib/extrausers/shadow" not in mine and "/var/lib/extrausers/passwd" in mine
    assert [one for one in mine if one.startswith(("/root", "/var/lib/boxmgmt-deploy"))] == []


def test_it_can_write_nothing_that_others_run(site: Site) -> None:
    program = """import os, sys
for top in sys.argv[1:]:
    for folder, folders, names in os.walk(top):
        for one in [folder, *(os.path.join(folder, name) for name in names)]:
            if os.access(one, os.W_OK) and not os.path.islink(one):
                print(one)"""
    folders = ["/usr/lib/boxmgmt", "/opt/boxmgmt/lib", "/etc", "/var/lib/boxmgmt", "/run/boxmgmt"]
    found = as_user(site, "bob", program, *folders).split()
    assert set(found) == {SOCKET, WEB_SOCKET}, "everybody connects to the sockets, and writes nothing else"


def test_it_may_do_what_the_user_may_and_no_more(site: Site) -> None:
    replies = calls(site, "bob", call("Enter"), run("get_users"), run("remove_user", name="carol"),
                    run("set_user", name="bob", role="administrator"), run("get_current_user"))
    shown = [json.dumps(one) for one in replies]
    assert '"user": "bob"' in shown[0]
    assert '"code": "Done"' in shown[1] and "argon2" not in shown[1]
    assert '"code": "PermissionDenied"' in shown[2] and '"code": "PermissionDenied"' in shown[3]
    assert '"code": "Done"' in shown[4]


@pytest.mark.requirement(68)
@pytest.mark.parametrize("message", [
    call("Authenticate", name="admin", password="x", service="sshd", rhost="", tty=""),
    call("Account", name="admin", service="sshd", rhost="", tty=""),
    call("OpenSession", name="admin", service="sshd", rhost="", tty=""),
    call("CloseSession", name="admin", service="sshd", rhost="", tty=""),
    call("Keys", name="admin")], ids=lambda one: str(one["method"]))
def test_what_pam_and_sshd_ask_is_not_answered_to_it(site: Site, message: dict[str, object]) -> None:
    site.key("admin")
    reply, = calls(site, "bob", message)
    assert reply is None or "error" in reply
    control = site.machine.do(site.python, "-I", "-c", CALL, given=json.dumps(call(
        "Keys", name="admin")).encode() + b"\n")
    assert "ssh-ed25519" in control, "root is answered"


def test_it_cannot_say_that_it_is_somebody_else(site: Site) -> None:
    session = json.dumps(calls(site, "bob", call("Enter"))[0])
    forged = call("Run", request={"command": "get_current_user", "texts": {}}, caller={"user": "admin"}, user="admin")
    shown = json.dumps(calls(site, "bob", forged)[0])
    assert "admin" not in session and '"bob"' in shown and '"administrator"' not in shown


def test_own_work_of_the_box_is_no_command_for_it(site: Site) -> None:
    for name in ("give_attempt_back", "open_session", "close_session", "recover_admin", "take_attempt"):
        shown = json.dumps(calls(site, "bob", run(name, name="bob"))[0])
        assert '"code": "UnknownCommand"' in shown, name


def test_a_process_of_root_is_nobody(site: Site) -> None:
    reply = site.machine.do(site.python, "-I", "-c", CALL, given=json.dumps(run("get_users")).encode() + b"\n")
    assert '"code": "Done"' not in reply
