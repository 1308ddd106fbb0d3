"""The program that snmpd runs (pass_persist): answers what boxmgmtd has put into a file for it, and nothing else.

It runs as snmpd does, speaks to nobody and opens that one file, in which nothing is secret.
"""

import json
import os
import sys
import time
from bisect import bisect_right
from collections.abc import Iterator
from typing import TextIO

from sysmgmt.domain import mib
from sysmgmt.domain.mib import Oid, Value

FILE = "snmp.json"
STALE = 30.0
"""Seconds after which what boxmgmtd has told last says nothing of how it is now."""
FRESH = 1.0
"""Seconds for which what was read is answered, so that a walk costs one look."""


class Facts:
    """What is answered now."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._read_at = -FRESH
        self._found: dict[Oid, Value] = {}

    def objects(self) -> dict[Oid, Value]:
        """All objects, in their order."""
        now = time.monotonic()
        if now - self._read_at >= FRESH:
            self._read_at, self._found = now, dict(sorted(self._read().items()))
        return self._found

    def _read(self) -> dict[Oid, Value]:
        try:
            with open(self._path, encoding="utf-8") as file:
                facts = json.load(file)
                old = time.time() - os.fstat(file.fileno()).st_mtime
        except (OSError, ValueError):
            facts, old = {}, STALE
        if old >= STALE:
            facts["status"] = mib.STATUS["unknown"]
        return mib.objects(facts)


def answers(facts: Facts, lines: TextIO) -> Iterator[str]:
    """The answers to what snmpd asks (snmpd.conf(5), pass_persist)."""
    for line in lines:
        word = line.strip()
        if word == "PING":
            yield "PONG\n"
        elif word in ("get", "getnext"):
            yield _answer(facts.objects(), word, lines.readline())
        elif word == "set":
            lines.readline()
            lines.readline()
            yield "not-writable\n"


def _answer(objects: dict[Oid, Value], word: str, asked: str) -> str:
    try:
        oid = tuple(int(one) for one in asked.strip().strip(".").split("."))
    except ValueError:
        return "NONE\n"
    if word == "getnext":
        known = list(objects)
        later = bisect_right(known, oid)
        oid = known[later] if later < len(known) else ()
    if oid not in objects:
        return "NONE\n"
    return "\n".join((mib.written(oid), *objects[oid])) + "\n"


def main(path: str) -> None:
    """Answer until snmpd ends; `path` is the socket of boxmgmtd, beside which the file lies."""
    facts = Facts(os.path.join(os.path.dirname(path), FILE))
    for one in answers(facts, sys.stdin):
        sys.stdout.write(one)
        sys.stdout.flush()
