"""Packages verified: signed by a trusted key, unsigned, re-packed, signed by others, older (R252-R254)."""

import hashlib
import io
import zipfile
from collections.abc import Iterator

import pytest

from tests.support.box import Client, TestBox, deployed
from tests.support.signer import Signer

FILE = "boxmgmt-9.0.0-py3-none-any.whl"


@pytest.fixture(scope="module")
def vendor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signer]:
    """Whose packages are trusted."""
    one = Signer(tmp_path_factory.mktemp("v") / "h", "vendor")
    yield one
    one.close()


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signer]:
    """Whose are not."""
    one = Signer(tmp_path_factory.mktemp("s") / "h", "vendor")
    yield one
    one.close()


@pytest.fixture
def admin(basic: TestBox, vendor: Signer) -> Client:
    """Admin of a box that trusts the vendor."""
    (basic.folder / "import").mkdir()
    (basic.folder / "keyring").mkdir(mode=0o755)
    (basic.folder / "keyring" / "vendor.gpg").write_bytes(vendor.key())
    return basic.admin()


def wheel(version: str = "9.0.0", more: bytes = b"") -> bytes:
    """A release."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as one:
        told = f"Metadata-Version: 2.1\nName: boxmgmt\nVersion: {version}\n"
        one.writestr(f"boxmgmt-{version}.dist-info/METADATA", told)
        one.writestr("sysmgmt/__init__.py", more)
    return written.getvalue()


def verify(box: TestBox, client: Client, data: bytes, signature: bytes, end: str = ".asc") -> object:
    """The answer to verifying."""
    (box.folder / "import" / FILE).write_bytes(data)
    for one in (".asc", ".sig"):
        (box.folder / "import" / (FILE + one)).unlink(missing_ok=True)
    if signature:
        (box.folder / "import" / (FILE + end)).write_bytes(signature)
    answer = client.do(f"verify_package file={FILE}")
    return answer.result if answer.status == 0 else (answer.code, answer.message)


@pytest.mark.checklist("R252")
@pytest.mark.checklist("R254")
@pytest.mark.parametrize("version, newer", [("9.0.0", True), ("0.1.0", False), ("0.0.9", False), ("0.1.0.1", True)])
def test_a_signed_release_is_told_with_its_digests_and_whether_it_is_newer(
        basic: TestBox, admin: Client, vendor: Signer, version: str, newer: bool) -> None:
    data = wheel(version)
    for end, signature in ((".asc", vendor.sign(data, "--armor")), (".sig", vendor.sign(data))):
        found = verify(basic, admin, data, signature, end)
        assert isinstance(found, dict) and found["signed_by"] == vendor.fingerprint()
        assert (found["product"], found["version"], found["newer"]) == ("boxmgmt", version, newer)
        assert found["sha256"] == hashlib.sha256(data).hexdigest() and len(found["md5"]) == 32


@pytest.mark.requirement(109)
@pytest.mark.attack(48)
def test_what_no_trusted_key_has_signed_like_this_is_refused(
        basic: TestBox, admin: Client, vendor: Signer, stranger: Signer) -> None:
    data, repacked = wheel(), wheel(more=b"import evil\n")
    good = vendor.sign(data, "--armor")
    both = good + stranger.sign(data, "--armor")
    for given, signature in ((data, b""), (repacked, good), (data + b"\0", good), (data, stranger.sign(data)),
                             (data, vendor.sign(data, "--digest-algo", "SHA1")), (data, b"nonsense"), (data, both),
                             (data, vendor.sign(repacked)), (data, good[:-30])):
        found = verify(basic, admin, given, signature)
        assert isinstance(found, tuple) and found[0] == "PackageRefused", signature
    assert isinstance(verify(basic, admin, data, good), dict), "the control"
    (basic.folder / "keyring" / "vendor.gpg").unlink()
    assert "holds none" in str(verify(basic, admin, data, good))


@pytest.mark.requirement(109)
def test_an_expired_signature_and_a_keyring_that_others_write_count_for_nothing(
        basic: TestBox, admin: Client, vendor: Signer) -> None:
    data = wheel()
    old = vendor.sign(data, "--faked-system-time", "20200101T000000", "--ignore-time-conflict")
    assert isinstance(verify(basic, admin, data, old), tuple), "made before the key"
    (basic.folder / "keyring" / "vendor.gpg").chmod(0o666)
    assert "others may write" in str(verify(basic, admin, data, vendor.sign(data)))


@pytest.mark.attack(9)
def test_any_other_file_is_verified_too_and_names_are_no_paths(
        basic: TestBox, admin: Client, vendor: Signer) -> None:
    found = verify(basic, admin, b"an image", vendor.sign(b"an image"))
    assert isinstance(found, dict) and (found["product"], found["newer"]) == (None, None)
    for name, code in (("../state.json", "InvalidValue"), ("/etc/passwd", "InvalidValue"), ("-x", "InvalidValue"),
                       ("missing.whl", "UnknownFile")):
        assert admin.do(f"verify_package file={name}").code == code


@pytest.mark.attack(9, 48)
def test_only_a_newer_release_of_the_product_is_installed_and_only_where_it_was_deployed(
        basic: TestBox, admin: Client, vendor: Signer) -> None:
    there = basic.client("admin", house=deployed(basic))
    for data, more, code in ((wheel(), "", "Done"), (wheel("0.1.0"), "", "NotNewer"),
                             (wheel("0.0.9"), "", "NotNewer"), (wheel("0.0.9"), "downgrade=yes", "Done"),
                             (b"an image", "", "PackageRefused")):
        verify(basic, admin, data, vendor.sign(data))
        line = f"install_update file={FILE} {more}"
        asked = "ConfirmationNeeded" if code == "Done" else code
        assert [there.do(line).code, there.do(f"{line} --dry-run").code] == [asked, code]
        assert [admin.do(line).code, admin.do(f"{line} --yes").code] == ["ServiceRefused"] * 2
    (basic.folder / "import" / (FILE + ".asc")).unlink()
    assert there.do(f"install_update file={FILE} --dry-run").code == "PackageRefused"
