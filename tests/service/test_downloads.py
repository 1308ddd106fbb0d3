"""A link leads once to an archive: over a real nginx, with the location that the box writes."""

import hashlib
import http.client
import pwd
import shutil
import socket
import ssl
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sysmgmt.domain import lockout
from sysmgmt.domain.downloads import PLACE, id_of
from sysmgmt.domain.errors import UnknownLink
from sysmgmt.domain.tls import WEB_SERVER, Listener
from sysmgmt.engine import downloading
from sysmgmt.engine.embedded import EmbeddedDoor
from sysmgmt.engine.own_work import work
from sysmgmt.host import nginx
from sysmgmt.service import downloads
from sysmgmt.service.duties import collections
from sysmgmt.service.server import shared
from tests.support import box
from tests.support.box import ADMIN_PASSWORD, STRANGER, Client, TestBox
from tests.support.openssl import Authority
from tests.support.webserver import serving

ADDRESSES = count(1)


class Web(NamedTuple):
    """A box whose archives a web server hands out."""

    box: TestBox
    admin: Client
    port: int
    trust: ssl.SSLContext
    socket: Path
    archive: dict[str, Any]
    house: Any

    def ask(self, path: str, method: str = "GET", source: str = "") -> tuple[int, bytes, "http.client.HTTPMessage"]:
        """One request, each from an address of its own unless one is given; status, body, headers."""
        source = source or f"127.0.1.{next(ADDRESSES)}"
        connection = http.client.HTTPSConnection("localhost", self.port, context=self.trust, timeout=20,
                                                 source_address=(source, 0))
        with closing(connection):
            connection.request(method, path)
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.headers

    def link(self, minutes: int = 15) -> str:
        """The path of a new link."""
        told = self.admin.facts(f"create_download_link name={self.archive['name']} minutes={minutes}")
        assert told["address"].startswith(f"https://box1{PLACE}")
        return str(told["address"].removeprefix("https://box1"))


@pytest.fixture(scope="module")
def served(templates: Callable[[str], TestBox]) -> Iterator[Web]:
    """The box, and a real nginx before it."""
    folder = Path(tempfile.mkdtemp(prefix="downloads-"))
    folder.chmod(0o755)  # for the processes of nginx
    one = box.copy(templates("basic"), folder / "state")
    house = one.house()
    house = shared(house._replace(box=house.box._replace(
        listeners=lambda state: (Listener(WEB_SERVER, "127.0.0.1", 443),))))
    work(house, "begin_web_certificate")
    admin = Client(EmbeddedDoor(house, STRANGER))
    assert admin.log_in("admin", ADMIN_PASSWORD).code == "Done"
    authority = Authority(folder / "ca").begin()
    certificate, key = authority.issue()
    (folder / "web.pem").write_text(certificate)
    (folder / "web.key").write_text(key)
    downloads.serve(house, str(folder / "web.sock"), partial(nginx.user, str(folder / "nginx.conf")))
    location = nginx.COLLECTED.format(socket=folder / "web.sock")
    directives = (f"ssl_certificate {folder}/web.pem; ssl_certificate_key {folder}/web.key; "
                  f"location {PLACE} {{ {location} }}")
    with serving(folder, directives, nginx.GUESSES) as port:
        trust = ssl.create_default_context(cadata=authority.certificate)
        archive = dict(admin.facts("collect_system_info"))
        yield Web(one, admin, port, trust, folder / "web.sock", archive, house)
    shutil.rmtree(folder)


@pytest.mark.checklist("R027")
def test_a_link_hands_the_archive_out_once(served: Web) -> None:
    path = served.link()
    status, body, headers = served.ask(path, source="127.0.0.9")
    assert status == 200 and hashlib.sha256(body).hexdigest() == served.archive["sha256"]
    assert headers["Content-Disposition"] == f'attachment; filename="{served.archive["name"]}.tar.gz"'
    assert headers["Cache-Control"] == "no-store"
    assert served.ask(path)[0] == 404
    used = [one for one in served.box.audit() if one["command"] == "use_download_link"][-1]
    assert (used["origin"], used["endpoint"], used["code"]) == ("127.0.0.9", "web", "Done")
    assert used["notes"] == {"archive": served.archive["name"], "made_by": "admin"}


