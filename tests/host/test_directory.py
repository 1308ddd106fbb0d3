"""Users, groups and passwords of a real OpenLDAP (R043, R067-R071)."""

import random
import socket
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress

import pytest

from sysmgmt.domain import ldap_standing
from sysmgmt.domain.directory import DISABLED, DUE, EXPIRED, LOCKED, RIGHT, WRONG, Count, Entry
from sysmgmt.domain.errors import DirectoryFailed, LdapNotInstalled, Refusal, ServerRefused, ServerUnreachable
from sysmgmt.host.directory import LdapDirectory, LdapLink
from sysmgmt.host.entries import ANYTHING, Entries
from sysmgmt.host.ldap_messages import Found, Query
from sysmgmt.vault import x509
from tests.host.links import access, opened
from tests.support import ldap_peer, slapd
from tests.support.authorities import CA, LEAF, make
from tests.support.slapd import BASE, PASSWORD, SERVICE, SERVICE_PASSWORD, Slapd, at, group, of, user

STRANGE = "a*b)(c,d+e=f\\g#h"
ENTRIES = "".join([
    *map(user, ("alice", "bob", "carol", "dora", "eve", "old", "due")),
    f"dn: cn=strange,{slapd.PEOPLE}\nobjectClass: inetOrgPerson\nuid: {STRANGE}\ncn: strange\nsn: s\n"
    f"userPassword: {PASSWORD}\n\n",
    group("ops", [at("alice"), at("bob")]), group("admins", [at("carol"), of("ops")]), group("all", [of("admins")]),
    group("ring1", [at("dora")]), group("ring2", [of("ring1")])])


@pytest.fixture(scope="module")
def server() -> Iterator[Slapd]:
    """A directory with a few people."""
    with slapd.running(ENTRIES) as one:
        one.do(f"dn: {of('ring1')}\nchangetype: modify\nadd: member\nmember: {of('ring2')}\n", "ldapmodify")
        yield one


def reached(server: Slapd, protocol: str = "ldaps", **more: object) -> AbstractContextManager[LdapLink]:
    """A link to the directory with the people."""
    return opened(access(server.port(protocol), protocol, **more))  # type: ignore[arg-type]


@pytest.mark.checklist("R067")
@pytest.mark.parametrize("protocol", ["ldaps", "starttls"])
def test_a_user_is_found_by_the_login_name(server: Slapd, protocol: str) -> None:
    steps: list[str] = []
    with opened(access(server.port(protocol), protocol), steps) as link:
        alice = link.user("alice")
        assert alice and (alice.dn, alice.name) == (at("alice"), "alice")
        assert len(alice.id) == 36 and link.tls >= "TLSv1.2"
        assert link.user("nobody") is None and link.group("nothing") is None
    assert steps == ["name", "port", "tls", "bind"]


class Saying:
    """Answers every search with one entry, whose id is what it likes."""

    def __init__(self, id: bytes) -> None:
        self._found = Found("uid=eve," + "x" * 1000, {"entryuuid": [id], "uid": [b"eve"]})

    def search(self, query: Query) -> list[Found]:
        """Tell of it."""
        return [self._found]


@pytest.mark.parametrize("id", [b"", b"1", b"a" * (1 << 20), b"\xff" * 36])
def test_an_id_that_is_none_is_not_kept(id: bytes) -> None:
    entries = Entries(Saying(id), access(636))  # type: ignore[arg-type]  # what is asked of a Talk
    with pytest.raises(DirectoryFailed) as refused:
        entries.users(ANYTHING)
    assert len(str(refused.value)) < 400
    right = "00112233-4455-6677-8899-AABBCCDDEEFF"
    [found] = Entries(Saying(right.encode()), access(636)).users(ANYTHING)  # type: ignore[arg-type]  # as above
    assert found.id == right.lower()


