"""Whose the keys are that a box has."""

import base64

import pytest

from sysmgmt.domain import facts, ssh_keys
from sysmgmt.domain.errors import InvalidValue, KeyExists, TooManyKeys, UnknownKey
from sysmgmt.domain.model import Account, Settings, SshKey, State

NAMES = ("dom", "dom admins", "eve")


def state_of(*keys: SshKey) -> State:
    """A state with all users and these keys."""
    state = State(settings=Settings())
    for name in NAMES:
        state = state._replace(accounts=state.accounts.put(name, Account(name, "administrator")))
    for key in keys:
        state = ssh_keys.add(state, key)
    return state


def key(user: str, fingerprint: str, added_at: float) -> SshKey:
    return SshKey(f"{user} {fingerprint}", user, "ssh-ed25519 AAAA", fingerprint, added_at=added_at)


MANY = state_of(key("dom", "a", 2.0), key("dom admins", "b", 3.0), key("dom", "c", 1.0))


def test_the_keys_of_a_user_are_his_alone_although_another_name_begins_with_his() -> None:
    assert [one.fingerprint for one in ssh_keys.of(MANY, "dom")] == ["c", "a"], "oldest first"
    assert [one.fingerprint for one in ssh_keys.of(MANY, "dom admins")] == ["b"]
    assert ssh_keys.of(MANY, "eve") == ssh_keys.of(MANY, "do") == []
    ten = state_of(*(key("dom", str(number), float(number)) for number in range(10)))
    assert [one.fingerprint for one in ssh_keys.of(ten, "dom")] == list("0123456789")


def test_a_key_of_the_same_name_that_says_it_is_anothers_is_not_his() -> None:
    assert ssh_keys.of(state_of(key("dom", "a", 1.0)._replace(user="eve")), "dom") == []


def test_as_many_keys_are_told_whether_one_user_is_shown_or_all() -> None:
    viewer = Account("eve", "administrator")
    listed = {one["name"]: one for one in facts.users(MANY, viewer)}
    assert {name: one["ssh_keys"] for name, one in listed.items()} == {"dom": 2, "dom admins": 1, "eve": 0}
    for account in MANY.accounts.values():
        assert facts.users(MANY, viewer, account) == [listed[account.name]]


def blob(*fields: bytes) -> str:
    """The blob of a key with these fields."""
    return base64.b64encode(b"".join(len(one).to_bytes(4, "big") + one for one in fields)).decode()


ED25519 = "ssh-ed25519 " + blob(b"ssh-ed25519", bytes(32))


