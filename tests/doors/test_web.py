"""The web server of a deployed box: a real nginx, asked by openssl, and by clients that never stop asking."""

import hashlib
import json
import os
import re
import signal
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doors.machine import HOME, child_of
from tests.doors.site import Site
from tests.support.openssl import Authority
from tests.support.waiting import wait_until

VERSIONS = ("tls1", "tls1_1", "tls1_2", "tls1_3")
SITE_D = "/etc/boxmgmt/web/site.d"
HOLDS = "import socket, time\ns = socket.create_server(('127.0.0.1', 81))\nprint(1, flush=True)\ntime.sleep(600)"
FINAL = "--yes confirm_minutes=0"


@pytest.fixture(scope="module")
def web(site: Site) -> Site:
    """The box, with nginx running and something to serve."""
    site.machine.do("/bin/mkdir", "-p", SITE_D, "/srv/web")
    site.machine.do("/bin/sh", "-c", f"cat > {SITE_D}/files.conf",
                    given=b"location / { root /srv/web; limit_rate 300k; }\n")
    site.machine.do("/bin/sh", "-c", "printf hello > /srv/web/small; head -c 300000 /dev/zero > /srv/web/large")
    site.machine.do("/usr/sbin/nginx")
    wait_until(lambda: bool(accepted(site)))
    return site


def accepted(site: Site) -> list[str]:
    """The versions in which openssl gets a handshake done."""
    return [one for one in VERSIONS if "Cipher is (NONE)" not in s_client(site, f"-{one}")]


def s_client(site: Site, *options: str) -> str:
    """What openssl s_client says."""
    done = site.machine.run("/usr/bin/openssl", "s_client", "-connect", "127.0.0.1:443", "-cipher",
                            "ALL:@SECLEVEL=0", *options)
    return done.stdout.decode(errors="replace") if b"Cipher is" in done.stdout else "Cipher is (NONE)"


def fingerprint(site: Site) -> str:
    """The SHA-256 fingerprint of the certificate that is shown."""
    found = re.search(r"-----BEGIN.*?-----END CERTIFICATE-----\n", s_client(site), re.DOTALL)
    return digest(found[0]) if found else ""


