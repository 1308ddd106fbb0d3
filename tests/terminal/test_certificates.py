"""Certificates at a terminal: pasted at a question, their passwords and keys never shown."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.authorities import CA, make
from tests.support.box import TestBox
from tests.support.tls_server import showing, texts
from tests.terminal.shell import logged_in


def paste(child: Any, text: str) -> None:
    """Lines as a terminal without bracketed paste sends them."""
    child.send(text.strip().replace("\n", "\r") + "\r")


def test_a_chain_is_pasted_and_a_key_is_pasted_unseen(basic: TestBox) -> None:
    root = make("Root", wish=CA)
    middle = make("Middle", root, CA)
    one = make("box1.example", middle)
    child = logged_in(basic)
    child.sendline("install_certificate pem=- key=-")
    child.expect_exact("(paste them, each from -----BEGIN to -----END)\r\n > ")
    paste(child, texts([one, middle, root]))
    child.expect_exact("Private key (paste it, from -----BEGIN to -----END)\r\n > ")
    paste(child, one.key_pem)
    child.expect_exact("Chain: CN=Middle, CN=Root")
    shown = child.before
    child.expect_exact("install_certificate completed successfully.")
    assert "PRIVATE KEY" not in shown and one.key_pem.splitlines()[1] not in shown
    child.sendline("quit")
    child.wait()


@pytest.mark.parametrize("line", [
    "add_trusted_certificate name=corp purposes=ldap", "add_partner name=box2 address=192.0.2.7",
    "add_revocation_list name=corp",
    "install_certificate", "change_web_certificate"])
def test_what_is_pasted_is_asked_for_where_no_file_is_named(basic: TestBox, line: str) -> None:
    child = logged_in(basic)
    child.sendline(line)
    child.expect("\\(paste (it,|them, each) from -----BEGIN to -----END\\)\r\n > ")
    child.send("\x03")
    child.expect_exact("Cancelled; nothing was changed.")
    child.expect_exact("box1> ")
    child.sendline(f"{line} file=none.pem")
    child.expect("Error: There is no file none.pem")
    child.sendline("quit")
    child.wait()


def test_an_authority_is_trusted_by_what_is_pasted(basic: TestBox) -> None:
    child = logged_in(basic)
    child.sendline("add_trusted_certificate")
    for answer in ("corp", "ldap"):
        child.expect("\r\n > ")
        child.sendline(answer)
    child.expect_exact("Certificates (paste them, each from -----BEGIN to -----END)\r\n > ")
    paste(child, texts([make("Root", wish=CA)]))
    child.expect_exact("add_trusted_certificate completed successfully.")
    assert "corp" in basic.state.trusted_certificates
    child.sendline("quit")
    child.wait()


def test_the_password_of_a_pkcs12_file_is_typed_unseen(basic: TestBox, tmp_path: Path) -> None:
    root = make("Root", wish=CA)
    one = make("box1.example", root)
    (basic.folder / "import").mkdir()
    (tmp_path / "all.pem").write_text(one.key_pem + texts([one, root]))
    subprocess.run(["openssl", "pkcs12", "-export", "-in", str(tmp_path / "all.pem"), "-passout", "pass:Violet-95",
                    "-out", str(basic.folder / "import" / "box.p12")], check=True)
    child = logged_in(basic)
    child.sendline("install_certificate file=box.p12 password=-")
    child.expect_exact("Password of the file or of the private key\r\n > ")
    child.sendline("Violet-95")
    child.expect_exact("Chain: CN=Root")
    assert "Violet" not in child.before
    child.sendline("quit")
    child.wait()


def test_a_server_is_trusted_after_a_look_at_its_fingerprint(basic: TestBox) -> None:
    with showing(make("localhost")) as port:
        child = logged_in(basic)
        child.sendline(f"accept_server_certificate host=localhost port={port}")
        child.expect("SHA-256 fingerprint\r\n((?:[0-9A-F]{2}:){31}[0-9A-F]{2})\r\nin words (?:[a-z]{5} ?){16}\r\n")
        fingerprint = child.match[1]
        child.expect_exact("Trust it? (y/n)\r\n > ")
        child.sendline("y")
        child.expect_exact("accept_server_certificate completed successfully.")
        assert fingerprint in child.before
        child.sendline("quit")
        child.wait()
