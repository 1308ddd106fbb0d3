"""A real slapd on the loopback, in a folder of its own; everything that it is asked stands in its log."""

import os
import re
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tests.support.authorities import CA, LEAF, Made, make
from tests.support.daemons import Daemon
from tests.support.ports import free_ports

ROOT = make("Directory Root", wish=CA)
SERVER = make("directory", ROOT, LEAF._replace(names=("localhost", "127.0.0.2")))
BASE = "dc=lab,dc=test"
SERVICE, SERVICE_PASSWORD = f"cn=svc,{BASE}", "Canary-Bind-31"
MANAGER, MANAGER_PASSWORD = f"cn=manager,{BASE}", "Manager-77"
PEOPLE, GROUPS = f"ou=people,{BASE}", f"ou=groups,{BASE}"
PASSWORD = "Right-Lamp-12"
"""What all users have."""
CONFIGURATION = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/nis.schema
{schemas}
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
moduleload ppolicy
TLSCACertificateFile {folder}/ca.pem
TLSCertificateFile {folder}/server.pem
TLSCertificateKeyFile {folder}/server.key
TLSCipherSuite SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2
localSSF 128
{security}
{limits}
database mdb
directory {folder}/db
maxsize 268435456
dbnosync
suffix "{base}"
rootdn "{manager}"
rootpw {manager_password}
index objectClass,uid,member,memberOf eq
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{service}" read by * none
overlay memberof
{memberof}
overlay ppolicy
ppolicy_default "cn=policy,{base}"
ppolicy_use_lockout
"""
WINDOWS = """
attributetype ( 1.2.840.113556.1.4.221 NAME 'sAMAccountName' EQUALITY caseIgnoreMatch
    SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.656 NAME 'userPrincipalName' EQUALITY caseIgnoreMatch
    SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.2 NAME 'objectGUID' EQUALITY octetStringMatch
    SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.782 NAME 'objectCategory' EQUALITY distinguishedNameMatch
    SYNTAX 1.3.6.1.4.1.1466.115.121.1.12 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.32473.1 NAME 'supportedCapabilities' SYNTAX 1.3.6.1.4.1.1466.115.121.1.38 )
objectclass ( 1.2.840.113556.1.5.9 NAME 'user' SUP inetOrgPerson STRUCTURAL
    MAY ( sAMAccountName $ userPrincipalName $ objectGUID $ objectCategory ) )
objectclass ( 1.2.840.113556.1.5.8 NAME 'group' SUP top STRUCTURAL
    MUST cn MAY ( member $ objectGUID $ objectCategory ) )
rootDSE {folder}/root.ldif"""
"""The entries and the root of an Active Directory, as far as slapd plays one.

Its own msuser.schema has no matching rules: nobody could be searched for.
"""
BEGINNING = f"""dn: {BASE}
objectClass: dcObject
objectClass: organization
o: Lab
dc: lab

dn: cn=policy,{BASE}
objectClass: applicationProcess
objectClass: pwdPolicy
cn: policy
pwdAttribute: userPassword
pwdLockout: TRUE
pwdMaxFailure: 3
pwdMustChange: TRUE
pwdMaxAge: 7776000

dn: ou=people,{BASE}
objectClass: organizationalUnit
ou: people

dn: ou=groups,{BASE}
objectClass: organizationalUnit
ou: groups

