"""The levels stig and nist, single stricter rules, and what a level forbids (standards: 1.2)."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sysmgmt.commands.catalog import CATALOG
from sysmgmt.domain import truststore
from sysmgmt.domain.common_passwords import COMMON
from sysmgmt.domain.compliance import FAIL, PASS, RULES
from sysmgmt.domain.levels import CLEAR_TEXT, LEVELS, SERVER_CERTIFICATES, allows
from sysmgmt.domain.model import Settings, State, TrustedCertificate
from sysmgmt.domain.records import Records
from sysmgmt.domain.security import BANNER
from sysmgmt.engine.request import Request
from sysmgmt.screen.output import document
from sysmgmt.vault.bundles import read_certificates
from tests.support import box as boxes
from tests.support.authorities import make
from tests.support.box import CHEAP, TestBox, own_change
from tests.support.clock import DAY, HOUR, MINUTE
from tests.support.tls_server import showing

GIVEN, CHOSEN, NEXT = "Bob-has-1-Password", "Quite Another 2!", "Yet $ome 3rd phrase"
Levelled = Callable[[str], TestBox]
pytestmark = pytest.mark.embedded_only("rules over values: that boxmgmtd asks the same engine is shown by the others")


@pytest.fixture
def at(templates: Callable[[str], TestBox], folder: Path, mode: str) -> Iterator[Levelled]:
    """A box at a level, with admin and bob, who have each chosen a password just now."""
    opened: list[TestBox] = []

    def build(level: str) -> TestBox:
        one = boxes.copy(templates("basic"), folder / "at", mode)
        opened.append(one)
        admin = one.admin()
        assert admin.do(f"set_security_level level={level}").code in ("Done", "Unchanged")
        one.configure(hashing=CHEAP)
        one.replace("admin", must_change_password=False)
        assert admin.do(f'add_user name=bob role=monitor password="{GIVEN}"').code == "Done"
        assert own_change(one.client("bob", GIVEN), GIVEN, CHOSEN) == "Done"
        return one
    yield build
    for one in opened:
        one.close()


def wrong(box: TestBox, times: int = 3) -> None:
    """Give wrong passwords for bob."""
    for _ in range(times):
        assert box.client().log_in("bob", "certainly wrong").code == "LoginFailed"


def login(box: TestBox, password: str = CHOSEN, name: str = "bob") -> str:
    """Log in; the code."""
    return box.client().log_in(name, password).code


@pytest.mark.requirement(13)
@pytest.mark.parametrize("level", ["stig", "nist"])
@pytest.mark.parametrize("text, code", [("Shorter-1-shor", "PasswordTooWeak"), ("Longer-1-longer", "Done"),
                                        ("Äöü-1-ÄÖÜ-äöü-1", "Done"), ("Äöü-1-ÄÖÜ-äöü1", "PasswordTooWeak")])
def test_fifteen_characters_are_the_least(at: Levelled, level: str, text: str, code: str) -> None:
    assert at(level).admin().do(f'set_user name=bob password="{text}"').code == code


@pytest.mark.requirement(14)
def test_the_least_length_is_set_within_what_the_level_allows_and_counts_at_once(at: Levelled) -> None:
    admin = at("high").admin()
    for length, code in ((7, "LevelForbids"), (8, "Done"), (15, "Done"), (64, "Done"), (65, "InvalidValue")):
        assert admin.do(f"set_password_policy min_length={length}").code == code
    for length in (15, 64, 8):
        assert admin.do(f"set_password_policy min_length={length}").code == "Done"
        good = "abAB12" + "x" * (length - 6)
        assert admin.do(f"set_user name=bob password={good[:-1]}").code == "PasswordTooWeak"
        assert admin.do(f"set_user name=bob password={good}").code == "Done"


@pytest.mark.requirement(15)
@pytest.mark.parametrize("text", ["lower-case-only-1", "UPPER-CASE-ONLY-1", "No-Digit-At-All-x", "NoSpecial1NoSpecial"])
def test_stig_forces_one_of_each_kind(at: Levelled, text: str) -> None:
    admin = at("stig").admin()
    assert admin.do(f"set_user name=bob password={text}").code == "PasswordTooWeak"
    assert admin.do(f"set_user name=bob password={text}-Aa1-").code == "Done"


@pytest.mark.requirement(16)
def test_nist_asks_for_no_composition_and_forbids_expiry(at: Levelled) -> None:
    admin = at("nist").admin()
    assert admin.do("set_user name=bob password=qhzvbkfwprmtxdj").code == "Done"
    assert admin.do("set_password_policy max_age_days=30").code == "LevelForbids"


@pytest.mark.requirement(18)
def test_stig_expires_after_60_days(at: Levelled) -> None:
    box = at("stig")
    box.replace("bob", ends_at=None, enabled_at=box.clock.now + 60 * DAY)
    box.clock.move(60 * DAY - 1)
    assert box.client("bob", CHOSEN).do("get_users").code == "Done"
    box.clock.move(1)
    assert box.client("bob", CHOSEN).do("get_users").code == "MustChangePassword"


@pytest.mark.requirement(19)
def test_nist_never_expires_but_a_change_can_be_forced_in_a_live_session(at: Levelled) -> None:
    box = at("nist")
    box.clock.move(400 * DAY)
    bob = box.client("bob", CHOSEN)
    assert bob.do("get_users").code == "Done"
    assert box.admin().do("set_user name=bob must_change=yes").code == "Done"
    assert bob.do("get_users").code == "SessionEnded"
    again = box.client("bob", CHOSEN)
    assert again.do("get_users").code == "MustChangePassword"
    assert own_change(again, CHOSEN, NEXT) == "Done" and again.do("get_users").code == "Done"


@pytest.mark.requirement(20)
def test_the_depth_of_the_history_can_be_raised_and_lowered(at: Levelled) -> None:
    box = at("basic")
    admin, bob = box.admin(), box.client("bob", CHOSEN)
    assert admin.do("set_password_policy history=24").code == "Done"
    used = [GIVEN, CHOSEN]
    for number in range(3):
        used.append(f"password number {number}")
        assert own_change(bob, used[-2], used[-1]) == "Done"
    assert [own_change(bob, used[-1], old) for old in used] == ["PasswordReused"] * 5
    assert admin.do("set_password_policy history=2").code == "Done"
    assert own_change(bob, used[-1], used[-2]) == "PasswordReused"
    assert own_change(bob, used[-1], used[-3]) == "Done"
    assert admin.do("set_password_policy history=25").code == "InvalidValue"


@pytest.mark.requirement(21)
def test_eight_positions_must_differ_from_the_current_password(at: Levelled) -> None:
    box = at("stig")
    box.clock.move(25 * HOUR)
    bob = box.client("bob", CHOSEN)
    seven, eight = "XXXXXXX" + CHOSEN[7:], "XXXXXXXX" + CHOSEN[8:]
    assert own_change(bob, CHOSEN, seven) == "PasswordTooSimilar"
    assert own_change(bob, CHOSEN, eight) == "Done"


@pytest.mark.requirement(22)
def test_each_common_password_is_refused_with_the_reason(at: Levelled) -> None:
    box = at("nist")
    admin = box.admin()
    long = [one for one in COMMON if len(one) >= 15]
    assert len(COMMON) >= 3000 and long
    for text in (*long, "adminadmin2026!", "Boxmgmtboxmgmt1", "passwordpassword", "bobbobbobbobbob",
                 "box1box1box1box1"):
        answer = admin.do(f'set_user name=bob password="{text}"')
        assert answer.code == "PasswordTooCommon" and "easy to guess" in str(answer.message), text
    assert admin.do('set_user name=bob password="seven odd geese fly"').code == "Done"


@pytest.mark.requirement(22)
def test_every_common_password_is_refused_where_the_length_alone_would_not(at: Levelled) -> None:
    box = at("basic")
    admin = box.admin()
    assert admin.do("set_password_policy common=refuse").code == "Done"
    found = {admin.do(f'set_user name=bob password="{text}" --dry-run').code
             for text in sorted(COMMON)[::40] if len(text) >= 5}
    assert found == {"PasswordTooCommon"}


@pytest.mark.requirement(23)
def test_the_list_of_common_passwords_is_replaced_and_counts_at_once_also_in_open_sessions(at: Levelled) -> None:
    box = at("nist")
    admin, bob = box.admin(), box.client("bob", CHOSEN)
    place = box.folder / "import"
    place.mkdir(exist_ok=True)
    (place / "words").write_text("# of our town\nOldMill-Brewery\n\n")
    assert admin.do('set_user name=bob password="oldmill-brewery" --dry-run').code == "Done", "it is no common one yet"
    assert admin.do("set_password_blocklist file=words").result == {"words": 1}
    assert own_change(bob, CHOSEN, "OLDMILL-brewery2026!") == "PasswordTooCommon"
    assert admin.do('set_user name=bob password="oldmill-brewery"').code == "PasswordTooCommon"
    (place / "words").write_text("another-word-entirely\n")
    assert admin.do("set_password_blocklist file=words").code == "Done"
    assert own_change(bob, CHOSEN, "another-word-entirely") == "PasswordTooCommon"
    assert own_change(bob, CHOSEN, "OLDMILL-brewery2026!") == "Done"
    (place / "words").write_bytes(b"\xff\xfe")
    assert admin.do("set_password_blocklist file=words").code == "InvalidValue"
    assert admin.do("set_password_blocklist file=../state.json").code == "InvalidValue"


@pytest.mark.requirement(38)
def test_at_nist_a_lock_ends_by_itself_after_15_minutes(at: Levelled) -> None:
    box = at("nist")
    wrong(box)
    box.clock.move(15 * MINUTE - 1)
    assert login(box) == "LoginFailed"
    box.clock.move(1)
    assert login(box) == "Done"
    assert box.state.accounts.get("bob") and not box.state.accounts.get("bob").locked_by  # type: ignore[union-attr]


@pytest.mark.requirement(39)
@pytest.mark.parametrize("level", ["basic", "high", "stig"])
def test_elsewhere_only_an_administrator_unlocks(at: Levelled, level: str) -> None:
    box = at(level)
    wrong(box)
    box.clock.move(20 * DAY)
    assert login(box) == "LoginFailed"
    assert box.admin().do("unlock_user name=bob").code == "Done"
    assert login(box) == "Done"


@pytest.mark.requirement(40)
@pytest.mark.parametrize("count", range(1, 11))
def test_each_threshold_from_one_to_ten_works_where_the_level_allows_it(at: Levelled, count: int) -> None:
    box = at("nist")
    admin = box.admin()
    assert admin.do(f"set_password_policy lockout_threshold={count}").code in ("Done", "Unchanged")
    if count > 1:
        wrong(box, count - 1)
        assert login(box) == "Done"
    wrong(box, count)
    assert login(box) == "LoginFailed"


@pytest.mark.requirement(40)
def test_the_time_of_a_lock_can_be_set_and_no_level_weakens_three(at: Levelled) -> None:
    box = at("nist")
    admin = box.admin()
    assert admin.do("set_password_policy unlock_minutes=5").code == "LevelForbids"
    assert admin.do("set_password_policy unlock_minutes=60").code == "Done"
    wrong(box)
    box.clock.move(59 * MINUTE)
    assert login(box) == "LoginFailed"
    box.clock.move(MINUTE)
    assert login(box) == "Done"
    for level in ("basic", "high", "stig"):
        box.configure(level=level)
        assert admin.do("set_password_policy lockout_threshold=4").code == "LevelForbids"
        assert admin.do("set_password_policy lockout_threshold=2").status == 0


@pytest.mark.requirement(42)
def test_a_hundred_wrong_passwords_in_a_row_lock_for_good_whatever_the_clock_says(at: Levelled) -> None:
    box = at("nist")
    assert box.admin().do("set_password_policy lockout_threshold=10").code == "Done"
    for _ in range(9):
        wrong(box, 10)
        box.clock.move(16 * MINUTE)
    wrong(box, 9)
    box.clock.move(-DAY)
    box.clock.move(400 * DAY)
    wrong(box, 1)
    box.clock.move(400 * DAY)
    assert login(box) == "LoginFailed"
    assert box.admin().do("unlock_user name=bob").code == "Done"
    assert login(box) == "Done"


@pytest.mark.requirement(3)
def test_an_account_unused_for_35_days_is_locked_and_admin_never(at: Levelled) -> None:
    box = at("stig")
    box.client("bob", CHOSEN)
    box.clock.move(35 * DAY)
    bob = box.client("bob", CHOSEN)
    bob.door.log_out("enough")
    box.clock.move(35 * DAY + 1)
    assert login(box) == "LoginFailed"
    found = box.state.accounts.get("bob")
    assert found and found.locked_by == "disuse"
    box.clock.move(300 * DAY)
    box.replace("admin", must_change_password=False, password_changed_at=box.clock.now)
    admin = box.admin()
    assert "AccountShut" in [one["name"] for one in admin.facts("get_events_log")["events"]]
    assert admin.do("unlock_user name=bob").code == "Done"
    assert login(box) == "Done"


@pytest.mark.requirement(4)
def test_a_temporary_account_ends_with_its_sessions(at: Levelled) -> None:
    box = at("basic")
    admin = box.admin()
    line = f'add_user name=eve role=monitor password="{GIVEN}" must_change=no valid_hours=72'
    assert admin.do(line).code == "Done"
    box.clock.move(72 * HOUR - MINUTE)
    eve = box.client("eve", GIVEN)
    assert eve.do("get_users").code == "Done"
    box.clock.move(2 * MINUTE)
    assert login(box, GIVEN, "eve") == "LoginFailed"
    assert eve.do("get_users").code == "SessionEnded"
    assert admin.do("unlock_user name=eve").code == "Done"
    box.clock.move(DAY)
    assert login(box, GIVEN, "eve") == "Done"


@pytest.mark.requirement(50)
@pytest.mark.parametrize("level, hours", [("stig", 12), ("nist", 24)])
def test_a_busy_session_ends_at_its_absolute_end(at: Levelled, level: str, hours: int) -> None:
    box = at(level)
    bob = box.client("bob", CHOSEN)
    for _ in range(hours * 2 - 1):
        box.clock.move(HOUR / 2)
        assert bob.do("get_users").code == "Done"
    box.clock.move(HOUR / 2)
    answer = bob.do("get_users")
    assert answer.code == "SessionEnded" and f"{hours} hours" in str(answer.message)
    assert bob.door.standing() is not None
    assert box.client("bob", CHOSEN).do("get_users").code == "Done"


@pytest.mark.requirement(48)
@pytest.mark.parametrize("level, most", [("basic", 30), ("high", 30), ("stig", 10), ("nist", 15)])
def test_the_idle_time_goes_up_to_that_of_the_level_only(at: Levelled, level: str, most: int) -> None:
    admin = at(level).admin()
    assert admin.facts("get_security_settings")["idle_timeout"] == most * 60
    assert admin.do("set_session_policy idle_timeout=5").code == "Done"
    assert admin.do(f"set_session_policy idle_timeout={most}").code == "Done"
    if most < 30:
        assert admin.do(f"set_session_policy idle_timeout={most + 1}").code == "LevelForbids"


def test_back_at_basic_everybody_is_named_who_still_has_to_choose_a_password(at: Levelled) -> None:
    box = at("basic")
    admin = box.admin()
    assert admin.facts("set_security_level level=stig --yes")["must_change_password"] == ["admin", "bob"]
    box.replace("admin", must_change_password=False)
    assert admin.facts("set_security_level level=basic --yes")["must_change_password"] == ["bob"]
    assert box.client("bob", CHOSEN).do("get_users").code == "MustChangePassword"


def test_a_level_that_remembers_one_password_says_that_it_is_the_present_one(at: Levelled) -> None:
    bob = at("nist").client("bob", CHOSEN)
    told = bob.do(f'set_password current_password="{CHOSEN}" new_password="{CHOSEN}"')
    assert (told.code, told.message) == ("PasswordReused", "The new password is the present one.")


BACK = {"set_password_policy": {"min_length": "20", "max_age_days": "30", "min_age_hours": "48", "history": "20",
                                "changed_positions": "10", "lockout_threshold": "2", "unlock_minutes": "60",
                                "origin_threshold": "5", "common": "refuse"},
        "set_session_policy": {"idle_timeout": "5", "sessions_per_user": "3", "session_hours": "2",
                               "unused_days": "10", "acknowledge": "yes"}}
"""What may be set apart from the level, each with a value that is stricter than any level's."""
TO_LEVEL = {"common": "level", "acknowledge": "no"}
"""What leaves a rule to the level, where that is not 0."""


