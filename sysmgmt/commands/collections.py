"""System info: collected into one archive, and handed out (R026, R027, R031, R034)."""

from functools import partial

from sysmgmt.commands.collection_words import ArchiveName, LinkMinutes, Parts
from sysmgmt.commands.log_words import Since, Until
from sysmgmt.domain import collection, downloads
from sysmgmt.domain.collection import PARTS
from sysmgmt.domain.errors import NotForTerminals
from sysmgmt.domain.logs import Wanted
from sysmgmt.domain.permissions import Permission
from sysmgmt.domain.times import MINUTE
from sysmgmt.engine import collecting, downloading
from sysmgmt.engine.declaration import Act, Call, Change, Shown, command


@command(needs=Permission.BOXMGMT)
def collect_system_info(call: Call, parts: Parts = PARTS, since: Since = "", until: Until = "") -> Act:
    """Collect what whoever looks for a fault needs, in one archive: logs, audit, events, settings, states, versions.

    The parts are audit (below home/kos/auditlog in the archive), events, logs (of boxmgmtd, sshd and
    the web server), services, settings (without any secret) and versions; since and until choose
    audit, events and logs by their time. The archive has a list of checksums, signed with the key
    of the system certificate: see VERIFYING COLLECTED SYSTEM INFO. Without such a certificate it is not signed,
    and a warning says so. Five archives are kept, each for 14 days; one has at most 1 GB, and
    is not made where it would leave less than a tenth of the disk free.
    """
    wanted = collecting.order(call, parts, Wanted({}, since, until))
    return Act(partial(collecting.collect, call, wanted), (wanted.unsigned,) if wanted.unsigned else ())


@command(needs=Permission.VIEW)
def get_collected_info(call: Call) -> Shown:
    """List the archives of collected system info: their checksums, when they expire, which links wait."""
    links = call.state.download_links
    return Shown({"collected_info": [
        {**collection.facts(one), "download_links": [
            downloads.facts(each) for each in downloads.of_archive(links, one.name, call.now)]}
        for one in call.box.archives.present()]})


@command(needs=Permission.WEB_DOWNLOAD, streams=True)
def download_collected_info(call: Call, name: ArchiveName) -> Act:
    """Write an archive to standard output as it is (a .tar.gz file), never to a terminal.

    On another machine: ssh USER@BOX 'download_collected_info name=NAME' > NAME.tar.gz. The exit
    status is 0 only if all of it was written; get_collected_info shows its SHA-256.
    """
    if call.sink is None:
        raise NotForTerminals(name=name)
    return Act(partial(collecting.hand_out, call, name))


@command(needs=Permission.WEB_DOWNLOAD, alone=True)
def create_download_link(call: Call, name: ArchiveName, minutes: LinkMinutes = 15) -> Change:
    """Make an address on the web server of the box from which an archive can be downloaded once.

    Nobody is asked for a password there: whoever has the address has the archive. It ends when it
    is used, when the minutes are over, or when you may no longer download yourself because your role
    is another or your account is shut; what it is used for is recorded with the address of the other
    machine. It is shown now and never again.
    """
    return downloading.create(call, name, minutes * MINUTE)


@command(needs=Permission.WEB_DOWNLOAD)
def cancel_download_links(call: Call, name: ArchiveName) -> Change:
    """End all addresses from which an archive could be downloaded."""
    links = call.state.download_links
    ended = downloads.of_archive(links, name, call.now)
    for one in ended:
        links = links.without(one.id)
    return Change(call.state._replace(download_links=links), {"name": name, "ended": len(ended)})


@command(needs=Permission.BOXMGMT)
def remove_collected_info(call: Call, name: ArchiveName) -> Act:
    """Remove an archive of collected system info."""
    return Act(partial(call.box.archives.remove, name))
