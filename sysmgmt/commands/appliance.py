"""The appliance itself: vCenters, registration, back to the beginning, erased (R129, R137, R220, R221, R244)."""

from collections.abc import Mapping
from typing import Any

from sysmgmt.commands.appliance_words import (
    AccountId, License, NewLicense, SerialNumber, ThisBox, VCenterName, VCenterPassword, VCenterPort, VCenterServer,
    VCenterUser)
from sysmgmt.commands.certificate_words import Fingerprint
from sysmgmt.commands.password_words import CurrentPassword
from sysmgmt.commands.words import CONFIRM_MINUTES, ConfirmMinutes
from sysmgmt.domain import backups, erasure, truststore, vcenters
from sysmgmt.domain.backups import Restorer
from sysmgmt.domain.errors import InvalidValue, UnknownLicense
from sysmgmt.domain.model import Registration, VCenter
from sysmgmt.domain.permissions import Permission
from sysmgmt.domain.times import iso
from sysmgmt.engine import backup
from sysmgmt.engine import vcenters as logins
from sysmgmt.engine.authorization import may_confirm
from sysmgmt.engine.declaration import Call, Change, Shown, command
from sysmgmt.engine.reading import Reading


@command(needs=Permission.SYSTEM_CONFIGURATION)
def set_vcenter(call: Call, server: VCenterServer, user: VCenterUser, password: VCenterPassword | None = None,
                port: VCenterPort = vcenters.PORT, fingerprint: Fingerprint | None = None) -> Change:
    """Set the login at a vCenter: another one, or the present one anew.

    The vCenter has to answer, and the truststore to trust it for the purpose vcenter. Where it does not, the
    fingerprint of the certificate that it shows is asked for, in a batch with fingerprint=; exactly that certificate
    is accepted then, for this vCenter alone. The password is sealed. It is kept where server, port, user and
    certificate stay the same.
    """
    shown = server.unknown
    if shown is not None and fingerprint != shown.fingerprint:
        raise truststore.confirmation(server.server, port, shown, fingerprint)
    if server.server not in call.state.vcenters and len(call.state.vcenters) >= vcenters.MOST:
        raise InvalidValue(what=f"A box has at most {vcenters.MOST} vCenters")
    new = VCenter(server.server, port, user, "", shown.fingerprint if shown else "", call.caller.user, call.now)
    new = logins.with_password(call, new, password)
    return Change(call.state._replace(vcenters=call.state.vcenters.put(new.server, new)), logins.facts(new))


@command(needs=Permission.VIEW)
def get_vcenters(call: Call) -> Shown:
    """List the vCenters; never a password."""
    return Shown({"vcenters": [logins.facts(one) for one in call.state.vcenters.values()]})


@command(needs=Permission.SYSTEM_CONFIGURATION)
def remove_vcenter(call: Call, server: VCenterName) -> Change:
    """Forget a vCenter and the login there."""
    vcenters.find(call.state, server)
    return Change(call.state._replace(vcenters=call.state.vcenters.without(server)), {"server": server})


@command(needs=Permission.VIEW)
def get_registration(call: Call) -> Shown:
    """Show the serial number, the account id and the licences of the box."""
    return Shown(_registration(call.state.settings.registration))


@command(needs=Permission.SYSTEM_CONFIGURATION)
def set_registration(call: Call, serial_number: SerialNumber | None = None,
                     account_id: AccountId | None = None) -> Change:
    """Change the serial number or the account id of the box; what is not named stays as it is."""
    old = call.state.settings.registration
    return _registered(call, old._replace(
        serial_number=old.serial_number if serial_number is None else serial_number,
        account_id=old.account_id if account_id is None else account_id))


@command(needs=Permission.SYSTEM_CONFIGURATION)
def add_license(call: Call, license: NewLicense) -> Change:
    """Keep a licence."""
    old = call.state.settings.registration
    return _registered(call, old._replace(licenses=tuple(dict.fromkeys((*old.licenses, license)))))


@command(needs=Permission.SYSTEM_CONFIGURATION)
def remove_license(call: Call, license: License) -> Change:
    """Forget a licence."""
    old = call.state.settings.registration
    if license not in old.licenses:
        raise UnknownLicense(license=license[:64])
    return _registered(call, old._replace(licenses=tuple(one for one in old.licenses if one != license)))


