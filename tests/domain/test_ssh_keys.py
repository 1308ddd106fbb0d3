"""Whose the keys are that a box has."""

from sysmgmt.domain import facts, ssh_keys
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


def test_a_key_of_the_same_name_that_says_it_is_anothers_is_not_his() -> None:
    assert ssh_keys.of(state_of(key("dom", "a", 1.0)._replace(user="eve")), "dom") == []


def test_as_many_keys_are_told_whether_one_user_is_shown_or_all() -> None:
    viewer = Account("eve", "administrator")
    listed = {one["name"]: one for one in facts.users(MANY, viewer)}
    assert {name: one["ssh_keys"] for name, one in listed.items()} == {"dom": 2, "dom admins": 1, "eve": 0}
    for account in MANY.accounts.values():
        assert facts.users(MANY, viewer, account) == [listed[account.name]]