class Listening:
    """Hears what a server is asked, and answers nothing."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def search(self, query: Query) -> list[Found]:
        """Remember it."""
        self.asked += query.attributes
        return []


def test_a_directory_is_asked_for_nothing_that_nobody_reads() -> None:
    heard = Listening()
    entries = Entries(heard, access(636))  # type: ignore[arg-type]
    assert entries.users(entries.named("alice")) == [] == entries.groups(ANYTHING)
    assert set(heard.asked) == {"entryUUID", "objectGUID", "cn", "uid", *ldap_standing.READ}


def test_groups_nest_where_that_is_wanted_also_in_a_ring(server: Slapd) -> None:
    with reached(server) as link:
        alice, dora = link.user("alice"), link.user("dora")
        assert alice and dora
        assert {one.name for one in link.groups(alice)} == {"ops", "admins", "all"}
        assert {one.name for one in link.groups(dora)} == {"ring1", "ring2"}
        every, ring = link.group("all"), link.group("ring2")
        assert every and ring
        assert {one.name for one in link.members(every)} == {"alice", "bob", "carol"}
        assert {one.name for one in link.members(ring)} == {"dora"}
    with reached(server, nested_groups=False) as link:
        assert {one.name for one in link.groups(alice)} == {"ops"}
        assert (link.members(every), {one.name for one in link.members(link.group("admins") or every)}) == (
            (), {"carol"})


@pytest.mark.requirement(119)
def test_a_strange_name_finds_its_own_entry_and_nothing_else(server: Slapd) -> None:
    with reached(server) as link:
        found = link.user(STRANGE)
        assert found and found.name == STRANGE and found.dn.startswith("cn=strange,")
        for name in ("*", "al*", "alice)(uid=*", "alice)(|(uid=*", "", "\\2a", "(", ")", "\0", "alice\0", "å",
                     "\udcff"):
            assert link.user(name) is None, name
            assert link.group(name) is None, name


@pytest.mark.requirement(119)
def test_the_search_for_strange_names_would_notice(server: Slapd) -> None:
    """The positive control: without the escapes one name matches several users."""
    with reached(server, user_filter="(|(uid=al*)(uid=bob))") as link:
        assert link.count_users() == Count(2)


def check(server: Slapd, name: str, password: str) -> str:
    """The verdict of the directory, over a new link."""
    with reached(server) as link:
        found = link.user(name)
        assert found
        return link.check(found, password)


def test_a_password_costs_exactly_one_bind(server: Slapd) -> None:
    before = server.binds(at("alice"))
    assert check(server, "alice", PASSWORD) == RIGHT
    assert server.binds(at("alice")) == before + 1
    assert check(server, "alice", "wrong") == WRONG
    assert server.binds(at("alice")) == before + 2
    assert check(server, STRANGE, PASSWORD) == RIGHT


@pytest.mark.requirement(120)
def test_an_empty_password_is_wrong_and_never_bound(server: Slapd) -> None:
    before = server.binds(at("alice"))
    assert check(server, "alice", "") == WRONG
    assert server.binds(at("alice")) == before
    with ldap_peer.listening(ldap_peer.answering()) as (port, told), opened(access(port, "ldap")) as link:
        alice = Entry("1", at("alice"), "alice")
        assert link.check(alice, "") == WRONG and len(told) == 1
        assert link.check(alice._replace(dn=""), "x") == WRONG and len(told) == 1
        assert link.check(alice, "x") == RIGHT, "the server answers success to everything"


def test_what_the_policy_of_the_directory_says_is_told_apart(server: Slapd) -> None:
    for _ in range(3):
        assert check(server, "bob", "wrong") == WRONG
    assert check(server, "bob", PASSWORD) == LOCKED, "the lockout is the directory's own"
    server.do(f"dn: {at('due')}\nchangetype: modify\nreplace: pwdReset\npwdReset: TRUE\n", "ldapmodify")
    assert check(server, "due", PASSWORD) == DUE
    server.do(f"dn: cn=short,{BASE}\nobjectClass: applicationProcess\nobjectClass: pwdPolicy\ncn: short\n"
              "pwdAttribute: userPassword\npwdMaxAge: 1\n")
    server.do(f"dn: {at('old')}\nchangetype: modify\nreplace: pwdPolicySubentry\n"
              f"pwdPolicySubentry: cn=short,{BASE}\n", "ldapmodify")
    deadline = time.monotonic() + 10
    while (verdict := check(server, "old", PASSWORD)) == RIGHT and time.monotonic() < deadline:
        time.sleep(0.2)  # until a second has passed
    assert verdict == EXPIRED


@pytest.mark.parametrize("lines, found", [
    ("pwdAccountLockedTime: 000001010000Z", DISABLED), ("pwdEndTime: 20200101000000Z", DISABLED),
    ("pwdStartTime: 20990101000000Z", DISABLED), ("pwdEndTime: 20990101000000Z", "")])
def test_a_lock_is_seen_without_a_password(server: Slapd, lines: str, found: str) -> None:
    """The directory itself refuses the right password of whoever has one."""
    attribute = lines.partition(":")[0]
    server.do(f"dn: {at('eve')}\nchangetype: modify\nreplace: {attribute}\n{lines}\n", "ldapmodify")
    with reached(server) as link:
        eve = link.user("eve")
        assert eve and eve.standing == found
        assert link.check(eve, PASSWORD) == (LOCKED if found else RIGHT)
    server.do(f"dn: {at('eve')}\nchangetype: modify\ndelete: {attribute}\n", "ldapmodify")
    with reached(server) as link:
        eve = link.user("eve")
        assert eve and eve.standing == ""


def test_a_lock_by_wrong_passwords_is_seen_without_one_until_the_right_one_is_given(server: Slapd) -> None:
    for _ in range(3):
        assert check(server, "carol", "wrong") == WRONG
    with reached(server) as link:
        carol = link.user("carol")
        assert carol and carol.standing == LOCKED


@pytest.mark.parametrize("said, verdict", [
    ("80090308: LdapErr: DSID-0C09042A, comment: AcceptSecurityContext error, data 52e, v3839", WRONG),
    ("AcceptSecurityContext error, data 775, v3839", LOCKED), ("error, data 533, v1", DISABLED),
    ("error, data 532, v1", EXPIRED), ("error, data 773, v1", DUE), ("data", WRONG)])
def test_what_active_directory_says_of_a_password_is_told_apart(said: str, verdict: str) -> None:
    """Its words as Microsoft documents them; no Active Directory has been asked."""
    codes = iter((0, 49))  # the service account, then the user
    with ldap_peer.listening(lambda kind, number: ldap_peer.result(kind, number, next(codes), said)) as (port, told):
        with opened(access(port, "ldap")) as link:
            assert link.check(Entry("1", at("alice"), "alice"), "x") == verdict


CERTIFICATES = {
    "itself": make("directory", wish=LEAF._replace(names=("localhost",))),
    "other name": make("directory", slapd.ROOT, LEAF._replace(names=("other.example",))),
    "expired": make("directory", slapd.ROOT, LEAF._replace(names=("localhost",), end=LEAF.begin.replace(year=2021))),
    "other authority": make("directory", make("Other Root", wish=CA), LEAF._replace(names=("localhost",)))}


@pytest.mark.requirement(27)
@pytest.mark.requirement(104)
@pytest.mark.checklist("R069")
@pytest.mark.parametrize("what", CERTIFICATES)
def test_a_server_that_is_not_trusted_gets_no_password(what: str) -> None:
    with slapd.running(wish=slapd.Wish(shown=CERTIFICATES[what])) as one:
        for protocol in ("ldaps", "starttls"):
            with pytest.raises(ServerRefused), reached(one, protocol):
                pass
        assert one.binds(SERVICE) == 0


@pytest.mark.parametrize("protocol, silent, passed", [
    ("ldaps", 0, ["name", "port"]), ("starttls", ldap_peer.EXTENDED, ["name", "port"]),
    ("starttls", 0, ["name", "port"]), ("ldap", ldap_peer.BIND, ["name", "port"]),
    ("ldap", ldap_peer.SEARCH, ["name", "port", "bind"])])
def test_a_silent_server_is_given_up_in_time_at_every_step(protocol: str, silent: int, passed: list[str]) -> None:
    steps: list[str] = []
    with ldap_peer.listening(ldap_peer.silent_at(silent)) as (port, told):
        began = time.monotonic()
        with pytest.raises(ServerUnreachable), opened(access(port, protocol, search_time_limit=1), steps) as link:
            link.user("alice")
        assert time.monotonic() - began < 3
    assert steps == passed and told


def test_a_server_that_answers_a_byte_at_a_time_is_cut_off() -> None:
    with ldap_peer.listening(ldap_peer.answering(), 0.3) as (port, told):
        began = time.monotonic()
        with pytest.raises(ServerUnreachable), LdapDirectory(x509.client, 1.0).open(access(port, "ldap"), [].append):
            pass
        assert time.monotonic() - began < 3 and told


def test_a_server_that_hangs_up_is_not_called_again() -> None:
    """The library would open a connection of its own, without TLS, and bring it the password."""
    with ldap_peer.listening(lambda kind, number: None if kind == ldap_peer.SEARCH else ldap_peer.result(kind, number)
                             ) as (port, told), opened(access(port, "ldap")) as link:
        with pytest.raises(ServerUnreachable):
            link.user("alice")
        with pytest.raises(ServerUnreachable):
            link.check(Entry("1", at("alice"), "alice"), PASSWORD)
        assert len(told) == 2 and PASSWORD.encode() not in b"".join(told)


@pytest.mark.parametrize("seed", range(40))
def test_whatever_a_server_answers_is_an_entry_or_a_refusal(seed: int) -> None:
    chance = random.Random(seed)

    def answers(kind: int, number: bytes) -> bytes:
        good = ldap_peer.result(kind, number)
        return good if kind == ldap_peer.BIND else damaged(ldap_peer.entry(number, "alice") + good, chance)
    with ldap_peer.listening(answers) as (port, told):
        began = time.monotonic()
        with suppress(DirectoryFailed, ServerUnreachable), opened(access(port, "ldap", search_time_limit=0.1)) as link:
            link.user("alice")
        assert len(told) >= 2 and time.monotonic() - began < 2


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Some bytes are others, are missing, or come besides."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at, new = chance.randrange(len(found)), chance.randrange(256)
        found[at:at + chance.randint(0, 1)] = bytes([new] * chance.randint(0, 1))
    return bytes(found)


def test_what_the_damaged_answers_were_made_of_is_an_entry() -> None:
    """The positive control."""
    with ldap_peer.listening(lambda kind, number: b"" if kind == ldap_peer.SEARCH else ldap_peer.result(kind, number)
                             ) as (port, _):
        with pytest.raises(ServerUnreachable), opened(access(port, "ldap", search_time_limit=0.1)) as link:
            link.user("alice")
    with ldap_peer.listening(lambda kind, number: (ldap_peer.entry(number, "alice") if kind == ldap_peer.SEARCH
                                                   else b"") + ldap_peer.result(kind, number)) as (port, _):
        with opened(access(port, "ldap")) as link:
            alice = link.user("alice")
            assert alice and alice.name == "alice"


@pytest.mark.parametrize("codes, refusal, words", [
    ({"bind": 10}, DirectoryFailed, "never followed"), ({"search": 10}, DirectoryFailed, "never followed"),
    ({"search": 3}, DirectoryFailed, "its time limit"), ({"search": 4}, DirectoryFailed, "its size limit"),
    ({"search": 50}, DirectoryFailed, "may not read"), ({"bind": 49}, DirectoryFailed, "the bind DN or its password"),
    ({"bind": 51}, ServerUnreachable, "result code 51"), ({"bind": 14}, DirectoryFailed, "result code 14")])
def test_what_a_server_refuses_is_said(codes: dict[str, int], refusal: type[Exception], words: str) -> None:
    with ldap_peer.listening(ldap_peer.answering(**codes)) as (port, told):
        with pytest.raises(refusal, match=words), opened(access(port, "ldap")) as link:
            link.user("alice")


@pytest.mark.parametrize("kind", [ldap_peer.BIND, ldap_peer.SEARCH])
def test_a_referral_is_never_followed(kind: int) -> None:
    with ldap_peer.listening(ldap_peer.answering()) as (elsewhere, called):
        def answers(asked: int, number: bytes) -> bytes:
            to = f"ldap://localhost:{elsewhere}/{BASE}" if asked == kind else ""
            return ldap_peer.result(asked, number, 10 if to else 0, "", to)
        with ldap_peer.listening(answers) as (port, _), pytest.raises(Refusal), \
                opened(access(port, "ldap")) as link:
            link.user("alice")
    assert called == []


@pytest.mark.requirement(27)
def test_a_server_without_starttls_gets_no_password() -> None:
    with ldap_peer.listening(ldap_peer.answering(extended=2)) as (port, told):
        with pytest.raises(DirectoryFailed, match="STARTTLS"), opened(access(port, "starttls")):
            pass
    assert SERVICE_PASSWORD.encode() not in b"".join(told) and told


def test_a_server_that_wants_encryption_says_so(server: Slapd) -> None:
    with pytest.raises(DirectoryFailed, match="encrypted"), reached(server, "ldap"):
        pass


@pytest.mark.parametrize("password, base, words", [
    ("Wrong-Lamp-1", BASE, "refuses the bind DN or its password"),
    (SERVICE_PASSWORD, "dc=elsewhere,dc=test", "has no entry dc=elsewhere,dc=test")])
def test_a_wrong_bind_password_and_a_missing_base_are_said(
        server: Slapd, password: str, base: str, words: str) -> None:
    how = access(server.ports.ldaps, password=password)
    with pytest.raises(DirectoryFailed, match=words) as refusal, opened(how) as link:
        link.check_base(base)
    assert password not in str(refusal.value)


def test_a_closed_port_and_an_unknown_name_are_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        free = listener.getsockname()[1]
    with pytest.raises(ServerUnreachable, match="refused"), opened(access(free)):
        pass
    with pytest.raises(ServerUnreachable, match="name is not known"), opened(access(636, server="no-such.invalid")):
        pass


def test_a_server_that_tells_only_of_some_entries_is_counted_so() -> None:
    with slapd.running(ENTRIES, slapd.Wish(limits="sizelimit size.soft=3 size.hard=3 size.prtotal=3")) as one:
        with reached(one) as link:
            assert link.count_users() == Count(3, True)
            assert link.contexts() == (BASE,)


def test_a_name_that_two_entries_have_is_nobody(server: Slapd) -> None:
    server.do(f"dn: ou=more,{slapd.PEOPLE}\nobjectClass: organizationalUnit\nou: more\n\n"
              + user("eve").replace(f"uid=eve,{slapd.PEOPLE}", f"uid=eve,ou=more,{slapd.PEOPLE}"))
    with reached(server) as link, pytest.raises(DirectoryFailed, match="several entries with the name eve"):
        link.user("eve")


@pytest.mark.requirement(27)
def test_nothing_of_a_password_shows_in_what_went_wrong(server: Slapd) -> None:
    canary = "-".join(("Canary", "Lamp", "1"))  # a traceback shows this line
    with pytest.raises(DirectoryFailed) as refusal, opened(access(server.ports.ldaps, password=canary)):
        pass
    with pytest.raises(ServerUnreachable) as silence, ldap_peer.listening(lambda *_: None) as (port, _), \
            opened(access(port, "ldap", password=canary)):
        pass
    for one in (refusal.value, silence.value):
        assert canary not in "".join(traceback.format_exception(one))


def test_a_box_without_the_library_says_what_to_install(server: Slapd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ldap3", None)
    with pytest.raises(LdapNotInstalled, match="ldap3") as refusal, reached(server):
        pass
    assert "'.[ldap]'" in (refusal.value.advice or "")
