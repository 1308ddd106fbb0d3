"""The chain of the audit: each record carries a MAC over itself and the MAC of the record before it.

The key moves on with every epoch and cannot be moved back, so whoever learns today's key can forge
nothing that was written before today's epoch. Whoever knows the seed, which the state keeps sealed,
can compute every key, and so verify. The record that opens an epoch proves with the key before that
it opens it there: whoever has today's key cannot let today begin earlier. Checkpoints are signed
besides, with a key that is thrown away after its one signature: not even the seed lets anybody forge
the past behind one.

What remains is a tail cut off within the current epoch; it takes a (records, head) known elsewhere.
"""

import hmac
import json
from typing import NamedTuple

from sysmgmt.domain.errors import StateDamaged

MOST_RECORDS, LONGEST = 1000, 60.0
"""Records, and seconds, after which an epoch ends."""


class Link(NamedTuple):
    """The key of the current epoch, and where that began: after so many `records`, the last one with the MAC `head`.

    `tag` proves both with the key before, so that they cannot be changed later. `began` is in
    seconds since 1970. `private` signs the next checkpoint, `public` is its other half; `signed`
    are the records up to the last checkpoint. `made_at` is when the chain began, `boot` the start of
    the machine since which it stands here; both may be unknown.
    """

    chain: str
    epoch: int
    records: int
    head: str
    tag: str
    began: float
    key: str
    private: str
    public: str
    signed: int
    made_at: float | None = None
    boot: str = ""

    def is_of_before(self, boot: str) -> bool:
        """Whether the machine has been started anew since."""
        return bool(self.boot and boot) and self.boot != boot

    def is_due(self, count: int, now: float) -> bool:
        """Whether the epoch has had its time or its records."""
        return count - self.records >= MOST_RECORDS or not 0 <= now - self.began < LONGEST


def name_of(seed: str) -> str:
    """What a chain is called; it tells nothing of the seed (hexadecimal)."""
    return mac(seed, "", b"name of the chain")[:16]


def first(seed: str, at: tuple[int, str], now: float, pair: tuple[str, str]) -> Link:
    """The first link of the chain that grows from `seed`, after what `at` tells (how many records, MAC of the last)."""
    chain = name_of(seed)
    return Link(chain, 0, *at, tag(seed, chain, 0, at), now, key_after(seed), *pair, at[0], now)


def following(link: Link, at: tuple[int, str], now: float, pair: tuple[str, str] | None = None) -> Link:
    """The next link, with another pair of signing keys if one is given."""
    epoch = link.epoch + 1
    proof, key = tag(link.key, link.chain, epoch, at), key_after(link.key)
    moved = link._replace(epoch=epoch, records=at[0], head=at[1], tag=proof, began=now, key=key)
    return moved if pair is None else moved._replace(private=pair[0], public=pair[1], signed=at[0])


def is_proven(link: Link, key_before: str) -> bool:
    """Whether the beginning of an epoch is what it was when that began."""
    return link.tag == tag(key_before, link.chain, link.epoch, (link.records, link.head))


def key_after(key: str) -> str:
    """The key of the next epoch."""
    return mac(key, "", b"next epoch")


def mac(key: str, head: str, body: bytes) -> str:
    """HMAC-SHA-256 over the MAC before and the record, in hexadecimal."""
    return hmac.digest(bytes.fromhex(key), _bytes(head) + body, "sha256").hex()


def promise(chain: str, count: int, head: str, public: str) -> bytes:
    """What a checkpoint signs: all records so far, and the key that signs the next one."""
    return _bytes(f"boxmgmt audit checkpoint {chain} {count} {head} {public}")


def _bytes(text: str) -> bytes:
    """The bytes of a text, whatever a record that was changed says."""
    return text.encode(errors="surrogatepass")


def written(link: Link) -> bytes:
    """The text of the key file."""
    return json.dumps(link._asdict()).encode() + b"\n"


def read(text: bytes | None) -> Link | None:
    """What the key file says; None where there is none. Raises StateDamaged."""
    if text is None:
        return None
    try:
        link = Link(**json.loads(text))
        bytes.fromhex(link.key)
        if not all(isinstance(one, kind if kind is str else kind | int)
                   for one, kind in zip(link, Link.__annotations__.values(), strict=True)):
            raise ValueError("no number, or no text")
        return link
    except (ValueError, TypeError, RecursionError):
        raise StateDamaged(what="audit.key holds no key") from None


def tag(key: str, chain: str, epoch: int, at: tuple[int, str]) -> str:
    """What proves, with the key before, that an epoch begins after so many records, the last with that MAC."""
    return mac(key, "", _bytes(f"epoch {chain} {epoch} {at[0]} {at[1]}"))
