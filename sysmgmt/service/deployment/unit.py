"""The unit of systemd. What boxmgmtd has to write is listed; everything else is shut."""

from sysmgmt.service.deployment.site import KEPT, Site

PATH = "/etc/systemd/system/boxmgmtd.service"
SHUT = """UMask=0077
LimitCORE=0
ProtectSystem=strict
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
NoNewPrivileges=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
RestrictNamespaces=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
KeyringMode=private
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallErrorNumber=EPERM"""
"""What no service of the box may do."""
UNIT = """# Written by boxmgmtd --deploy.
[Unit]
Description=The engine of the box: state, users, keys, audit
Documentation=man:boxmgmtd(8)
Before=ssh.service nginx.service systemd-user-sessions.service getty.target
# Whoever sets interfaces up has done so, when a change of them that nobody had confirmed is taken back.
After=local-fs.target networking.service systemd-networkd.service
# Nobody comes in without it: systemd never stops trying.
StartLimitIntervalSec=0

[Service]
# Ready once it has made the machine what the state wants and listens: sshd starts after that.
Type=notify
TimeoutStartSec=infinity
ExecStart={launcher} --state {state} --socket {socket}
Restart=always
RestartSec=100ms
# Above what all connections that are let in may take.
LimitNOFILE=8192
# Far above what it needs: before the whole machine is short of memory, it starts again.
MemoryMax=2G
RuntimeDirectory=boxmgmt
RuntimeDirectoryMode=0755
RuntimeDirectoryPreserve=restart
# What it writes: its state, and the files of the services that follow the state.
ReadWritePaths={state} {kept} /var/lib/extrausers /etc/ssh /etc/boxmgmt
# The check of nginx opens its logs and its folders as nginx would, and its ports.
ReadWritePaths=-/etc/nginx -/var/log/nginx -/var/lib/nginx
ReadWritePaths=-/etc/network -/etc/systemd/network -/etc/systemd/timesyncd.conf.d -/etc/chrony -/etc/sysctl.d
{shut}
# Not hidden: it looks whether root has a key, and its own programs may lie there.
ProtectHome=read-only
# root, since it writes what only root may: without what root could do besides. CAP_NET_RAW sends echo requests.
CapabilityBoundingSet=CAP_CHOWN CAP_FOWNER CAP_DAC_OVERRIDE CAP_KILL CAP_NET_BIND_SERVICE CAP_NET_RAW
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
SystemCallFilter=@system-service
SystemCallFilter=~@resources
SystemCallFilter=setrlimit prlimit64

[Install]
WantedBy=multi-user.target
"""

FIREWALL_PATH = "/etc/systemd/system/boxmgmt-firewall.service"
FIREWALL = """# Written by boxmgmtd --deploy.
[Unit]
Description=The firewall of the box, before its networks come up
Documentation=man:boxmgmtd(8)
DefaultDependencies=no
After=local-fs.target
Before=network-pre.target shutdown.target
Wants=network-pre.target
Conflicts=shutdown.target
ConditionPathExists=/etc/boxmgmt/firewall.nft

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft --file /etc/boxmgmt/firewall.nft

[Install]
WantedBy=sysinit.target
"""


def unit(site: Site) -> str:
    """The unit file."""
    return UNIT.format(launcher=site.launcher("boxmgmtd"), state=site.state, socket=site.socket, kept=KEPT, shut=SHUT)
