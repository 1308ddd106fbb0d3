"""The manual page of boxmgmtd. A table of texts."""

from sysmgmt import __version__
from sysmgmt.screen import roff

SYNOPSIS = """boxmgmtd [--state DIR] [--socket PATH]
boxmgmtd --deploy [--dry-run] [--now] [--uids FIRST-LAST] [--state DIR] [--socket PATH]
boxmgmtd --deploy --remove"""

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
"""

DEPLOYING = """
boxmgmtd --deploy makes a Debian machine ask boxmgmtd at its doors, SSH and the local console. It
installs the service boxmgmtd, users for NSS through libnss-extrausers with numbers of their own
(70000 to 99999 unless --uids says otherwise), PAM services, a drop-in for sshd that leaves nothing
but the shell, and the names of the login programs. --dry-run shows every file and what would
change in it, and changes nothing. --remove puts back what was there; the state stays.

The programs must be installed where other users can read them, for example in a virtual
environment below /opt, and the packages openssh-server and libnss-extrausers must be there. What
it cannot do it refuses with one sentence, before anything has changed.

Whoever deploys over SSH as root is not locked out: that login goes on until a user with the
permission security has come in over SSH, or until --deploy --now. Other users of the operating
system are refused at once; --dry-run names them. The installation of the box makes new SSH host
keys, also on an image that already has some.
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

    systemd-creds encrypt --name=boxmgmt.master-key - /etc/credstore.encrypted/boxmgmt.master-key
    systemctl edit boxmgmtd      [Service] LoadCredentialEncrypted=boxmgmt.master-key

Do this before the installation. Without its master key a box refuses what needs a secret with
MasterKeyMissing or MasterKeyWrong, and never makes a new one by itself.
"""

SESSIONS = """
The session of a login over SSH or at the console lasts as long as the login: it ends with its
process, and when a client is killed or a line is cut it is closed within seconds. A process that
runs as a user without a login, as root may start one, has a session of its own.

A session is over at once when end_session names it, when its user is locked, removed, renamed, has
the password reset, or gets a role with another shell, and when it was idle for longer than the
idle timeout, whatever its client does; set_password ends the other sessions of the user who changes
the password. A role with the same shell takes effect in the open session, and a lock by wrong
passwords ends none. The shell says why and exits with the status 5. An ended login gets no other
session, and after three seconds boxmgmtd ends its processes. A process without a login is refused
from then on and left alone.
"""

WEB_SERVER = """
Where nginx is installed when boxmgmtd starts, its TLS follows the settings of the box. boxmgmtd
writes a site for port 443, /etc/nginx/conf.d/boxmgmt.conf, in which the appliance serves what
stands in /etc/boxmgmt/web/site.d/*.conf, and the directives /etc/boxmgmt/web/tls.conf with the
certificate and the key beside it. Any other server of the appliance that speaks TLS must contain

    include /etc/boxmgmt/web/tls.conf;

and neither ssl_protocols nor ssl_ciphers nor a certificate of its own. A location that uses
add_header repeats the header Strict-Transport-Security, since nginx inherits none then. Edits by
hand are healed with the next change and at the start.

Every change is checked with nginx -t on what its files would be, put into place, and taken over
without dropping a request; connections that are open go on. Unless port 443 then answers with the
certificate and the versions that were set, all is put back and the change is refused. As long as
the box has no web certificate that is valid now, every handshake is refused; get_cipher_suites
tells why. Where there is no nginx, the settings are kept, and nothing follows them.

A change that has to be confirmed (see confirm_change) returns at its time, and at the start of
boxmgmtd whatever time it had left: whoever is shut out switches the box off and on.
"""

OPTIONS = (
    ("--state DIR", "The folder of the state; /var/lib/boxmgmt unless named."),
    ("--socket PATH", "Where to listen."),
    ("--deploy", "Make the machine ask boxmgmtd at its doors."),
    ("--dry-run", "With --deploy: show every file and its difference, and change nothing."),
    ("--now", "With --deploy: end root's own login at once."),
    ("--uids FIRST-LAST", "With --deploy: the numbers that users get."),
    ("--remove", "With --deploy: put back what was there."),
)


def boxmgmtd() -> str:
    """boxmgmtd(8)."""
    return "\n".join([
        *roff.title("boxmgmtd", 8, __version__),
        *roff.heading("NAME"), roff.escape("boxmgmtd - the service that owns the state of an appliance"),
        *roff.heading("SYNOPSIS"), *roff.example(SYNOPSIS),
        *roff.heading("DESCRIPTION"), *roff.paragraphs(DESCRIPTION),
        *roff.heading("OPTIONS"), *roff.terms(OPTIONS),
        *roff.heading("DEPLOYING ON DEBIAN 12"), *roff.paragraphs(DEPLOYING),
        *roff.heading("ROOT ACCESS AND HOST KEYS"), *roff.paragraphs(ROOT_ACCESS),
        *roff.heading("MASTER KEY"), *roff.paragraphs(MASTER_KEY),
        *roff.heading("SESSIONS"), *roff.paragraphs(SESSIONS),
        *roff.heading("WEB SERVER"), *roff.paragraphs(WEB_SERVER),
        *roff.heading("EXIT STATUS"), *roff.paragraphs("Those of sysmgmt(1)."),
        *roff.heading("SEE ALSO"), r"\fBsysmgmt\fR(1), \fBboxmgmt\fR(1)",
    ]) + "\n"
