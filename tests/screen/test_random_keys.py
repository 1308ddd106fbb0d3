"""Any keys at any time, short limits: the terminal is always left clean, and nobody sees a traceback."""

import json
import random
import time

import pytest

from .harness import Terminal

KEYS = ["x", "\t", "\r", "text\r", "secret twice\r", "confirm\r", "page 100\r", "\x03", "\x03\x03", "\x1b[A",
        "sleep 0.05\r", "\x1b[200~a\nb\x1b[201~", "m\t\t", "\x12", "\x1a", "\x1b", "q", "\x1c"]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("term", ["xterm", "dumb"])
def test_any_keys_at_any_time_leave_a_clean_terminal(seed: int, term: str) -> None:
    chance = random.Random(seed)
    options = {"limit": chance.choice([0.02, 0.05, 0.1, 0.3]), "stands": chance.choice([1e9, 0.6])}
    terminal = Terminal("demo.py", json.dumps(options), environment={"TERM": term})
    terminal.until("demo 0>")
    until = time.monotonic() + 1
    while time.monotonic() < until and terminal.child.isalive():
        terminal.send(chance.choice(KEYS))
        terminal.quiet(chance.choice([0, 0.01, 0.04]))
    assert terminal.end() in (0, 5)
    assert terminal.is_clean()
    for word in ("Traceback", "ENTER", "Exception"):
        assert word not in terminal.raw
