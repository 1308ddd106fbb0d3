"""The fields of commands that ask for one's own password: nothing stands for it, and nothing breaks them."""

import pytest

from sysmgmt.engine.declaration import Command
from sysmgmt.engine.request import Request
from tests.attacks import bait, corpus, fields
from tests.support.box import ADMIN_PASSWORD, TestBox

OTHERS = {"folder": "/nowhere", "canary": "/nowhere/canary", "script": "/nowhere/script"}


@pytest.mark.attack(1, 19, 45)
@pytest.mark.parametrize("command", fields.OWN_PASSWORD, ids=lambda one: str(one.name))
def test_no_value_stands_for_the_own_password(basic: TestBox, command: Command) -> None:
    admin, before = basic.admin(), basic.state
    for attempt in map(corpus.Attempt, range(100), corpus.lines("values")):
        value = attempt.typed(OTHERS).decode(errors="replace")
        for attacked in command.parameters:
            texts = {one.name: fields.usable(one) for one in command.parameters if one.required}
            answer = admin.door.run(Request(command.name, {**texts, attacked.name: value}, confirmed=True))
            assert answer.status not in (0, 70) and not bait.shown(repr(answer).encode()), (attacked.name, value)
            basic.replace("admin", strikes=0, locked_by="", locked_since=None, failed_logins=0)
    after = basic.state
    assert (after.settings, after.roles, list(after.accounts)) == (before.settings, before.roles, list(before.accounts))
    assert basic.client().log_in("admin", ADMIN_PASSWORD).code == "Done"


def test_the_own_password_stands_for_itself(basic: TestBox) -> None:
    done = basic.admin().door.run(Request("set_password", {"current_password": ADMIN_PASSWORD,
                                                           "new_password": "Newer-Pass-12"}))
    assert done.code == "Done"
