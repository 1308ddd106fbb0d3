"""boxmgmtd --update on a deployed machine: signed releases, and what leaves everything as it is (R110)."""

from collections.abc import Iterator

import pytest

from tests.doors.machine import HOME, Done
from tests.doors.offered import broken, offer, trusted
from tests.doors.site import LIBRARY, Site
from tests.support.signer import Signer
from tests.support.wheels import as_it_is, wheel


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """A deployed machine."""
    one = Site()
    assert one.deploy().returncode == 0
    yield one
    one.stop()


@pytest.fixture(scope="module")
def vendor(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signer]:
    """Whose releases the machine trusts."""
    with trusted(site, tmp_path_factory.mktemp("v") / "h") as one:
        yield one


def update(site: Site, data: bytes, signature: bytes, *options: str) -> Done:
    """Run boxmgmtd --update with a release that lies in the import folder."""
    offer(site, data, signature)
    return site.machine.run(f"{LIBRARY}/boxmgmtd", "--update", "new.whl", *options)


def in_force(site: Site) -> str:
    """The folder of the release that is deployed, and its version as the program itself tells it."""
    text = site.machine.path(f"{LIBRARY}/boxmgmtd").read_text()
    version = site.machine.do("/usr/bin/python3", "-c", "import json; print(json.load(open("
                              "'/var/lib/boxmgmt-deploy/record.json'))['site']['release'])").strip()
    return ("releases" if f"{LIBRARY}/releases/{version}" in text else HOME if HOME in text else "?") + " " + version


def undeployable(name: str, content: bytes) -> bytes:
    """A release whose deployment fails."""
    wanted, instead = b"    wish = read(words)\n", b"    raise InvalidValue(what='out of order')\n"
    return content.replace(wanted, instead) if name == "sysmgmt/service/deploy.py" else content


@pytest.mark.requirement(109)
@pytest.mark.checklist("R110")
@pytest.mark.attack(48)
def test_a_signed_release_is_installed_and_everything_else_leaves_the_present_one(site: Site, vendor: Signer) -> None:
    good, before = wheel("0.2.0"), in_force(site)
    signed = vendor.sign(good)
    evil = wheel("0.2.0", lambda name, content: content + b"# evil\n" if name.endswith("pam.py") else content)
    failing, stuck = wheel("0.3.0", broken), wheel("0.3.0", undeployable)
    odd = wheel("0.2.0", as_it_is, {"sysmgmt/../../../../etc/cron.d/x": b"x"})
    same = wheel("0.1.0")
    for data, signature, words in (
            (good, b"no signature", "not trusted"), (evil, signed, "not trusted"),
            (failing, vendor.sign(failing), "AES-256-GCM"), (same, vendor.sign(same), "is not newer"),
            (stuck, vendor.sign(stuck), "out of order; the present one stays"),
            (odd, vendor.sign(odd), "its own list")):
        done = update(site, data, signature)
        assert done.returncode in (1, 6) and words in done.stderr.decode(), done
        assert in_force(site) == before and not site.machine.exists("/etc/cron.d/x")
        assert not site.machine.exists(f"{LIBRARY}/releases/0.3.0"), "nothing is left of it"
    done = update(site, good, signed)
    assert done.returncode == 0, done
    assert in_force(site) == "releases 0.2.0"
    assert site.machine.do(f"{LIBRARY}/sysmgmt", "--version").strip().endswith("0.2.0")
    assert '"package": "/usr/lib/boxmgmt/releases/0.2.0"' in site.machine.path(
        "/var/lib/boxmgmt-deploy/manifest.json").read_text()
    assert "is not newer" in update(site, good, signed).stderr.decode()
    assert update(site, same, vendor.sign(same), "--downgrade").returncode == 0
    assert in_force(site) == "releases 0.1.0"


@pytest.mark.checklist("R110")
def test_the_release_in_force_outlives_an_update_to_its_own_version_that_fails(site: Site, vendor: Signer) -> None:
    other, failing = wheel("0.4.0"), wheel("0.4.0", undeployable)
    assert update(site, other, vendor.sign(other)).returncode == 0
    assert "is not newer" in update(site, other, vendor.sign(other)).stderr.decode()
    assert "out of order" in update(site, failing, vendor.sign(failing), "--downgrade").stderr.decode()
    assert site.machine.do(f"{LIBRARY}/sysmgmt", "--version").strip().endswith("0.4.0"), "it still runs"
    assert not site.machine.exists(f"{LIBRARY}/releases/0.4.0-2")
    assert update(site, other, vendor.sign(other), "--downgrade").returncode == 0
    assert f"{LIBRARY}/releases/0.4.0-2" in site.machine.path(f"{LIBRARY}/boxmgmtd").read_text()
    assert site.machine.exists(f"{LIBRARY}/releases/0.4.0"), "open sessions go on with it"
    for page in ("man1/sysmgmt.1", "man7/boxmgmt-requirements.7", "man8/boxmgmtd.8"):
        assert site.machine.exists(f"/usr/local/share/man/{page}")
