"""Names: one canonical form, so that there is one account, one counter and one audit line for each."""

import pytest

from sysmgmt.domain import accounts
from sysmgmt.domain.errors import InvalidValue
from sysmgmt.domain.model import TYPES, Account
from sysmgmt.domain.names import LDAP_GROUP, MOST_COMPARED, canonical, check, fits, is_harmless, kept, meant, repeatable

GOOD = ("bob", "Bob", "_x", "a", "a.b-c_d", "x" * 32, "a1")
HOSTILE = ("", " ", " bob", "bob ", "bob\n", "\nbob", "b\tob", "bob\x00", "1st", ".x", "-x", "--help", "@x", "a/b",
           "../x", "a\\b", "a b", "a,b", "a=b", "a;b", "a|b", "a>b", "$x", "`x`", "'x'", '"x"', "a*", "a?", "[a]",
           "{a}", "(a)",
           "~x", "!x", "#x", "%s", "%n", "a&b", "x" * 33, "x" * 100_000, "ä", "bоb", "ｂob", "bob\u200b",
           "\u202ebob",
           "bob\u0301", "\ud800", "\u212a", "ſ", "ı", "İ", "\x1b[31m", "\x9b31m", "\r", "\u2028", "\ufeffbob",
           "bob\u00a0",
           "😀", "..", ".", "a@b", "a:b", "a+b", "NULL\x00", "\x7f")


@pytest.mark.parametrize("name", GOOD)
def test_a_name_that_may_be_used(name: str) -> None:
    assert fits(name) and fits(canonical(name)) and canonical(canonical(name)) == canonical(name)


@pytest.mark.requirement(12)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_refused(name: str) -> None:
    assert not fits(name)


@pytest.mark.parametrize("text, kinds", [
    ("ops", "local ldap_user ldap_group"), ("kim@lab.test", "ldap_user ldap_group"), ("backup admins", "ldap_group"),
    ("büro (a & b) d'or+", "ldap_group"), ("_ops", "local ldap_user ldap_group"),
    ("x" * 64, "ldap_group"), ("9 lives", "ldap_group"), ("x" * 65, ""), ("", ""),
    (" ops", ""), ("ops ", ""), ("a  b", ""), ("a\tb", ""), ("a\nb", ""), ("a\u202eb", ""), ("a,b", ""), ("a=b", ""),
    ("(ops)", ""), ('a"b', ""), ("a\\b", ""), ("--json", ""), ("Ops", "")])
def test_each_kind_of_entry_has_names_of_its_own(text: str, kinds: str) -> None:
    found = [kind for kind in TYPES if accounts.is_well_named(Account(text, "monitor", kind))]
    assert found == kinds.split()
    for kind in TYPES:
        if kind in found:
            assert accounts.named(kind, text.upper()) == text
        elif text != "Ops":
            with pytest.raises(InvalidValue, match="name"):
                accounts.named(kind, text)
    for text in ("\u212a", "İs"):
        with pytest.raises(InvalidValue):
            accounts.named("local", text)
    with pytest.raises(InvalidValue):
        accounts.named("ldap_group", "İs")  # it would not be kept as one that fits


def test_a_name_is_refused_with_the_rule_that_it_breaks_and_kept_in_small_letters() -> None:
    check("_Bob")
    assert kept("_Bob") == "_bob" and kept("Büro 1", LDAP_GROUP) == "büro 1"
    with pytest.raises(InvalidValue, match="begins with a letter or '_' and has up to 32"):
        check("1st")
    with pytest.raises(InvalidValue, match="begins with a letter, a digit or '_' and has up to 64"):
        kept("İ", LDAP_GROUP)


def test_a_command_is_repeated_only_if_it_looks_like_one() -> None:
    assert is_harmless("add_user") and not is_harmless("") and is_harmless("x" * 64)
    assert not is_harmless("x" * 65) and not is_harmless("Add") and not is_harmless("a b")
    assert repeatable("add_user") == "add_user"
    assert repeatable("") == repeatable("Secret-1") == "of that name"


def test_a_near_name_is_looked_for_among_a_thousand_and_no_more() -> None:
    known = [f"user{number:04}" for number in range(MOST_COMPARED)]
    assert meant("usr0007", known).startswith("Did you mean user0007")
    assert meant("usr0007", [*known, "one-more"]) == "", "that would take longer than whoever asks waits"


def test_a_text_that_is_longer_than_any_name_is_compared_with_none() -> None:
    assert meant("administrators", ["administrator"]) and meant("a" * 64, ["a" * 60])
    assert not meant("a" * 65, ["a" * 60])
