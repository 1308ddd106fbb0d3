"""The units of the fork server: it runs as a user who may do nothing, behind a socket that systemd holds.

Were the socket its own, a session that had been broken into could put itself in its place.
"""

from sysmgmt.service.deployment import unit
from sysmgmt.service.deployment.site import HOME, SHELL_USER, Site

SOCKET, SERVICE = "boxmgmt-sessions.socket", "boxmgmt-sessions.service"
FOLDER = "/etc/systemd/system"
SOCKET_UNIT = """# Written by boxmgmtd --deploy.
[Unit]
Description=Where logins at a terminal ask for their shell
Documentation=man:boxmgmtd(8)

[Socket]
ListenSequentialPacket={sessions}
SocketMode=0666
Backlog=256

[Install]
WantedBy=sockets.target
"""
SERVICE_UNIT = """# Written by boxmgmtd --deploy.
[Unit]
Description=The shells of the box: a process for each login at a terminal
Documentation=man:boxmgmtd(8)
Requires={socket_unit}
After={socket_unit} local-fs.target
Before=ssh.service systemd-user-sessions.service getty.target
StartLimitIntervalSec=0

[Service]
Type=notify
ExecStart={launcher}
User={user}
Environment=LANG=C.UTF-8 HOME={home}
# Open sessions go on while it starts again, also from another release.
KillMode=process
Restart=always
RestartSec=100ms
TasksMax=1024
# A session that needs too much ends alone.
OOMPolicy=continue
# Of no use to it, and given up at once. Until then none of its older processes may look into it.
AmbientCapabilities=CAP_WAKE_ALARM
CapabilityBoundingSet=CAP_WAKE_ALARM
{shut}
# Not hidden: its own programs may lie there.
ProtectHome=read-only
# No folder in which everybody may write: sessions of different users would share files there, and fill them.
ReadOnlyPaths=/tmp /var/tmp
InaccessiblePaths=-/dev/shm -/dev/mqueue -/run/lock
LimitFSIZE=0
# Whatever a session says to anybody, it says through what its client has handed over.
PrivateNetwork=yes
IPAddressDeny=any
RestrictAddressFamilies=AF_UNIX
ProtectProc=invisible
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources @ipc @keyring io_uring_setup io_uring_enter io_uring_register
SystemCallFilter=setrlimit prlimit64 capset pipe pipe2 memfd_create

[Install]
WantedBy=multi-user.target
"""


def units(site: Site) -> dict[str, str]:
    """The unit files by their path."""
    return {f"{FOLDER}/{SOCKET}": SOCKET_UNIT.format(sessions=site.sessions),
            f"{FOLDER}/{SERVICE}": SERVICE_UNIT.format(launcher=site.launcher("sessions"), user=SHELL_USER, home=HOME,
                                                       socket_unit=SOCKET, shut=unit.SHUT)}
