"""The composition root: which store, hasher, machine and clock stand behind the engine's ports."""

import os
import time
from collections.abc import Callable, Mapping

from sysmgmt import __version__
from sysmgmt.commands.catalog import CATALOG
from sysmgmt.engine import attempt
from sysmgmt.engine.catalog import Catalog
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.door import Door
from sysmgmt.engine.ports import (
    Archives, Backups, Box, Clock, Doors, Eraser, Explorer, Hosted, Packages, Sealer, Sight, Soundness, Surroundings,
    Uploads)
from sysmgmt.extensions import commands_of_others
from sysmgmt.host import machine, ownership


def _token() -> str:
    return os.urandom(16).hex()


KEPT_EVENTS = 4_000_000, 4
"""Bytes of events after which a file of them becomes an archive, and how many of those are kept."""
CLOCK = Clock(time.time, time.sleep, _token)


def default_folder(environment: Mapping[str, str]) -> str:
    """Where the state lives if nobody says otherwise."""
    if named := environment.get("BOXMGMT_STATE"):
        return named
    if os.geteuid() == 0:
        return "/var/lib/boxmgmt"
    return os.path.join(os.path.expanduser("~"), ".local", "state", "boxmgmt")


def catalog() -> Catalog:
    """All commands, our own and those of other packages."""
    return Catalog(CATALOG, commands_of_others)


def embedded(folder: str, clock: Clock = CLOCK, services: Callable[[Sealer], Hosted] | None = None,
             doors: Doors | None = None) -> House:
    """The engine over the state in `folder`; `services` makes those that follow it, if any do."""
    # Service mode goes without: they are a tenth of what a shell loads.
    from sysmgmt.engine.commit import Both
    from sysmgmt.engine.ownkeys import OwnKeys
    from sysmgmt.host import connections
    from sysmgmt.host.directory import LdapDirectory
    from sysmgmt.host.doors import NoDoors
    from sysmgmt.host.imports import ImportFolder
    from sysmgmt.host.mail import SmtpMailer
    from sysmgmt.host.networks import MachineNetwork
    from sysmgmt.host.services import NoServices
    from sysmgmt.host.snmptrap import SnmpNotifier
    from sysmgmt.host.syslog import SyslogSender
    from sysmgmt.store.audit import AuditJournal
    from sysmgmt.store.auditfiles import AuditFiles
    from sysmgmt.store.deliveries import DeliveryFile
    from sysmgmt.store.journal import EVENTS, Limit, LineJournal
    from sysmgmt.store.keyfile import KeyFile
    from sysmgmt.store.state import StateStore
    from sysmgmt.vault import x509
    from sysmgmt.vault.hashing import Argon2Hasher
    from sysmgmt.vault.sealing import MasterKeys
    from sysmgmt.vault.signing import SigningKeys

    eraser = _eraser(folder)
    keys = MasterKeys(KeyFile(folder), machine.credential)
    audit = AuditJournal(folder, clock.now, SigningKeys())
    hosted = services(keys) if services else NoServices()
    following = Both(hosted, OwnKeys(audit, keys))
    events = LineJournal(folder, EVENTS, Limit(*KEPT_EVENTS))
    box = Box(StateStore(folder), audit, AuditFiles(folder), events, Argon2Hasher(folder), keys, x509.Certifier(),
              x509.Reader(), x509.Servers(connections.connected), x509.Partners(connections.place),
              ImportFolder(os.path.join(folder, "import")), machine.LinuxMachine(), following, doors or NoDoors(),
              MachineNetwork(doors is not None), SmtpMailer(x509.client), SyslogSender(x509.client),
              LdapDirectory(x509.client), SnmpNotifier(), DeliveryFile(folder), *_collection(folder),
              _backups(folder), eraser, _soundness(), *_outlook(),
              _packages(folder), clock, __version__, hosted.listeners)
    return House(box, catalog(), attempt.verify)


def _eraser(folder: str) -> Eraser:
    """What erases the folder, after it has finished what was begun."""
    from sysmgmt.store.erasing import FolderEraser

    eraser = FolderEraser(folder)
    eraser.finish()
    return eraser


def _collection(folder: str) -> tuple[Archives, Uploads, Surroundings]:
    """What collects system info, and brings it elsewhere."""
    from sysmgmt.host.surroundings import LinuxSurroundings
    from sysmgmt.host.uploads import FileUploads
    from sysmgmt.store.collected import CollectedFiles
    from sysmgmt.vault import x509

    return CollectedFiles(folder), FileUploads(x509.client), LinuxSurroundings()


def _soundness() -> Soundness:
    """What it takes is imported when it is looked at: a self-test is rare, and each shell comes by here."""
    from sysmgmt.host import installed
    from sysmgmt.vault import knownanswers

    files = installed.Installed(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    return Soundness(knownanswers.wrong, files.altered, files.source, installed.versions)


def _outlook() -> tuple[Explorer, Sight]:
    from sysmgmt.host.explorer import MachineExplorer
    from sysmgmt.host.sight import MachineSight

    return MachineExplorer(), MachineSight()


def _packages(folder: str) -> Packages:
    from sysmgmt.host import packages

    return packages.Packages(os.path.join(folder, "keyring"))


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
