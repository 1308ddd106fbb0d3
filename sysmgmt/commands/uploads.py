"""Upload targets, and sending collected system info there (R027)."""

from functools import partial

from sysmgmt.commands.collection_words import ArchiveName
from sysmgmt.commands.syslog_words import Insecure
from sysmgmt.commands.upload_words import (
    HostKeyFingerprint, NewTarget, RemoteFolder, TargetName, UploadPassword, UploadPort, UploadProtocol, UploadServer,
    UploadUser)
from sysmgmt.domain import uploads
from sysmgmt.domain.errors import InvalidValue
from sysmgmt.domain.model import UploadTarget
from sysmgmt.domain.permissions import Permission
from sysmgmt.domain.uploads import PROTOCOLS, SFTP
from sysmgmt.engine import collecting, uploading
from sysmgmt.engine.declaration import Act, Call, Change, Shown, command


@command(needs=Permission.SYSTEM_CONFIGURATION)
def add_upload_target(call: Call, name: NewTarget, server: UploadServer, user: UploadUser, password: UploadPassword,
                      protocol: UploadProtocol = SFTP, port: UploadPort | None = None, directory: RemoteFolder = "",
                      fingerprint: HostKeyFingerprint | None = None, insecure: Insecure = False) -> Change:
    """Add a server that files can be brought to.

    With sftp its SSH host key is shown and has to be confirmed; in a batch fingerprint= says which
    one is expected. Compare it with what the administrator of the server says (ssh-keygen -l there).
    With ftps (explicit TLS) the server must be trusted for the purpose upload. ftp sends the
    password and the file in clear text: it needs insecure=yes.
    """
    if fingerprint and protocol != SFTP:
        raise InvalidValue(what=f"A server that speaks {protocol} has no SSH host key")
    if server.host_key:
        raise uploads.confirmation(server.server, port or PROTOCOLS[protocol], server.host_key)
    new = UploadTarget(name, protocol, server.server, port or PROTOCOLS[protocol], user,
                       uploading.sealed_password(call, name, password), directory, fingerprint or "",
                       call.caller.user, call.now)
    return Change(uploads.add(call.state, new, insecure), uploads.facts(new), uploads.warnings(new))


@command(needs=Permission.SYSTEM_CONFIGURATION)
def get_upload_targets(call: Call) -> Shown:
    """List the servers that files can be brought to."""
    return Shown({"upload_targets": [uploads.facts(one) for one in call.state.upload_targets.values()]})


@command(needs=Permission.SYSTEM_CONFIGURATION)
def remove_upload_target(call: Call, target: TargetName) -> Change:
    """Remove a server that files could be brought to.

    One that a schedule of backups names stays until schedule_backup names another one, or none.
    """
    return Change(uploads.remove(call.state, target), {"target": target})


@command(needs=Permission.SYSTEM_CONFIGURATION)
def test_upload_target(call: Call, target: TargetName) -> Act:
    """Write a small file (BOX-test.txt) to a target now, and show each step with its time.

    The steps are: its name is known, the port is open, it is the server that it has to be, the login
    is right, the file is stored. Where one fails, what to do about it is said.
    """
    found = uploads.find(call.state, target)
    return Act(partial(uploading.test, call, found), uploads.warnings(found))


@command(needs=Permission.WEB_DOWNLOAD)
def send_collected_info(call: Call, name: ArchiveName, target: TargetName) -> Act:
    """Send an archive of collected system info to an upload target.

    It is written as NAME.tar.gz.tmp and gets its name when it has arrived as a whole; a file that has
    that name already is replaced. A server that stops answering is given up after 15 seconds.
    """
    found = uploads.find(call.state, target)
    archive = collecting.find(call.box.archives, name)
    return Act(partial(uploading.send, call, found, archive), uploads.warnings(found))
