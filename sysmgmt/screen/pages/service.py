"""The manual page of boxmgmtd. A table of texts."""

from sysmgmt import __version__
from sysmgmt.screen.pages import network, roff, usage
from sysmgmt.screen.pages.snmp import SNMP
from sysmgmt.screen.pages.updates import UPDATES, UPGRADING

DESCRIPTION = """
boxmgmtd owns the state of the box and answers the shells over a Unix socket, by default
/run/boxmgmt/box.sock. The shells hold no privilege then: the kernel says as which user they run,
and the engine decides what that user may do. root is nobody there, and logs in with --user and a
password like everybody. Installing a box is accepted from root alone.

The socket speaks Varlink, so that varlinkctl can be used on it: the interface io.boxmgmt. A client
that sends garbage, too much or too slowly is cut off, and hurts nobody else.

One command, as in ssh HOST COMMAND, costs little more than starting Python: its line goes to
boxmgmtd, which holds the conversation and answers what is shown. A line whose values stand on
standard input, or one at a terminal, takes the whole shell; both show the same.

No user of the machine can keep others from being answered: boxmgmtd serves 512 connections at a
time, 128 of one user and 16 of one that is not logged in; PAM, sshd and root have places of their
own. Passwords are checked in the order in which they came, two at a time and two of one user; one
that was not checked since the box is busy is no failed login. A message that no --atomic batch
needs ends its connection. So does what somebody who is not logged in asks beyond 600 requests in a
minute, of all who run as the same user; each line of an --atomic batch is one.

Of one user ten commands are carried out at a time, and two --atomic batches; of all users eight batches. The others
wait, and so does whoever takes the answers of his batches late, but nobody waits for another user's. A batch is
refused with BoxBusy when it has waited for a minute since all users had eight; of messages beyond 64 KiB two of one
user and three of all are read and answered at a time, and one that has waited for a minute ends its connection. A
boxmgmtd that needs 2 GiB of memory all the same is ended by systemd and starts again at once.

boxmgmtd --deploy makes a Debian machine ask boxmgmtd at its doors, SSH and the local console. It
ends deployed, or the machine is exactly as it was before. --remove takes it back.
"""

ROOT_ACCESS = """
After a deployment root is shut out, over SSH and at the console. enable_root_access minutes=N
[where=ssh|console|both] opens these doors for a time, disable_root_access shuts them; open sessions
go on either way. The box neither sets nor knows a credential of root, and warns where there is none.
Over SSH root may use a key, and a password where sshd took passwords before the deployment; what
the machine's own files say of PermitRootLogin comes second.

boxmgmtd shuts the doors when the time is over, at the latest a second later, and at its start where
the time passed meanwhile. While it runs it counts the minutes by itself too, so that a clock that is
set back does not lengthen them; after a restart of it the clock decides, and one that shows a time
before the opening shuts at once. Opening and shutting are events, and in the audit.

regenerate_host_keys makes a new set of SSH host keys; all of them are made before the first old one
goes, sshd is told with a reload, and a crash in between ends in one whole set. get_host_keys shows
the fingerprints.
"""

MASTER_KEY = """
Private keys and passwords in the state are sealed with AES-256-GCM under a master key, which the
installation of the box makes and keeps in a file of its own, master.key. A copy of the state alone
is worth nothing to a thief. Where the service has a systemd credential boxmgmt.master-key (32 random bytes),
the file is sealed under that in turn:

    systemd-creds encrypt --name=boxmgmt.master-key - \\
        /etc/credstore.encrypted/boxmgmt.master-key
    systemctl edit boxmgmtd

The lines to add are [Service] and, below it, LoadCredentialEncrypted=boxmgmt.master-key.

Do this before the installation. Without its master key a box refuses what needs a secret with MasterKeyMissing
or MasterKeyWrong, and never makes a new one by itself.

regenerate_encryption_keys replaces the master key, the audit key and the SSH host keys at once. The old ones
are overwritten where they stood. It is one transaction of the state: after a crash in between, the next start
or the next login finishes it, or everything is as it was. Replace them at the latest after two years
(get_key_status tells when), and whenever somebody may have learned one.
"""

