"""Commands that succeed with a secret in them, or tell of what holds one: each with the lines that make it possible."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from tests.canaries.needles import Canaries
from tests.support import box as boxes
from tests.support.authorities import Made, make
from tests.support.box import ADMIN_PASSWORD, TestBox
from tests.support.clock import HeldClock
from tests.support.program import command

CANARY = Canaries().fresh()
"""The secret of every trial: {c} in a line, {hex} its digits."""
KEY = make("box1.example")
"""What is installed; its key is a secret too."""
ANNA = "add_user name=anna role=monitor password=anna-first-1 must_change=no"
LDAP = "server=127.0.0.1 port=9 bind_dn=cn=box,dc=x base_dn=dc=x bind_password={c}"
MAIL = "config_email server=127.0.0.1 port=9 sender=a@b.example recipients=c@d.example user=box password={c}"
SNMP = "add_snmp_user name=second password={c} privacy_password={c}-other"
TARGET = "add_upload_target name=far server=127.0.0.1 port=9 user=box password={c} protocol=ftps"
BACKUP = "backup_settings name=kept password={c}"
SYSTEM = 'install_certificate pem="{pem}" key="{key}"'
ALL = (ANNA, f"config_ldap {LDAP}", MAIL, SNMP, TARGET, BACKUP)
"""What makes a box that is full of secrets."""


class Line(NamedTuple):
    """`text` is run after the lines `before`, on a box that is installed unless those are None."""

    text: str
    before: Sequence[str] | None = ()

    @property
    def command(self) -> str:
        """The command."""
        return self.text.split()[0]


LOGIN = "get_groups"
EVERY = (
    Line(LOGIN), Line("install name=box2 level=basic password={c}", None),
    Line("add_user name=bert role=monitor password={c} must_change=no"),
    Line("set_user name=anna password={c} must_change=no", (ANNA,)),
    Line("set_password current_password={own} new_password={c}"),
    Line(f"config_ldap {LDAP}"), Line(f"test_ldap_connection {LDAP}"), Line(MAIL), Line("test_email", (MAIL,)),
    Line("config_snmp version=2c community={c} insecure=yes receivers=127.0.0.1"), Line(SNMP),
    Line("set_vcenter server=127.0.0.1 port=9 user=box password={c}"),
    Line(TARGET), Line("test_upload_target target=far", (TARGET,)),
    Line("set_time zone=UTC servers=127.0.0.1 key_number=7 key_type=sha256 key={hex}"),
    Line("install_certificate pem=- key=-\n{pem}\n{key}"), Line("install_certificate file=system.p12 password={c}"),
    Line("change_web_certificate pem=- key=- confirm_minutes=0 --yes\n{pem}\n{key}"),
    Line("change_web_certificate file=system.p12 password={c} confirm_minutes=0 --yes"),
    Line(BACKUP), Line("verify_backup name=kept password={c}", (BACKUP,)),
    Line("restore_settings name=kept password={c} confirm_minutes=0 --yes", (*ALL, ANNA.replace("anna", "bert"))),
    Line("schedule_backup name=nightly interval=daily password={c}"),
    Line("regenerate_encryption_keys password={own} --yes", ALL), Line("erase_box name=box1 password={own} --yes", ALL),
    Line("export_state", ALL), Line("collect_system_info", ALL), Line("compact_state", ALL), Line("check_state", ALL),
    Line("verify_audit_log", ALL), Line("rotate_audit_log", ALL), Line("export_audit_log", (*ALL, SYSTEM)))
CONTROL = Line("add_group name={c}")
"""Here the canary is no secret."""


class Stage:
    """Makes boxes on which lines are about to be run, below `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[tuple[str, ...], TestBox] = {}

    def box(self, line: Line) -> Path:
        """The folder of a box on which a line is about to be run."""
        if line.before is None:
            (self._folder / "none").mkdir(parents=True, exist_ok=True)
            return self._folder / "none"
        return self._after(tuple(line.before)).folder

    def _after(self, before: tuple[str, ...]) -> TestBox:
        if before not in self._made:
            place = self._folder / str(len(self._made))
            if before:
                box = boxes.copy(self._after(()), place)
                admin = box.admin()
                for text in before:
                    answer = admin.do(filled(text))
                    assert answer.code == "Done", answer
            else:
                box = boxes.build(place, "basic", HeldClock())
                (place / "import").mkdir()
                (place / "import" / "system.p12").write_bytes(bundle(KEY))
            self._made[before] = box
        return self._made[before]


def bundle(made: Made) -> bytes:
    """A PKCS #12 file under the canary."""
    return pkcs12.serialize_key_and_certificates(b"box1", made.key, made.certificate, None,
                                                 BestAvailableEncryption(CANARY.encode()))


def arguments(line: Line, state: Path) -> list[str]:
    """The arguments of sysmgmt that runs a line on a box."""
    return command(state, ("--keep-going",), "admin" if line.before is not None else "")[3:]


def filled(text: str) -> str:
    """A line with everything in its place."""
    facts = {"c": CANARY, "hex": CANARY.encode().hex(), "own": ADMIN_PASSWORD, "pem": KEY.pem, "key": KEY.key_pem}
    for name, fact in facts.items():
        text = text.replace("{" + name + "}", fact)
    return text
