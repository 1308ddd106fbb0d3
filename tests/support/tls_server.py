"""A TLS server on the loopback that shows a certificate, says hello and hangs up."""

import socket
import ssl
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.support.authorities import Made
from tests.support.listener import serving


@contextmanager
def showing(*chain: Made, newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> Iterator[int]:
    """Serve with the first certificate of `chain` (and its key), with TLS up to the version `newest`; the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = newest
    if newest < ssl.TLSVersion.TLSv1_2:
        context.minimum_version = newest
        context.set_ciphers("ALL:@SECLEVEL=0")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "all.pem")
        path.write_text("".join([chain[0].key_pem, *(one.pem for one in chain)]))
        context.load_cert_chain(path)
    with serving(partial(_greet, context)) as port:
        yield port


def _greet(context: ssl.SSLContext, plain: socket.socket) -> None:
    with context.wrap_socket(plain, server_side=True) as connection:
        connection.sendall(b"hello")


def texts(chain: Sequence[Made]) -> str:
    """The certificates of a chain as one PEM text."""
    return "".join(one.pem for one in chain)
