"""Sessions: who sees them, who ends them."""

import pytest

from tests.support.box import BOB, TestBox


@pytest.mark.requirement(56)
def test_everybody_sees_and_ends_own_sessions_security_those_of_others(box: TestBox) -> None:
    admin, one, two = box.admin(), box.client("bob", BOB), box.client("bob", BOB)
    own = [each["session"] for each in one.facts("get_sessions")["sessions"]]
    assert len(own) == 2 and admin.door.caller.session not in own
    assert one.do(f"end_session session={admin.door.caller.session}").code == "UnknownSession"
    assert one.do(f"end_session session={two.door.caller.session}").code == "Done"
    assert two.do("get_groups").code == "SessionEnded"
    assert one.door.caller.session in [each["session"] for each in admin.facts("get_sessions")["sessions"]]
    assert admin.do(f"end_session session={one.door.caller.session}").code == "Done"
    assert one.do("get_groups").code == "SessionEnded"


def test_sessions_of_others_are_offered_to_who_may_end_them_only(basic: TestBox) -> None:
    admin = basic.admin()
    admin.do(f'add_user name=bob role=monitor password="{BOB}" must_change=no')
    bob = basic.client("bob", BOB)
    assert bob.door.offers("end_session", "session", {}) == [bob.door.caller.session]
    assert set(admin.door.offers("end_session", "session", {})) == {bob.door.caller.session, admin.door.caller.session}
