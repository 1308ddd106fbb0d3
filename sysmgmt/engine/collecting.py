"""Collecting system info: what goes into an archive, part by part, and how it is signed (R026, R031, R034).

Members come one after the other, each of a few megabytes at most, whatever the size of the logs.
The last two are the checksums of all others and their signature, a detached CMS signature as PEM.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from typing import Any, NamedTuple

from sysmgmt.domain import certificates, collection, facts
from sysmgmt.domain.collection import AUDIT_FOLDER, SIGNATURE, SUMS, Archive, Member
from sysmgmt.domain.errors import DownloadBrokenOff, Refusal, UnknownArchive
from sysmgmt.domain.logs import Wanted
from sysmgmt.domain.model import Certificate
from sysmgmt.domain.times import iso
from sysmgmt.engine import certification, status
from sysmgmt.engine.declaration import Call
from sysmgmt.engine.ports import Archives

CHUNK = 4_000_000
"""Bytes of records in one member."""


class Signer(NamedTuple):
    """The system certificate with those above it, and its key, opened."""

    certificates: tuple[Certificate, ...]
    key: str


class Order(NamedTuple):
    """What is to be collected; `signer` None: it cannot be signed, for the reason `unsigned`."""

    parts: tuple[str, ...]
    times: Wanted
    signer: Signer | None = None
    unsigned: str = ""


def order(call: Call, parts: tuple[str, ...], times: Wanted) -> Order:
    """An order, with what signs the archive: without a certificate, or its key, a box is looked into all the same."""
    try:
        own = certificates.system(call.state, call.now)
        return Order(parts, times, Signer(own.certificates, certification.key_of(call.box.sealer, own)))
    except Refusal as refusal:
        return Order(parts, times, None, f"The archive is not signed: {refusal}")


def collect(call: Call, wanted: Order) -> Mapping[str, Any]:
    """Make an archive; what to show of it. Raises CollectionRuns, ArchiveTooLarge, StorageFull, StorageFailed.

    Once it is made nothing is refused any more: what is too old and stays, boxmgmtd removes within the hour.
    """
    archives = call.box.archives
    present = archives.present()
    name = collection.name(call.state.settings.name, call.now, [one.name for one in present])
    new = Archive(name, call.now, call.caller.user, wanted.parts, wanted.times.since, wanted.times.until,
                  signed=wanted.signer is not None)
    packing = Packing(call, wanted, new)
    made = archives.make(new, packing.members())
    removed = list(_removed(archives, present, call.now))
    return {**collection.facts(made), "missing": packing.missing, "removed": removed}


def _removed(archives: Archives, old: Sequence[Archive], now: float) -> Iterator[str]:
    """Remove what is kept no longer beside a new archive, whatever the clock said before; what could be removed."""
    for one in collection.surplus(old, now, collection.KEPT - 1):
        with suppress(Refusal):
            archives.remove(one.name)
            yield one.name


def find(archives: Archives, name: str) -> Archive:
    """The archive of that name. Raises UnknownArchive, StateDamaged."""
    found = next((one for one in archives.present() if one.name == name), None)
    if found is None:
        raise UnknownArchive(name=name)
    return found


def hand_out(call: Call, name: str) -> None:
    """Give an archive to whoever takes bytes. Raises DownloadBrokenOff, UnknownArchive."""
    assert call.sink is not None
    pieces = call.box.archives.pieces(name)
    try:
        for piece in pieces:
            call.sink(piece)
    except OSError as problem:
        raise DownloadBrokenOff(problem=problem.strerror or "nobody takes it any more") from None


class Packing:
    """The members of one archive. What cannot be read is named in `missing`, and the others are packed."""

    def __init__(self, call: Call, wanted: Order, new: Archive) -> None:
        self._call = call
        self._wanted = wanted
        self._new = new
        self._sums: list[str] = []
        self.missing: list[str] = []

    def members(self) -> Iterator[Member]:
        """All of them, the checksums and their signature at the end."""
        sources: Mapping[str, Callable[[], Iterable[Member]]] = {
            "audit": self._audit, "events": self._events, "logs": self._logs, "services": self._services,
            "settings": self._settings, "versions": self._versions}
        for part in self._wanted.parts:
            yield from self._summed(self._readable(part, sources[part]))
        yield from self._summed([_document("collection.json", self._facts())])
        sums = "".join(self._sums).encode()
        yield Member(SUMS, sums)
        if signer := self._wanted.signer:
            signature = self._call.box.certifier.sign(sums, signer.certificates, signer.key)
            yield Member(SIGNATURE, signature.encode())

    def _readable(self, part: str, source: Callable[[], Iterable[Member]]) -> Iterator[Member]:
        self._call.report(f"Collecting {part}", 0, 0)
        try:
            yield from source()
        except Refusal as refusal:
            self.missing.append(f"{part}: {refusal}")

    def _summed(self, members: Iterable[Member]) -> Iterator[Member]:
        for one in members:
            self._sums.append(f"{sha256(one.data).hexdigest()}  {one.path}\n")
            yield one

    def _facts(self) -> dict[str, Any]:
        settings, new = self._call.state.settings, self._new
        return {"box": settings.name, "box_id": settings.box_id, "made_at": iso(new.made_at), "made_by": new.made_by,
                "parts": new.parts, "since": new.since or None, "until": new.until or None, "missing": self.missing}

    def _audit(self) -> Iterator[Member]:
        records, head = self._call.box.audit.anchor()
        lines = ((record["seq"], line) for record, line in self._call.box.audit_files.lines()
                 if record["seq"] <= records and self._wanted.times.matches(record))
        yield from _chunks(f"{AUDIT_FOLDER}/audit", self._followed(lines, records))
        yield _document(f"{AUDIT_FOLDER}/anchor.json", {"records": records, "head": head})

    def _followed(self, lines: Iterable[tuple[int, bytes]], records: int) -> Iterator[tuple[int, bytes]]:
        for number, line in lines:
            self._call.report("Collecting the audit", number, records)
            yield number, line

    def _events(self) -> Iterator[Member]:
        """The newest first, as they are read: the numbers in the names of the members say where each belongs."""
        lines = ((one["seq"], _line(one)) for one in self._call.box.events.newest()
                 if self._wanted.times.matches(one))
        yield from _chunks("home/kos/eventlog/events", lines)

    def _logs(self) -> Iterator[Member]:
        times = self._wanted.times
        found = False
        for name, data in self._call.box.surroundings.logs(times.since, times.until):
            found = True
            if not data.strip():
                self.missing.append(f"logs: {name} has nothing{' of that time' if times.since or times.until else ''}")
            yield Member(f"var/log/{name}", data)
        if not found:
            self.missing.append("logs: this machine has none that the box can read")

    def _services(self) -> Iterator[Member]:
        box, state = self._call.box, self._call.state
        yield _document("status.json", {
            **status.of_box(box, state),
            "listeners": [one._asdict() for one in box.listeners(state)],
            "deliveries": {name: one._asdict() for name, one in box.deliveries.read().items()},
            "audit": facts.audit_holdings(state, box.audit_files.holdings(), box.audit_files.free(),
                                          box.audit_files.lost())})
        yield _document("services.json", box.surroundings.services())

    def _settings(self) -> Iterator[Member]:
        yield _document("settings.json", facts.exported(self._call.state))

    def _versions(self) -> Iterator[Member]:
        yield _document("versions.json", {"release": self._call.box.release, **self._call.box.surroundings.versions()})


def _chunks(path: str, lines: Iterable[tuple[int, bytes]]) -> Iterator[Member]:
    """Members of at most CHUNK bytes and a line, each in rising order and named by its first and last number."""
    kept: list[tuple[int, bytes]] = []
    size = 0
    for one in lines:
        kept.append(one)
        size += len(one[1])
        if size >= CHUNK:
            yield _chunk(path, kept)
            kept, size = [], 0
    if kept:
        yield _chunk(path, kept)


def _chunk(path: str, kept: list[tuple[int, bytes]]) -> Member:
    kept.sort(key=lambda one: one[0])
    return Member(f"{path}-{kept[0][0]:012d}-{kept[-1][0]:012d}.jsonl", b"".join(line for _, line in kept))


def _line(record: Mapping[str, Any]) -> bytes:
    return json.dumps(record, separators=(",", ":")).encode() + b"\n"


def _document(path: str, told: Mapping[str, Any]) -> Member:
    return Member(path, json.dumps(told, indent=1, default=list).encode() + b"\n")
