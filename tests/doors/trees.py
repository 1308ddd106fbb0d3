"""Pristine Debian trees, and the product as packages that can be installed in them without a network."""

import fcntl
import hashlib
import subprocess
import sys
from pathlib import Path

from tests.doors.machine import ROOT

TREES = Path("/var/tmp/boxmgmt-trees")
"""Where trees are kept from one run of the tests to the next."""
PACKAGES = "systemd-sysv,dbus,openssh-server,libnss-extrausers,iproute2,python3-venv,nftables"
"""What the manual has an administrator install, and what makes a tree boot."""
KINDS = {"12": "ifupdown,chrony,isc-dhcp-client,snmpd,snmp", "13": "systemd-timesyncd,tzdata"}
"""What governs network and time besides: Debian's old way in one, systemd's in the other."""
SUITES = {"12": "bookworm", "13": "trixie"}
PYTHONS = {"12": "3.11", "13": "3.13"}
MIRROR = "http://deb.debian.org/debian"
TRIES = 3
"""A mirror may be out of breath."""


def tree(release: str) -> Path:
    """The tree of a release of Debian; made with debootstrap when it is wanted for the first time."""
    TREES.mkdir(mode=0o755, exist_ok=True)
    assert TREES.stat().st_uid == 0, f"{TREES} belongs to somebody else"
    packages = f"{PACKAGES},{KINDS[release]}"
    made = TREES / f"{SUITES[release]}-{hashlib.sha256(packages.encode()).hexdigest()[:8]}"
    with open(f"{made}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            bootstrap(SUITES[release], made, packages)
    return made


def bootstrap(suite: str, path: Path, packages: str) -> None:
    """Make a tree with packages besides what every Debian has."""
    new = path.with_suffix(".new")
    for left in range(TRIES - 1, -1, -1):
        subprocess.run(["/bin/rm", "-rf", str(new)], check=True)
        done = subprocess.run(["/usr/sbin/debootstrap", "--variant=minbase", f"--include={packages}", suite, str(new),
                               mirror()], capture_output=True, check=False)
        if done.returncode == 0:
            new.rename(path)
            return
        assert left, done.stdout[-2000:].decode() + done.stderr.decode()


def mirror() -> str:
    """Where this machine gets Debian from."""
    told = subprocess.run(["/usr/bin/apt-get", "indextargets", "--format", "$(RELEASE) $(REPO_URI)"],
                          capture_output=True, check=True).stdout.decode().splitlines()
    return next((line.split()[1] for line in told if line.split()[0] in SUITES.values()), MIRROR)


def wheels(release: str, folder: Path) -> Path:
    """The product and what it needs, as pip takes them on that release; the wheel of the product."""
    source = folder / "source"
    source.mkdir()
    for name in ("setup.cfg", "pyproject.toml", "README.md", "man", "sysmgmt", "boxmgmt"):
        subprocess.run(["/bin/cp", "-r", str(ROOT / name), str(source)], check=True)
    pip(folder, "wheel", "--no-deps", "--wheel-dir", "wheels", "./source")
    product, = (folder / "wheels").glob("boxmgmt-*.whl")
    pip(folder, "download", "--only-binary=:all:", f"--python-version={PYTHONS[release]}", "--dest=wheels",
        str(product))
    return product


def pip(folder: Path, *words: str) -> None:
    """Run pip."""
    done = subprocess.run([sys.executable, "-m", "pip", "--disable-pip-version-check", *words], cwd=folder,
                          capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
