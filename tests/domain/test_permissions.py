"""The permissions have the names that are stored in roles and typed in commands."""

from sysmgmt.domain.permissions import MEANING, NOT_ASSIGNABLE, Permission


def test_the_names_are_those_of_the_guide_and_audit() -> None:
    assert [str(one) for one in Permission] == [
        "array_configuration", "audit", "boxmgmt", "data_transfer", "failover", "group_clear_settings",
        "group_configuration", "se", "security", "splitter_configuration", "storage_management",
        "system_configuration", "target_image", "upgrade", "view", "web_download"]


def test_each_has_a_meaning_and_two_are_in_no_new_role() -> None:
    assert list(MEANING) == list(Permission) and all(one.endswith(".") for one in MEANING.values())
    assert {"boxmgmt", "web_download"} == NOT_ASSIGNABLE
