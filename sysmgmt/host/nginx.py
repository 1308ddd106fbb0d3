"""nginx, the web server of the box: its TLS follows the state (R225-R232, A11).

What boxmgmtd governs is one file of directives, with the certificate and the key beside it. The
site that it writes includes that file, and so does every other site of the appliance.
"""

import os
import pwd
import re
import ssl
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from fnmatch import fnmatch
from glob import glob
from typing import NamedTuple

from sysmgmt.domain.downloads import PLACE
from sysmgmt.domain.errors import ServiceRefused
from sysmgmt.domain.model import State
from sysmgmt.domain.tls import LEGACY, VERSIONS, WEB_SERVER, Listener
from sysmgmt.host import daemons, files, handshakes, programs
from sysmgmt.host.files import File
from sysmgmt.host.handshakes import Place, Silent
from sysmgmt.host.services import Service

NAME = "nginx"
PROGRAM = "/usr/sbin/nginx"
MAIN = "/etc/nginx/nginx.conf"
SITE = "/etc/nginx/conf.d/boxmgmt.conf"
FOLDER = "/etc/boxmgmt/web"
DIRECTIVES = f"{FOLDER}/tls.conf"
CERTIFICATE, KEY = f"{FOLDER}/certificate.pem", f"{FOLDER}/key.pem"
FILES = (SITE, DIRECTIVES, CERTIFICATE, KEY)
PID = "/run/nginx.pid"
HERE = Place("127.0.0.1", 443)
"""Where the site answers, as seen from the box itself."""
TAKES = 10.0
"""Seconds within which nginx must serve what it was given."""
POLL = 0.02
END = "-----END CERTIFICATE-----\n"

COLLECTED = """limit_req zone=boxmgmt_collected burst=10 nodelay;
        limit_req_status 429;
        proxy_pass http://unix:{socket};
        proxy_set_header X-Real-IP $remote_addr;
        proxy_max_temp_file_size 0;
        access_log off;
        error_log /dev/null crit;"""
"""How a location hands on to boxmgmtd who wants to download collected system info; its address is in no log."""
GUESSES = "limit_req_zone $binary_remote_addr zone=boxmgmt_collected:1m rate=1r/s;"
"""How many addresses one client may try."""
SITE_TEXT = f"""# Written by boxmgmtd; changes made here are lost. What the appliance serves stands in
# {FOLDER}/site.d/*.conf. See boxmgmtd(8).
{GUESSES}
server {{
    listen 443 ssl http2;
    listen [::]:443 ssl http2;
    server_name _;
    server_tokens off;
    root /usr/share/boxmgmt/web;
    include {DIRECTIVES};
    location {PLACE} {{
        {COLLECTED.format(socket="/run/boxmgmt/web.sock")}
    }}
    include {FOLDER}/site.d/*.conf;
}}
"""
BEGIN = "# Written by boxmgmtd; changes made here are lost. Include this file in every server that speaks TLS.\n"
SERVED = """ssl_certificate {certificate};
ssl_certificate_key {key};
ssl_protocols {protocols};
ssl_ciphers {ciphers};
ssl_prefer_server_ciphers on;
ssl_session_tickets off;
"""
SHUT = "ssl_reject_handshake on;\n"
HSTS = 'add_header Strict-Transport-Security "max-age=31536000" always;\n'
MODERN = ":".join(f"ECDHE-{kind}-{suite}" for suite in (
    "AES256-GCM-SHA384", "CHACHA20-POLY1305", "AES128-GCM-SHA256") for kind in ("ECDSA", "RSA"))
"""Forward secrecy and authenticated encryption, nothing else."""
OLD = ":".join(f"ECDHE-{kind}-{suite}" for suite in ("AES256-SHA", "AES128-SHA") for kind in ("ECDSA", "RSA"))
"""What TLS 1.0 and 1.1 need besides; OpenSSL has to be told that security does not matter."""
INCLUDE = re.compile(r"""\#[^\n]* | "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*'
                         | (?<![\w$-]) (?P<word>include|pid) \s+ (?P<value>[^;{}]+) ;""", re.VERBOSE)
"""A comment, a quoted text (both are passed over), or a directive that the check looks at."""


_USER = re.compile(r"(?:^|;)\s*user\s+([A-Za-z_][\w.-]*)[^;{}]*;")


class Web(NamedTuple):
    """What the web server shows: certificate and those above it, and the private key, both PEM.

    `shut` is why it must not answer, where it must not (A11).
    """

    certificate: str = ""
    key: str = ""
    shut: str = ""


def service(web: Callable[[State], Web], concerns: Callable[[State, State], bool], root: str = "/") -> Service:
    """The service. `web` says what is shown, `concerns` whether a change may touch that."""
    def render(state: State) -> Mapping[str, File | None]:
        shown, reach = web(state), state.settings.reach
        text = BEGIN + (SHUT if shown.shut else directives(reach.tls_minimum, reach.hsts))
        return {CERTIFICATE: None if shown.shut else File(shown.certificate.encode()),
                KEY: None if shown.shut else File(shown.key.encode(), 0o600),
                DIRECTIVES: File(text.encode()), SITE: File(SITE_TEXT.encode())}

    def listeners(state: State) -> list[Listener]:
        return [Listener(WEB_SERVER, HERE.address, HERE.port, web(state).shut)]
    return Service(NAME, render, lambda old, new: old.settings.reach != new.settings.reach or concerns(old, new),
                   lambda: reload(root), lambda prepared: check(prepared, root), listeners)


