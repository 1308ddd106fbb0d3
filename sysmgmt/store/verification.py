"""Verifying the audit: every record, every epoch, every checkpoint, and that nothing is missing at the end."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from sysmgmt.store import chain
from sysmgmt.store.chain import Link
from sysmgmt.store.journal import TORN, record_of

SignedBy = Callable[[str, bytes, str], bool]
"""Whether the owner of a public key has signed a message."""


class Anchor(NamedTuple):
    """What somebody noted elsewhere: how many records there were, and how the MAC of the last one begins."""

    records: int
    head: str


class Broken(Exception):
    """The first record that is not as it was written, and what is wrong with it."""

    def __init__(self, number: int, words: str) -> None:
        super().__init__(words)
        self.number = number


class Standing(NamedTuple):
    """Where in which chain the next record stands: the keys of its epoch and of the one before, and which ones sign.

    `coming` is the key of the next epoch where that cannot be computed. `resumes` says that what comes
    before is not there.
    """

    chain: str = ""
    epoch: int = -1
    began: int = 0
    key: str = ""
    key_before: str = ""
    publics: tuple[str, ...] = ()
    coming: str = ""
    resumes: bool = False


class Verifier:
    """Reads records in their order. `seeds` are those of all chains; `known` is an anchor from elsewhere.

    `kept` is the number of the first record that is there: earlier ones were removed with their archives.
    """

    def __init__(self, seeds: Iterable[str], is_signed: SignedBy, known: Anchor | None = None, kept: int = 1) -> None:
        self._seeds = {chain.name_of(one): one for one in seeds}
        self._is_signed = is_signed
        self.count, self.head, self.checkpoints = kept - 1, "", 0
        self._at = Standing(resumes=kept > 1)
        self._torn = False
        self._before = b""
        self._known = known

    def go_to(self, link: Link) -> None:
        """Begin where the epoch of a link began; it takes no seed."""
        self.count, self.head = link.records, link.head
        self._at = Standing(link.chain, link.epoch - 1, publics=(link.public,), coming=link.key)

    def read(self, line: bytes) -> None:
        """Verify the next line, without its end. Raises Broken, and then it is as if the line had not been read."""
        record = record_of(line)
        if record is None:
            self._torn = bool(line)
            self._before += line + b"\n"
            return
        if self._torn and record.get("note") != TORN:
            raise Broken(self.count + 1, "it cannot be read")
        if record["seq"] != self.count + 1:
            raise Broken(self.count + 1, f"the record with the number {record['seq']} stands in its place")
        self._take(line, record)
        self._compare()

    def skip_to(self, line: bytes, record: Mapping[str, Any]) -> bool:
        """Whether a line, its record, was written next although others seem to be missing. Raises Broken for those
        that were there when the anchor was noted."""
        before = self.count
        try:
            self._take(line, record)
        except Broken:
            return False
        if self._known and before < self._known.records < self.count:
            raise Broken(self._known.records, "it was there when the anchor was noted, and cannot be read since the "
                                              "power was cut")
        self._compare()
        return True

    def _take(self, line: bytes, record: Mapping[str, Any]) -> None:
        held = self._at, self.head, self.checkpoints
        try:
            if self._at.resumes:
                self._resume(record)
            self._enter(record)
            if "checkpoint" in record:
                self._check_signature(record["checkpoint"])
            self._check_mac(line, record)
        except Broken:
            self._at, self.head, self.checkpoints = held
            raise
        self._torn, self.count = False, record["seq"]

    def _compare(self) -> None:
        """Compare the head with the anchor, if that was noted here. Raises Broken."""
        if self._known and self._known.records == self.count and not self.head.startswith(self._known.head):
            raise Broken(self.count, "it is not the record that was last when the anchor was noted")

    def finish(self, link: Link | None) -> None:
        """Compare the end with the anchor and with the file of the key. Raises Broken."""
        if self._known and self._known.records > self.count:
            raise Broken(self.count + 1, f"there were {self._known.records} records when the anchor was noted")
        if link is None:
            if self._at.chain:
                raise Broken(self.count + 1, "the file audit.key is missing")
            return
        at = self._at
        opened = link.epoch == at.epoch and (link.records, link.key) == (at.began, at.key)
        announced = (link.epoch == at.epoch + 1 and link.records == self.count and link.head == self.head
                     and link.key == chain.key_after(at.key or "00") and chain.is_proven(link, at.key))
        if self._begins_now(link):
            return
        if link.chain != at.chain or not (opened or announced):
            raise Broken(self.count + 1, "records at the end are missing, or audit.key is not the one they were "
                                         "written with")
        if opened and not chain.is_proven(link, at.key_before):
            raise Broken(at.began + 1, "audit.key was changed")

    def _begins_now(self, link: Link) -> bool:
        """Whether it begins a chain of which no record has been written yet."""
        seed = self._seeds.get(link.chain, "") if link.chain != self._at.chain else ""
        return bool(seed) and link.records == self.count and chain.is_proven(link, seed)

    def _resume(self, record: Mapping[str, Any]) -> None:
        """Begin with the first record of a file, by what that says of the one before it. Raises Broken."""
        try:
            follows, epoch = record["follows"], int(record["epoch"])
            name, self.head, public = (str(follows[one]) for one in ("chain", "head", "public"))
        except (TypeError, KeyError, ValueError, OverflowError):
            raise Broken(self.count + 1, "it does not tell what it follows") from None
        self._at = self._at._replace(resumes=False)
        self._compare()
        if "chain" in record:
            return
        if name not in self._seeds or not 0 <= epoch <= self.count:
            raise Broken(self.count + 1, "it belongs to a chain that this box has not begun")
        key = self._seeds[name]
        for _ in range(epoch):
            key = chain.key_after(key)
        self._at = Standing(name, epoch - 1, key=key, publics=(public,))

    def _enter(self, record: Mapping[str, Any]) -> None:
        """Begin the epoch or the chain that a record begins."""
        at = self._at
        if "chain" in record and not (at.coming and record["chain"] == at.chain):
            seed = self._seeds.get(str(record["chain"]))
            if seed is None:
                raise Broken(self.count + 1, "it begins a chain that this box has not begun")
            at = Standing(str(record["chain"]), key=seed, publics=(str(record.get("public")),))
            if not self.head:
                self.head = _digest(self._before)
        if "epoch" in record:
            if not at.chain or record["epoch"] != at.epoch + 1:
                raise Broken(self.count + 1, "it begins an epoch out of turn")
            if at.key and record.get("tag") != chain.tag(at.key, at.chain, record["epoch"], (self.count, self.head)):
                raise Broken(self.count + 1, "it begins an epoch that did not begin there")
            at = at._replace(epoch=record["epoch"], began=self.count, key_before=at.key,
                             key=at.coming or chain.key_after(at.key), coming="")
        self._at = at

    def _check_mac(self, line: bytes, record: Mapping[str, Any]) -> None:
        found = record.get("mac")
        if not self._at.chain:
            if found is not None:
                raise Broken(self.count + 1, "it belongs to a chain that has not begun")
            self._before += line + b"\n"
            return
        body, cut, _ = line.rpartition(b',"mac":"')
        expected = chain.mac(self._at.key, self.head, body + b"}")
        if not cut or line != body + b',"mac":"' + expected.encode() + b'"}':
            raise Broken(self.count + 1, "it was changed, or what comes before it was")
        self.head = expected

    def _check_signature(self, told: Any) -> None:
        """Check a checkpoint. The key before counts, too, as long as its successor has signed nothing."""
        try:
            public, signature = told["public"], told["signature"]
            message = chain.promise(self._at.chain, self.count, self.head, public)
            by = next((one for one in self._at.publics if self._is_signed(one, message, signature)), None)
        except (TypeError, KeyError):
            by = None
        if by is None:
            raise Broken(self.count + 1, "its signature is wrong, or it does not sign what comes before it")
        self._at = self._at._replace(publics=(public, by))
        self.checkpoints += 1


def _digest(text: bytes) -> str:
    import hashlib

    return hashlib.sha256(text).hexdigest()
