"""What the peers are: Debian packages, and the project itself as users install it."""

import os
import subprocess
import sys
from pathlib import Path

PACKAGES = ("krb5-kdc", "krb5-admin-server", "krb5-user", "slapd", "ldap-utils", "postgresql", "libpam-modules",
            "openssl")
SERVICES = ("krb5-kdc", "krb5-admin-server", "slapd", "postgresql")
"""What the packages would start; here each of them runs in a folder of its own and no longer than a measurement."""
QUIET = Path("/usr/sbin/policy-rc.d")
CLONE = Path(__file__).parents[2]


def missing() -> list[str]:
    """The packages that are not installed."""
    return [one for one in PACKAGES if b"ok installed" not in subprocess.run(
        ["dpkg-query", "-W", "-f", "${Status}", one], capture_output=True, check=False).stdout]


def install() -> None:
    """Install what is missing, and this clone into the virtual environment of this Python, with its bytecode.

    No service is started, neither now nor after a restart. Raises CalledProcessError.
    """
    packages, quiet = missing(), not QUIET.exists()
    if packages:
        if quiet:
            QUIET.write_text("#!/bin/sh\nexit 101\n")
            QUIET.chmod(0o755)
        try:
            subprocess.run(["apt-get", "update", "-qq"], check=True)
            subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], check=True,
                           env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
            subprocess.run(["systemctl", "--quiet", "disable", *set(SERVICES) & set(packages)], check=False)
        finally:
            if quiet:
                QUIET.unlink()
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", f"{CLONE}[test,ldap,upload]"], check=True)
