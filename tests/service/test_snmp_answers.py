"""The file BOXMGMT-MIB.txt, read by Net-SNMP's own reader, and what the agent and notifications say by its numbers."""

import io
import json
import os
import re
import subprocess
import time
from pathlib import Path

import pytest

import sysmgmt
from sysmgmt.domain import mib, snmp
from sysmgmt.service.snmp_answers import Facts, answers
from tests.support.snmp import ENVIRONMENT

MIB = Path(sysmgmt.__file__).parent / "mibs/BOXMGMT-MIB.txt"
STANDARD = Path(__file__).parents[1] / "support/mibs"
"""As much of the modules of the standards as it imports: Debian has none of them."""
FACTS = {"name": "box1", "version": "1.0", "id": "ab", "status": 2, "users": 3, "locked_users": 1, "sessions": 2,
         "audit_records": 70, "audit_head": "cd", "last_event": 9, "told_at": "2026-01-31T00:00:00Z",
         "conditions": [{"kind": "DiskSpaceLow", "subject": "/", "level": "warning", "since": "now", "details": "x\ny"},
                        {"kind": "MailFails", "subject": "", "level": "error", "since": "now", "details": "ü" * 999}]}
EVENT = {"seq": 5, "id": 1001, "name": "UserAdded", "level": "info", "summary": "User bob was added."}


def translated(folder: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    """What snmptranslate says with the module in `folder`."""
    return subprocess.run(["snmptranslate", "-Pw", "-Pe", "-M", f"{STANDARD}:{folder}", "-m", "BOXMGMT-MIB", *options],
                          env={**ENVIRONMENT, "SNMP_PERSISTENT_DIR": str(folder)}, capture_output=True, text=True)


@pytest.mark.checklist("R023")
def test_snmptranslate_reads_the_file_without_a_warning(folder: Path) -> None:
    (folder / MIB.name).write_text(MIB.read_text())
    done = translated(folder, "-Tp", "-IR", "boxmgmtMIB")
    assert done.returncode == 0 and not [line for line in done.stderr.splitlines() if "Created directory" not in line]
    assert "boxConditionDetails(6)" in done.stdout and "boxHappened(1)" in done.stdout
    (folder / MIB.name).write_text(MIB.read_text().replace("boxmgmtBox 3", "boxmgmtBax 3"))
    assert "boxmgmtBax" in translated(folder, "-Tp").stderr, "the control: it would warn"


def test_every_number_that_is_sent_has_its_name_in_the_file(folder: Path) -> None:
    (folder / MIB.name).write_text(MIB.read_text())
    sent = {**mib.objects(FACTS), **dict(snmp.of_event(EVENT, "box1", time.time()).values)}
    oids = [mib.written(one) for one in (*sent, mib.EVENT, mib.EVENT_OVER, mib.TEST)]
    names = translated(folder, *oids).stdout.split()
    assert len(names) == len(oids) and all(re.fullmatch(r"BOXMGMT-MIB::box\w+(\.\d+)?", one) for one in names), names
    declared = re.findall(r"^(box\w+) (?:OBJECT-TYPE\n.*\n    MAX-ACCESS  (?:read-only|acc)|NOTIFICATION-TYPE)",
                          MIB.read_text(), re.MULTILINE)
    assert set(declared) == {one.split("::")[1].split(".")[0] for one in names}


def asked(folder: Path, *lines: str) -> list[str]:
    """What the program that snmpd runs answers."""
    text = "".join(f"{line}\n" for line in lines)
    return "".join(answers(Facts(str(folder / "snmp.json")), io.StringIO(text))).splitlines()


def test_the_agent_is_answered_line_for_line(folder: Path) -> None:
    (folder / "snmp.json").write_text(json.dumps(FACTS))
    root = mib.written(mib.ROOT)
    assert asked(folder, "PING") == ["PONG"]
    assert asked(folder, "get", f"{root}.1.1.1.0") == [f"{root}.1.1.1.0", "string", "box1"]
    assert asked(folder, "get", f"{root}.1.1.1") == ["NONE"] == asked(folder, "get", "nonsense")
    assert asked(folder, "getnext", root)[0] == f"{root}.1.1.1.0"
    assert asked(folder, "getnext", f"{root}.1.2.1.6.1")[0] == f"{root}.1.2.1.6.2", "the rows of a column in a row"
    assert asked(folder, "getnext", f"{root}.1.2.1.6.2") == ["NONE"], "it ends"
    assert asked(folder, "set", f"{root}.1.1.1.0", "string mine") == ["not-writable"]
    details = asked(folder, "get", f"{root}.1.2.1.6.1", "get", f"{root}.1.2.1.6.2")
    assert details[2] == "x y" and details[5] == "ü" * 512, "in one line, and no longer than it may be"


@pytest.mark.parametrize("spoiled", ["", "[", None])
def test_without_news_of_boxmgmtd_the_state_is_unknown(folder: Path, spoiled: "str | None") -> None:
    path = folder / "snmp.json"
    status = mib.written((*mib.ROOT, 1, 1, 4, 0))
    if spoiled is None:
        path.write_text(json.dumps(FACTS))
        assert asked(folder, "get", status)[2] == "2"
        os.utime(path, (time.time() - 31,) * 2)
        assert asked(folder, "get", f"{status[:-3]}1.0")[2] == "box1"
    else:
        path.write_text(spoiled)
    assert asked(folder, "get", status)[2] == "3"