@pytest.mark.parametrize("level", LEVELS)
def test_whatever_was_set_apart_goes_back_to_the_level(at: Levelled, level: str) -> None:
    admin = at(level).admin()
    before = admin.facts("get_security_settings")
    for command, given in BACK.items():
        (declared,) = [one for one in CATALOG if one.name == command]
        assert {one.name for one in declared.parameters} == set(given), "every one can go back"
        for name, value in given.items():
            stricter = admin.do(f"{command} {name}={value}")
            assert stricter.status == 0 or stricter.code == "LevelForbids", (name, stricter)
            assert admin.do(f"{command} {name}={TO_LEVEL.get(name, '0')}").status == 0, name
            assert admin.facts("get_security_settings") == before, name


@pytest.mark.requirement(53)
def test_stig_allows_ten_sessions_of_one_user_and_not_more(at: Levelled) -> None:
    admin = at("stig").admin()
    assert admin.do("set_session_policy sessions_per_user=11").code == "LevelForbids"
    assert admin.do("set_session_policy sessions_per_user=3").code == "Done"


@pytest.mark.requirement(84)
def test_stig_and_nist_insist_on_the_record_of_every_change(at: Levelled) -> None:
    assert at("stig").admin().do("set_audit_policy audit_guarantee=no").code == "LevelForbids"


