"""What boxmgmtd(8) tells of updates."""

UPDATES = """
install_update of sysmgmt(1), or root with boxmgmtd --update FILE, goes over to another release. FILE is a
wheel in the folder import of the state, with its OpenPGP signature beside it as FILE.asc or FILE.sig; gpgv
verifies it with the keys in the folder keyring of the state, which root puts there (gpg --export KEY >
keyring/vendor.gpg). The release has to be newer, unless --downgrade is given.

It is unpacked into /usr/lib/boxmgmt/releases/VERSION, or VERSION-2 and so on where that folder is there
already, and runs with the same Python and the packages installed there: what a release needs besides must
be installed before. Unless it passes its own --self-test, it is removed again. Then it is deployed as
with --deploy: where its boxmgmtd does not start and answer, all files are put back and the one that there
was starts again. Before a release writes the state in another format it keeps a copy of the state beside
it; an older release refuses the newer state until that copy is put back. Root removes older releases from
the folder.
"""

UPGRADING = """
Install the new release in a folder of its own, and deploy it:

    python3 -m venv /opt/boxmgmt-2
    /opt/boxmgmt-2/bin/pip install .
    /opt/boxmgmt-2/bin/boxmgmtd --deploy

That restarts boxmgmtd and nothing else. Open sessions go on, with the shell of the older release;
the state, the numbers, the host keys and whether root may come in stay as they are. The older folder can go
when the sessions that were open have ended.
"""
