"""The composition root: which store, hasher, machine and clock stand behind the engine's ports."""

import os
import time
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from sysmgmt import __version__
from sysmgmt.commands.catalog import CATALOG, COMMANDS
from sysmgmt.engine.catalog import Catalog
from sysmgmt.engine.door import Door
from sysmgmt.engine.ports import (
    Archives, AuditFiles, Backups, Box, Certifier, Clock, Deliveries, Directory, Doors, Eraser, Explorer, Hosted,
    Imports, Mailer, Network, Notifier, Origins, Packages, Partners, Reader, Sealer, Sender, Servers, Sight, Soundness,
    Surroundings, Uploads)
from sysmgmt.extensions import commands_of_others
from sysmgmt.host import ownership

if TYPE_CHECKING:
    from sysmgmt.engine.dispatch import House


def _token() -> str:
    return os.urandom(16).hex()


def _boot() -> str:
    from sysmgmt.host import processes  # only for what is written

    return processes.boot()


KEPT_EVENTS = 4_000_000, 4
"""Bytes of events after which a file of them becomes an archive, and how many of those are kept."""
CLOCK = Clock(time.time, time.sleep, _token, _boot, partial(time.clock_gettime, time.CLOCK_BOOTTIME))


def default_folder(environment: Mapping[str, str]) -> str:
    """Where the state lives if nobody says otherwise."""
    if named := environment.get("BOXMGMT_STATE"):
        return named
    if os.geteuid() == 0:
        return "/var/lib/boxmgmt"
    return os.path.join(os.path.expanduser("~"), ".local", "state", "boxmgmt")


@cache
def catalog() -> Catalog:
    """All commands, our own and those of other packages."""
    return Catalog(COMMANDS, commands_of_others)


def embedded(folder: str, clock: Clock = CLOCK, services: Callable[[Sealer], Hosted] | None = None,
             doors: Doors | None = None) -> "House":
    """The engine over the state in `folder`; `services` makes those that follow it, if any do."""
    # A client of boxmgmtd goes without: they are a tenth of what a shell loads.
    from sysmgmt.engine import attempt
    from sysmgmt.engine.commit import Both
    from sysmgmt.engine.dispatch import House
    from sysmgmt.engine.own_keys import OwnKeys
    from sysmgmt.host import machine
    from sysmgmt.host.doors import NoDoors
    from sysmgmt.host.services import NoServices
    from sysmgmt.store.audit import AuditJournal
    from sysmgmt.store.journal import EVENTS, Limit, LineJournal
    from sysmgmt.store.keyfile import KeyFile
    from sysmgmt.store.state import StateStore
    from sysmgmt.vault.hashing import Argon2Hasher
    from sysmgmt.vault.sealing import MasterKeys
    from sysmgmt.vault.signing import SigningKeys

    eraser = _eraser(folder)
    keys = MasterKeys(KeyFile(folder), machine.credential)
    audit = AuditJournal(folder, clock.now, SigningKeys(), clock.boot)
    hosted = services(keys) if services else NoServices()
    seldom = cache(partial(_seldom, folder, clock, doors is not None))
    later: dict[str, Any] = {name: Later(seldom, name) for name in Seldom._fields}
    box = Box(store=StateStore(folder), audit=audit, events=LineJournal(folder, EVENTS, Limit(*KEPT_EVENTS)),
              hasher=Argon2Hasher(folder), sealer=keys, machine=machine.LinuxMachine(),
              services=Both(hosted, OwnKeys(audit, keys)), doors=doors or NoDoors(), eraser=eraser, clock=clock,
              release=__version__, listeners=hosted.listeners, **later)
    if services:  # boxmgmtd: nothing may come from another release that is installed while it runs
        seldom(), tuple(CATALOG)
    return House(box, catalog(), attempt.verify)


class Seldom(NamedTuple):
    """The ports that few commands look through. What stands behind them takes longer to load than most commands."""

    audit_files: AuditFiles
    certifier: Certifier
    reader: Reader
    servers: Servers
    partners: Partners
    imports: Imports
    network: Network
    mailer: Mailer
    sender: Sender
    directory: Directory
    notifier: Notifier
    deliveries: Deliveries
    archives: Archives
    uploads: Uploads
    surroundings: Surroundings
    backups: Backups
    soundness: Soundness
    explorer: Explorer
    sight: Sight
    packages: Packages
    origins: Origins


class Later:
    """Stands for the port `name` of what `made` gives, and asks for that when it is used itself."""

    def __init__(self, made: Callable[[], Seldom], name: str) -> None:
        self._made = made
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(getattr(self._made(), self._name), name)


def _seldom(folder: str, clock: Clock, deployed: bool) -> Seldom:
    """Those of the state in `folder`; the network follows it where the box is `deployed`."""
    from sysmgmt.host import connections, installed, packages
    from sysmgmt.host.directory import LdapDirectory
    from sysmgmt.host.explorer import MachineExplorer
    from sysmgmt.host.failures import Failures
    from sysmgmt.host.imports import ImportFolder
    from sysmgmt.host.mail import SmtpMailer
    from sysmgmt.host.networks import MachineNetwork
    from sysmgmt.host.sight import MachineSight
    from sysmgmt.host.snmptrap import SnmpNotifier
    from sysmgmt.host.surroundings import LinuxSurroundings
    from sysmgmt.host.syslog import SyslogSender
    from sysmgmt.host.uploads import FileUploads
    from sysmgmt.store import auditfiles
    from sysmgmt.store.collected import CollectedFiles
    from sysmgmt.store.deliveries import DeliveryFile
    from sysmgmt.vault import knownanswers, x509

    files = installed.Installed(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    return Seldom(
        audit_files=auditfiles.AuditFiles(folder), certifier=x509.Certifier(), reader=x509.Reader(),
        servers=x509.Servers(connections.connected), partners=x509.Partners(connections.place),
        imports=ImportFolder(os.path.join(folder, "import"), deployed), network=MachineNetwork(deployed),
        mailer=SmtpMailer(x509.client), sender=SyslogSender(x509.client), directory=LdapDirectory(x509.client),
        notifier=SnmpNotifier(), deliveries=DeliveryFile(folder), archives=CollectedFiles(folder),
        uploads=FileUploads(x509.client), surroundings=LinuxSurroundings(), backups=_backups(folder),
        soundness=Soundness(knownanswers.wrong, files.altered, files.source, installed.versions),
        explorer=MachineExplorer(), sight=MachineSight(), packages=packages.Packages(os.path.join(folder, "keyring")),
        origins=Failures(clock.passed))


def _eraser(folder: str) -> Eraser:
    """What erases the folder, after it has finished what was begun."""
    from sysmgmt.store.erasing import FolderEraser

    eraser = FolderEraser(folder)
    eraser.finish()
    return eraser


def _backups(folder: str) -> Backups:
    from sysmgmt.store.backups import BackupFolder
    from sysmgmt.store.contents import Contents
    from sysmgmt.vault.backups import BackupSeal
    from sysmgmt.vault.hashing import Argon2Hasher

    shelf = os.path.join(folder, "backups")
    return Backups(BackupFolder(shelf), BackupSeal(Argon2Hasher(folder).derive), Contents(shelf))


def service_door(path: str) -> Door:
    """The door of a boxmgmtd that listens at `path`."""
    from sysmgmt.service.client import ServiceDoor  # embedded mode goes without

    return ServiceDoor(path)


def is_served(folder: str) -> bool:
    """Whether a boxmgmtd owns the state in `folder`."""
    return ownership.is_taken(folder)
