"""The audit journal: chained, and signed from time to time (see `chain`)."""

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, Protocol

from sysmgmt.domain.errors import Refusal
from sysmgmt.domain.progress import Report, unheard
from sysmgmt.domain.times import iso
from sysmgmt.store import chain, keyfile
from sysmgmt.store.chain import Link
from sysmgmt.store.journal import LineJournal, encoded
from sysmgmt.store.verification import Anchor, Broken, Verifier


OFTEN = 1000
"""Records between two reports of how far the verification has come."""


class Signer(Protocol):
    """Makes pairs of keys, signs with one half, and verifies with the other; all in hexadecimal."""

    def pair(self) -> tuple[str, str]:
        """A new private key, and its public half."""

    def sign(self, private: str, message: bytes) -> str:
        """The signature."""

    def is_signed(self, public: str, message: bytes, signature: str) -> bool:
        """Whether the owner of `public` has signed `message`."""


class AuditJournal(LineJournal):
    """`sysmgmt.engine.ports.Audit` in one folder.

    Until `begin` there is no chain. Records that come before it are proven by the first one after it.
    """

    def __init__(self, folder: str, now: Callable[[], float], signer: Signer) -> None:
        super().__init__(folder)
        self._now = now
        self._signer = signer
        self._keys = keyfile.KeyFile(folder, keyfile.AUDIT)
        self._seen: tuple[int, int] | None = None
        self._link: Link | None = None
        self._head = ""

    def begin(self, seed: str) -> None:
        """Begin the chain that grows from `seed` (hexadecimal), unless that is the one that is being written.

        Raises StorageFull, StorageFailed.
        """
        with self._held() as facts:
            before = self._follow(facts)
            link = self._present()
            if link is None or link.chain != chain.name_of(seed):
                head = self._head or self._digest(facts.st_size)
                self._keep(chain.first(seed, (self._seq, head), self._now(), self._signer.pair()))
                self._write(before, self._own("begin_audit_chain"), facts, False)
                self._sync()

    def checkpoint(self) -> None:
        """End the epoch with a signed record, if there is anything new to sign. Raises StorageFull, StorageFailed."""
        with self._held() as facts:
            before = self._follow(facts)
            link = self._present()
            if link is None or self._seq == link.signed:
                return
            pair = self._signer.pair()
            signature = self._signer.sign(link.private, chain.promise(link.chain, self._seq, self._head, pair[1]))
            told = {"count": self._seq, "head": self._head, "public": pair[1], "signature": signature}
            self._write(before, self._own("sign_audit") | {"checkpoint": told}, facts, False)
            self._sync()
            link = self._present() or link  # its own record may have begun an epoch
            self._keep(chain.following(link, (self._seq, self._head), self._now(), pair))

    def chain(self) -> str:
        """The name of the chain being written. Raises StateDamaged."""
        link = chain.read(self._keys.read())
        return link.chain if link else ""

    def anchor(self) -> tuple[int, str]:
        """How many records there are, and the MAC of the last one: kept elsewhere, it shows a cut tail."""
        with self._held() as facts:
            self._follow(facts)
            return self._seq, self._head

    def verify(self, seeds: Iterable[str], known: tuple[int, str] | None = None,
               report: Report = unheard) -> Mapping[str, Any]:
        """Read every record and verify it; `seeds` are those of all chains. Raises StorageFailed.

        `known` is an anchor that was kept elsewhere.
        """
        verifier = Verifier(seeds, self._signer.is_signed, Anchor(*known) if known else None)
        with self._held() as facts:
            link = chain.read(self._keys.read())
            size = facts.st_size
        problem = self._problem(verifier, size, link, report)
        return {"intact": problem is None, "records": verifier.count, "head": verifier.head or None,
                "checkpoints": verifier.checkpoints, "first_bad_record": problem and problem.number,
                "reason": problem and str(problem)}

    def _problem(self, verifier: Verifier, size: int, link: Link | None, report: Report) -> Broken | None:
        try:
            with open(self._path, "rb") as file:
                while (left := size - file.tell()) > 0:
                    verifier.read(file.readline(left).removesuffix(b"\n"))
                    if not verifier.count % OFTEN:
                        report("Verifying the audit", size - left, size)
            verifier.finish(link)
            return None
        except Broken as broken:
            return broken

    def _learn(self, last: Mapping[str, Any]) -> None:
        self._head = str(last.get("mac", ""))

    def _sealed(self, body: bytes) -> bytes:
        link = self._moved_on(self._present())
        if link is None:
            return body
        if self._seq == link.records + 1:
            opens: dict[str, Any] = {"epoch": link.epoch}
            if not link.epoch:
                opens |= {"chain": link.chain, "public": link.public}
            body = _with(body, opens)
        self._head = chain.mac(link.key, self._head if self._head else link.head, body)
        return _with(body, {"mac": self._head})

    def _moved_on(self, link: Link | None) -> Link | None:
        """The link of the epoch that the next record belongs to."""
        count = self._seq - 1
        if link is None or count == link.records or not link.is_due(count, self._now()):
            return link
        with suppress(Refusal):  # without space the epoch goes on
            self._sync()  # what the new link counts must not be lost any more
            self._keep(chain.following(link, (count, self._head), self._now()))
        return self._link

    def _present(self) -> Link | None:
        """The link in the file of the key, which another process may have moved on. Raises StateDamaged."""
        try:
            found = os.stat(self._keys.path)
        except FileNotFoundError:
            self._link = self._seen = None
            return None
        if self._seen != (found.st_ino, found.st_mtime_ns):
            self._link = chain.read(self._keys.read())
            self._seen = (found.st_ino, found.st_mtime_ns)
        return self._link

    def _keep(self, link: Link) -> None:
        self._keys.write(chain.written(link))
        self._link, self._seen = link, None

    def _digest(self, size: int) -> str:
        """What stands for the records before the first chain."""
        import hashlib  # once in the life of a box

        return hashlib.sha256(os.pread(self._file, size, 0)).hexdigest()

    def _own(self, command: str) -> dict[str, Any]:
        """A record of what the audit does by itself, shaped like every other."""
        return {"time": iso(self._now(), 6), "id": "", "user": "system", "session": "", "origin": "local",
                "endpoint": "box", "command": command, "parameters": {}, "code": "Done", "status": 0}


def _with(body: bytes, more: Mapping[str, Any]) -> bytes:
    """The text of a record with more fields at its end."""
    return body[:-1] + b"," + encoded(more)[1:]