def is_installed(root: str = "/") -> bool:
    """Whether there is a web server to govern."""
    return os.access(files.within(root, PROGRAM), os.X_OK)


def user(main: str = MAIN) -> int | None:
    """The number of the user as whom the processes of nginx serve, as its file says; None where it does not."""
    with suppress(OSError, KeyError), open(main, encoding="utf-8", errors="replace") as file:
        if found := _USER.search(re.sub(r"#.*", "", file.read())):
            return pwd.getpwnam(found[1]).pw_uid
    return None


def directives(minimum: str, hsts: bool) -> str:
    """What a server that speaks TLS includes."""
    protocols = " ".join(map(_protocol, VERSIONS[VERSIONS.index(minimum):]))
    ciphers = f"{MODERN}:{OLD}:@SECLEVEL=0" if minimum in LEGACY else MODERN
    return SERVED.format(certificate=CERTIFICATE, key=KEY, protocols=protocols, ciphers=ciphers) + HSTS * hsts


def check(prepared: Mapping[str, str], root: str = "/") -> None:
    """Have nginx check its files as they would be. Raises ServiceRefused with its words."""
    main = files.within(root, MAIN)
    with tempfile.TemporaryDirectory(prefix="boxmgmt-nginx-") as own:
        text = as_it_would_be(main, prepared, root)
        try:
            whole = files.write_beside(main, File(f"pid {own}/pid;\n{text}".encode(errors="surrogateescape"), 0o600))
        except OSError as problem:
            raise ServiceRefused(service=NAME, words=f"{main}: {problem.strerror}") from None
        try:
            programs.run(NAME, [PROGRAM, "-t", "-q", "-c", whole])
        finally:
            files.drop(whole)


def as_it_would_be(main: str, prepared: Mapping[str, str], root: str = "/") -> str:
    """All of nginx's files in one text, the prepared ones in place of the real ones. Raises ServiceRefused."""
    included: set[str] = set()

    def inlined(path: str) -> str:
        included.add(path)
        try:
            with open(prepared.get(path, path), encoding="utf-8", errors="surrogateescape") as file:
                return INCLUDE.sub(replaced, file.read())
        except OSError as problem:
            raise ServiceRefused(service=NAME, words=f"{path}: {problem.strerror}") from None

    def replaced(found: "re.Match[str]") -> str:
        if found["word"] != "include":
            return "" if found["word"] else found[0]
        meant = _included(found["value"].strip(" \t\n\"'"), main, prepared, root)
        return "\n".join(map(inlined, meant)) if meant or "*" in found["value"] else found[0]
    text = inlined(main)
    site = files.within(root, SITE)
    if site not in included and (site in prepared or os.path.exists(site)):
        raise ServiceRefused(service=NAME, words=f"{MAIN} does not include {SITE}")
    for real in (CERTIFICATE, KEY):
        path = files.within(root, real)
        text = text.replace(f" {real};", f" {prepared.get(path, path)};")
    return text


def _included(pattern: str, main: str, prepared: Mapping[str, str], root: str) -> list[str]:
    """The files that an include means, and those among them that are yet to be."""
    below = root if pattern.startswith("/") else os.path.dirname(main)
    whole = os.path.join(below, pattern.lstrip("/"))
    return sorted({*glob(whole), *(one for one in prepared if fnmatch(one, whole))})


def reload(root: str = "/") -> None:
    """Have nginx serve what stands in place; no request is dropped. Raises ServiceRefused unless it does."""
    before = _workers()
    daemons.reload(NAME, "nginx.service", "nginx", PID)
    deadline = time.monotonic() + TAKES
    while before and not (_workers() - before and all(map(_is_retired, before)) and _serves(root)):
        if time.monotonic() > deadline:
            raise ServiceRefused(service=NAME, words=(
                f"port {HERE.port} does not answer with the certificate and the versions of TLS that it was given; "
                "its error log says why"))
        time.sleep(POLL)


def _workers() -> set[str]:
    """The processes that serve; none where nginx does not run. Each set of files gets new ones."""
    pid = daemons.running("nginx", PID)
    with suppress(OSError), open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return set(file.read().split())
    return set()


def _is_retired(worker: str) -> bool:
    """Whether a worker takes no new connections any more: it has ended, or is only finishing."""
    try:
        with open(f"/proc/{worker}/cmdline", "rb") as file:
            return b"shutting down" in file.read()
    except OSError:
        return True


def _serves(root: str) -> bool:
    """Whether what answers shows the certificate in place, and speaks the versions that the directives name."""
    texts = [(files.read(files.within(root, one)) or File(b"")).content.decode() for one in (CERTIFICATE, DIRECTIVES)]
    leaf = ssl.PEM_cert_to_DER_cert(texts[0].partition(END)[0] + END) if texts[0] else None
    named = re.search(r"^ssl_protocols ([^;]*);", texts[1], re.MULTILINE)
    spoken = set(named[1].split()) if named else set()
    with suppress(Silent):
        return handshakes.certificate(HERE) == leaf and all(
            handshakes.speaks(HERE, f"TLS {one}") == (_protocol(one) in spoken) for one in VERSIONS)
    return False


def _protocol(version: str) -> str:
    """A version of TLS in the spelling of nginx."""
    return "TLSv" + version.removesuffix(".0")
