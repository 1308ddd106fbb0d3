"""Collected system info is sent to real servers, and to nobody else: sshd, and vsftpd with and without TLS."""

import hashlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sysmgmt.engine.request import Answer, Request
from sysmgmt.host.uploads import FileUploads
from sysmgmt.vault import x509
from tests.support import box, upload_servers
from tests.support.authorities import CA, LEAF, make
from tests.support.box import ADMIN_PASSWORD, Client, TestBox
from tests.support.ports import free_port
from tests.support.served import Served
from tests.support.upload_servers import PASSWORD

ROOT = make("Upload Root", wish=CA)
SERVER = make("upload", ROOT, LEAF._replace(names=("localhost",)))
PATIENCE = 2.0


class Site(NamedTuple):
    """A box with an archive, and servers."""

    admin: Client
    archive: dict[str, Any]
    folder: Path
    ports: dict[str, int]

    def add(self, name: str, **texts: str) -> Answer:
        """Add a target."""
        given = {"name": name, "server": "localhost", "user": "uploader", "password": PASSWORD}
        return self.admin.door.run(Request("add_upload_target", given | texts))

    def sftp(self, name: str, **texts: str) -> Answer:
        """Add the sshd as a target."""
        key = subprocess.run(["ssh-keygen", "-l", "-f", str(self.folder / "sftp/host_key.pub")], capture_output=True,
                             text=True, check=True).stdout.split()[1]
        return self.add(name, port=str(self.ports["sftp"]), **{"fingerprint": key} | texts)

    def ftps(self, name: str, **texts: str) -> Answer:
        """Add the vsftpd with TLS as a target."""
        usual = {"protocol": "ftps", "port": str(self.ports["ftps"]), "user": "anonymous", "directory": "in"}
        return self.add(name, **usual | texts)

    def send(self, target: str) -> Answer:
        """Send the archive."""
        return self.admin.do(f"send_collected_info name={self.archive['name']} target={target}")

    def arrived(self, path: str) -> str:
        """The SHA-256 of what came; whatever is there besides fails."""
        folder = self.folder / path
        found = {one.name: one.read_bytes() for one in folder.iterdir() if one.is_file()}
        assert [one for one in found if one.endswith(".tmp")] == []
        return hashlib.sha256(found[f"{self.archive['name']}.tar.gz"]).hexdigest()


@pytest.fixture(scope="module")
def site(templates: Callable[[str], TestBox]) -> Iterator[Site]:
    """A box as boxmgmtd serves it, that trusts the authority of the FTP server."""
    folder = Path(tempfile.mkdtemp(prefix="uploads-"))
    folder.chmod(0o755)
    house = box.copy(templates("basic"), folder / "state").house()
    served = Served(house._replace(box=house.box._replace(uploads=FileUploads(x509.client, PATIENCE))),
                    folder / "box.sock")
    with (closing(served), upload_servers.sshd(folder / "sftp") as sftp,
          upload_servers.vsftpd(folder / "ftps", SERVER) as ftps, upload_servers.vsftpd(folder / "ftp", None) as ftp):
        admin = Client(served.door())
        assert admin.log_in("admin", ADMIN_PASSWORD).code == "Done"
        trusted = Request("add_trusted_certificate", {"name": "upload", "purposes": "upload", "pem": ROOT.pem})
        assert admin.door.run(trusted).code == "Done"
        archive = dict(admin.facts("collect_system_info"))
        yield Site(admin, archive, folder, {"sftp": sftp, "ftps": ftps, "ftp": ftp})
    shutil.rmtree(folder)


@pytest.mark.checklist("R027")
def test_an_archive_is_sent_by_sftp(site: Site) -> None:
    assert site.sftp("sftp1").code == "Done"
    answer = site.send("sftp1")
    assert answer.code == "Done" and answer.result and answer.result["sha256"] == site.archive["sha256"]
    assert site.arrived("sftp/files") == site.archive["sha256"]
    assert site.send("sftp1").code == "Done", "and takes the place of the same"


@pytest.mark.checklist("R027")
@pytest.mark.checklist("R167")
def test_an_archive_is_sent_by_ftps(site: Site) -> None:
    assert site.ftps("ftps1").code == "Done"
    assert site.send("ftps1").code == "Done"
    assert site.arrived("ftps/files/in") == site.archive["sha256"]


def test_clear_text_is_spoken_only_if_somebody_insists_and_said_each_time(site: Site) -> None:
    texts = {"protocol": "ftp", "port": str(site.ports["ftp"])}
    assert site.ftps("ftp1", **texts).code == "ClearText"
    added = site.ftps("ftp1", **texts, insecure="yes")
    assert added.code == "Done" and "in clear" not in (added.message or "")
    sent = site.send("ftp1")
    assert sent.code == "Done" and site.arrived("ftp/files/in") == site.archive["sha256"]
    assert added.warnings == sent.warnings and "everybody on the way can read" in sent.warnings[0]


def test_a_host_key_is_shown_and_has_to_be_confirmed(site: Site) -> None:
    asked = site.add("asked", port=str(site.ports["sftp"]))
    assert asked.code == "ConfirmationNeeded" and asked.confirms["fingerprint"] in (asked.message or "")
    given = {"name": "asked", "server": "localhost", "user": "uploader", "password": PASSWORD,
             "port": str(site.ports["sftp"]), **asked.confirms}
    assert site.admin.door.run(Request("add_upload_target", given, confirmed=True)).code == "Done"
    assert site.send("asked").code == "Done"


WRONG_KEY = "SHA256:" + "A" * 43