def rsa(bits: int) -> str:
    """An RSA key with a modulus of so many bits."""
    return "ssh-rsa " + blob(b"ssh-rsa", b"\1\0\1", b"\0" + (1 << bits - 1).to_bytes(-(-bits // 8), "big"))


PARTS = {
    "ssh-ed25519": (bytes(32),), "ssh-rsa": (b"\1\0\1", b"\0" + b"\xff" * 2048),
    "ecdsa-sha2-nistp256": (b"nistp256", bytes(65)), "ecdsa-sha2-nistp384": (b"nistp384", bytes(97)),
    "ecdsa-sha2-nistp521": (b"nistp521", bytes(133)), "sk-ssh-ed25519@openssh.com": (bytes(32), b"ssh:"),
    "sk-ecdsa-sha2-nistp256@openssh.com": (b"nistp256", bytes(65), b"ssh:")}
"""What stands behind the type in the blob of each kind of key."""


@pytest.mark.requirement(107)
def test_a_key_is_read_with_its_comment_and_without() -> None:
    assert ssh_keys.read(f" {ED25519} bob at home \n") == (ED25519, "bob at home")
    assert ssh_keys.read(ED25519) == (ED25519, "") and ssh_keys.read(rsa(2048)) == (rsa(2048), "")
    for kind, parts in PARTS.items():
        assert ssh_keys.read(f"{kind} {blob(kind.encode(), *parts)}")[0].startswith(kind)
    assert ssh_keys.read("ssh-rsa " + blob(b"ssh-rsa", b"\3", b"\0" + b"\xff" * 256)), "a short exponent"
    assert ssh_keys.read("sk-ssh-ed25519@openssh.com " + blob(b"sk-ssh-ed25519@openssh.com", bytes(32), b"s"))
    assert ssh_keys.read(f"{ED25519} ".ljust(8192, "c"))[1] == "c" * (8191 - len(ED25519))


@pytest.mark.requirement(107)
@pytest.mark.parametrize("kind", PARTS)
def test_a_key_has_the_parts_of_its_type_and_no_others(kind: str) -> None:
    parts = PARTS[kind]
    for wrong in (parts[:-1], (*parts, b"more"), (*parts[:-1], b""), (*parts[:-1], parts[-1] + bytes(2048)),
                  (parts[0] + bytes(32), *parts[1:])):
        with pytest.raises(InvalidValue, match="has not the parts of a key of its type"):
            ssh_keys.read(f"{kind} {blob(kind.encode(), *wrong)}")
    for place, part in enumerate(parts):
        more = part + bytes(254 if part == b"ssh:" else 33 - len(part) + 1 if len(part) == 3 else 1)
        with pytest.raises(InvalidValue, match="has not the parts of a key of its type"):
            ssh_keys.read(f"{kind} {blob(kind.encode(), *parts[:place], more, *parts[place + 1:])}")


@pytest.mark.requirement(107)
@pytest.mark.parametrize("text, words", [
    (rsa(2047), "at least 2048 bits"), (rsa(16385), "the parts of a key"),
    ("ssh-rsa " + blob(b"ssh-ed25519", bytes(32)), "of another type"), ("ssh-ed25519 AAAA", "cannot be read"),
    ("ssh-ed25519 " + blob(b"ssh-ed25519", bytes(32))[:-4], "cannot be read"), ("ssh-ed25519 !", "cannot be read"),
    ("ssh-ed25519 ", "Expected one public key"), ("ssh-dss AAAA", "Expected one public key"),
    (f"{ED25519}\n{ED25519}", "Expected one public key"), (f"{ED25519} ".ljust(8193, "c"), "Expected one public key"),
    ("", "Expected one public key"), ("x", "ecdsa-sha2-nistp256, ecdsa-sha2-nistp384, ecdsa-sha2-nistp521, sk-")])
def test_what_is_no_strong_key_is_refused(text: str, words: str) -> None:
    with pytest.raises(InvalidValue, match=words):
        ssh_keys.read(text)


def test_a_key_is_found_used_and_renamed_without_the_others() -> None:
    assert ssh_keys.find(MANY, "dom", "a").added_at == 2.0
    used = ssh_keys.use(MANY, "dom", "a", 9.0)
    assert [one.last_used_at for one in ssh_keys.of(used, "dom")] == [None, 9.0]
    assert ssh_keys.use(MANY, "dom", "b", 9.0) is MANY
    renamed = ssh_keys.rename(MANY, "dom", "tom")
    assert [one.id for one in ssh_keys.of(renamed, "tom")] == ["tom c", "tom a"] and not ssh_keys.of(renamed, "dom")
    assert len(ssh_keys.of(ssh_keys.remove_all(MANY, "dom"), "dom admins")) == 1
    with pytest.raises(UnknownKey):
        ssh_keys.find(MANY, "dom", "b")
    with pytest.raises(KeyExists):
        ssh_keys.add(MANY, key("dom", "a", 4.0))


def test_a_user_has_as_many_keys_as_anybody_needs_and_no_more() -> None:
    full = state_of(*(key("dom", f"k{number}", 1.0) for number in range(50)))
    with pytest.raises(TooManyKeys, match="User dom has 50 SSH keys, and nobody has more."):
        ssh_keys.add(full, key("dom", "one more", 1.0))
    with pytest.raises(KeyExists):
        ssh_keys.add(full, key("dom", "k1", 1.0))
    assert len(ssh_keys.of(ssh_keys.add(full, key("dom admins", "a", 1.0)), "dom admins")) == 1