@pytest.mark.checklist("R027")
def test_only_the_web_server_says_where_somebody_comes_from(served: Web) -> None:
    told = direct(served, f"GET {served.link()} HTTP/1.1\r\nX-Real-IP: 203.0.113.9\r\n\r\n")
    assert told.split()[1] == b"200"
    used = [one for one in served.box.audit() if one["command"] == "use_download_link"][-1]
    assert (used["origin"], used["code"]) == ("local", "Done")


@pytest.mark.parametrize("text, name", [
    ("user www-data;\n", "www-data"), ("# user root;\nuser  nobody nogroup;", "nobody"), ("worker_processes 1;", ""),
    ("user not-there-at-all;", "")])
def test_as_whom_the_web_server_runs_its_own_file_says(folder: Path, text: str, name: str) -> None:
    (folder / "nginx.conf").write_text(text)
    assert nginx.user(str(folder / "nginx.conf")) == (pwd.getpwnam(name).pw_uid if name else None)
    assert nginx.user(str(folder / "none.conf")) is None


def test_what_makes_a_link_secret_is_kept_nowhere(served: Web) -> None:
    token = served.link().removeprefix(PLACE)
    assert len(token) == 64
    folder = served.box.folder
    everything = served.box.everything() + (folder.parent / "error.log").read_bytes()
    assert token.encode() not in everything and hashlib.sha256(token.encode()).hexdigest().encode() in everything
    shown = served.admin.facts("get_collected_info")["collected_info"][0]["download_links"]
    assert shown and token not in repr(shown) and shown[-1]["made_by"] == "admin"


def test_of_many_who_come_at_once_one_gets_the_archive(served: Web) -> None:
    path = served.link()
    with ThreadPoolExecutor(8) as crowd:
        found = sorted(status for status, _, _ in crowd.map(served.ask, [path] * 8))
    assert found == [200] + [404] * 7


def test_a_link_expires(served: Web) -> None:
    path = served.link(minutes=1)
    served.box.clock.now += 61
    assert served.ask(path)[0] == 404
    with pytest.raises(UnknownLink):
        downloading.find(served.house.box.store.read(), id_of(path.removeprefix(PLACE)), served.box.clock.now)
    collections.expire(served.house)
    kept = served.house.box.store.read().download_links
    assert id_of(path.removeprefix(PLACE)) not in kept


def test_only_a_get_uses_a_link(served: Web) -> None:
    path = served.link()
    assert [served.ask(path, method)[0] for method in ("HEAD", "POST", "DELETE")] == [405, 405, 405]
    assert served.ask(path)[0] == 200, "it is still there"


def test_guesses_find_nothing_and_are_limited(served: Web) -> None:
    with ThreadPoolExecutor(8) as crowd:
        found = [status for status, _, _ in crowd.map(
            partial(served.ask, source="127.0.0.8"), [f"{PLACE}{one:064x}" for one in range(60)])]
    assert set(found) == {404, 429} and found.count(429) > 30
    records = len(served.box.audit())
    for guess in ("../state.json", "a" * 63, "a" * 65, "%2e%2e/", "?x=1", ""):
        assert direct(served, f"GET {PLACE}{guess} HTTP/1.1\r\n\r\n").split()[1] == b"404"
    assert len(served.box.audit()) == records, "who only guesses fills no log"


@pytest.mark.parametrize("text, status", [
    ("nonsense\r\n\r\n", b"404"), ("GET / HTTP/1.1\r\n\r\n", b"404"), ("x" * 9000, b"400"), ("\r\n\r\n", b"404")])
def test_what_is_no_request_is_answered_with_a_status(served: Web, text: str, status: bytes) -> None:
    assert direct(served, text).split()[1] == status


