"""Backups of the settings: taken, proven, restored on this box or another one (C19, C30, C31)."""

from collections.abc import Mapping
from typing import Any

from sysmgmt.commands.backup_words import (
    KEEP, REPLACE, Administrators, BackupFile, BackupItems, BackupKey, BackupName, BackupPassword, Interval,
    KeptBackups, NewBackup, RestoredItems, ScheduledTarget, ScheduleName, StateFile, TimeOfDay)
from sysmgmt.commands.upload_words import TargetName
from sysmgmt.commands.words import CONFIRM_MINUTES, ConfirmMinutes
from sysmgmt.domain import backup_schedules, backups, uploads
from sysmgmt.domain.backups import ITEMS, Wish
from sysmgmt.domain.permissions import Permission
from sysmgmt.engine import backup, imported_state, restoring
from sysmgmt.engine.declaration import Act, Call, Change, Shown, command
from sysmgmt.engine.reading import Reading


@command(needs=Permission.SECURITY)
def backup_settings(call: Call, name: NewBackup, password: BackupPassword, items: BackupItems = ITEMS) -> Act:
    """Take a backup of the settings: one file that opens with its password alone.

    users are the accounts with their passwords' hashes, SSH keys and consistency groups; roles; settings are all
    others, the partners, receivers and schedules among them; certificates are the truststore and the revocation
    lists; keys are the private keys with their certificates and requests. Neither the master key nor the SSH host
    keys nor the audit belong to it. The file is sealed with AES-256-GCM under a key that argon2id makes of the
    password, and holds at most 64 MB. It counts only once it was read back, opened and restored into an empty store.
    Nobody can restore it without its password, which needs what the level high asks of one: at least 8 characters,
    among them 2 lower case and 2 upper case letters and 2 digits or special characters.
    """
    return Act(lambda: backup.take(call, backup.Order(name, items, password)))


@command(needs=Permission.VIEW)
def get_backups(call: Call) -> Shown:
    """List the backups with what they say of themselves, and the schedules.

    What a backup says of itself is proven by its password: see verify_backup.
    """
    return Shown({"backups": backup.listed(call.box),
                  "schedules": [backup.schedule_facts(one, call.now) for one in call.state.backup_schedules.values()]})


@command(needs=Permission.SECURITY)
def verify_backup(call: Call, name: BackupName, password: BackupKey) -> Shown:
    """Open a backup, and restore it into an empty store: this box is not changed."""
    backup.rehearse(call, password)
    return Shown({"name": name, "backup": "intact", "items": password.items, "box": password.facts["box"],
                  "made_at": password.facts["made_at"]})


def _question(reading: Reading, values: Mapping[str, Any]) -> str:
    one, replaced = values["password"], values["administrators"] == REPLACE
    wanted = backups.chosen(values["items"], one.items)
    names = ", ".join(backups.administrators(reading.state)) if replaced and backups.USERS in wanted else ""
    others = f" That replaces or removes these administrators, too: {names}." if names else ""
    return (f"This replaces {', '.join(wanted)} by what the box {one.facts['box']} had at {one.facts['made_at']}."
            f"{others} Restore the backup?")


@command(needs=Permission.SECURITY, asks=_question, alone=True)
def restore_settings(call: Call, name: BackupName, password: BackupKey, items: RestoredItems = (),
                     administrators: Administrators = KEEP,
                     confirm_minutes: ConfirmMinutes = CONFIRM_MINUTES) -> Change:
    """Make the settings those of a backup, on the box that it is from or on another one.

    What the backup holds takes the place of what there is; with items only that. --dry-run shows each
    difference. It is all or nothing, and nothing is touched for a file that was changed, that a newer release
    wrote, whose password is wrong, or that holds what no command would have stored, such as a key or a certificate
    that is another than it says. Users with the permission security stay as they are on this box, with their
    roles and SSH keys, unless administrators=replace: without that nobody comes to hold it who does not now, and
    nobody who is locked is unlocked. Wrong passwords of users stay counted as this box has counted them. left_out
    names the users of the backup who stay away or as they are, and why; names that older releases shipped are among
    them (R047). Nobody removes the own account. Sessions of users who get another password or role end, and those of
    users of a directory that is not in use any more, or another one.

    On another box the settings bring the name, the id, the serial number, the account id and the licences of the first
    one, and the keys bring its cluster certificate: never let both run. Mail and syslog servers are told of what
    happens from then on.

    What decides who reaches the box (firewall, name servers, lowest TLS, certificate of the web server) is undone
    by itself unless it is confirmed with confirm_change from a new login within confirm_minutes (10 unless given; 0:
    final at once).
    """
    wish = Wish(backups.chosen(items, password.items), administrators == REPLACE)
    return restoring.from_backup(call, password, wish)


