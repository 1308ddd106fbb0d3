"""The self-test: cryptography, installed files, state, audit, services; and the safe state after one that failed.

In the safe state everything can be looked at and nothing changed, but for what keeps the box within reach:
see `authorization`. It ends with the next self-test that passes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sysmgmt.domain import facts
from sysmgmt.domain.conditions import SELF_TEST, Finding
from sysmgmt.domain.errors import Refusal, SelfTestFailed
from sysmgmt.domain.model import State
from sysmgmt.domain.progress import Report, unheard
from sysmgmt.engine import attempt, audit_seeds
from sysmgmt.engine.declaration import Command
from sysmgmt.engine.dispatch import House
from sysmgmt.engine.own_work import settle
from sysmgmt.engine.ports import Box, Soundness

PASSED = "passed"
KINDS = frozenset({"SelfTestFails"})


class Part(NamedTuple):
    """A part of the self-test; `problem` is "" where it has passed."""

    name: str
    problem: str = ""


def run(box: Box, catalog: Mapping[str, Command], report: Report = unheard) -> dict[str, Any]:
    """Test everything, begin or end the safe state, and say what was found. Raises SelfTestFailed."""
    state = box.store.read()
    parts = list(_tested(box, state, report))
    failed = [one for one in parts if one.problem]
    words = "; ".join(f"{one.name}: {one.problem}" for one in failed)
    if state.installed:
        found = [Finding("SelfTestFails", SELF_TEST, words)] if failed else []
        settle(House(box, catalog, attempt.verify), KINDS, found)
    if failed:
        raise SelfTestFailed(what=words)
    return {"self_test": PASSED, "parts": [one.name for one in parts], "files_compared_with": box.soundness.source()}


def check_release(sound: Soundness) -> None:
    """Test what can be tested of a release that is not in force yet. Raises SelfTestFailed."""
    wrong = [*sound.wrong_answers(), *sound.altered()]
    if wrong:
        raise SelfTestFailed(what=", ".join(wrong[:10]))


def _tested(box: Box, state: State, report: Report) -> Iterator[Part]:
    tests: Sequence[tuple[str, Callable[[], str]]] = (
        ("cryptography", lambda: ", ".join(box.soundness.wrong_answers())),
        ("installed files", lambda: ", ".join(box.soundness.altered()[:10])),
        ("state", lambda: _state(box, state)), ("audit", lambda: _audit(box, state)),
        ("services", lambda: _services(box, state)))
    for number, (name, test) in enumerate(tests):
        report(f"Testing the {name}", number, len(tests))
        try:
            yield Part(name, test())
        except (Refusal, OSError) as problem:
            yield Part(name, str(problem))


def _state(box: Box, state: State) -> str:
    box.store.check()
    facts.checked(state)
    return ""


def _audit(box: Box, state: State) -> str:
    if not state.installed:
        return ""
    found = box.audit.verify(audit_seeds.seeds(state, box.sealer), kept=state.settings.audit_kept)
    now = box.store.read()
    if not found["intact"] and now.settings.audit_kept != state.settings.audit_kept:
        return _audit(box, now)  # archives were removed meanwhile
    return "" if found["intact"] else f"record {found['first_bad_record']}: {found['reason']}"


def _services(box: Box, state: State) -> str:
    box.services.prepare(state, state).discard()
    return ""