def direct(served: Web, text: str) -> bytes:
    """What is answered to a text on the socket itself; nothing where there is no place."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(20)
        connection.connect(str(served.socket))
        try:
            connection.sendall(text.encode())
            return connection.recv(4096)
        except ConnectionError:
            return b""


def test_a_link_dies_with_the_right_of_who_made_it(served: Web) -> None:
    admin = served.admin
    assert admin.do('add_user name=eve role=administrator password="eve-first-1" must_change=no').code == "Done"
    eve = Client(EmbeddedDoor(served.house, STRANGER))
    assert eve.log_in("eve", "eve-first-1").code == "Done"
    paths = [eve.facts(f"create_download_link name={served.archive['name']}")["address"].removeprefix("https://box1")
             for _ in range(2)]
    assert admin.do("set_user name=eve role=monitor").code == "Done"
    assert direct(served, f"GET {paths[0]} HTTP/1.1\r\n\r\n").split()[1] == b"404"
    assert admin.do("set_user name=eve role=administrator").code == "Done"
    assert direct(served, f"GET {paths[0]} HTTP/1.1\r\n\r\n").split()[1] == b"200"
    assert admin.do("remove_user name=eve --yes").code == "Done"
    assert direct(served, f"GET {paths[1]} HTTP/1.1\r\n\r\n").split()[1] == b"404"


@pytest.mark.parametrize("shut, status", [
    ({"locked_by": lockout.BY_COMMAND}, b"404"), ({"locked_by": lockout.BY_DISUSE}, b"404"),
    ({"locked_by": lockout.BY_END}, b"404"), ({"ends_at": 1.0}, b"404"), ({"locked_by": lockout.BY_ATTEMPTS}, b"200")])
def test_a_link_dies_with_the_account_of_who_made_it(served: Web, shut: dict[str, Any], status: bytes) -> None:
    served.admin.facts(f"cancel_download_links name={served.archive['name']}")
    assert served.admin.do("add_user name=tmp role=administrator password=Tmp-first-1 must_change=no").code == "Done"
    tmp = Client(EmbeddedDoor(served.house, STRANGER))
    assert tmp.log_in("tmp", "Tmp-first-1").code == "Done"
    address = tmp.facts(f"create_download_link name={served.archive['name']}")["address"]
    served.box.replace("tmp", **shut)
    answer = direct(served, f"GET {address.removeprefix('https://box1')} HTTP/1.1\r\n\r\n")
    assert served.admin.do("remove_user name=tmp --yes").code == "Done"
    assert answer.split()[1] == status


def test_links_are_cancelled_and_there_are_not_endlessly_many(served: Web) -> None:
    served.admin.facts(f"cancel_download_links name={served.archive['name']}")
    paths = [served.link() for _ in range(20)]
    assert served.admin.do(f"create_download_link name={served.archive['name']}").code == "InvalidValue"
    assert served.admin.facts(f"cancel_download_links name={served.archive['name']}")["ended"] == 20
    assert direct(served, f"GET {paths[0]} HTTP/1.1\r\n\r\n").split()[1] == b"404"


def test_one_user_of_the_machine_cannot_take_all_places(served: Web) -> None:
    with ExitStack() as kept:
        for _ in range(downloads.MOST_OF_ONE):
            connection = kept.enter_context(socket.socket(socket.AF_UNIX))
            connection.connect(str(served.socket))
        assert direct(served, f"GET {PLACE} HTTP/1.1\r\n\r\n") == b""
    deadline = time.monotonic() + 20
    while not direct(served, f"GET {PLACE} HTTP/1.1\r\n\r\n"):
        assert time.monotonic() < deadline, "a place comes free as soon as somebody goes"


def test_nothing_is_made_in_a_dry_run_or_together(served: Web) -> None:
    line = f"create_download_link name={served.archive['name']}"
    answer = served.admin.do(f"{line} --dry-run")
    assert answer.code == "Done" and "address" not in (answer.result or {})
    assert [one.code for one in served.admin.together(line)] == ["NotAtomic"]
    assert "address" in served.admin.facts(line), "else there is one"


def test_without_a_web_server_there_are_no_links(basic: TestBox) -> None:
    admin = basic.admin()
    name = admin.facts("collect_system_info parts=versions")["name"]
    assert admin.do(f"create_download_link name={name}").code == "NoWebServer"
