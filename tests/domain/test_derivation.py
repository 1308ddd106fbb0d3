"""What stands beside a key, a certificate or a list is what that says, as values; who reads them is a pretence."""

from collections.abc import Mapping
from typing import Any, TypeVar

import pytest

from sysmgmt.domain import ssh_keys, truststore
from sysmgmt.domain.certificates import Bundle
from sysmgmt.domain.derivation import check
from sysmgmt.domain.errors import InvalidValue
from sysmgmt.domain.model import (
    Certificate, Identity, Partner, RevocationList, SigningRequest, SshKey, State, Subject, TrustedCertificate)
from sysmgmt.domain.times import DAY

K = TypeVar("K")
V = TypeVar("V")
LINE = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC5jYW5hcnktY2FuYXJ5LWNhbmFyeS1jYW5hcnktMjAy"
PRINT = ssh_keys.fingerprint(LINE)
KEY = SshKey(f"kim {PRINT}", "kim", LINE, PRINT, "a comment", "admin", 5.0)
ROOT = Certificate("R", "CN=root", "CN=root", "1", 0.0, DAY, "ec_p256", "sha256", "root pem", authority=True)
LEAF = Certificate("L", "CN=leaf", "CN=root", "2", 0.0, DAY, "ec_p256", "sha256", "leaf pem")
OTHER = LEAF._replace(fingerprint="O", pem="other pem")
TRUSTED = TrustedCertificate("c", ("syslog", "ldap"), (ROOT,))
PINNED = TrustedCertificate("p", ("vcenter",), (LEAF,), "server.example")
OWN = Identity("system", (LEAF, ROOT), "leaf key", "internal")
ASKED = SigningRequest("web", "request pem", Subject("box"), "ec_p256", "asked key")
LISTED = RevocationList("l", "CN=root", "list pem", 3, 1.0, 2.0, "admin", 5.0)
PARTNER = Partner("box2", "box2.example", 7450, OTHER)


class Pretence:
    """Reads what it has been told of, and refuses all else."""

    KEYS: Mapping[str, str] = {"leaf key": "leaf key", "asked key": "asked key", " leaf key": "leaf key",
                               " asked key": "asked key"}

    def certificates(self, text: str) -> tuple[Certificate, ...]:
        """The certificates in a text."""
        known: dict[str, tuple[Certificate, ...]] = {one.pem: (one,) for one in (ROOT, LEAF, OTHER)}
        return found(known | {"two": (LEAF, ROOT)}, text)

    def key(self, text: str) -> str:
        """The key, as it is written."""
        return found(self.KEYS, text)

    def pair(self, given: tuple[Certificate, ...], key: str) -> Bundle:
        """The leaf first, whatever comes first."""
        if LEAF not in given or key.strip() != "leaf key":
            raise InvalidValue(what="no pair")
        return Bundle((LEAF, *(one for one in given if one != LEAF)), key)

    def check_request(self, one: SigningRequest) -> None:
        """Refuse another request."""
        if one._replace(key="") != ASKED._replace(key="") or one.key.strip() != "asked key":
            raise InvalidValue(what="another request")

    def revocations(self, data: bytes) -> RevocationList:
        """What the list says."""
        return found({b"list pem": LISTED._replace(name="", added_by="", added_at=None)}, data)


def found(known: Mapping[K, V], wanted: K) -> V:
    """What is known of it."""
    if wanted not in known:
        raise InvalidValue(what="unknown")
    return known[wanted]


def content(*values: Any) -> State:
    """A state with these values, each in its table; by default with one of each kind, and two in the truststore."""
    places = {SshKey: "ssh_keys", TrustedCertificate: "trusted_certificates", Identity: "identities",
              SigningRequest: "signing_requests", RevocationList: "revocation_lists", Partner: "partners"}
    state = State()
    for one in (KEY, TRUSTED, PINNED, OWN, ASKED, LISTED, PARTNER, *values):
        table = getattr(state, places[type(one)])
        state = state._replace(**{places[type(one)]: table.put(one[0], one)})
    return state


def test_what_is_as_it_says_is_let_in() -> None:
    check(content(), Pretence())
    check(State(), Pretence())
    check(content(TRUSTED._replace(purposes=truststore.PURPOSES)), Pretence())


@pytest.mark.parametrize("wrong, what", [
    (KEY._replace(line=f"{LINE} bob"), "an SSH key"), (KEY._replace(line="x"), "an SSH key"),
    (KEY._replace(fingerprint="SHA256:x", id="kim SHA256:x"), "an SSH key"), (KEY._replace(user="bob"), "an SSH key"),
    (TRUSTED._replace(certificates=(ROOT._replace(subject="CN=sly"),)), "a certificate"),
    (TRUSTED._replace(certificates=(ROOT._replace(pem="two"),)), "a certificate"),
    (TRUSTED._replace(certificates=(ROOT._replace(pem="?"),)), "a certificate"),
    (OWN._replace(certificates=(LEAF, ROOT._replace(serial="9"))), "a certificate"),
    (PARTNER._replace(certificate=OTHER._replace(issuer="CN=sly")), "a certificate"),
    (TRUSTED._replace(certificates=(LEAF,)), "a trusted certificate"),
    (TRUSTED._replace(certificates=()), "a trusted certificate"),
    (TRUSTED._replace(purposes=("syslog", "everything")), "a trusted certificate"),
    (PINNED._replace(server=""), "a trusted certificate"),
    (OWN._replace(key="?"), "a certificate's key"), (OWN._replace(key=" leaf key"), "a certificate's key"),
    (OWN._replace(certificates=(ROOT, LEAF)), "a certificate's key"),
    (OWN._replace(certificates=(OTHER,)), "a certificate's key"),
    (OWN._replace(certificates=()), "a certificate's key"),
    (ASKED._replace(key="?"), "a certificate request"), (ASKED._replace(key=" asked key"), "a certificate request"),
    (ASKED._replace(names=("DNS:sly",)), "a certificate request"),
    (LISTED._replace(revoked=1), "a revocation list"), (LISTED._replace(pem="?"), "a revocation list"),
    (LISTED._replace(issuer="CN=sly"), "a revocation list")])
def test_what_is_another_than_it_says_is_not_let_in(wrong: Any, what: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        check(content(wrong), Pretence())
    assert str(refusal.value) == f"The file has {what} that is another than it says."


@pytest.mark.parametrize("fields", [{"added_by": "eve"}, {"added_at": 9.0}, {"name": "m"}])
def test_who_brought_a_list_and_under_which_name_stands_in_none(fields: dict[str, Any]) -> None:
    check(content(LISTED._replace(**fields)), Pretence())
