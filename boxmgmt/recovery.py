"""The way back in when nobody knows the password of admin (R092, R093)."""

import os

from sysmgmt.domain.errors import Cancelled, InvalidValue, NotInstalled, PermissionDenied, ServiceRefused
from sysmgmt.domain.model import ADMIN
from sysmgmt.engine.request import Answer, refused
from sysmgmt.screen.ask import Asker, again
from sysmgmt.screen.client import Client, is_served, recover_admin

EXPLANATION = (
    "Recovery unlocks the user admin and gives it a new password. It is recorded, and\n"
    "the users with the permission security are told of it at their next login.")
DONE = "The user admin is unlocked and has the new password."


def recover(client: Client) -> int:
    """Unlock admin with a password that is typed twice; the exit status.

    On a terminal only, and only for the owner of the folder that holds the state.
    """
    if barred := _barred(client):
        client.output.answer(barred)
    return (barred or _recovered(client)).status


def _barred(client: Client) -> Answer | None:
    """Why recovery is not possible here, and the way to do it right; None if it is."""
    folder = client.options.state
    if client.person is None:
        refusal = InvalidValue(what="Recovery asks questions, so it needs a terminal")
        return refused(None, refusal)._replace(hint="Start boxmgmt --recover with the keyboard as its input.")
    if is_served(client):
        return refused(None, ServiceRefused(service="Recovery", words="boxmgmtd is running"))._replace(
            hint="Stop it first: systemctl stop boxmgmtd.")
    try:
        owner = os.stat(folder).st_uid
    except FileNotFoundError:
        owner = os.geteuid()  # there is no state, which is answered below
    if owner != os.geteuid():
        return refused(None, PermissionDenied(f"Only the owner of {folder} may recover it.",
                                              f"Start boxmgmt --recover as the user with the number {owner}."))
    if not client.door.sign().installed:
        hint = f"Nothing is installed in {folder}. Start boxmgmt to install, or give --state DIR."
        return refused(None, NotInstalled())._replace(hint=hint)
    return None


def _recovered(client: Client) -> Answer:
    assert client.person is not None
    client.output.say(EXPLANATION)
    while True:
        answer = _attempt(client, client.person.asker)
        client.output.answer(answer)
        if not again(client.output, answer):
            return answer


def _attempt(client: Client, asker: Asker) -> Answer:
    try:
        password = asker.secret(f"New password of the user {ADMIN}", True)
    except Cancelled as refusal:
        return client.door.run(refused(None, refusal))
    answer = recover_admin(client, password)
    return answer if answer.status else answer._replace(command=None, message=DONE)
