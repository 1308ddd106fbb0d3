"""The name servers of the machine stay silent: nobody waits for them as long as the machine's own resolver does."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.support import slapd
from tests.support.authorities import make
from tests.support.box import ADMIN_PASSWORD, TestBox
from tests.support.program import ENVIRONMENT, Result, command, result
from tests.support.slapd import BASE, PASSWORD, SERVICE, SERVICE_PASSWORD

PRIVATE = "mount --bind {folder}/resolv.conf /etc/resolv.conf && ip link set lo up && exec \"$@\""
SILENCE = """import os, socket, sys
silent = socket.socket(type=socket.SOCK_DGRAM)
silent.bind(("127.0.0.1", 53))
silent.set_inheritable(True)
os.execv(sys.argv[1], sys.argv[1:])"""
CONTROL = [sys.executable, "-c", "import socket; socket.getaddrinfo('ldap.example', 636)"]


OVERLAID = "mount -t overlay overlay -o lowerdir=/etc,upperdir={folder}/upper,workdir={folder}/work /etc && exec \"$@\""
LEASED = """import os
from pathlib import Path
from sysmgmt import box
from sysmgmt.host import resolver
from sysmgmt.service.deployment import networking
known, ours = Path(resolver.NAME), Path(resolver.OURS)
house = box.embedded("{folder}/state")
known.unlink(missing_ok=True)
known.write_text("nameserver 198.51.100.66\\n")
networking.keep_name_servers(house)
print(known.read_text(), end="")
ours.parent.mkdir(exist_ok=True)
ours.write_text("nameserver 192.0.2.53\\n")
networking.keep_name_servers(house)
print(known.read_text(), resolver.is_overwritten())"""
"""A client for DHCP writes its servers, before and after somebody has named some."""


def begin(folder: Path, program: Sequence[str]) -> "subprocess.Popen[bytes]":
    """A program in a network of its own, where the one name server hears everything and says nothing."""
    (folder / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:30 attempts:1\n")
    private = ["unshare", "--mount", "--net", "sh", "-c", PRIVATE.format(folder=folder), "sh"]
    return subprocess.Popen([*private, sys.executable, "-c", SILENCE, *program], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, env=ENVIRONMENT, cwd=folder)


@pytest.fixture
def patient(tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """The positive control: somebody who leaves the time to the resolver."""
    waits = begin(tmp_path, CONTROL)
    yield waits
    waits.kill()
    waits.communicate()


@pytest.mark.requirement(36)
def test_the_time_limit_of_a_directory_holds_for_its_name_too(
        basic: TestBox, tmp_path: Path, patient: "subprocess.Popen[bytes]") -> None:
    basic.clock.now = time.time()
    admin = basic.admin()
    for line in (f'add_trusted_certificate name=dir purposes=ldap pem="{slapd.ROOT.pem}"',
                 f"config_ldap server=ldap.example bind_dn={SERVICE} bind_password={SERVICE_PASSWORD} base_dn={BASE} "
                 "search_time_limit=1", "enable_ldap"):
        assert admin.do(line).code == "Done"

    def run(name: str, password: str, line: str) -> tuple[Result, float]:
        began = time.monotonic()
        done = begin(tmp_path, command(basic.folder, ["-c", line], name, password))
        out, err = done.communicate(timeout=60)
        return result(subprocess.CompletedProcess([], done.returncode, out, err)), time.monotonic() - began
    tested, took = run("admin", ADMIN_PASSWORD, "test_ldap_connection")
    assert tested.status == 1 and took < 5, (tested, took)
    assert tested.err.startswith("Error: The step name fails: The server ldap.example cannot be reached: "
                                 "no name server says where it is. Passed before: nothing.\n"), tested
    refused, took = run("alice", PASSWORD, "get_current_user")
    assert refused.status == 4 and "The directory cannot be used now" in refused.err and took < 5, (refused, took)
    assert patient.poll() is None, "the resolver would have waited longer"


@pytest.mark.requirement(104)
def test_nobody_waits_longer_for_the_name_of_a_partner_or_of_a_server_to_trust(
        basic: TestBox, tmp_path: Path, patient: "subprocess.Popen[bytes]") -> None:
    basic.clock.now = time.time()
    assert basic.admin().do(f'add_partner name=north address=north.example pem="{make("north").pem}"').code == "Done"
    lines = ("test_partner name=north", "accept_server_certificate host=dir.example port=636 --yes")
    began = time.monotonic()
    asked = [begin(tmp_path, command(basic.folder, ["-c", one], "admin", ADMIN_PASSWORD)) for one in lines]
    said = [one.communicate(timeout=60)[1].decode() for one in asked]
    assert time.monotonic() - began < 20
    assert ["no name server says where it is" in one for one in said] == [True, True], said
    assert patient.poll() is None, "the resolver would have waited longer"


def test_no_client_for_dhcp_names_others_than_those_that_were_set(tmp_path: Path) -> None:
    for name in ("upper", "work"):
        (tmp_path / name).mkdir()
    done = subprocess.run(["unshare", "--mount", "sh", "-c", OVERLAID.format(folder=tmp_path), "sh", sys.executable,
                           "-c", LEASED.format(folder=tmp_path)], capture_output=True, text=True, env=ENVIRONMENT,
                          check=False)
    assert done.stdout == "nameserver 198.51.100.66\nnameserver 192.0.2.53\n False\n", done
