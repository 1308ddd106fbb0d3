"""OpenLDAP: slapd with the overlay of password policies, on a socket in a folder of its own, and durable."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.bench.peers.peer import Batch, Peer
from tests.support.slapd import BASE, BEGINNING, MANAGER, MANAGER_PASSWORD, PASSWORD, PEOPLE, at, user
from tests.support.waiting import wait_until

HASHED = "{SSHA}5en6G6MezRroT3XKqkdPOmY/BfQ9hS3V"
"""What users are created with, so that a figure is net of hashing."""
CONFIGURATION = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload ppolicy
sizelimit unlimited
database mdb
directory {folder}/db
maxsize 1073741824
suffix "{base}"
rootdn "{manager}"
rootpw {password}
index objectClass,uid eq
access to attrs=userPassword by anonymous auth by * none
access to * by * read
overlay ppolicy
ppolicy_default "cn=policy,{base}"
ppolicy_use_lockout
"""


@contextmanager
def running(folder: Path) -> Iterator[Peer]:
    """slapd for a while."""
    (folder / "db").mkdir(parents=True)
    (folder / "slapd.conf").write_text(CONFIGURATION.format(folder=folder, base=BASE, manager=MANAGER,
                                                            password=MANAGER_PASSWORD))
    _load(folder, BEGINNING)
    url = f"ldapi://{str(folder / 'ldapi').replace('/', '%2F')}"
    with subprocess.Popen(["/usr/sbin/slapd", "-f", str(folder / "slapd.conf"), "-h", url, "-d", "0"],
                          stderr=subprocess.DEVNULL) as server:
        try:
            wait_until(lambda: subprocess.run(["ldapwhoami", "-x", "-H", url], capture_output=True).returncode == 0)
            yield _peer(folder, url)
        finally:
            server.terminate()


def _peer(folder: Path, url: str) -> Peer:
    bound = ["-x", "-H", url, "-D", MANAGER, "-w", MANAGER_PASSWORD]
    search = ["ldapsearch", "-LLL", *bound, "-b", PEOPLE]
    return Peer("slapd", [*search, "(uid=user000050)"], [*search, "(uid=*)", "uid"],
                Batch(["ldapadd", *bound], lambda number: user(f"user{number:06}", HASHED)),
                Batch([*search, "-f", "/dev/stdin", "(uid=%s)"], lambda number: f"user{number:06}\n"),
                partial(fill, folder))


def fill(folder: Path, users: int) -> None:
    """Have so many users. slapadd may write beside a slapd with mdb."""
    _load(folder, "".join(user(f"user{number:06}", HASHED) for number in range(users)))


def _load(folder: Path, ldif: str) -> None:
    subprocess.run(["/usr/sbin/slapadd", "-q", "-f", str(folder / "slapd.conf")], input=ldif.encode(), check=True,
                   capture_output=True)


def lockable(peer: Peer, name: str) -> None:
    """A user whose third wrong password locks him."""
    subprocess.run(peer.create.program, input=user(name, PASSWORD), text=True, check=True, capture_output=True)


def guess(peer: Peer, name: str) -> bool:
    """Bind with a wrong password; whether it was evaluated, not refused because of the lock."""
    url = peer.create.program[3]
    done = subprocess.run(["ldapwhoami", "-x", "-H", url, "-e", "ppolicy", "-D", at(name), "-w", "Wrong-Lamp-12"],
                          text=True, capture_output=True, check=False)
    assert done.returncode == 49, done
    return "ccount locked" not in done.stdout + done.stderr
