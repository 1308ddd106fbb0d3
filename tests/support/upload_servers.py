"""Real servers to upload to, on the loopback: sshd with a user of its own, and vsftpd."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.authorities import Made
from tests.support.daemons import at_port
from tests.support.ports import free_port

PASSWORD = "Upl0ad-Canary!"
UID = 64999
SSHD = """Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
UsePAM no
PasswordAuthentication yes
PidFile none
Subsystem sftp internal-sftp
{more}
"""
PRIVATE = """mount -t tmpfs none /run && mkdir /run/sshd && mount --bind {folder}/passwd /etc/passwd &&
mount --bind {folder}/shadow /etc/shadow && exec /usr/sbin/sshd -D -e -f {folder}/sshd_config"""
"""What only this sshd sees: its user. Nothing of the machine changes."""
VSFTPD = """listen=YES
listen_address=127.0.0.1
listen_port={port}
background=NO
seccomp_sandbox=NO
secure_chroot_dir={folder}/empty
anonymous_enable=YES
ftp_username=ftp
anon_root={folder}/files
write_enable=YES
anon_upload_enable=YES
anon_other_write_enable=YES
secure_email_list_enable=YES
email_password_file={folder}/passwords
ssl_enable={tls}
allow_anon_ssl=YES
force_anon_logins_ssl=YES
force_anon_data_ssl=YES
require_ssl_reuse=YES
ssl_ciphers=HIGH
rsa_cert_file={folder}/server.pem
rsa_private_key_file={folder}/server.key
"""


@contextmanager
def sshd(folder: Path, more: str = "") -> Iterator[int]:
    """The port of an sshd where `uploader` writes into `folder`/files."""
    port = free_port()
    files = _files(folder, UID)
    hashed = subprocess.run(["openssl", "passwd", "-6", PASSWORD], capture_output=True, text=True, check=True).stdout
    (folder / "passwd").write_text(
        f"{Path('/etc/passwd').read_text()}uploader:x:{UID}:{UID}::{files}:/bin/sh\n")
    (folder / "shadow").write_text(f"uploader:{hashed.strip()}:19000::::::\n")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "host_key")], check=True)
    (folder / "sshd_config").write_text(SSHD.format(port=port, folder=folder, more=more))
    command = ["unshare", "--mount", "sh", "-c", PRIVATE.format(folder=folder)]
    with at_port(command, port).running():
        yield port


@contextmanager
def vsftpd(folder: Path, shown: Made | None) -> Iterator[int]:
    """The port of a vsftpd that speaks TLS with a certificate, or none; `in` below `folder`/files can be written to."""
    port = free_port()
    files = _files(folder, 0)
    (files / "in").mkdir()
    subprocess.run(["chown", "ftp", str(files / "in")], check=True)
    (folder / "empty").mkdir()
    (folder / "passwords").write_text(PASSWORD + "\n")
    if shown:
        (folder / "server.pem").write_text(shown.pem)
        (folder / "server.key").write_text(shown.key_pem)
    (folder / "vsftpd.conf").write_text(VSFTPD.format(port=port, folder=folder, tls="YES" if shown else "NO"))
    with at_port(["/usr/sbin/vsftpd", str(folder / "vsftpd.conf")], port).running():
        yield port


def _files(folder: Path, owner: int) -> Path:
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    (folder / "files").mkdir()
    subprocess.run(["chown", str(owner), str(folder / "files")], check=True)
    return folder / "files"