SESSIONS = """
The session of a login over SSH or at the console lasts as long as the login: it ends with its process, and
when a client is killed or a line is cut it is closed within seconds. A process that runs as a user without a
login, as root may start one, has a session of its own.

A session is over at once when end_session names it, when its user is locked, removed, renamed, has the password
reset, or gets a role with another shell, and when it was idle for longer than the idle timeout, whatever its
client does; set_password ends the other sessions of the user who changes the password. A role with the same shell
takes effect in the open session, and a lock by wrong passwords ends none. The shell says why and exits with the
status 5. An ended login gets no other session, and after three seconds boxmgmtd ends its processes; one that forks
faster than it can be found may go on, but is refused whatever it asks. A process without a login is refused from
then on and left alone.

The shell of a login at a terminal is a process of the fork server, boxmgmt-sessions.service, which has everything
loaded already: the prompt is there sooner, and a session keeps less memory. The login shell that sshd or login
starts only lends its terminal: it makes the connections to boxmgmtd, by which a session is known, and hands them
over, gives signals on, and ends with the status of the shell; when it ends, so does the shell. The fork server and
its processes run as the user boxmgmt-shell, who may do nothing, in a unit without a network; none of them may look
into another. A session can signal, limit and schedule no other process, start none, make no connection, send to no
socket by its name, and share no memory, queue, semaphore or key of the kernel. It makes no file, opens none to write
into it and locks none, and the unit shows it no folder, in memory or on the disk, in which it could. Open
sessions go on when it starts again. Where it does not answer within three seconds, or has 256 sessions, or 32 of the
same user, or the processor is neither x86-64 nor ARM64, the login loads its shell itself.
"""

WEB_SERVER = """
Where nginx is installed when boxmgmtd starts, its TLS follows the settings of the box. boxmgmtd
writes a site for port 443, /etc/nginx/conf.d/boxmgmt.conf, in which the appliance serves what
stands in /etc/boxmgmt/web/site.d/*.conf, and the directives /etc/boxmgmt/web/tls.conf with the
certificate and the key beside it. Any other server of the appliance that speaks TLS must contain

    include /etc/boxmgmt/web/tls.conf;

and neither ssl_protocols nor ssl_ciphers nor a certificate of its own. A location that uses
add_header repeats the header Strict-Transport-Security, since nginx inherits none then. Edits by
hand are healed with the next change and at the start; a service that refuses keeps no other from that.

Every change is checked with nginx -t on what its files would be, put into place, and taken over
without dropping a request; connections that are open go on. Unless port 443 then answers with the
certificate and the versions that were set, all is put back and the change is refused. As long as
the box has no web certificate that is valid now, every handshake is refused; get_cipher_suites
tells why. Where there is no nginx, the settings are kept, and nothing follows them.

Below https://BOX/collected/ the site hands on to boxmgmtd, which answers there what create_download_link
has made: a link leads once to one archive of collected system info, within its minutes. The state
holds the SHA-256 of its 64 digits and no log holds them; one address may try ten links at once and
one a second from then on, and is told nothing but that there is none. The appliance must not use that path itself.

A change that has to be confirmed (see confirm_change) is undone at its time, and at the start of
boxmgmtd whatever time it had left: whoever is shut out switches the box off and on.
"""

PARTNERS = """
Boxes that were added to each other with add_partner are partners. While there are any, boxmgmtd
listens for them on TCP port 7450 at all addresses, unless set_partner_port says otherwise; the
firewall of the machine has to let the partners, and nobody else, come to it. A partner that
connects is told name, version, security levels and time of this box, in one line of at most 2 KB,
and tells its own; nothing else is offered there.

Each side shows its cluster certificate, which signs itself, in TLS 1.2 or 1.3 as set_tls_minimum
says, and accepts exactly the certificates that were pasted: no authority can vouch for another one.
Whoever shows none of them is refused in the handshake; the event PartnerRefused tells of the last
one and of how many there were, once a minute. At most 64 connections are served at a time, 16 of one
address, each for a few seconds.

Nobody is let in without a cluster certificate that is valid now, nor during the isolation of the
cluster, which also cuts open connections; get_partners and get_cluster_status tell why, and the
event PartnersNotHeard where that is not meant to be. To give a box new keys: set_cluster_isolation
mode=on; regenerate_encryption_keys; get_cluster_certificate; at every partner change_cluster_certificate,
with that text pasted; set_cluster_isolation mode=off; test_partner on both sides.

At the communication security level none the same is said without TLS: a partner is believed
whatever name it gives. Without boxmgmtd everything can be set and tested, and nobody listens.
"""