@pytest.mark.requirement(103)
def test_stig_and_nist_leave_no_way_back_to_old_tls(at: Levelled) -> None:
    box = at("basic")
    admin = box.admin()
    assert admin.do("set_tls_minimum version=1.0 legacy=yes confirm_minutes=0 --yes").code == "Done"
    assert admin.do("set_security_level level=nist --yes").code == "Done"
    assert box.state.settings.reach.tls_minimum == "1.2"
    box.replace("admin", must_change_password=False)
    answer = box.admin().do("set_tls_minimum version=1.1 legacy=yes confirm_minutes=0 --yes")
    assert answer.code == "LevelForbids" and "tls_minimum" in str(answer.message)


@pytest.mark.requirement(85)
def test_stig_and_nist_do_not_send_records_in_clear_text(at: Levelled) -> None:
    box = at("stig")
    answer = box.admin().do("config_syslog server=a.example protocol=udp insecure=yes")
    assert answer.code == "LevelForbids", answer
    answer = box.admin().do("config_snmp version=2c community=Very-Public-1 insecure=yes")
    assert answer.code == "LevelForbids", answer
    assert [allows(Settings(level=level), CLEAR_TEXT) for level in LEVELS] == [True, True, False, False]


@pytest.mark.requirement(99)
def test_where_the_level_is_strict_nobody_may_accept_the_certificate_of_a_server(at: Levelled) -> None:
    box = at("nist")
    answer = box.admin().do("accept_server_certificate host=127.0.0.1 port=1")
    assert answer.code == "LevelForbids" and "authority" in str(answer.hint), "refused before the server is asked"
    assert [allows(Settings(level=level), SERVER_CERTIFICATES) for level in LEVELS] == [True, True, False, False]
    texts = {"name": "own", "purposes": "ldap", "server": "server.example", "pem": make("server").pem}
    refused = box.admin().door.run(Request("add_trusted_certificate", texts))
    assert refused.code == "LevelForbids" and "server_certificates_accepted" in str(refused.message), refused


