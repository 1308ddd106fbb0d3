"""An export of the audit: records as they were written, signed with the key of the system certificate.

It is one text: a line of JSON that says what it is, the lines of the records, and a detached CMS
signature of all lines before it, as PEM with the certificates in it (C29).
"""

import json
from typing import Any, NamedTuple

from sysmgmt.domain import certificates
from sysmgmt.domain.logs import Wanted
from sysmgmt.domain.times import iso
from sysmgmt.engine import certification
from sysmgmt.engine.declaration import Call

MOST = 8_000_000
"""Bytes of records in one export; a single record may have more."""


class Export(NamedTuple):
    """What was exported: `facts` stand in its first line, `last` is the last number, `complete` whether more follow."""

    text: str
    facts: dict[str, Any]
    last: int
    complete: bool


def make(call: Call, wanted: Wanted) -> Export:
    """Export the records that are wanted. Raises NoCertificate, CertificateRefused, MasterKeyMissing, StorageFailed."""
    signer = certificates.system(call.state, call.now)
    key = certification.key_of(call.box.sealer, signer)
    records, head = call.box.audit.anchor()
    lines, last, complete = _gathered(call, wanted, records)
    facts = {"box": call.state.settings.name, "box_id": call.state.settings.box_id, "made_at": iso(call.now),
             "made_by": call.caller.user, "after": wanted.after or 0, "since": wanted.since or None,
             "until": wanted.until or None, "records": len(lines), "last": last, "complete": complete,
             "audit_records": records, "audit_head": head}
    text = json.dumps({"audit_export": facts}).encode() + b"\n" + b"".join(lines)
    signature = call.box.certifier.sign(text, signer.certificates, key)
    return Export(text.decode("ascii") + signature, facts, last, complete)


def _gathered(call: Call, wanted: Wanted, newest: int) -> tuple[list[bytes], int, bool]:
    """The lines of the records up to the number `newest`, the last number looked at, and whether those are all."""
    lines: list[bytes] = []
    size, last = 0, wanted.after or 0
    for record, line in call.box.audit_files.lines(last):
        if record["seq"] > newest:
            break
        if wanted.matches(record):
            size += len(line)
            if size > MOST and lines:
                return lines, last, False
            lines.append(line)
        last = record["seq"]
    return lines, last, True