STEPS = """
On a fresh machine with Debian 12 or 13, over SSH or at its console, as root:

    apt-get update
    apt-get install -y git python3-venv openssh-server libnss-extrausers
    python3 -m venv /opt/boxmgmt
    /opt/boxmgmt/bin/pip install .
    /opt/boxmgmt/bin/boxmgmtd --deploy --dry-run
    /opt/boxmgmt/bin/boxmgmtd --deploy
    /usr/lib/boxmgmt/boxmgmt

pip install is given in a clone of the repository. The programs have to be where every user can read
them and root alone can write, as below /opt. The last line opens the menu, which leads through the
Installation: the name of the box, its security level and the password of admin. sshd has new host
keys from then on, and every other machine that knew the old ones has to forget them:

    ssh-keygen -R box
    ssh admin@box

Keep the session in which you deployed open until that login has succeeded. Other users are added
there; a key is added with add_ssh_key.
"""

WHO = """
root comes in as before, over SSH and at the console, until a user with the permission security has
come in over SSH, by password or by key; then both doors are shut to root. A login of a user without that
permission, or at the console, does not end it. --now ends it at once.

Other users of the operating system are refused at both doors from the moment of the deployment;
--dry-run names them. Their files, processes and open sessions stay, and su and cron work for them
as before. A user of the operating system cannot have the name admin, nor later the name of a user
of the box: such a user is refused when he is added.

Each user of the box has a number of his own from the range of --uids, which is given once and never
again, also after the user has been removed. The range must not meet the numbers of adduser, of systemd, of
containers or of users that there are; its end is at most 999999, since /var/log/lastlog grows with the
numbers. The group of all is boxmgmt, and their home is one empty folder of root's.

Whether a name exists is told to nobody who cannot log in, by text or by time, except in one way: sshd asks for
the keys of names that exist only, so whoever offers keys and measures time can learn names.
"""

REFUSED = """
What cannot be done is refused with one sentence, and nothing has changed then: another operating
system than Debian 12 and 13; a program or a library that is missing, with the package to install; a
user admin, a user boxmgmt-keys or boxmgmt-shell or a group boxmgmt of somebody else; users of somebody else in
/var/lib/extrausers; numbers that are taken; programs that others than root can write, or that not
everybody can read; a path with blanks; a state that others than root can write into; a file to be written that
is a link or a folder; an SELinux that enforces; an /etc/nsswitch.conf whose line passwd does not
begin with files; an sshd that systemd starts for the first who comes (ssh.socket), as it ends when it
is told to read its files again; and an sshd_config that sshd -t refuses, that does not include
/etc/ssh/sshd_config.d, that has internal-sftp, AllowUsers, DenyUsers, DenyGroups or
AuthenticationMethods, or that has a Match before /etc/ssh/sshd_config.d/10-boxmgmt.conf, or sets there
what users of the box need otherwise.

A disk that is full, a folder that is read-only, a program that fails and a boxmgmtd that does not
start end the deployment, and what was there before is put back.
"""

REMOVING = """
boxmgmtd --deploy --remove stops boxmgmtd and puts back every file that stood there before, exactly; what the
deployment made is removed, with the group boxmgmt and the users boxmgmt-keys and boxmgmt-shell. The state, the host
keys of sshd and the programs stay, and so do the time zone and the host name where set_time and set_host_name have
set them. Users of the box are unknown to the machine then, and a shell of theirs that
is open can do nothing any more. A later --deploy over the same state brings
them back, with the same numbers; root's login stays open again until one of them has come in.
"""

RECOVERY = """
admin, locked by wrong passwords over SSH, still comes in at the local console. If nobody with the permission
security can come in, start the machine with a root shell (for example with init=/bin/bash, or from a rescue system),
or use one that is open, and give admin a new password while boxmgmtd is stopped:

    systemctl stop boxmgmtd
    /opt/boxmgmt/bin/boxmgmt --recover
    systemctl start boxmgmtd

While boxmgmtd is stopped no user of the box comes in. To keep a copy of the state, stop boxmgmtd as well, and keep the
copy where root alone can read it:

    systemctl stop boxmgmtd
    tar -C /var/lib -czpf /root/boxmgmt.tar.gz boxmgmt
    systemctl start boxmgmtd

To bring it back, stop boxmgmtd, replace the folder by what is in the copy, and start boxmgmtd: users,
keys and sshd follow the state at once.
"""

