"""How long sessions may be idle."""

from sysmgmt.service.presence import GRACE, Presence


def test_a_session_has_its_limit_and_some_grace_from_its_last_use_on() -> None:
    presence = Presence()
    assert presence.left("s1", 60) == 60 + GRACE, "to be asked for the first time is a use"
    first = presence.left("s1", 60)
    assert first < 60 + GRACE and presence.left("s1", 60) < first, "to be asked for again is none"
    assert presence.left("s1", -GRACE) < 0
    with presence.use("s1"):
        assert presence.left("s1", 60) == 60 + GRACE, "no time passes in a use"
    assert presence.left("s1", 60) < 60 + GRACE
