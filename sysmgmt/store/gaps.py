"""What a power cut leaves of records that had not been synced: any part of them, in any order.

None of them was acknowledged. The first writer after it leaves what is there as it is, and tells in a record
of its own where it begins, how long it is and what its digest is. That record carries the MAC of the last one
that is whole, under the key of the same epoch: nobody can explain away what was written before.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sysmgmt.store.chain import Link
from sysmgmt.store.journal import last_piece, record_of, whole_lines
from sysmgmt.store.verification import Broken, SignedBy, Verifier


class Gap(NamedTuple):
    """Records from the number `first` up to, and without, `until`: not proven, and why."""

    first: int
    until: int
    time: str


class Rest(NamedTuple):
    """What stands behind the last record that is as it was written: `told` of in a record with the number `next`.

    `end` is what must be written before that; `records` and `head` are those of the last whole record.
    """

    next: int
    told: Mapping[str, Any]
    end: bytes
    records: int
    head: str


class Reader:
    """Verifies lines in their order, and passes over what a record that is as it was written explains."""

    def __init__(self, verifier: Verifier) -> None:
        self.verifier = verifier
        self.gaps: list[Gap] = []
        self.broken: Broken | None = None
        """What is wrong with a line, unless it is explained."""
        self._forget()

    def read(self, line: bytes) -> None:
        """Take the next line, without its end. Raises Broken for what an anchor proves."""
        if self.broken is None:
            count = self.verifier.count
            try:
                self.verifier.read(line)
            except Broken as broken:
                self.broken = broken
            else:
                if self.verifier.count > count:
                    self._forget()
                    return
        if not self._is_explained(line):
            self._keep(line)

    def _forget(self) -> None:
        self._digest: Any = None
        self.size = self._last = 0

    def _keep(self, line: bytes) -> None:
        import hashlib  # only where something is wrong

        self._digest = self._digest or hashlib.sha256()
        self._digest.update(line + b"\n")
        self.size += len(line) + 1
        record = record_of(line)
        if record and self.verifier.count < record["seq"] <= self.verifier.count + self.size:
            self._last = max(self._last, record["seq"])

    def _is_explained(self, line: bytes) -> bool:
        record = record_of(line) if self.size and b'"gap":' in line else None
        if not record or record.get("gap") != self.told or record["seq"] != self.next:
            return False
        first = self.verifier.count + 1
        if not self.verifier.skip_to(line, record):
            return False
        self.gaps.append(Gap(first, record["seq"], str(record.get("time"))))
        self.broken = None
        self._forget()
        return True

    @property
    def next(self) -> int:
        """The number of the record that explains what is pending."""
        return max(self._last, self.verifier.count) + 1

    @property
    def told(self) -> dict[str, Any]:
        """What that record tells."""
        return {"first": self.verifier.count + 1, "bytes": self.size, "digest": self._digest.hexdigest()}

    def finish(self, link: Link | None) -> None:
        """Verify the end. Raises Broken."""
        if self.broken is not None:
            raise self.broken
        self.verifier.finish(link)


def rest(descriptor: int, size: int, link: Link, is_signed: SignedBy) -> Rest | None:
    """What stands in the first `size` bytes behind the last whole record of the epoch that `link` begins.

    None where there is nothing, or where the beginning of the epoch is not found: that is no power cut. Raises OSError.
    """
    lines = _since(descriptor, size, link)
    if lines is None:
        return None
    verifier = Verifier((), is_signed)
    verifier.go_to(link)
    reader, torn = Reader(verifier), last_piece(descriptor, size)
    for line in [*lines, torn] if torn else lines:
        reader.read(line)
    end = b"\n" if torn else b""
    return Rest(reader.next, reader.told, end, verifier.count, verifier.head) if reader.size else None


def _since(descriptor: int, size: int, link: Link) -> list[bytes] | None:
    """The whole lines behind the record at which the epoch began."""
    found: list[bytes] = []
    for line in whole_lines(descriptor, size):
        record = record_of(line)
        if record and record["seq"] == link.records and (record.get("mac") or link.head) == link.head:
            return found[::-1]
        found.append(line)
    first = next(filter(None, map(record_of, found[::-1])), None)
    return found[::-1] if first is None or first["seq"] > link.records else None
