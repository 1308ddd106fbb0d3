"""MIT Kerberos: kadmin.local over a realm in a folder of its own, and its KDC for guesses."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.bench.peers.peer import Batch, Peer
from tests.support.ports import free_port
from tests.support.waiting import wait_until

REALM, PASSWORD = "BENCH.TEST", "Right-Lamp-12"
CLIENT = """
[libdefaults]
 default_realm = {realm}
 dns_lookup_kdc = false
 dns_canonicalize_hostname = false
[realms]
 {realm} = {{
  kdc = 127.0.0.1:{port}
 }}
[logging]
 kdc = FILE:{folder}/kdc.log
 admin_server = FILE:{folder}/kadmin.log
"""
SERVER = """
[kdcdefaults]
 kdc_listen = 127.0.0.1:{port}
 kdc_tcp_listen = 127.0.0.1:{port}
[realms]
 {realm} = {{
  database_name = {folder}/principal
  key_stash_file = {folder}/stash
  acl_file = {folder}/acl
  default_principal_flags = +preauth
 }}
"""
KADMIN, UTIL = "/usr/sbin/kadmin.local", "/usr/sbin/kdb5_util"


@contextmanager
def running(folder: Path) -> Iterator[Peer]:
    """A realm with its KDC for a while."""
    port = free_port()
    folder.mkdir()
    (folder / "krb5.conf").write_text(CLIENT.format(realm=REALM, port=port, folder=folder))
    (folder / "kdc.conf").write_text(SERVER.format(realm=REALM, port=port, folder=folder))
    found_by = {"KRB5_CONFIG": str(folder / "krb5.conf"), "KRB5_KDC_PROFILE": str(folder / "kdc.conf"), "LC_ALL": "C"}
    _run(found_by, UTIL, "create", "-s", "-P", "master-Lamp-12", "-r", REALM)
    _run(found_by, KADMIN, lines="addpol -maxfailure 3 -failurecountinterval 0 three\n")
    with subprocess.Popen(["/usr/sbin/krb5kdc", "-n"], env={**os.environ, **found_by}, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as kdc:
        try:
            wait_until(lambda: "commencing operation" in _log(folder))
            yield Peer("kadmin.local", [KADMIN, "-q", "getprinc user000050"], [KADMIN, "-q", "listprincs"],
                       Batch([KADMIN], lambda number: f"addprinc -randkey user{number:06}\n"),
                       Batch([KADMIN], lambda number: f"getprinc user{number:06}\n"),
                       partial(fill, found_by), found_by, [KADMIN], b"kadmin.local:  ")
        finally:
            kdc.terminate()


def _log(folder: Path) -> str:
    path = folder / "kdc.log"
    return path.read_text() if path.exists() else ""


def fill(found_by: Mapping[str, str], users: int) -> None:
    """Have so many principals: copies of one in a dump, since creating 100,000 would take minutes."""
    _run(found_by, KADMIN, lines="addprinc -randkey user000000\n")
    dump = Path(found_by["KRB5_CONFIG"]).with_name("dump")
    _run(found_by, UTIL, "dump", str(dump))
    kept = dump.read_text().splitlines(keepends=True)
    model = next(line for line in kept if "\tuser000000@" in line)
    kept += [model.replace("\tuser000000@", f"\tuser{number:06}@") for number in range(1, users)]
    dump.write_text("".join(kept))
    _run(found_by, UTIL, "load", str(dump))


def lockable(peer: Peer, name: str) -> None:
    """A principal whose third wrong password locks it."""
    _run(peer.environment, KADMIN, lines=f"addprinc -policy three -pw {PASSWORD} {name}\n")


def guess(peer: Peer, name: str) -> bool:
    """Ask the KDC with a wrong password; whether it was evaluated, not refused because of the lock."""
    done = subprocess.run(["kinit", "-c", "MEMORY:", name], input="Wrong-Lamp-12\n", text=True, capture_output=True,
                          env={**os.environ, **peer.environment}, check=False)
    assert done.returncode == 1 and ("incorrect" in done.stderr or "revoked" in done.stderr), done
    return "incorrect" in done.stderr


def _run(found_by: Mapping[str, str], *command: str, lines: str = "") -> None:
    done = subprocess.run(command, input=lines, text=True, capture_output=True, check=False,
                          env={**os.environ, **found_by})
    assert done.returncode == 0, (command, done.stderr)