def digest(pem: str) -> str:
    """The SHA-256 fingerprint of a certificate."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


def headers(site: Site, path: str = "/small") -> str:
    """The head of an answer."""
    request = f"GET {path} HTTP/1.1\r\nHost: box\r\nConnection: close\r\n\r\n".encode()
    done = site.machine.run("/usr/bin/openssl", "s_client", "-quiet", "-connect", "127.0.0.1:443", given=request)
    return done.stdout.decode(errors="replace").partition("\r\n\r\n")[0]


def facts(site: Site, line: str) -> dict[str, object]:
    """What a line answers with."""
    found: dict[str, object] = json.loads(site.as_admin(f"{line} --json").splitlines()[-1])["result"]
    return found


def refused(site: Site, line: str) -> str:
    """The code with which a line is refused."""
    site.as_admin("get_groups")
    done = site.machine.run("/usr/lib/boxmgmt/sysmgmt", "--json", "--user", "admin", "--password-file",
                            "/root/admin.password", given=line.encode() + b"\n")
    code: str = json.loads(done.stdout)["code"]
    return code


@pytest.mark.requirement(103)
@pytest.mark.checklist("A03")
@pytest.mark.parametrize("version, wanted", [("1.3", ["tls1_3"]), ("1.2", ["tls1_2", "tls1_3"]),
                                             ("1.1 legacy=yes", ["tls1_1", "tls1_2", "tls1_3"]),
                                             ("1.0 legacy=yes", list(VERSIONS)), ("1.2", ["tls1_2", "tls1_3"])])
def test_openssl_is_served_from_the_minimum_on(web: Site, version: str, wanted: list[str]) -> None:
    web.as_admin(f"set_tls_minimum version={version} {FINAL}")
    assert accepted(web) == wanted


@pytest.mark.requirement(103)
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_the_old_minimum_is_served_again_when_boxmgmtd_ends_before_the_confirmation(web: Site, how: int) -> None:
    web.as_admin("set_tls_minimum version=1.3 --yes")
    assert accepted(web) == ["tls1_3"]
    web.stop_serving(how)
    assert accepted(web) == ["tls1_3"], "nobody is there to take it back"
    web.serve()
    wait_until(lambda: accepted(web) == ["tls1_2", "tls1_3"])


@pytest.mark.requirement(103)
def test_a_confirmation_from_a_new_login_keeps_the_new_minimum(web: Site) -> None:
    web.as_admin("set_tls_minimum version=1.3 --yes")
    web.as_admin("confirm_change")
    web.stop_serving(signal.SIGKILL)
    web.serve()
    assert accepted(web) == ["tls1_3"]
    web.as_admin(f"set_tls_minimum version=1.2 {FINAL}")


@pytest.mark.requirement(103)
@pytest.mark.checklist("A14")
@pytest.mark.checklist("A15")
def test_get_cipher_suites_sees_what_somebody_changed_behind_its_back(web: Site) -> None:
    assert listener(web)["judgement"] == "good" and listener(web)["below_minimum"] == []
    directives = "/etc/boxmgmt/web/tls.conf"
    web.machine.do("/bin/sed", "-i", "-e", "s/ssl_protocols .*/ssl_protocols TLSv1 TLSv1.2;/",
                   "-e", "s/ssl_ciphers .*/ssl_ciphers ALL:@SECLEVEL=0;/", directives)
    web.machine.do("/usr/sbin/nginx", "-s", "reload")
    wait_until(lambda: accepted(web) == ["tls1", "tls1_2"])
    found = listener(web)
    assert (found["judgement"], found["below_minimum"]) == ("insecure", ["TLS 1.0"])
    web.as_admin(f"set_tls_minimum version=1.3 {FINAL}", f"set_tls_minimum version=1.2 {FINAL}")
    assert listener(web)["judgement"] == "good", "the next change heals it"


def listener(site: Site) -> dict[str, object]:
    """What get_cipher_suites says of the web server."""
    told = facts(site, "get_cipher_suites")["listeners"]
    assert isinstance(told, list) and len(told) == 1
    found: dict[str, object] = told[0]
    return found


@pytest.mark.checklist("R228")
def test_a_refused_change_leaves_the_web_server_as_it_was(web: Site) -> None:
    before = fingerprint(web), accepted(web)
    broken = "/etc/nginx/sites-enabled/broken"
    web.machine.do("/bin/sh", "-c", f"echo 'nonsense;' > {broken}")
    assert refused(web, f"set_tls_minimum version=1.3 {FINAL}") == "ServiceRefused"
    web.machine.do("/bin/rm", broken)
    assert (fingerprint(web), accepted(web)) == before
    assert facts(web, "get_security_settings")["tls_minimum"] == "1.2"


def test_a_web_server_that_does_not_take_the_change_is_a_refusal_too(web: Site) -> None:
    """What nginx finds out only when it is asked to: a port that somebody else has."""
    taken = web.machine.start("/usr/bin/python3", "-c", HOLDS)
    assert taken.stdout and taken.stdout.readline()
    site = "/etc/nginx/sites-enabled/taken"
    web.machine.do("/bin/sh", "-c", f"echo 'server {{ listen 127.0.0.1:81; }}' > {site}")
    assert refused(web, f"set_tls_minimum version=1.3 {FINAL}") == "ServiceRefused"
    web.machine.do("/bin/rm", site)
    os.kill(child_of(taken.pid), signal.SIGKILL)
    assert accepted(web) == ["tls1_2", "tls1_3"] and facts(web, "get_security_settings")["tls_minimum"] == "1.2"
    web.as_admin(f"set_tls_minimum version=1.3 {FINAL}", f"set_tls_minimum version=1.2 {FINAL}")


@pytest.fixture
def asking(web: Site) -> Iterator["subprocess.Popen[bytes]"]:
    """Clients that never stop asking."""
    web.machine.path(f"{HOME}/load.py").write_bytes((Path(__file__).parent / "load.py").read_bytes())
    clients = subprocess.Popen(web.machine.inside("/usr/bin/python3", f"{HOME}/load.py"), stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)
    assert clients.stdout and clients.stdout.readline() == b"asking\n"
    yield clients
    if clients.poll() is None:
        clients.kill()
    clients.wait()


def outcome(clients: "subprocess.Popen[bytes]") -> dict[str, object]:
    """What became of all their requests."""
    out, _ = clients.communicate(b"\n", timeout=60)
    found: dict[str, object] = json.loads(out)
    return found


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate authority that is none of the box's."""
    return Authority(tmp_path_factory.mktemp("ca")).begin()


def put_into_imports(site: Site, name: str, text: str) -> None:
    """A file in the import folder of the box."""
    folder = "/var/lib/boxmgmt/import"
    site.machine.do("/bin/sh", "-c", f"umask 077; mkdir -p {folder}; cat > {folder}/{name}", given=text.encode())


def install(site: Site, outside: Authority, certificate: str, key: str, options: str = FINAL) -> None:
    """Have the web server show a certificate."""
    put_into_imports(site, "web.pem", certificate + outside.certificate + key)
    site.as_admin(f"change_web_certificate file=web.pem {options}")


@pytest.mark.checklist("A11")
def test_a_new_box_shows_a_certificate_that_its_own_root_has_signed(web: Site, tmp_path: Path) -> None:
    root = facts(web, "export_root_certificate")["pem"]
    web.machine.do("/bin/sh", "-c", "cat > /root/root.pem", given=str(root).encode())
    assert "Verification: OK" in s_client(web, "-CAfile", "/root/root.pem", "-verify_hostname", "localhost")
    assert web.machine.path("/etc/boxmgmt/web/key.pem").stat().st_mode & 0o777 == 0o600