INSECURE = {
    "config_syslog server=127.0.0.1 protocol=tcp": "Use protocol=tls.",
    "config_snmp version=2c community=Very-Public-1": "Use version=3.",
    "add_upload_target name=a server=127.0.0.1 port=9 protocol=ftp user=box password=Canary-1":
        "Use protocol=sftp or protocol=ftps.",
    "config_ldap server=127.0.0.1 protocol=ldap base_dn=dc=x bind_dn=cn=x bind_password=Canary-1":
        "Use protocol=ldaps or protocol=starttls.",
    "set_tls_minimum version=1.0": "Use version=1.2 or version=1.3."}
"""What is insecure, and what is advised where the level leaves no choice."""


@pytest.mark.parametrize("level", ["high", "stig", "nist"])
def test_no_hint_leads_to_what_the_level_forbids(at: Levelled, level: str) -> None:
    admin = at(level).admin()
    for line, instead in INSECURE.items():
        refused = admin.do(line)
        known = "legacy=yes" if "tls_minimum" in line else "insecure=yes"
        if level == "high":
            assert f"add {known}." in (refused.hint or ""), refused
        else:
            assert (refused.code, refused.hint) == ("LevelForbids", instead)
            assert admin.do(f"{line} {known} --yes").code == "LevelForbids", "as the hint knows"