dn: {SERVICE}
objectClass: applicationProcess
objectClass: simpleSecurityObject
cn: svc
userPassword: {SERVICE_PASSWORD}
"""


class Wish(NamedTuple):
    """What a server is to be. With `clear` it takes passwords unencrypted; `limits` are lines of slapd.conf.

    `network` is the beginning of a command line that runs it in another network.
    """

    shown: Made = SERVER
    address: str = "127.0.0.1"
    windows: bool = False
    clear: bool = False
    limits: str = ""
    network: tuple[str, ...] = ()


class Ports(NamedTuple):
    """Where it listens."""

    ldap: int
    ldaps: int


class Slapd(Daemon):
    """slapd with a folder of its own."""

    def __init__(self, folder: Path, ports: Ports, wish: Wish = Wish()) -> None:
        self.folder, self.ports, self.wish = folder, ports, wish
        (folder / "db").mkdir(parents=True)
        (folder / "ca.pem").write_text(ROOT.pem)
        (folder / "server.pem").write_text(wish.shown.pem)
        (folder / "server.key").write_text(wish.shown.key_pem)
        (folder / "root.ldif").write_text("dn:\nsupportedCapabilities: 1.2.840.113556.1.4.800\n")
        (folder / "slapd.conf").write_text(CONFIGURATION.format(
            folder=folder, schemas=WINDOWS.format(folder=folder) if wish.windows else "", limits=wish.limits,
            security="" if wish.clear else "security simple_bind=128", base=BASE, service=SERVICE, manager=MANAGER,
            memberof="memberof-group-oc group" if wish.windows else "memberof-refint TRUE",
            manager_password=MANAGER_PASSWORD))
        host, local = wish.address, folder / "ldapi"
        urls = f"ldap://{host}:{ports.ldap}/ ldaps://{host}:{ports.ldaps}/ ldapi://{str(local).replace('/', '%2F')}"
        command = [*wish.network, "/usr/sbin/slapd", "-f", str(folder / "slapd.conf"), "-h", urls, "-d", "stats"]
        super().__init__(command, partial(_listens, local), folder / "log")
        self.load(BEGINNING)

    def load(self, ldif: str) -> None:
        """Put entries in while it does not run: fast, and without memberOf."""
        subprocess.run(["/usr/sbin/slapadd", "-q", "-f", str(self.folder / "slapd.conf")], input=ldif.encode(),
                       check=True, capture_output=True, timeout=60)

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Have it say nothing for a time; its connections are accepted all the same."""
        self.signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.signal(signal.SIGCONT)

    def do(self, ldif: str, program: str = "ldapadd") -> None:
        """Change entries while it runs (`ldapadd` or `ldapmodify`)."""
        url = f"ldapi://{str(self.folder / 'ldapi').replace('/', '%2F')}"
        subprocess.run([program, "-x", "-H", url, "-D", MANAGER, "-w", MANAGER_PASSWORD], input=ldif.encode(),
                       check=True, capture_output=True, timeout=60)

    @property
    def log(self) -> str:
        """What it has written down."""
        return (self.folder / "log").read_text(errors="replace")

    def binds(self, dn: str) -> int:
        """How many times somebody has tried to bind as `dn`."""
        return len(re.findall(rf'BIND dn="{re.escape(dn)}" method=', self.log, re.IGNORECASE))

    def port(self, protocol: str) -> int:
        """Where that protocol is spoken."""
        return self.ports.ldaps if protocol == "ldaps" else self.ports.ldap


def _listens(local: Path) -> bool:
    """Whether it takes connections: the last of its listeners is the one that is reached from any network."""
    with socket.socket(socket.AF_UNIX) as plain:
        return plain.connect_ex(str(local)) == 0


def user(name: str, password: str = PASSWORD, more: Sequence[str] = ()) -> str:
    """A user, as LDIF."""
    lines = [f"dn: uid={name},{PEOPLE}", "objectClass: inetOrgPerson", f"uid: {name}", f"cn: {name.capitalize()} Test",
             "sn: Test", f"mail: {name}@lab.test", f"userPassword: {password}", *more]
    return "\n".join(lines) + "\n\n"


def group(name: str, members: Sequence[str]) -> str:
    """A group of DNs, as LDIF."""
    return "\n".join([f"dn: cn={name},{GROUPS}", "objectClass: groupOfNames", f"cn: {name}",
                      *(f"member: {one}" for one in members)]) + "\n\n"


def at(name: str) -> str:
    """The DN of a user."""
    return f"uid={name},{PEOPLE}"


def of(name: str) -> str:
    """The DN of a group."""
    return f"cn={name},{GROUPS}"


@contextmanager
def running(ldif: str = "", wish: Wish = Wish(), ports: Ports | None = None) -> Iterator[Slapd]:
    """slapd for the time of a test, with these entries."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with (tempfile.TemporaryDirectory(prefix="slapd-", dir=memory) as folder,
          Slapd(Path(folder, "s"), ports or Ports(*free_ports(2)), wish).running() as server):
        if ldif:
            server.do(ldif)
        yield server
