"""Nothing that opens a box is shipped with it, and no two boxes share a secret."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.box import ADMIN_PASSWORD, TestBox, build
from tests.support.clock import HeldClock
from tests.support.program import ROOT

SHIPPED = [*sorted((ROOT / "sysmgmt").rglob("*.py")), *sorted((ROOT / "boxmgmt").rglob("*.py")),
           *sorted((ROOT / "man").iterdir()), ROOT / "setup.cfg", ROOT / "pyproject.toml"]
SECRETS = re.compile(
    r"\$(?:argon2[a-z]*|2[aby]?|5|6|y|1|apr1|pbkdf2[-a-z0-9]*|scrypt)\$[^{\s]{8,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY|-----BEGIN CERTIFICATE-----\s+[A-Za-z0-9+/]{20,}"
    r"|AAAA(?:C3NzaC1lZDI1|B3NzaC1yc2E|E2VjZHNhLXNoYTIt)[A-Za-z0-9+/=]{20,}"
    r"|\b(?:[0-9a-f]{40}|[0-9a-f]{64}|[0-9A-F]{40}|[0-9A-F]{64})\b"
    r"|(?i:pass(?:word|phrase)|secret|token|api_?key)\s*=\s*[\"'][^\"'{}\s]{4,}[\"']")
"""Hashes, keys, digests, and names of secrets that are given a constant."""
LIKE_A_PASSWORD = re.compile(r"(?=.*[A-Za-z])(?=.*[0-9]|[^A-Z]*[A-Z].*[a-z])(?!.*[_/.(<>=\\])[!-~]{8,24}")
"""Letters with digits, or of both cases, and nothing that code and paths are full of."""
KNOWN = {'SECRET = "secret"'}
"""What looks like one and is none: the mark of fields that hold a secret."""
VECTORS = ROOT / "sysmgmt/vault/knownanswers.py"
"""Test vectors that standards publish: their keys open nothing."""


def found(text: str) -> set[str]:
    """What looks like a secret in a text."""
    return {match.group() for match in SECRETS.finditer(text)} - KNOWN


@pytest.mark.attack(10, 14, 22, 29)
def test_no_hash_no_key_and_no_password_is_in_the_package() -> None:
    assert len(SHIPPED) > 100
    assert {str(path): hits for path in SHIPPED
            if path != VECTORS and (hits := found(path.read_text(encoding="utf-8")))} == {}


@pytest.mark.attack(10, 22, 29)
@pytest.mark.parametrize("planted", [
    'MASTER = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g"', "x = '$6$saltsalt$abcdefgh12345'",
    "-----BEGIN OPENSSH PRIVATE KEY-----", "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUNOTREAL0",
    "AAAAC3NzaC1lZDI1NTE5AAAAIO2nClJhP7HItXLeK8wsVHkBeS8Zvp3aMvBxRz0NmC7m",
    'support_password = "letmein"', "da39a3ee5e6b4b0d3255bfef95601890afd80709"])
def test_one_that_is_planted_is_found(planted: str) -> None:
    assert found(planted)


def constants() -> Iterator[str]:
    """Every text in our code that could be typed as a password."""
    for path in SHIPPED:
        if path.suffix == ".py":
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)):
                    text = node.value if isinstance(node.value, str) else node.value.decode(errors="replace")
                    yield from {text, *text.split()}


def accepted(box: TestBox, guesses: set[str], name: str = "admin") -> set[str]:
    """The guesses that log in; the account is set free again and again behind the engine's back."""
    client, right = box.client(), set()
    for guess in sorted(guesses):
        if client.log_in(name, guess).code == "Done":
            right.add(guess)
            client.door.log_out("it was right")
        else:
            box.replace(name, strikes=0, locked_by="", locked_since=None)
    return right


@pytest.mark.attack(29)
def test_no_text_of_our_code_is_a_password(basic: TestBox) -> None:
    texts = {one.strip("\"'.,:;()[]{}`") for one in constants()}
    probable = {one for one in texts if LIKE_A_PASSWORD.fullmatch(one)} | {"admin", "root", "boxmgmt", "support"}
    assert 50 < len(probable) < 1200
    assert accepted(basic, probable) == set()
    assert accepted(basic, {ADMIN_PASSWORD, "Wrong-pass-1"}) == {ADMIN_PASSWORD}, "the control"


@pytest.mark.attack(10, 22)
def test_two_installations_share_no_secret_byte(folder: Path) -> None:
    one, other = (build(folder / name, "basic", HeldClock()) for name in ("one", "other"))
    assert one.state.settings.box_id != other.state.settings.box_id
    public = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
    secrets = [set(re.findall(rb"[A-Za-z0-9+/]{16,}", public.sub(b"", box.everything()))) for box in (one, other)]
    assert all(len(found) > 3 for found in secrets)
    shared = secrets[0] & secrets[1]
    assert [one for one in shared if re.search(rb"[0-9]", one) and re.search(rb"[A-Za-z]", one)] == []


@pytest.mark.requirement(6)
@pytest.mark.attack(14)
def test_a_new_box_has_one_user_and_no_hidden_one(basic: TestBox) -> None:
    assert list(basic.state.accounts) == ["admin"]
    for name in ("support", "service", "se", "root", "boxmgmt", "security-admin", "sysmgmt", "guest", "hpsupport"):
        assert basic.client().log_in(name, ADMIN_PASSWORD).code == "LoginFailed"
