"""Feeds damaged certificates, keys, bundles and lists to what reads them: a process that may crash.

Every input is either read or refused by name; anything else ends the process with the reason.
"""

import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from sysmgmt.domain.errors import InvalidValue, KeyMismatch
from sysmgmt.vault import bundles, keys, revocations
from tests.support.authorities import CA, make, revocations as lists

READERS: dict[str, Callable[[bytes], Any]] = {
    "bundle": lambda data: bundles.open_bundle(data, "secret"),
    "pem": lambda data: bundles.read_certificates(data.decode("utf-8", "replace")),
    "list": revocations.read, "key": keys.read,
}


def seeds() -> list[bytes]:
    """Good inputs of every kind."""
    root = make("Root", wish=CA._replace(permitted=("example",)))
    one = make("server", root)
    everything = (one.key_pem + one.pem + root.pem).encode()
    with tempfile.TemporaryDirectory() as folder:
        (path := Path(folder, "all.pem")).write_bytes(everything)
        bundle = subprocess.run(["openssl", "pkcs12", "-export", "-in", str(path), "-passout", "pass:secret",
                                 "-iter", "2", "-maciter"], capture_output=True, check=True).stdout
    return [one.pem.encode(), everything, bundle, one.certificate.public_bytes(Encoding.DER),
            lists(root, [one]).encode(), one.key_pem.encode()]


def damaged(data: bytes, chance: random.Random) -> bytes:
    """`data` with some bytes changed, cut, doubled or put in."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(found) or 1)
        kind = chance.randrange(5)
        if kind == 0:
            found[place:place + 1] = bytes([chance.randrange(256)])
        elif kind == 1:
            del found[place:place + chance.randint(1, 20)]
        elif kind == 2:
            found[place:place] = chance.randbytes(chance.randint(1, 8))
        elif kind == 3:
            found[place:place] = found[place:place + 40]
        else:
            found[place:place + 1] = bytes([chance.choice((0, 0x30, 0x7f, 0x80, 0x84, 0xff))])
    return bytes(found)


def main(number: int, seed: int) -> None:
    """Feed `number` inputs to every reader; how often they read something, and how often they refused."""
    chance, good = random.Random(seed), seeds()
    read = refused = 0
    for place in range(number):
        data = damaged(good[place % len(good)], chance) if place >= len(good) else good[place]
        for name, reader in READERS.items():
            try:
                reader(data)
                read += 1
            except (InvalidValue, KeyMismatch):
                refused += 1
            except BaseException as problem:
                print(f"{name}: {type(problem).__name__}: {problem}\n{data.hex()}")
                sys.exit(1)
    print(read, refused)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
