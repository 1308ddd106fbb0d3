"""A level of events is this level and worse, in the log as for receivers of mail."""

import pytest

from tests.support.box import TestBox


@pytest.mark.parametrize("level, shown", [
    ("info", {"info", "warning", "error", "critical"}), ("warning", {"warning", "error", "critical"}),
    ("error", {"error", "critical"}), ("critical", {"critical"})])
def test_worse_events_are_shown_too(basic: TestBox, level: str, shown: set[str]) -> None:
    admin = basic.admin()
    assert admin.do("add_user name=bob role=monitor password=bob-first-1").code == "Done"
    assert admin.do("lock_user name=bob").code == "Done"
    (basic.folder / "master.key").rename(basic.folder / "aside")
    admin.do("regenerate_encryption_keys password=Admin-Pass-12 --yes")
    with (basic.folder / "audit.journal").open("r+b") as file:
        file.seek(40)
        file.write(b"#")
    admin.do("verify_audit_log")
    assert {one["level"] for one in admin.facts(f"get_events_log level={level}")["events"]} <= shown
    found = {one["level"] for one in admin.facts("get_events_log")["events"]}
    assert {one["level"] for one in admin.facts(f"get_events_log level={level}")["events"]} == found & shown
    assert {"info", "warning", "critical"} <= found