def test_a_server_with_another_host_key_gets_nothing(site: Site) -> None:
    assert site.sftp("other-key", fingerprint=WRONG_KEY).code == "Done"
    answer = site.send("other-key")
    assert answer.code == "ServerRefused" and "its host key has the fingerprint SHA256:" in (answer.message or "")


def test_a_server_with_another_certificate_gets_nothing(site: Site) -> None:
    assert site.ftps("other-name", server="127.0.0.1").code == "Done"
    assert site.send("other-name").code == "ServerRefused"
    assert site.admin.do("remove_trusted_certificate name=upload").code == "Done"
    assert site.ftps("untrusted").code == "Done"
    assert site.send("untrusted").code == "ServerRefused"
    trusted = Request("add_trusted_certificate", {"name": "upload", "purposes": "upload", "pem": ROOT.pem})
    assert site.admin.door.run(trusted).code == "Done"
    assert site.send("untrusted").code == "Done", "it was the trust"


def test_a_wrong_password_is_told_as_that_and_not_repeated(site: Site) -> None:
    assert site.sftp("sftp2", password="Wrong-Canary-1").code == "Done"
    assert site.ftps("ftps2", password="Wrong-Canary-1").code == "Done"
    for name in ("sftp2", "ftps2"):
        answer = site.send(name)
        assert answer.code == "UploadFailed" and "it refuses the user or the password" in (answer.message or "")
        assert "Canary" not in repr(answer)


def test_a_place_where_nothing_can_be_written_is_told_of(site: Site) -> None:
    assert site.sftp("sftp3", directory="/nowhere").code == "Done"
    assert site.ftps("ftps3", directory="nowhere").code == "Done"
    assert "No such file" in (site.send("sftp3").message or "")
    assert "it answered 553" in (site.send("ftps3").message or "")


def test_a_closed_port_is_told_of(site: Site) -> None:
    for name, protocol in (("sftp4", "sftp"), ("ftps4", "ftps")):
        key = {"fingerprint": WRONG_KEY} if protocol == "sftp" else {}
        assert site.add(name, protocol=protocol, port=str(free_port()), **key).code == "Done"
        answer = site.send(name)
        assert answer.code == "ServerUnreachable" and "Connection refused" in (answer.message or "")
    assert site.add("sftp5", port=str(free_port())).code == "ServerUnreachable", "nor can its host key be fetched"


@contextmanager
def hanging(greeting: bytes = b"") -> Iterator[int]:
    """A port at which somebody takes connections, says one thing, and nothing more."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        kept: list[socket.socket] = []

        def take() -> None:
            while True:
                try:
                    kept.append(listener.accept()[0])
                    kept[-1].sendall(greeting)
                except OSError:
                    return
        threading.Thread(target=take, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        for one in kept:
            one.close()


@pytest.mark.parametrize("protocol, greeting", [
    ("sftp", b""), ("ftps", b""), ("sftp", b"SSH-2.0-OpenSSH_9.2\r\n"), ("ftps", b"220 hello\r\n"),
    ("ftps", b"220 hello\r\n234 go on\r\n")])
def test_a_receiver_that_hangs_is_given_up(site: Site, protocol: str, greeting: bytes) -> None:
    with hanging(greeting) as port:
        name = f"hangs-{protocol}-{len(greeting)}"
        key = {"fingerprint": WRONG_KEY} if protocol == "sftp" else {}
        assert site.add(name, protocol=protocol, port=str(port), **key).code == "Done"
        began = time.monotonic()
        answer = site.send(name)
        assert answer.code == "ServerUnreachable" and time.monotonic() - began < 5 * PATIENCE, answer


def test_the_steps_of_a_test_say_what_is_wrong(site: Site) -> None:
    assert site.sftp("tested").code == "Done" and site.ftps("tested-too").code == "Done"
    for name in ("tested", "tested-too"):
        steps = [one["step"] for one in site.admin.facts(f"test_upload_target target={name}")["steps"]]
        assert steps == ["name", "port", "trusted", "login", "stored"]
    assert (site.folder / "sftp/files/box1-test.txt").read_text() == "The box box1 can write here.\n"
    assert site.sftp("tested-3", password="Wrong-Canary-1").code == "Done"
    answer = site.admin.do("test_upload_target target=tested-3")
    assert answer.code == "DeliveryFailed" and "The step login fails" in (answer.message or "")
    assert "Check user and password" in (answer.hint or "")


def test_targets_are_listed_without_passwords_and_removed(site: Site) -> None:
    assert site.sftp("listed").code == "Done" and site.sftp("listed").code == "TargetExists"
    shown = site.admin.facts("get_upload_targets")["upload_targets"]
    found = next(one for one in shown if one["name"] == "listed")
    assert found["password_configured"] is True and PASSWORD not in repr(shown) and found["user"] == "uploader"
    everything = b"".join(one.read_bytes() for one in (site.folder / "state").rglob("*") if one.is_file())
    assert PASSWORD.encode() not in everything and b"listed" in everything
    assert site.admin.do("remove_upload_target target=listed").code == "Done"
    assert site.send("listed").code == "UnknownTarget"


def test_a_package_that_is_missing_is_named(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """To somebody who installed the box without the extra, in the place of advice about the server."""
    assert site.sftp("without").code == "Done"
    monkeypatch.setitem(sys.modules, "paramiko", None)
    for answer in (site.admin.do("test_upload_target target=without"), site.send("without")):
        assert answer.code == "UploadNotInstalled" and "pip install '.[upload]'" in (answer.hint or "")