FILES = (
    ("/var/lib/boxmgmt", "The state, its journal, the audit and the keys; root's alone."),
    ("/run/boxmgmt/box.sock", "The socket."),
    ("/run/boxmgmt/web.sock", "Where the web server asks for what a download link leads to. Where a request comes "
                              "from is believed only of the user that /etc/nginx/nginx.conf names."),
    ("/usr/lib/boxmgmt", "The programs that systemd, sshd, PAM and snmpd start, and the empty home of users."),
    ("/var/lib/boxmgmt-deploy", "What stood on the machine before, and what was deployed; root-stays is there while "
                                "root's login is as it was."),
    ("/etc/systemd/system/boxmgmtd.service", "The service."),
    ("/etc/systemd/system/boxmgmt-sessions.service, /etc/systemd/system/boxmgmt-sessions.socket, "
     "/run/boxmgmt-sessions.sock", "The fork server and its socket."),
    ("/etc/systemd/system/*getty*.service.d/10-boxmgmt.conf", "The banner at consoles, and nothing of the "
                                                              "environment."),
    ("/usr/lib/sysusers.d/boxmgmt.conf, /usr/lib/tmpfiles.d/boxmgmt.conf", "Our users and group, and folders."),
    ("/etc/pam.d/sshd, /etc/pam.d/login", "Begin with our lines; what stood there holds for root."),
    ("/etc/nsswitch.conf", "Has extrausers behind files."),
    ("/var/lib/extrausers", "Users of the box as users of the machine."),
    ("/etc/ssh/sshd_config.d/10-boxmgmt.conf", "What sshd gives to users of the box: the shell, and nothing else."),
    ("/etc/boxmgmt", "The banner, and who is refused at the console."),
    ("/etc/systemd/system/snmpd.service.d/10-boxmgmt.conf", "The SNMP agent runs where the box says so, and as it "
                                                            "says."),
    *network.FILES,
    ("/usr/local/share/man", "This manual."),
)

EXIT_STATUS = """
0 when all was done; 2 for an option that is wrong; 6 for what the machine or boxmgmtd cannot do;
the others are those of sysmgmt(1). boxmgmtd ends with 0 when it is told to by SIGTERM or SIGINT.
"""


def boxmgmtd() -> str:
    """boxmgmtd(8)."""
    return "\n".join([
        *roff.title("boxmgmtd", 8, __version__),
        *roff.heading("NAME"), roff.escape("boxmgmtd - the service that owns the state of an appliance"),
        *roff.heading("SYNOPSIS"), *roff.example(usage.SYNOPSES["boxmgmtd"]),
        *roff.heading("DESCRIPTION"), *roff.paragraphs(DESCRIPTION),
        *roff.heading("OPTIONS"), *usage.terms("boxmgmtd"),
        *roff.heading("DEPLOYING ON DEBIAN 12 AND 13"), *roff.paragraphs(STEPS),
        *roff.subheading("Who comes in then"), *roff.paragraphs(WHO),
        *roff.subheading("What is refused"), *roff.paragraphs(REFUSED),
        *roff.subheading("Upgrading"), *roff.paragraphs(UPGRADING),
        *roff.subheading("Taking it back"), *roff.paragraphs(REMOVING),
        *roff.heading("ROOT ACCESS AND HOST KEYS"), *roff.paragraphs(ROOT_ACCESS),
        *roff.heading("SESSIONS"), *roff.paragraphs(SESSIONS),
        *roff.heading("WEB SERVER"), *roff.paragraphs(WEB_SERVER),
        *roff.heading("UPDATES"), *roff.paragraphs(UPDATES),
        *roff.heading("PARTNERS"), *roff.paragraphs(PARTNERS),
        *roff.heading("SNMP"), *roff.paragraphs(SNMP),
        *roff.heading("NETWORK, FIREWALL AND TIME"), *roff.paragraphs(network.NETWORK),
        *roff.heading("MASTER KEY"), *roff.paragraphs(MASTER_KEY),
        *roff.heading("RECOVERY AND BACKUP"), *roff.paragraphs(RECOVERY),
        *roff.heading("FILES"), *roff.terms(FILES),
        *roff.heading("EXIT STATUS"), *roff.paragraphs(EXIT_STATUS),
        *roff.heading("SEE ALSO"), usage.others("boxmgmtd"),
    ]) + "\n"
