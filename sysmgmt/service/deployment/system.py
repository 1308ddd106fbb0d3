"""Small files of the operating system: users, folders, name service, consoles."""

import re

from sysmgmt.host import snmpd
from sysmgmt.service.deployment.site import GROUP, HOME, KEYS_USER, LIBRARY, SHELL_USER

SYSUSERS = f"""# Written by boxmgmtd --deploy.
g {GROUP} -
u {KEYS_USER} - "Asks for SSH keys" {HOME} /usr/sbin/nologin
u {SHELL_USER} - "Runs the shells of logins" {HOME} /usr/sbin/nologin
"""
TMPFILES = f"""# Written by boxmgmtd --deploy.
d /var/lib/extrausers 0755 root root -
d /etc/boxmgmt 0755 root root -
d {LIBRARY} 0755 root root -
d {HOME} 0755 root root -
# Without it sshd -t refuses every file, and at the start of the machine boxmgmtd asks it before sshd runs.
d /run/sshd 0755 root root -
"""
GETTY = """# Written by boxmgmtd --deploy: the banner of the box instead of /etc/issue, a clean environment for login.
[Service]
ExecStart=
ExecStart=-/sbin/agetty -o '-- \\\\u' --issue-file /etc/boxmgmt/issue {options} - $TERM
"""
AGENT = f"""# Written by boxmgmtd --deploy: the agent runs where boxmgmtd has written its file, with the users in it.
[Unit]
StartLimitIntervalSec=0
ConditionPathExists=
ConditionFileNotEmpty={snmpd.CONFIGURATION}

[Service]
Environment={' '.join(f'{name}={value}' for name, value in snmpd.ENVIRONMENT.items())}
ExecStartPre=
ExecStartPre=-+{' '.join(snmpd.FORGET_USERS)}
ExecStart=
ExecStart={snmpd.PROGRAM} -LOw {' '.join(snmpd.OPTIONS)} -f
Restart=on-failure
RestartSec=1s
LimitCORE=0
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths={snmpd.KEPT}
ProtectHome=read-only
PrivateTmp=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
"""
SPEEDS = "--keep-baud 115200,57600,38400,9600"
CONSOLES = {"getty@": "--noclear", "serial-getty@": SPEEDS, "container-getty@": "--noclear",
            "console-getty": f"--noclear {SPEEDS}"}
"""The units of consoles, with the options that Debian gives them."""


def small_files() -> dict[str, str]:
    """The files that depend on nothing."""
    consoles = {f"/etc/systemd/system/{name}.service.d/10-boxmgmt.conf": GETTY.format(options=options)
                for name, options in CONSOLES.items()}
    return {"/usr/lib/sysusers.d/boxmgmt.conf": SYSUSERS, "/usr/lib/tmpfiles.d/boxmgmt.conf": TMPFILES,
            f"/etc/systemd/system/{snmpd.UNIT}.d/10-boxmgmt.conf": AGENT, **consoles}


def nsswitch(text: str) -> str:
    """nsswitch.conf(5) in which users of the box are known too, after those of the machine."""
    return re.sub(r"^((?:passwd|group|shadow):[ \t]*(?:files|compat))(?!.*\bextrausers\b)",
                  r"\1 extrausers", text, flags=re.MULTILINE)