def _of_removal(reading: Reading, values: Mapping[str, Any]) -> str:
    return f"This removes the backup {values['name']} for ever. Remove it?"


@command(needs=Permission.SECURITY, asks=_of_removal)
def remove_backup(call: Call, name: BackupName) -> Act:
    """Remove a backup."""
    call.box.backups.shelf.read(name)
    return Act(lambda: call.box.backups.shelf.remove(name))


@command(needs=Permission.SECURITY)
def export_backup(call: Call, name: BackupName) -> Change:
    """Write a backup to standard output, as it is: ssh admin@box1 export_backup nightly > nightly.backup.

    Whoever has the file needs its password all the same. Another box takes it in with import_backup.
    """
    data = call.box.backups.shelf.read(name)
    call.box.backups.seal.facts(data, name)
    return Change(call.state, {"name": name, "size": len(data)}, download=data.decode("ascii"))


@command(needs=Permission.SECURITY)
def import_backup(call: Call, name: NewBackup, file: BackupFile) -> Act:
    """Take a backup in from a file in the import folder.

    Its password is not needed for that; what is damaged, of a newer release or no backup is refused.
    """
    def take_in() -> Mapping[str, Any]:
        call.box.backups.shelf.put(name, file.data, lambda data: None)
        return {"name": name, **{one: file.facts.get(one) for one in ("box", "made_at", "items")}}
    return Act(take_in)


def _import_question(reading: Reading, values: Mapping[str, Any]) -> str:
    one = values["file"]
    wanted = ", ".join(backups.chosen(values["items"], one.items))
    return (f"This replaces {wanted} by what the box {one.state.settings.name} had stored; --dry-run shows what that "
            "changes and what is left out. Take the state in?")


@command(needs=Permission.SECURITY, asks=_import_question, alone=True)
def import_state(call: Call, file: StateFile, items: RestoredItems = (),
                 confirm_minutes: ConfirmMinutes = CONFIRM_MINUTES) -> Change:
    """Take in the state of an older release or of another box, as far as that can be (R047).

    The file is the state.json of a state folder, and beside it, called alike, its state.journal with the latest
    changes: old.json and old.journal. Formats of older releases are understood, those of newer ones refused. What
    the file holds takes the place of what there is; with items only that. --dry-run shows the same report: how much
    of each kind is taken, each difference, and what is left out and why. It is all or nothing, and a file with what no
    command would have stored is refused, as by restore_settings.

    Left out are users whose names older releases shipped (security-admin, boxmgmt, SE), users who have the permission
    security or would get it, what is sealed under a master key that this box does not have (keys of certificates
    then all together), and the name, id and registration of another box. Such things stay as they are on this box, and
    so does what belongs to one machine: see restore_settings. What decides who reaches the box is undone as there.
    """
    return imported_state.taken_in(call, file, backups.chosen(items, file.items))


@command(needs=Permission.SECURITY)
def schedule_backup(call: Call, name: ScheduleName, interval: Interval | None = None,
                    password: BackupPassword | None = None, time: TimeOfDay | None = None,
                    items: BackupItems | None = None, keep: KeptBackups | None = None,
                    target: ScheduledTarget | None = None) -> Change:
    """Have boxmgmtd take backups by itself: every day, every Monday, or on the first of every month.

    The first time interval and password have to be named; later what is not named stays as it is, and
    target=none brings the backups nowhere any more. interval=never ends the schedule; its backups stay.

    Each is called as the schedule and its time. When there are more than keep of a schedule, its oldest go,
    and only what this box took itself; no other backup may be called so. A
    backup that fails is tried again every 15 minutes, and the event BackupFails tells of it. With target each
    is brought to that upload target besides (see add_upload_target), as NAME.backup; nothing is removed
    there. The password is sealed under the master key, since nobody is there to type it: so whoever has both
    the state and the master key of this box can open the backups of the schedule.
    """
    known = call.state.backup_schedules
    if interval == backup_schedules.NEVER:
        return Change(call.state._replace(backup_schedules=known.without(name)))
    if target:
        uploads.find(call.state, target)
    one = backup.planned(call, name, backup.Plan(interval, time, items, keep, target), password)
    return Change(call.state._replace(backup_schedules=known.put(name, one)), backup.schedule_facts(one, call.now))


@command(needs=Permission.SECURITY)
def send_backup(call: Call, name: BackupName, target: TargetName) -> Act:
    """Send a backup to an upload target, as NAME.backup; it needs its password there all the same."""
    found = uploads.find(call.state, target)
    call.box.backups.shelf.read(name)
    return Act(lambda: backup.send(call, name, found), uploads.warnings(found))
