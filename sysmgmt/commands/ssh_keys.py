"""SSH keys (R219)."""

from sysmgmt.commands.words import KeyFingerprint, PublicKey, UserName
from sysmgmt.domain import facts, sessions, ssh_keys
from sysmgmt.domain.model import SshKey
from sysmgmt.domain.permissions import Permission
from sysmgmt.engine.authorization import own_or
from sysmgmt.engine.declaration import ANYONE, Call, Change, Shown, command


@command(needs=ANYONE)
def add_ssh_key(call: Call, key: PublicKey, name: UserName | None = None) -> Change:
    """Add a public key, with which a user logs in over SSH without a password.

    Your own, or with the permission security another user's. One key: Ed25519, ECDSA, one on a
    security key, or RSA with at least 2048 bits; without options. A user has at most 50 keys.
    """
    user = own_or(call, Permission.SECURITY, name)
    line, comment = key
    print_ = ssh_keys.fingerprint(line)
    one = SshKey(f"{user} {print_}", user, line, print_, comment, call.caller.user, call.now)
    return Change(ssh_keys.add(call.state, one), {"name": user, "fingerprint": print_})


@command(needs=ANYONE)
def get_ssh_keys(call: Call, name: UserName | None = None) -> Shown:
    """List your SSH keys, or with the permission security another user's."""
    user = own_or(call, Permission.SECURITY, name)
    return Shown({"name": user, "ssh_keys": [facts.ssh_key(one) for one in ssh_keys.of(call.state, user)]})


@command(needs=ANYONE)
def remove_ssh_key(call: Call, fingerprint: KeyFingerprint, name: UserName | None = None) -> Change:
    """Remove an SSH key of yours, or with the permission security another user's.

    Sessions that were opened with it are ended, but for the one that you are in.
    """
    user = own_or(call, Permission.SECURITY, name)
    key = ssh_keys.find(call.state, user, fingerprint)
    opened = sessions.opened_with(call.state, key)
    others = [one for one in opened if one.id != call.caller.session]
    state = call.state._replace(ssh_keys=call.state.ssh_keys.without(key.id))
    for one in others:
        state = sessions.cut(state, one, "its SSH key was removed", call.now)
    stays = () if others == opened else ("The session that you are in was opened with this key, and goes on.",)
    return Change(state, {"name": user, "fingerprint": fingerprint, "sessions_ended": len(others)}, stays)
