"""The SNMP agent of a deployed box: a real snmpd, asked by Net-SNMP's own programs (R014, R153, R236-R240)."""

import pytest

from sysmgmt.domain import usm
from tests.doors.machine import Done
from tests.doors.site import Site
from tests.support.snmp import OBJECTS, PASSWORD, PRIVACY, question, values
from tests.support.waiting import wait_until

PORT = 161
ROOT = ".1.3.6.1.4.1.32473.1"
NAME, VERSION = ".1.3.6.1.2.1.1.5.0", f"{OBJECTS}.1.2.0"
ADD = f"add_snmp_user name=watcher password={PASSWORD} privacy_password={PRIVACY}"


def ask(site: Site, *oids: str, program: str = "snmpget", **how: str) -> Done:
    """Ask the agent."""
    return site.machine.run(*question(program, PORT, *oids, **how))  # type: ignore[arg-type]


def walk(site: Site, oid: str = ROOT) -> dict[str, str]:
    """All that the agent tells below an identifier."""
    done = ask(site, oid, program="snmpwalk")
    assert done.returncode == 0, done
    return values(done.stdout.decode())


def listening(site: Site) -> str:
    """The UDP and TCP ports at which somebody listens in the machine, as the kernel writes them."""
    return site.machine.do("/bin/sh", "-c", "cat /proc/net/udp /proc/net/udp6 /proc/net/tcp /proc/net/tcp6")


@pytest.fixture(scope="module")
def watched(site: Site) -> Site:
    """The box with an agent and a user who may ask it."""
    site.as_admin(ADD, "config_snmp agent=yes")
    return site


@pytest.mark.checklist("R014")
@pytest.mark.checklist("R240")
def test_nothing_listens_unless_somebody_says_so(site: Site) -> None:
    assert ":00A1 " not in listening(site) and not site.machine.exists("/run/snmpd.pid")
    assert site.machine.do("/bin/cat", "/etc/boxmgmt/snmp/snmpd.conf") == ""
    site.as_admin(ADD, "config_snmp agent=yes")
    assert ":00A1 " in listening(site), "the control: it would be seen"
    site.as_admin("disable_snmp")
    assert ":00A1 " not in listening(site)
    site.as_admin("enable_snmp", "config_snmp agent=no")
    assert ":00A1 " not in listening(site)
    wait_until(lambda: not site.machine.exists("/run/boxmgmt/snmp.json"))


@pytest.mark.checklist("R153")
@pytest.mark.requirement(54)
def test_a_user_reads_how_the_box_is_and_the_tables_of_mib_2(watched: Site) -> None:
    wait_until(lambda: f"{OBJECTS}.1.1.0" in walk(watched))
    told = walk(watched)
    assert told[f"{OBJECTS}.1.1.0"] == 'STRING: "box1"' and told[f"{OBJECTS}.1.4.0"] == "INTEGER: 1"
    assert told[f"{OBJECTS}.1.5.0"] == "Gauge32: 3"
    watched.as_admin("lock_user name=bob")
    wait_until(lambda: walk(watched)[f"{OBJECTS}.1.4.0"] == "INTEGER: 2")
    assert walk(watched)[f"{OBJECTS}.1.6.0"] == "Gauge32: 1"
    watched.as_admin("unlock_user name=bob")
    system = walk(watched, ".1.3.6.1.2.1.1")
    assert system[NAME] == 'STRING: "box1"' and "Boxmgmt" in system[".1.3.6.1.2.1.1.1.0"]
    assert walk(watched, ".1.3.6.1.2.1.2.2.1.2"), "the interfaces are shown"
    for hidden in (".1.3.6.1.2.1.25.4", ".1.3.6.1.2.1.25.6", ".1.3.6.1.6.3.15", ".1.3.6.1.4.1.8072"):
        assert not [one for one in walk(watched, hidden) if one.startswith(hidden + ".")], hidden