@pytest.mark.requirement(100)
@pytest.mark.checklist("R226")
@pytest.mark.checklist("R228")
def test_the_certificate_changes_under_load_and_no_request_fails(
        web: Site, outside: Authority, asking: "subprocess.Popen[bytes]") -> None:
    wanted = []
    for _ in range(3):
        certificate, key = outside.issue()
        install(web, outside, certificate, key)
        assert fingerprint(web) == digest(certificate)
        wanted.append(digest(certificate))
    found = outcome(asking)
    assert found["certificates"] == [*list(found["certificates"])[:1], *wanted]  # type: ignore[call-overload]
    assert isinstance(found["outcomes"], dict) and set(found["outcomes"]) == {"whole"}
    assert found["outcomes"]["whole"] > 50, found


def test_the_old_certificate_comes_back_unless_the_new_one_is_confirmed(web: Site, outside: Authority) -> None:
    before = fingerprint(web)
    certificate, key = outside.issue()
    install(web, outside, certificate, key, "--yes")
    assert fingerprint(web) == digest(certificate) != before
    web.stop_serving(signal.SIGKILL)
    web.serve()
    wait_until(lambda: fingerprint(web) == before)


@pytest.mark.checklist("R230")
@pytest.mark.checklist("R232")
def test_hsts_is_said_with_every_answer_and_only_while_it_is_on(web: Site, outside: Authority) -> None:
    install(web, outside, *outside.issue())
    assert "strict-transport-security" not in headers(web).lower()
    web.as_admin(f"set_hsts mode=on {FINAL}")
    assert "Strict-Transport-Security: max-age=31536000" in headers(web) and "200" in headers(web)
    assert "Strict-Transport-Security" in headers(web, "/missing"), "errors too"
    web.as_admin(f"set_hsts mode=off {FINAL}")
    assert "strict-transport-security" not in headers(web).lower()


EXPIRE = """import time
from sysmgmt.store.state import StateStore
with StateStore("/var/lib/boxmgmt").writing() as transaction:
    state = transaction.state
    own = state.identities.get(state.settings.reach.web_certificate)
    ended = own.certificates[0]._replace(not_after=time.time() - 1)
    own = own._replace(certificates=(ended, *own.certificates[1:]))
    transaction.save(state._replace(identities=state.identities.put(own.use, own)))
"""
"""What only time does otherwise."""


@pytest.mark.checklist("A07")
@pytest.mark.checklist("A11")
def test_a_certificate_that_is_not_valid_any_more_shuts_the_web_server(web: Site, outside: Authority) -> None:
    assert accepted(web)
    web.machine.do("/usr/bin/env", f"PYTHONPATH={HOME}/lib", web.python, "-c", EXPIRE)
    wait_until(lambda: accepted(web) == [])
    found = listener(web)
    assert "it expired on" in str(found["shut"]) and found["versions"] == [] and found["answers"]
    certificate, key = outside.issue()
    install(web, outside, certificate, key)
    assert fingerprint(web) == digest(certificate)


@pytest.mark.checklist("R026")
@pytest.mark.checklist("R027")
def test_collected_system_info_comes_over_ssh_and_once_over_https(web: Site) -> None:
    collected = json.loads(web.by_key("admin", "collect_system_info --json").stdout)["result"]
    assert [one for one in collected["missing"] if not one.startswith("logs: ")] == [] and collected["size"] > 1000
    name, wanted = collected["name"], collected["sha256"]
    over_ssh = web.by_key("admin", f"download_collected_info name={name}")
    assert (over_ssh.returncode, hashlib.sha256(over_ssh.stdout).hexdigest()) == (0, wanted)
    terminal = web.by_key("admin", f"download_collected_info name={name}", options=("-tt",))
    assert terminal.returncode == 1 and b"An archive is not written to a terminal" in terminal.stdout + terminal.stderr
    assert web.by_key("bob", f"download_collected_info name={name}").returncode == 3
    link = json.loads(web.by_key("admin", f"create_download_link name={name} --json").stdout)["result"]["address"]
    path = link.partition("/collected/")[2]
    found = [web.machine.run("/usr/bin/python3", "-c", GET, path) for _ in range(2)]
    assert [hashlib.sha256(found[0].stdout).hexdigest(), found[1].stdout] == [wanted, b"404"]


GET = """import ssl, sys, urllib.request, urllib.error
try:
    found = urllib.request.urlopen("https://localhost/collected/" + sys.argv[1], timeout=20,
                                   context=ssl._create_unverified_context())
    sys.stdout.buffer.write(found.read())
except urllib.error.HTTPError as refused:
    print(refused.code, end="")
"""
"""One GET; its body or its status. Whose certificate it is, the other tests look at."""