@pytest.mark.parametrize("line, words", [
    ('set_login_banner text=""', "banner has to be yes"),
    ("set_audit_policy audit_guarantee=no", "audit_guarantee has to be yes"),
    ("set_session_policy idle_timeout=30", "idle_timeout has to be at most 10"),
    ("set_password_policy common=level min_length=8", "min_length has to be at least 15"),
    ("config_syslog server=127.0.0.1 protocol=tcp insecure=yes", "clear_text has to be none")])
def test_what_a_level_asks_is_said_as_values_are_given(at: Levelled, line: str, words: str) -> None:
    admin = at("stig").admin()
    assert admin.do("set_login_banner text=hello").status == 0
    answer = admin.do(line)
    assert answer.code == "LevelForbids" and (answer.message or "").endswith(f"{words}.")


TESTED = {
    "config_syslog server=localhost port={} protocol=tls": "test_syslog",
    "config_email server=localhost port={} protocol=tls sender=a@b.example recipients=c@d.example": "test_email",
    "config_ldap server=localhost port={} protocol=ldaps base_dn=dc=x bind_dn=cn=x bind_password=Canary-1":
        "test_ldap_connection",
    "add_upload_target name=a server=localhost port={} protocol=ftps user=box password=Canary-1":
        "test_upload_target target=a"}
