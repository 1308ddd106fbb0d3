"""The launchers: they start our programs with an interpreter that looks at nothing of the caller's.

pip drops the options of a script's first line, so these are ours. `-I` ignores PYTHON* variables,
the caller's folder and his site-packages. What every login and every command waits for goes without
site-packages (-S): the helpers, and a shell until it turns out that it has more to do than an errand, or than
to lend its terminal.
"""

from sysmgmt.host.files import File
from sysmgmt.service.deployment.site import Site

SHELL = """#!{python} -IS
# Written by boxmgmtd --deploy. The login shell of users of the box.
import sys

sys.path.append({package!r})
from sysmgmt.service.errand import carry

carry({socket!r}, sys.argv[1:])
if not sys.argv[1:]:
    from sysmgmt.service.lend import lend

    lend({sessions!r}, {socket!r}, {name!r})

# The whole shell.
import os
import site

kept = {{name: os.environ[name] for name in ("TERM", "SSH_CONNECTION") if name in os.environ}}
os.environ.clear()
os.environ.update(kept, LANG="C.UTF-8", HOME={home!r})
site.main()
sys.argv[1:1] = ["--socket", {socket!r}]
from {module} import main

main()
"""
HELPER = """#!{python} -IS
# Written by boxmgmtd --deploy. Asks boxmgmtd for {asks}.
import sys

sys.path.append({package!r})
from {module} import main

main({socket!r})
"""
DAEMON = """#!{python} -I
# Written by boxmgmtd --deploy. Started by boxmgmtd.service.
import sys

if {package!r} not in sys.path:
    sys.path.insert(0, {package!r})
from sysmgmt.service.__main__ import main

main()
"""
FORKSERVER = """#!{python} -I
# Written by boxmgmtd --deploy. Started by boxmgmt-sessions.service.
import sys

if {package!r} not in sys.path:
    sys.path.insert(0, {package!r})
import boxmgmt.application
from boxmgmt.program import BOXMGMT
from sysmgmt.screen.shells import SYSMGMT
from sysmgmt.service.forkserver import main

main({socket!r}, BOXMGMT, SYSMGMT)
"""
SHELLS = {"boxmgmt": "boxmgmt.__main__", "sysmgmt": "sysmgmt.__main__"}
HELPERS = {"pam": ("sysmgmt.service.pam", "PAM"), "keys": ("sysmgmt.service.authorized_keys", "sshd"),
           "snmp": ("sysmgmt.service.snmp_answers", "snmpd")}


def launchers(site: Site, home: str) -> dict[str, File]:
    """All launchers by their path."""
    found = {site.launcher("boxmgmtd"): DAEMON.format(**site._asdict()),
             site.launcher("sessions"): FORKSERVER.format(**site._asdict())}
    for name, module in SHELLS.items():
        found[site.launcher(name)] = SHELL.format(module=module, name=name, home=home, **site._asdict())
    for name, (module, asks) in HELPERS.items():
        found[site.launcher(name)] = HELPER.format(module=module, asks=asks, **site._asdict())
    return {path: File(text.encode(), 0o755) for path, text in found.items()}
