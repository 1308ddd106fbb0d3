"""A box whose boxmgmtd, shells and helpers the kernel watches, with real receivers of all that it tells."""

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from sysmgmt.domain import usm
from sysmgmt.domain.model.policy import Policy
from tests.canaries.needles import Canaries, Found, files, look, trace
from tests.support import rsyslog, smtp, snmp
from tests.support.box import ADMIN_PASSWORD, TestBox
from tests.support.boxmgmtd import Boxmgmtd, running
from tests.support.ports import free_port, free_udp_port
from tests.support.program import ENVIRONMENT, command

KEYS = ("master.key", "audit.key")
OWN = (b"$argon2", b"PRIVATE KEY-----")
"""What is secret of a box besides its canaries, and shown to nobody."""
PASSWORDS = {"admin": ADMIN_PASSWORD, "mona": "mona-first-1"}
GIVEN = (*PASSWORDS.values(), smtp.PASSWORD, snmp.PASSWORD, snmp.PRIVACY)
"""Passwords that are in use."""
PATIENCE = 60.0
RECEIVER = "ops@example.com"
TRUSTED = (f'add_trusted_certificate name=log purposes=syslog pem="{rsyslog.ROOT.pem}"',
           f'add_trusted_certificate name=mail purposes=email pem="{smtp.ROOT.pem}"',
           "create_system_certificate common_name=box1",
           f"add_user name=mona role=monitor password={PASSWORDS['mona']} must_change=no")


class Site(NamedTuple):
    """The box, who serves it, who is told by which settings, and where the kernel writes down what it saw."""

    box: TestBox
    daemon: Boxmgmtd
    folder: Path
    syslog: rsyslog.Rsyslog
    mail: smtp.MailSink
    trapd: snmp.Trapd
    settings: tuple[str, ...]
    canaries: Canaries

    def run(self, lines: Iterable[str], *options: str, user: str = "admin", module: str = "sysmgmt") -> bytes:
        """What a shell on a pipe says to lines, of a user or of nobody."""
        given = "".join(f"{line}\n" for line in lines).encode(errors="surrogateescape")
        program = command(self.box.folder, (*self.where, *options), user, PASSWORDS.get(user, ""), module)
        done = subprocess.run([*self.watched(), *program], input=given, capture_output=True, env=ENVIRONMENT, cwd="/",
                              timeout=600)
        return done.stdout + done.stderr

    def watched(self) -> list[str]:
        """The beginning of a command line of what the kernel is to watch."""
        return watched(self.folder / f"{time.monotonic_ns()}.trace")

    @property
    def where(self) -> list[str]:
        """How a program is told where the box is."""
        return ["--socket", str(self.daemon.path)]

    def archive(self) -> bytes:
        """System info, as it is collected and downloaded."""
        made = json.loads(self.run(["collect_system_info"], "--json"))
        return self.run([f"download_collected_info name={made['result']['name']}"])

    def told(self, text: str) -> bool:
        """Whether all receivers were told of something."""
        return all(text in repr(one) for one in (self.syslog.got, self.mail.got, self.trapd.got))

    def found(self, said: dict[str, bytes]) -> list[Found]:
        """What came to light: in `said`, at the receivers, in files, arguments, environments, names."""
        keys = [(self.box.folder / name).read_bytes().strip() for name in KEYS]
        given = [one.encode() for one in GIVEN]
        more = [*OWN, *given, *(usm.key(one).encode() for one in (snmp.PASSWORD, snmp.PRIVACY)), *keys]
        told = said | {"syslog": repr(self.syslog.got).encode(), "mail": repr(self.mail.got).encode(),
                       "trap": repr(self.trapd.got).encode()}
        return [*(one for where, data in told.items() for one in look(where, data, more)),
                *files(self.box.folder, given),
                *(one for log in sorted(self.folder.glob("*.trace")) for one in trace(log, given))]


def watched(log: Path) -> list[str]:
    """The beginning of a command line of what the kernel is to watch, with all its children."""
    return ["strace", "-D", "-A", "-f", "--seccomp-bpf", "-qq", "-v", "-y", "-s", "65536", "-e", "signal=none", "-e",
            "trace=execve,execveat,openat,write,pwrite64,writev,pwritev,rename,symlink", "-o", str(log)]


@contextmanager
def site(box: TestBox) -> Iterator[Site]:
    """A box with everything set up."""
    box.clock.now = time.time()
    box.configure(policy=Policy(lockout_threshold=1000))
    folder = Path(tempfile.mkdtemp(prefix="canaries-"))
    mail, mail_port, syslog_port = smtp.MailSink(), free_port(), free_port()
    with ExitStack() as opened:
        opened.callback(shutil.rmtree, folder)
        server = opened.enter_context(rsyslog.Rsyslog(folder / "syslog", syslog_port).running())
        opened.enter_context(smtp.serving(mail, mail_port))
        trapd = opened.enter_context(_trapd(box, folder / "trapd").running())
        _set_up(box, (*TRUSTED, f"config_syslog server=localhost port={syslog_port} what=both"))
        told = (f"config_email server=localhost port={mail_port} sender=box1@example.com recipients={RECEIVER} "
                f"user={smtp.USER} password={smtp.PASSWORD}",
                f"config_snmp version=3 user=watcher receivers=127.0.0.1:{trapd.port}")
        daemon = opened.enter_context(running(box, watched(folder / "boxmgmtd.trace")))
        yield Site(box, daemon, folder, server, mail, trapd, told, Canaries())


def _set_up(box: TestBox, lines: Iterable[str]) -> None:
    admin = box.admin()
    for line in lines:
        answer = admin.do(line)
        assert answer.code == "Done", answer


def _trapd(box: TestBox, folder: Path) -> snmp.Trapd:
    """A receiver that knows the engine of the box, which there is with its first user."""
    _set_up(box, [f"add_snmp_user name=watcher password={snmp.PASSWORD} privacy_password={snmp.PRIVACY}"])
    return snmp.Trapd(folder, free_udp_port(), box.admin().facts("get_snmp_settings")["snmp"]["trap_engine_id"])