"""Servers that are spoken to over TLS, and their tests."""


@pytest.mark.parametrize("level, offered", [("high", True), ("stig", False), ("nist", False)])
def test_a_test_advises_to_accept_a_certificate_only_where_the_level_lets(
        at: Levelled, level: str, offered: bool) -> None:
    admin = at(level).admin()
    for line, test in TESTED.items():
        with showing(make("localhost")) as port:
            assert admin.do(line.format(port)).code == "Done", line
            answer = admin.do(test)
        assert "add_trusted_certificate" in (answer.hint or ""), answer
        assert ("accept_server_certificate" in (answer.hint or "")) == offered, answer


@pytest.mark.requirement(27)
@pytest.mark.parametrize("level, code", [("high", "Done"), ("stig", "LevelForbids"), ("nist", "LevelForbids")])
def test_a_directory_in_clear_text_is_refused_where_the_level_is_strict(at: Levelled, level: str, code: str) -> None:
    line = "config_ldap server=ldap.example protocol=ldap insecure=yes base_dn=dc=example bind_dn=cn=x,dc=example "
    admin = at(level).admin()
    assert admin.do(line + "bind_password=Canary-1").code == code
    tested = admin.do(line.replace("config_ldap", "test_ldap_connection") + "bind_password=Canary-1 --dry-run")
    assert tested.code == code, "nor is it tried"


@pytest.mark.requirement(98)
@pytest.mark.requirement(99)
@pytest.mark.parametrize("level, strict", [("basic", False), ("high", False), ("stig", True), ("nist", True)])
def test_a_strict_level_requires_lists_and_knows_no_pinned_server(level: str, strict: bool) -> None:
    own = read_certificates(make("server").pem)
    entry = TrustedCertificate("own", ("ldap",), own, "server.example", "admin", 0.0)
    state = State(settings=Settings(level=level), trusted_certificates=Records().put("own", entry))
    trust = truststore.trust(state, "ldap", "server.example", 0.0)
    assert (trust.listed, bool(trust.pins)) == (strict, not strict)


@pytest.mark.requirement(93)
def test_short_rsa_keys_are_refused_where_the_level_asks_for_more(at: Levelled) -> None:
    box = at("stig")
    admin = box.admin()
    answer = admin.do("create_system_certificate common_name=box1 key_type=rsa2048")
    assert answer.code == "LevelForbids" and "3072" in str(answer.message)
    assert admin.do("create_system_certificate common_name=box1 key_type=rsa3072").code == "Done"
    assert admin.do("create_system_certificate common_name=box1 key_type=ec_p384").code == "Done"
    box.configure(level="nist")
    long = admin.do("create_system_certificate common_name=box1 key_type=rsa2048 validity=3650")
    assert long.code == "LevelForbids" and "2030" in str(long.message)


