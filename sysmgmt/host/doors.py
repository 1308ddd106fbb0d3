"""The doors of the machine as the engine asks about them: does root have a credential, which host keys are there."""

import os

from sysmgmt.domain.errors import ServiceRefused
from sysmgmt.domain.ssh_keys import HostKey
from sysmgmt.host import files

SHADOW = "/etc/shadow"
ROOT_STAYS = "/var/lib/boxmgmt-deploy/root-stays"
"""Exists while the login of root is as it was before the deployment."""
KEYS = ("/root/.ssh/authorized_keys", "/root/.ssh/authorized_keys2")


class MachineDoors:
    """The port Doors on a machine where boxmgmtd is deployed, below the folder `root`."""

    def __init__(self, root: str = "/") -> None:
        self._root = root

    def is_governed(self) -> bool:
        """They are."""
        return True

    def check(self) -> None:
        """They are governed."""

    def root_has_credential(self) -> bool:
        """Whether root has a password that is not locked, or a key where sshd looks for keys."""
        try:
            return self._has_password() or any(map(self._holds_key, KEYS))
        except OSError as problem:
            raise ServiceRefused(service="The machine", words=str(problem)) from None

    def root_stays(self) -> bool:
        """See Doors."""
        return os.path.exists(files.within(self._root, ROOT_STAYS))

    def host_keys(self) -> tuple[HostKey, ...]:
        """See Doors."""
        from sysmgmt.host import hostkeys  # brings all of sshd, which embedded mode does without

        return hostkeys.present(self._root)

    def _has_password(self) -> bool:
        lines = (line.split(":") for line in self._lines(SHADOW))
        return any(one[0] == "root" and not one[1].startswith(("!", "*")) for one in lines if len(one) > 1)

    def _holds_key(self, path: str) -> bool:
        return any(line.strip() and not line.lstrip().startswith("#") for line in self._lines(path))

    def _lines(self, path: str) -> list[str]:
        whole = files.within(self._root, path)
        if not os.path.exists(whole):
            return []
        with open(whole, encoding="utf-8", errors="replace") as file:
            return file.read().splitlines()


class NoDoors:
    """A box that governs no doors: embedded mode."""

    def is_governed(self) -> bool:
        """They are not."""
        return False

    def check(self) -> None:
        """Raise ServiceRefused."""
        raise ServiceRefused("The box does not govern SSH and the console here.",
                             "That takes boxmgmtd --deploy; see boxmgmtd(8).")

    def root_has_credential(self) -> bool:
        """Raise ServiceRefused."""
        self.check()
        return False

    def root_stays(self) -> bool:
        """As there is no deployment, nothing has changed it."""
        return True

    def host_keys(self) -> tuple[HostKey, ...]:
        """Raise ServiceRefused."""
        self.check()
        return ()
