"""The audit journal: chained, and signed from time to time (see `chain`)."""

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, ExitStack, suppress
from functools import cache
from typing import IO, Any, Protocol

from sysmgmt.domain.errors import Refusal, StorageFull
from sysmgmt.domain.progress import Report, unheard
from sysmgmt.domain.times import iso
from sysmgmt.store import chain, gaps, space
from sysmgmt.store.auditfiles import AuditFiles
from sysmgmt.store.chain import Link
from sysmgmt.store.journal import LineJournal, encoded, first_number
from sysmgmt.store.links import Links
from sysmgmt.store.losses import Losses
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
    `boot` names the start of the machine; only after another one the end may be what a power cut left.
    """

    def __init__(self, folder: str, now: Callable[[], float], signer: Signer,
                 boot: Callable[[], str] = lambda: "") -> None:
        super().__init__(folder)
        self._now = now
        self._boot = cache(boot)
        self._looked = False
        self._signer = signer
        self._links = Links(folder, self._boot)
        self._head = ""
        self._continues = False
        self._losses = Losses(folder)

    def append(self, record: Mapping[str, Any], durable: bool, reserve: bool = False,
               is_modest: Callable[[], bool] = lambda: False) -> None:
        """See LineJournal and the port; a record that cannot be written is counted."""
        try:
            if not reserve and not space.is_ample(self._folder) and is_modest():
                raise StorageFull(folder=self._folder)
            super().append(record, durable, reserve)
        except Refusal:
            self._losses.add(1)
            raise

    def _writing(self) -> AbstractContextManager[os.stat_result]:
        """Hold the lock in order to write, and first of all tell of what a power cut left."""
        if not self._looked:
            self._look()
        return self._held()

    def _look(self) -> None:
        with self._held() as facts:
            link = None if self._looked else self._links.present()
            if link is not None and link.is_of_before(self._boot()):
                self._tell_of_rest(link, facts)
            self._looked = True

    def _tell_of_rest(self, link: Link, facts: os.stat_result) -> None:
        """Write, under the key of the epoch that is torn, what stands at the end."""
        rest = gaps.rest(self._file, facts.st_size, link, self._signer.is_signed)
        if rest is not None:
            self._seq, self._head = rest.next, rest.head
            self._continues = rest.records == self._archives.last()
            body = encoded({"seq": self._seq, **_own("note_audit_gap", self._now()), "gap": rest.told})
            self._put(rest.end + self._sealed(body, link) + b"\n", facts, True)
            self._sync()

    def begin(self, seed: str) -> None:
        """Begin the chain that grows from `seed` (hexadecimal), unless that is the one that is being written.

        Raises StorageFull, StorageFailed.
        """
        with self._writing() as facts:
            self._losses.make()
            self._sync()  # what the chain follows must not be lost any more
            before = self._follow(facts)
            link = self._links.present()
            if link is None or link.chain != chain.name_of(seed):
                head = self._head or _digest(self._file, facts.st_size)
                self._links.keep(chain.first(seed, (self._seq, head), self._now(), self._signer.pair()))
                self._write(before, _own("begin_audit_chain", self._now()), facts, False)
                self._sync()

    def checkpoint(self) -> None:
        """End the epoch with a signed record, if there is anything new to sign. Raises StorageFull, StorageFailed."""
        with self._writing() as facts:
            self._sign(facts, False)

    def rotate(self) -> tuple[int, int] | None:
        """Sign the file and make it an archive; the numbers of its first and its last record.

        None where there is no chain yet, or nothing but an archive to follow. A crash in between loses
        no number and no record: the next one tells what it follows, wherever it is written.
        Raises StorageFull, StorageFailed.
        """
        with self._writing() as facts:
            self._sign(facts, True)
            first = first_number(self._path)
            if self._links.present() is None or not first:
                return None
            last = self._seq
            self._put_away()
            return first, last

    def _sign(self, facts: os.stat_result, reserve: bool) -> None:
        before = self._follow(facts)
        link = self._links.present()
        if link is None or self._seq == link.signed:
            return
        pair = self._signer.pair()
        signature = self._signer.sign(link.private, chain.promise(link.chain, self._seq, self._head, pair[1]))
        told = {"count": self._seq, "head": self._head, "public": pair[1], "signature": signature}
        self._write(before, _own("sign_audit", self._now()) | {"checkpoint": told}, facts, reserve)
        self._sync()
        if reserve:
            os.ftruncate(self._file, self._size)  # a full disk has no other space for the new key
        link = self._links.present() or link  # its own record may have begun an epoch
        self._links.keep(chain.following(link, (self._seq, self._head), self._now(), pair))

    def chain(self) -> tuple[str, float | None]:
        """See the port. Raises StateDamaged."""
        link = self._links.read()
        return (link.chain, link.made_at) if link else ("", None)

    def anchor(self) -> tuple[int, str]:
        """How many records there are, and the MAC of the last one: kept elsewhere, it shows a cut tail.

        No power cut may take them any more. Behind a torn record it is told first that it is torn: that is one
        of them. Raises StorageFull, StorageFailed.
        """
        with self._writing() as facts:
            if before := self._follow(facts):
                self._put(before, facts, True)
            self._sync()  # others may have written it, and not synced it yet
            return self._seq, self._head

    def verify(self, seeds: Iterable[str], known: tuple[int, str] | None = None, report: Report = unheard,
               kept: int = 1) -> Mapping[str, Any]:
        """Read every record and verify it; `seeds` are those of all chains. Raises StorageFailed.

        `known` is an anchor that was kept elsewhere, `kept` the number from which on the log is kept.
        """
        verifier = Verifier(seeds, self._signer.is_signed, Anchor(*known) if known else None, kept)
        with ExitStack() as opened:
            with self._held():
                self._sync()  # what is shown is not taken by a power cut any more
                link = self._links.read()
                found = AuditFiles(self._folder).opened(opened, kept - 1)
                sizes = [os.fstat(one.fileno()).st_size for one in found]
            reader = gaps.Reader(verifier)
            problem = _problem(reader, list(zip(found, sizes, strict=True)), link, report)
        return {"intact": problem is None, "records": verifier.count, "head": verifier.head or None,
                "checkpoints": verifier.checkpoints, "first_bad_record": problem and problem.number,
                "reason": problem and str(problem), "gaps": [one._asdict() for one in reader.gaps]}

    def _learn(self, last: Mapping[str, Any], continues: bool) -> None:
        self._head = str(last.get("mac", ""))
        self._continues = continues

    def _sealed(self, body: bytes, stays: Link | None = None) -> bytes:
        """The text of a record as it is written, in the epoch that follows or in one that `stays`."""
        link = stays or self._moved_on(self._links.present())
        if link is None:
            return body
        if self._continues:
            body = _with(body, {"follows": {"chain": link.chain, "head": self._head, "public": link.public}})
            self._continues = False
        if self._head in ("", link.head):
            opens: dict[str, Any] = {"epoch": link.epoch, "tag": link.tag}
            if not link.epoch:
                opens |= {"chain": link.chain, "public": link.public}
            body = _with(body, opens)
        self._head = chain.mac(link.key, self._head if self._head else link.head, body)
        return body[:-1] + b',"mac":"%b"}' % self._head.encode()

    def _moved_on(self, link: Link | None) -> Link | None:
        """The link of the epoch that the next record belongs to."""
        count = self._seq - 1
        if link is None or not (link.is_of_before(self._boot())
                                or count > link.records and link.is_due(count, self._now())):
            return link
        with suppress(Refusal):  # without space the epoch goes on
            self._sync()  # what the new link counts must not be lost any more
            self._links.keep(chain.following(link, (count, self._head), self._now()) if count > link.records else link)
        return self._links.present()  # it may have moved on although something failed


def _digest(descriptor: int, size: int) -> str:
    """What stands for the records before the first chain."""
    import hashlib  # once in the life of a box

    return hashlib.sha256(os.pread(descriptor, size, 0)).hexdigest()


def _own(command: str, now: float) -> dict[str, Any]:
    """A record of what the audit does by itself, shaped like every other."""
    return {"time": iso(now, 6), "id": "", "user": "system", "session": "", "origin": "local",
            "endpoint": "box", "command": command, "parameters": {}, "code": "Done", "status": 0}


def _with(body: bytes, more: Mapping[str, Any]) -> bytes:
    """The text of a record with more fields at its end."""
    return body[:-1] + b"," + encoded(more)[1:]


def _problem(reader: gaps.Reader, found: Iterable[tuple[IO[bytes], int]], link: Link | None,
             report: Report) -> Broken | None:
    """What is wrong with the first so many bytes of the files."""
    whole, done = sum(size for _, size in found), 0
    try:
        for file, size in found:
            while (left := size - file.tell()) > 0:
                reader.read(file.readline(left).removesuffix(b"\n"))
                if not reader.verifier.count % OFTEN:
                    report("Verifying the audit", done + size - left, whole)
            done += size
        reader.finish(link)
        return None
    except Broken as broken:
        return broken
