"""What is done to a log, and by whom."""

import json
from collections.abc import Callable
from typing import Any

from sysmgmt.store import chain
from tests.tamper.logs import Line, Log, number_of

Tampering = Callable[[list[Line], int], list[Line]]
KINDS: dict[str, Tampering] = {
    "edit": lambda lines, at: [*lines[:at], _edited(lines[at]), *lines[at + 1:]],
    "delete": lambda lines, at: [*lines[:at], *lines[at + 1:]],
    "reorder": lambda lines, at: [*lines[:at], *_swapped(lines[at], lines[at + 1]), *lines[at + 2:]],
    "duplicate": lambda lines, at: [*lines[:at + 1], *lines[at:]],
    "insert": lambda lines, at: [*lines[:at], _invented(lines[at]), *lines[at:]],
    "cut the end": lambda lines, at: lines[:at],
    "empty": lambda lines, at: [],
    "half a line": lambda lines, at: [*lines[:at], lines[at]._replace(text=lines[at].text[:20])],
}
"""What is done at the line `at`, counted from 0; there is one behind it."""


def _edited(line: Line) -> Line:
    """The line with another value in its own fields, those of the chain left as they are."""
    return line._replace(text=line.text.replace(b'"seq":', b'"forged":1,"seq":', 1))


def _invented(line: Line) -> Line:
    """Another record with the same number."""
    return line._replace(text=b'{"seq":%d,"forged":1}\n' % (number_of(line.text) or 0))


def _swapped(one: Line, other: Line) -> tuple[Line, Line]:
    return other._replace(file=one.file), one._replace(file=other.file)


Forgery = Callable[[Log, list[Line], int], tuple[list[Line], bytes]]


def writes_the_log(log: Log, lines: list[Line], at: int) -> tuple[list[Line], bytes]:
    """Whoever can write the files of the log, and no more."""
    return lines, log.key


def has_the_key(log: Log, lines: list[Line], at: int) -> tuple[list[Line], bytes]:
    """Whoever knows the key in force besides: numbers and MACs from the tampering on are written anew with it."""
    link = chain.read(log.key)
    assert link is not None
    forged, head = lines[:at], _mac(lines[at - 1]) if at and lines else ""
    for line in lines[at:]:
        record = _record(line)
        if record is None:
            forged.append(line)
            continue
        record["seq"] = log.kept + len(forged)
        if "follows" in record:
            record["follows"]["head"] = head
        record.pop("mac", None)
        text = json.dumps(record, separators=(",", ":")).encode()
        head = chain.mac(link.key, head, text)
        forged.append(line._replace(text=text[:-1] + b',"mac":"%b"}\n' % head.encode()))
    return forged, log.key


def writes_everything(log: Log, lines: list[Line], at: int) -> tuple[list[Line], bytes]:
    """Whoever writes the file of the key too, so that it fits what is left."""
    forged, _ = has_the_key(log, lines, at)
    link = chain.read(log.key)
    assert link is not None
    whole = [one for one in forged if _record(one) is not None]
    if log.kept - 1 + len(whole) < link.records:
        link = link._replace(records=log.kept - 1 + len(whole), head=_mac(whole[-1]) if whole else "")
    return forged, chain.written(link)


def lets_today_begin_earlier(log: Log, lines: list[Line], at: int) -> tuple[list[Line], bytes]:
    """Whoever has the current epoch begin at the tampering, with the key in force, and moves that on at the end."""
    link = chain.read(log.key)
    assert link is not None
    opens = {"epoch": link.epoch, "tag": link.tag}
    again = [one if (found := _record(one)) is None or number < at else one._replace(text=json.dumps(
        {name: value for name, value in found.items() if name not in ("epoch", "tag", "chain")}
        | (opens if number == at else {})).encode() + b"\n") for number, one in enumerate(lines)]
    forged, _ = has_the_key(log, again, at)
    whole = [one for one in forged if _record(one) is not None]
    if not whole:
        return forged, log.key
    return forged, chain.written(chain.following(link, (log.kept - 1 + len(whole), _mac(whole[-1])), link.began))


ATTACKERS: dict[str, Forgery] = {"writes the log": writes_the_log, "has the key": has_the_key,
                                 "writes everything": writes_everything,
                                 "lets today begin earlier": lets_today_begin_earlier}


def _record(line: Line) -> Any:
    try:
        found = json.loads(line.text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _mac(line: Line) -> str:
    return str((_record(line) or {}).get("mac", ""))