def _registered(call: Call, new: Registration) -> Change:
    settings = call.state.settings._replace(registration=new)
    return Change(call.state._replace(settings=settings), _registration(new))


def _registration(one: Registration) -> dict[str, Any]:
    return {"serial_number": one.serial_number or None, "account_id": one.account_id or None,
            "licenses": list(one.licenses)}


STAYS = "What needs the permission security stays as it is: see help reset_system_settings."


@command(needs=Permission.GROUP_CLEAR_SETTINGS, alone=True,
         asks="This takes the settings back to those of a new box; users, roles and keys stay. Reset them?")
def reset_system_settings(call: Call, confirm_minutes: ConfirmMinutes = CONFIRM_MINUTES) -> Change:
    """Take the settings back to those of a new box.

    Name, id, host name, interfaces, security level, registration and the schedules of backups with their upload
    targets stay, and so do users, roles, groups, certificates and keys. Everything else that is a setting goes: see
    items=settings of backup_settings. --dry-run shows each difference. From a user without the permission security
    what needs it stays: the firewall and the names and versions by which the box is reached, the password and session
    policy, the audit with its syslog servers, directories and partners. Sessions of users of a directory that goes
    end.

    What decides who reaches the box comes back by itself unless the reset is confirmed with confirm_change from a
    new login within confirm_minutes (10 unless given; 0: final at once). That, and undo_change, take the permission
    security then.
    """
    wholly = may_confirm(call.state, call.caller.user, Permission.SECURITY)
    state = backups.reset(call.state, wholly, Restorer(call.caller.user, call.caller.session, call.now))
    return Change(state, {"differences": backup.differences(call.state, state)}, () if wholly else (STAYS,),
                  decided_by=Permission.SECURITY)


def _question(reading: Reading, values: Mapping[str, Any]) -> str:
    settings = erasure.wish(reading.state, reading.caller.user, reading.now, reading.box.clock.running()).settings
    erases = (f"This erases the box {settings.name} for ever: its keys first, then settings, users, events, audit and "
              "backups.")
    if settings.erasure and settings.erasure.decided:
        return f"{erases} Erase it?"
    return f"{erases} Nothing is erased before another administrator gives the same command. Wish for it?"


@command(needs=Permission.SECURITY, asks=_question, alone=True)
def erase_box(call: Call, name: ThisBox, password: CurrentPassword) -> Change:
    """Erase the box: nothing that it has stored can be read any more (R244).

    It takes your password and the name of the box. Where another local administrator could log in, one of those
    has to give the same command within 15 minutes. Who that can be is fixed with the first command: an account that
    is made, or whose password somebody else sets, after it does not count, and locking or removing one does not make
    it unnecessary. Nor does an administrator count for a day after he was made, got an SSH key from somebody else, got
    another password than by his own set_password, such as by restore_settings, or was locked, demoted or removed. On a
    box younger than a day, being made or given a password or key does not matter; being locked, demoted or removed
    does.

    These times are those for which the machine has run: setting its clock does not move them, and restarting it begins
    the day of an administrator anew and ends that of the box and the 15 minutes.

    Then all sessions end, the keys are overwritten at once, and all other files at the restart of boxmgmtd, or when
    the next program opens the state. Flash memory and copying file systems may keep old blocks: wipe
    the disk with a utility made for it before it leaves your hands.
    """
    state = erasure.wish(call.state, call.caller.user, call.now, call.box.clock.running())
    wished = state.settings.erasure
    assert wished is not None
    if wished.decided:
        return Change(state, {"erased": True}, afterwards=lambda: _erase(call))
    until, others = iso(wished.since + erasure.PATIENCE), erasure.agreeing(state)
    told = f"Nothing is erased, and nobody who may agree is left: give the command again after {until}."
    if others:
        told = (f"Nothing is erased yet: another administrator ({', '.join(others[:3])}) has to give the same command "
                f"before {until}.")
    return Change(state, {"erased": False, "administrators": others}, (told,))


def _erase(call: Call) -> Mapping[str, Any]:
    call.box.eraser.begin()
    return {"erased": True}
