"""What strangers write into filters and DNs means itself, and nothing else (ASVS 1.2.6)."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sysmgmt.domain import ldap_syntax
from sysmgmt.domain.errors import InvalidValue

VALUES = st.text(st.characters(exclude_categories=("Cs",)), min_size=1).filter(str.strip)
STRANGE = st.text(st.sampled_from(list("ab =,+\"\\<>;#*()é\0\t")), min_size=1).filter(str.strip)
KINDS = st.sampled_from(["cn", "ou", "dc", "1.2.840.113549.1.9.1"])
NAMES = st.lists(st.lists(st.tuples(KINDS, VALUES | STRANGE), min_size=1, max_size=3).map(tuple), min_size=1,
                 max_size=5).map(tuple)
MANY = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def unescaped(text: str) -> bytes:
    """What a filter's value means, read as RFC 4515 says."""
    return re.sub(rb"\\([0-9a-f]{2})", lambda match: bytes([int(match[1], 16)]), text.encode())


@pytest.mark.requirement(119)
@MANY
@given(st.text(st.characters(exclude_categories=("Cs",))) | STRANGE)
@pytest.mark.attack(3)
def test_a_value_in_a_filter_means_itself(value: str) -> None:
    text = ldap_syntax.escaped(value)
    assert unescaped(text) == value.encode()
    assert not set(text) & set("*()\0&|=!<>~ ") and text.isascii()
    assert ldap_syntax.search_filter(ldap_syntax.equal("uid", value)) == f"(uid={text})"


@pytest.mark.requirement(119)
@MANY
@given(NAMES)
def test_a_dn_that_was_written_is_read_as_it_was_meant(name: tuple[ldap_syntax.Part, ...]) -> None:
    text = ldap_syntax.written(name)
    assert ldap_syntax.parts(text) == name
    assert ldap_syntax.dn(text) == text


@MANY
@given(st.text())
def test_what_is_no_dn_is_refused_in_a_sentence(text: str) -> None:
    try:
        once = ldap_syntax.dn(text)
    except InvalidValue:
        return
    assert ldap_syntax.dn(once) == once, "what was read is kept in one form"


@MANY
@given(NAMES, NAMES)
def test_an_entry_lies_within_its_base(name: tuple[ldap_syntax.Part, ...], base: tuple[ldap_syntax.Part, ...]) -> None:
    whole = ldap_syntax.written((*name, *base))
    assert ldap_syntax.within(whole, ldap_syntax.written(base))
    assert ldap_syntax.within(ldap_syntax.written(base), ldap_syntax.written(base))
    assert not ldap_syntax.within(ldap_syntax.written(base), whole)


@pytest.mark.parametrize("dn, base, inside", [
    ("uid=a,OU=People,dc=lab,dc=test", "ou=people, dc=Lab, dc=test", True),
    ("uid=a,ou=people,dc=lab,dc=test", "ou=groups,dc=lab,dc=test", False),
    ("uid=a\\,ou=people,dc=lab,dc=test", "ou=people,dc=lab,dc=test", False),
    ("", "dc=test", False), ("no dn", "dc=test", False), ("dc=evil\\,dc=test", "dc=test", False)])
def test_a_base_is_compared_step_by_step(dn: str, base: str, inside: bool) -> None:
    assert ldap_syntax.within(dn, base) is inside


@pytest.mark.parametrize("text", ["(objectClass=person)", "(&(a=b)(c=*))", "(|(a=b)(!(c=d\\2a)))",
                                  "(memberOf:1.2.840.113556.1.4.1941:=cn=a,dc=b)", "(cn>=a)"])
def test_a_filter_is_kept_as_it_is(text: str) -> None:
    assert ldap_syntax.search_filter(text) == text


@pytest.mark.parametrize("text", ["", "objectClass=person", "(a=b", "(a=b))", "(a=b)(c=d)", "(&)", "(!(a=b)(c=d))",
                                  "()", "(=b)", "(a=b\\)", "(a=(b))", "(" * 3000, "(!" * 500 + "(a=b)" + ")" * 500])
def test_what_is_no_filter_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="a filter such as"):
        ldap_syntax.search_filter(text)


@pytest.mark.parametrize("text", ["", "1uid", "uid)", "uid=", "a" * 65])
def test_what_is_no_attribute_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="the name of an attribute"):
        ldap_syntax.attribute(text)


@pytest.mark.parametrize("dns, found", [
    ((), ""), (("cn=a,ou=x,dc=lab",), "ou=x,dc=lab"), (("cn=a,OU=X, dc=lab", "cn=b,cn=c,ou=x,DC=Lab"), "ou=x,DC=Lab"),
    (("cn=a,ou=x,dc=lab", "cn=a,ou=y,dc=lab"), "dc=lab"), (("cn=a,dc=lab", "cn=a,dc=other"), ""), (("dc=lab",), ""),
    ((r"cn=a,ou=x\,y,dc=lab", r"cn=b,ou=x\2cy,dc=lab"), r"ou=x\,y,dc=lab")])
def test_what_entries_have_in_common_is_above_them_all(dns: tuple[str, ...], found: str) -> None:
    assert ldap_syntax.above(dns) == found


@MANY
@given(st.lists(NAMES.filter(lambda one: len(one) > 1), min_size=1, max_size=4), NAMES)
def test_all_entries_lie_within_what_is_above_them(names: list[tuple[ldap_syntax.Part, ...]],
                                                   base: tuple[ldap_syntax.Part, ...]) -> None:
    dns = [ldap_syntax.written(one + base) for one in names]
    found = ldap_syntax.above(dns)
    assert all(ldap_syntax.within(one, found) for one in dns) and ldap_syntax.within(found, ldap_syntax.written(base))
