"""W7: a key with its certificate beside openssl, and what replacing the master key costs per stored secret."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sysmgmt import box
from sysmgmt.domain import sealed
from sysmgmt.domain.model import SigningRequest, Subject
from sysmgmt.engine.dispatch import House, Reply
from sysmgmt.engine.embedded import EmbeddedDoor
from sysmgmt.engine.request import Answer, Caller, Request
from tests.bench import boxes
from tests.bench.clock import Finding, Goal, Work, compare, process

LINE = "create_system_certificate common_name=box1 key_type={}\n"
IN_ONE_SHELL = 100
CHANGES = "".join(f"set_login_banner text={number}\n" for number in range(1, IN_ONE_SHELL)).encode()
STORED = 2000
BARE = "unseal, seal, unseal again (limit)"
IN_SHELL = {"ec_p384": 0.3, "rsa3072": 0.6}
"""How many times as long as openssl a key in the shell may take."""
FOR_A_MEAN = {"ec_p384": 1, "rsa3072": 10}
"""Keys that stand for one: how long the search for primes takes is chance."""
OPENSSL = {"ec_p384": ("ec", "-pkeyopt", "ec_paramgen_curve:P-384"), "rsa3072": ("rsa:3072",)}


def measure(folder: Path, rounds: int) -> Iterator[Finding]:
    """Everything."""
    started = boxes.new(folder / "w7")
    for kind, options in OPENSSL.items():
        made = ["openssl", "req", "-x509", "-nodes", "-subj", "/CN=box1", "-days", "365", "-newkey", *options,
                "-keyout", str(folder / "key"), "-out", str(folder / "certificate")]
        line = LINE.format(kind)
        yield from compare(f"W7 {kind} key and certificate", [
            Work("openssl req", _mean(process(made), FOR_A_MEAN[kind])),
            Work("sysmgmt -c", _mean(process([*started, "-c", line.strip()]), FOR_A_MEAN[kind])),
            Work("in the shell", _each(process(started, line.encode() * IN_ONE_SHELL),
                                       process(started, line.encode() + CHANGES))),
        ], rounds if kind == "ec_p384" else max(3, rounds // 3),
            goals=[Goal("in the shell", "openssl req", IN_SHELL[kind]), Goal("sysmgmt -c", "openssl req")])
    house, session = _stored(folder / "w7-stored")
    door = EmbeddedDoor(house, session, Reply(Answer(None), session))
    yield from compare("W7 a new master key", [
        Work(BARE, _bare),
        Work("sealed.replaced", partial(_rewrapped, house)),
        Work("regenerate_encryption_keys", partial(_regenerated, door)),
    ], max(3, rounds // 3), STORED, [Goal("regenerate_encryption_keys", BARE)])


def _mean(once: Callable[[], float], number: int) -> Callable[[], float]:
    return lambda: sum(once() for _ in range(number)) / number


def _each(whole: Callable[[], float], without: Callable[[], float]) -> Callable[[], float]:
    """One of the lines of a shell, net of its start, of what the first of them loads and of what a change costs."""
    def least(seconds: Callable[[], float]) -> float:
        return min(seconds() for _ in range(3))  # of a difference, what else runs may take away too
    return lambda: (least(whole) - least(without)) / (IN_ONE_SHELL - 1)


def _stored(folder: Path) -> tuple[House, Caller]:
    """A box with so many sealed secrets, and somebody who is logged in."""
    boxes.new(folder)
    house = box.embedded(str(folder))
    with house.box.store.writing() as transaction:
        state = transaction.state
        table = state.signing_requests
        secret = house.box.certifier.make_key("ec_p384")
        for number in range(STORED):
            use = f"use{number}"
            text = house.box.sealer.seal(secret, sealed.place("signing_requests", use, "key"),
                                         state.settings.master_key)
            table = table.put(use, SigningRequest(use, "", Subject(use), "ec_p384", text))
        transaction.save(state._replace(signing_requests=table))
    door = EmbeddedDoor(house, Caller(origin="local", endpoint="batch"))
    assert not door.log_in("admin", boxes.PASSWORD).status
    return house, door.caller


def _bare() -> float:
    cipher, nonce, text = AESGCM(bytes(32)), bytes(12), bytes(300)
    sealed_text = cipher.encrypt(nonce, text, b"place")
    began = time.perf_counter()
    for _ in range(STORED):
        cipher.decrypt(nonce, sealed_text, b"place")
        cipher.decrypt(nonce, cipher.encrypt(nonce, text, b"place"), b"place")
    return time.perf_counter() - began


def _rewrapped(house: House) -> float:
    """As the ceremony does it: unsealed, sealed, unsealed again and compared; nothing is saved."""
    sealer, state = house.box.sealer, house.box.store.read()
    key = sealer.make(0.0)
    list(state.signing_requests.values())  # read once, as the ceremony finds them

    def anew(text: str, place: str) -> str:
        opened = sealer.unseal(text, place)
        found = sealer.seal(opened, place, key)
        assert sealer.unseal(found, place) == opened
        return found
    began = time.perf_counter()
    sealed.replaced(state, anew)
    return time.perf_counter() - began


def _regenerated(door: EmbeddedDoor) -> float:
    """All of it: with the check of a cheap password, the audit, and the durable change of the state."""
    request = Request("regenerate_encryption_keys", {"password": boxes.PASSWORD}, confirmed=True)
    began = time.perf_counter()
    answer = door.run(request)
    assert answer.code == "Done", answer
    return time.perf_counter() - began