@pytest.mark.checklist("R236")
@pytest.mark.checklist("R237")
@pytest.mark.requirement(85)
@pytest.mark.parametrize("how, words", [
    ({}, b""), ({"password": "Violet-95-Lump"}, b"Authentication failure"), ({"user": "admin"}, b"Unknown user name"),
    ({"privacy": "Walnut-37-Range"}, b"Timeout"), ({"hashed": "MD5"}, b"Authentication failure"),
    ({"hashed": "SHA"}, b"Authentication failure"), ({"cipher": "DES"}, b"Timeout"),
    ({"more": ("-l", "authNoPriv")}, b"authorizationError"), ({"more": ("-l", "noAuthNoPriv")}, b"authorizationError"),
    ({"more": ("-e", "0x8000000001020304")}, b"Timeout"), ({"more": ("-v2c", "-c", "public")}, b"Timeout"),
    ({"more": ("-v1", "-c", "public")}, b"Timeout")])
def test_only_sha_256_and_aes_with_the_right_passphrases_are_answered(
        watched: Site, how: "dict[str, str]", words: bytes) -> None:
    patient = how.get("more", ()) + ("-r", "0") * bool(words)  # type: ignore[operator]
    done = ask(watched, NAME, **{**how, "more": patient})
    assert (done.returncode == 0) is not bool(words) and words in done.stderr + done.stdout, done


def test_nothing_can_be_set(watched: Site) -> None:
    for oid in (NAME, f"{OBJECTS}.1.1.0"):
        done = watched.machine.run(*question("snmpset", PORT, oid, "s", "mine"))
        assert done.returncode and (b"noAccess" in done.stderr or b"notWritable" in done.stderr), done


def test_other_passphrases_take_effect_at_once_and_a_removed_user_is_unknown(watched: Site) -> None:
    boots = starts(watched)
    watched.as_admin(ADD.replace(PASSWORD, "Another-pass-1"))
    assert b"Authentication failure" in ask(watched, NAME).stderr
    assert ask(watched, NAME, password="Another-pass-1").returncode == 0
    watched.as_admin("remove_snmp_user name=watcher")
    assert b"Unknown user name" in ask(watched, NAME, password="Another-pass-1").stderr
    watched.as_admin(ADD)
    assert ask(watched, NAME).returncode == 0
    assert starts(watched) >= boots + 3, "nobody can play old requests to it again"


def starts(site: Site) -> int:
    """How often the agent has been started."""
    site.as_admin("disable_snmp")
    kept = site.machine.do("/bin/cat", "/var/lib/snmp/snmpd.conf")
    site.as_admin("enable_snmp")
    return int(next(line.split()[1] for line in kept.splitlines() if line.startswith("engineBoots ")))


@pytest.mark.checklist("R236")
def test_version_2c_is_answered_only_while_it_is_switched_on(watched: Site) -> None:
    old = {"more": ("-v2c", "-c", "Very-Public-1")}
    assert b"Timeout" in ask(watched, NAME, **old).stderr  # type: ignore[arg-type]
    watched.as_admin("config_snmp version=2c community=Very-Public-1 insecure=yes")
    assert ask(watched, NAME, **old).returncode == 0  # type: ignore[arg-type]
    assert ask(watched, NAME).returncode == 0, "users of version 3 go on"
    watched.as_admin("config_snmp version=3")
    assert b"Timeout" in ask(watched, NAME, **old).stderr  # type: ignore[arg-type]


def test_what_boxmgmtd_has_told_long_ago_says_nothing(watched: Site) -> None:
    watched.stop_serving()
    try:
        watched.machine.do("/bin/touch", "-d", "40 seconds ago", "/run/boxmgmt/snmp.json")
        wait_until(lambda: walk(watched)[f"{OBJECTS}.1.4.0"] == "INTEGER: 3")
        assert ask(watched, NAME).returncode == 0, "the agent goes on"
    finally:
        watched.serve()
    wait_until(lambda: walk(watched)[f"{OBJECTS}.1.4.0"] == "INTEGER: 1")


