"""A login at a directory of 10,000 users and 200 groups within groups, beside a bare ldapsearch of the same entry."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sysmgmt import box
from sysmgmt.engine import login
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.embedded import EmbeddedDoor
from tests.bench.clock import Finding, Goal, Work, compare, process
from tests.support import slapd
from tests.support.box import ADMIN_PASSWORD, STRANGER, Client, build
from tests.support.clock import HeldClock
from tests.support.slapd import BASE, PASSWORD, PEOPLE, SERVICE, SERVICE_PASSWORD, Slapd, Wish, at, group, of, user

USERS, GROUPS, DEPTH = 10_000, 200, 10
OWN, MEMBER = "u5000", "u6000"
SEARCH, SINGLE, GROUPED = ("ldapsearch, exec to exit", "a user with an entry of his own",
                           f"a member of {GROUPS} groups")
ADDRESS = "127.0.0.2"


def measure(folder: Path, rounds: int) -> Iterator[Finding]:
    """Both kinds of a user of the directory, and a local one."""
    wide = GROUPS // DEPTH
    inside = [of(f"g{number - wide:03}") if number >= wide else at(MEMBER) for number in range(GROUPS)]
    groups = "".join(group(f"g{number:03}", [member]) for number, member in enumerate(inside))
    with slapd.running(wish=Wish(address=ADDRESS)) as server:
        server.end()
        server.load("".join(user(f"u{number}") for number in range(USERS)) + groups)
        server.start()
        house = _house(folder / "directory", server)
        url = f"ldaps://{ADDRESS}:{server.ports.ldaps}"
        search = ["env", f"LDAPTLS_CACERT={server.folder}/ca.pem", "ldapsearch", "-LLL", "-x", "-H", url, "-D", SERVICE,
                  "-w", SERVICE_PASSWORD, "-b", PEOPLE, f"(uid={OWN})", "1.1"]
        yield from compare(f"Login, {USERS} users and {GROUPS} groups {DEPTH} deep in the directory", [
            Work(SEARCH, process(search)),
            Work(SINGLE, _login(house, OWN, PASSWORD)),
            Work(GROUPED, _login(house, MEMBER, PASSWORD)),
            Work("a local user, hashing at its least", _login(house, "admin", ADMIN_PASSWORD))],
            rounds, goals=[Goal(SINGLE, SEARCH), Goal(GROUPED, SEARCH)])


def _login(house: House, name: str, password: str) -> Callable[[], float]:
    def once() -> float:
        began = time.perf_counter()
        answer = login.authenticate(house, STRANGER, name, password)
        assert answer.status == 0, answer
        return time.perf_counter() - began
    return once


def _house(folder: Path, server: Slapd) -> House:
    """A box that lets both in: one by himself, the other by the group that is furthest away."""
    build(folder, "basic", HeldClock(time.time()))
    house = box.embedded(str(folder))
    admin = Client(EmbeddedDoor(house, STRANGER))
    admin.log_in("admin", ADMIN_PASSWORD)
    for line in (f'add_trusted_certificate name=dir purposes=ldap pem="{slapd.ROOT.pem}"',
                 f"config_ldap server={ADDRESS} port={server.ports.ldaps} bind_dn={SERVICE} "
                 f"bind_password={SERVICE_PASSWORD} base_dn={BASE}", "enable_ldap",
                 f"add_user type=ldap_user name={OWN} role=monitor",
                 f"add_user type=ldap_group name=g{GROUPS - 1} role=monitor"):
        assert admin.do(line).status == 0, line
    return house