def test_a_change_of_level_takes_back_what_was_set_apart_and_tells_what_is_left_to_do(basic: TestBox) -> None:
    admin = basic.admin()
    assert admin.do("set_password_policy min_length=20 history=5").code == "Done"
    assert admin.do("create_system_certificate common_name=box1 key_type=rsa2048").code == "Done"
    besides = {"idle_timeout": 600, "banner": BANNER, "min_length": 15, "history": 10}
    assert (admin.do("set_security_level level=stig --dry-run").result or {})["also_changed"] == besides
    answer = admin.do("set_security_level level=stig")
    assert answer.code == "Done" and any("rsa_bits" in one for one in answer.warnings), answer.warnings
    assert (answer.result or {})["also_changed"] == besides
    told = admin.facts("get_security_settings")
    assert told["password_rules"]["min_length"] == 15 and told["password_rules"]["history"] == 10
    assert admin.facts("get_box_settings")["banner"], "a level that asks for a banner begins with one"
    assert admin.do('set_login_banner text=""').code == "LevelForbids"
    asked = admin.do("set_security_level level=high")
    assert asked.code == "ConfirmationNeeded" and "changes: idle_timeout, banner." in str(asked.message), asked


@pytest.mark.parametrize("level", LEVELS)
def test_a_box_at_a_level_complies_with_it_and_its_exit_status_says_so(at: Levelled, level: str) -> None:
    answer = at(level).admin().do(f"check_compliance profile={level}")
    assert (answer.code, answer.status) == ("Done", 0), [
        one for one in (answer.result or {})["rules"] if one["verdict"] == FAIL]
    assert {one["rule"] for one in (answer.result or {})["rules"]} == {rule.name for rule in RULES}


def test_a_box_that_does_not_comply_shows_every_rule_and_what_fixes_it(basic: TestBox) -> None:
    admin = basic.admin()
    answer = admin.do("check_compliance profile=stig")
    assert (answer.code, answer.status) == ("NotCompliant", 1)
    rules = {one["rule"]: one for one in (answer.result or {})["rules"]}
    assert set(rules) == {rule.name for rule in RULES}
    length = rules["password_length"]
    assert (length["value"], length["asked"], length["verdict"]) == (5, 15, FAIL)
    assert length["fix"] == "set_password_policy min_length=15"
    assert str(rules["idle_minutes"]["value"]) == "30", "minutes are whole"
    assert rules["rsa_bits"]["verdict"] == PASS and rules["failures_in_a_row"]["verdict"] == "not_applicable"
    said = json.loads(document(answer))
    assert said["status"] == 1 and said["result"]["rules"] and said["message"]
    assert all(one["fix"] for one in rules.values() if one["verdict"] == FAIL)


def test_what_fails_is_shown_first_and_the_message_names_what_fixes_it(basic: TestBox) -> None:
    admin = basic.admin()
    answer = admin.do("check_compliance profile=stig")
    rules = (answer.result or {})["rules"]
    verdicts = [one["verdict"] for one in rules]
    assert verdicts == sorted(verdicts, key=["fail", "pass", "not_applicable"].index)
    order = [rule.name for rule in RULES]
    for verdict in set(verdicts):
        names = [one["rule"] for one in rules if one["verdict"] == verdict]
        assert names == sorted(names, key=order.index), "otherwise in the order of the manual"
    failing = verdicts.count(FAIL)
    assert answer.message == f"Of the rules of the profile stig, {failing} do not hold."
    assert answer.hint and answer.hint.startswith("Enter set_password_policy min_length=15; "), answer.hint
    assert re.fullmatch("Enter [^;]+; [^;]+; [^;]+; and [1-9][0-9]* more.", answer.hint), answer.hint


def test_one_rule_that_fails_is_told_in_the_singular(at: Levelled) -> None:
    box = at("stig")
    box.configure(idle_timeout=1200)
    answer = box.admin().do("check_compliance")
    assert answer.message == "Of the rules of the profile stig, 1 does not hold.", answer
    assert answer.hint == "Enter set_session_policy idle_timeout=10."


def test_the_settings_tell_which_levels_each_value_meets_or_breaks(basic: TestBox) -> None:
    told = basic.admin().facts("get_security_settings")["standards"]
    assert list(told) == [rule.name for rule in RULES]
    assert told["password_length"].startswith("meets basic; breaks high, stig, nist (SRG-APP-000164")
    assert told["sessions_per_user"].startswith("meets basic, high, stig, nist (")
