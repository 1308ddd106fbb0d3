"""A real nginx of a test's own, below a folder, on a loopback port."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.daemons import at_port
from tests.support.ports import free_port

CONFIGURATION = """user www-data; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1; daemon off;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
    {beside}
    server {{ listen 127.0.0.1:{port} ssl; {directives} }}
}}
"""


@contextmanager
def serving(folder: Path, directives: str, beside: str = "") -> Iterator[int]:
    """The port at which a server with these directives answers, for the time of a test; others stand `beside` it."""
    port = free_port()
    (folder / "nginx.conf").write_text(
        CONFIGURATION.format(folder=folder, port=port, directives=directives, beside=beside))
    with at_port(["/usr/sbin/nginx", "-c", str(folder / "nginx.conf")], port).running():
        yield port