def test_keys_stand_in_two_private_files_of_the_agent_and_passphrases_nowhere(watched: Site) -> None:
    engine = next(line for line in watched.as_admin("get_snmp_settings").splitlines() if "Agent engine" in line)
    bound = usm.localized(usm.key(PASSWORD), engine.split()[-1])
    watched.as_admin("disable_snmp", "enable_snmp")  # the agent writes its own file when it ends
    assert files_with(watched, bound) == {"/etc/boxmgmt/snmp/snmpd.conf", "/var/lib/snmp/snmpd.conf"}
    for path, owner in (("/etc/boxmgmt/snmp/snmpd.conf", "root"), ("/var/lib/snmp/snmpd.conf", "Debian-snmp")):
        assert watched.machine.do("/usr/bin/stat", "-c", "%a %U", path).split() == ["600", owner]
    assert files_with(watched, PASSWORD, PRIVACY, usm.key(PASSWORD), usm.key(PRIVACY)) == set()
    processes = watched.machine.do("/bin/sh", "-c", "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ | tr '\\0' '\\n'")
    assert "/usr/sbin/snmpd" in processes
    assert not any(one in processes for one in (PASSWORD, PRIVACY, bound, usm.key(PASSWORD)))


def files_with(site: Site, *texts: str) -> set[str]:
    """The files of the machine with one of the texts in them."""
    patterns = [word for one in texts for word in ("-e", one)]
    done = site.machine.run("/bin/grep", "-rlaF", *patterns, "/etc", "/var/lib/boxmgmt", "/var/lib/snmp", "/run",
                            "/dev/shm")
    return set(done.stdout.decode().split())


def test_a_port_that_is_taken_is_refused_and_all_is_as_before(watched: Site) -> None:
    watched.machine.start("/usr/bin/python3", "-c", HOLDS)
    wait_until(lambda: ":04D2 " in listening(watched))
    assert "ServiceRefused" in refused(watched, "config_snmp port=1234")
    assert ask(watched, NAME).returncode == 0 and "Port: 161" in watched.as_admin("get_snmp_settings")


def test_without_snmpd_the_command_says_what_is_missing(watched: Site) -> None:
    watched.as_admin("config_snmp agent=no")
    watched.machine.do("/bin/mv", "/usr/sbin/snmpd", "/usr/sbin/snmpd.away")
    try:
        answer = refused(watched, "config_snmp agent=yes")
        assert "ServiceRefused" in answer and "apt-get install snmpd" in answer
        watched.as_admin("config_snmp agent=no")
    finally:
        watched.machine.do("/bin/mv", "/usr/sbin/snmpd.away", "/usr/sbin/snmpd")
    watched.as_admin("config_snmp agent=yes")
    assert ask(watched, NAME).returncode == 0


def test_systemd_starts_the_agent_only_where_its_file_says_so(watched: Site) -> None:
    def read() -> Done:
        return watched.machine.run("/usr/bin/systemd-analyze", "verify", "--man=no", "snmpd.service")
    drop_in = "/etc/systemd/system/snmpd.service.d/10-boxmgmt.conf"
    assert read().stderr == b""
    text = watched.machine.do("/bin/cat", drop_in)
    assert "\nConditionFileNotEmpty=/etc/boxmgmt/snmp/snmpd.conf\n" in text and "\nExecStart=\nExecStart=/" in text
    watched.machine.do("/bin/sh", "-c", f"echo Nonsense=1 >> {drop_in}")
    assert b"Nonsense" in read().stderr, "the control"


HOLDS = "import socket, time\ns = socket.socket(type=socket.SOCK_DGRAM)\ns.bind(('', 1234))\ntime.sleep(600)"


def refused(site: Site, line: str) -> str:
    """What a line that is refused answers."""
    done = site.machine.run("/usr/lib/boxmgmt/sysmgmt", "--json", "--user", "admin", "--password-file",
                            "/root/admin.password", given=line.encode() + b"\n")
    assert done.returncode, done
    return done.stdout.decode() + done.stderr.decode()
