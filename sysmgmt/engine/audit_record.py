"""What the audit says of a request: one record, or for a change an intent and its outcome."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from sysmgmt.domain import changes
from sysmgmt.domain.changes import Difference
from sysmgmt.domain.errors import Refusal
from sysmgmt.domain.names import is_harmless
from sysmgmt.domain.secrecy import MASK
from sysmgmt.domain.times import iso
from sysmgmt.engine import authorization
from sysmgmt.engine.declaration import MAKERS_OF_ROOM, OWN_WORK, Command
from sysmgmt.engine.ports import Box
from sysmgmt.engine.request import SYSTEM, Answer, Caller, Request

_LONGEST, _MOST = 200, 50
"""Characters of a value that the audit keeps; names of parameters, and differences, of one request."""


class Record:
    """The audit record of one request. The intent of a change is durable before the act.

    `reserve` lets it use reserved space on a full disk, and so do commands. An outcome always may where
    there was an intent: what has been done is not refused for want of space to say so. Requests of who
    cannot make room have no part in the last of the disk either: they could use it up (attack 7).
    """

    def __init__(self, box: Box, caller: Caller, request: Request, command: Command | None,
                 reserve: bool = False) -> None:
        self._box = box
        self._caller = caller
        self._is_own_work = command is not None and command.needs == OWN_WORK
        self.reserve = reserve or self._is_reserved(request, command)
        """Whether the request may use reserved space."""
        self._id = box.clock.token()
        known = command is not None or not request.command or is_harmless(request.command)
        self._facts: dict[str, Any] = {
            "id": self._id, "user": caller.user, "session": caller.session, "origin": caller.origin,
            "endpoint": caller.endpoint, "command": request.command if known else MASK,
            "parameters": masked(request.texts, command),
        }
        if len(request.texts) > _MOST:
            self._facts["parameters_left_out"] = len(request.texts) - len(self._facts["parameters"])
        if request.dry_run:
            self._facts["dry_run"] = True
        self._intended = self._promised = False

    def intent(self, durable: bool = True) -> None:
        """Write, once, that the request is about to be carried out."""
        if not self._intended:
            self._intended = True
            with unless_guaranteed(self._box):
                self._write({"phase": "intent"}, durable)
                self._promised = True
            self._promised = self._promised or not self.is_modest()

    def changed(self, differences: Iterable[Difference]) -> None:
        """Keep what the request changed, old -> new, for its outcome."""
        kept = [one[:_LONGEST] for one in changes.lasting(differences)]
        if kept:
            self._facts["changes"] = kept[:_MOST]

    def note(self, facts: Mapping[str, Any]) -> None:
        """Facts that the outcome tells besides, such as the fingerprint of what came in a file."""
        if facts:
            self._facts["notes"] = dict(facts)

    def outcome(self, answer: Answer) -> None:
        """Write what became of it. Where that is not possible, what was done or refused stays so."""
        phase = {"phase": "outcome"} if self._intended else {}
        if answer.status:
            self._facts.pop("changes", None)
        with suppress(Refusal):
            self._write({**phase, "code": answer.code, "status": answer.status}, False)

    def failure(self, error: BaseException) -> str:
        """Write where an unexpected `error` happened; the id under which it stands."""
        return self.reported(type(error).__name__, frames(error))

    def reported(self, kind: str, where: list[str]) -> str:
        """Write that an error of the type `kind` happened; the id under which it stands.

        Neither its text nor any local value is written, since both may hold a secret.
        """
        with suppress(Refusal):
            self._write({"phase": "error", "type": kind, "frames": where}, True)
        return self._id

    def _write(self, more: Mapping[str, Any], durable: bool) -> None:
        record = {"time": iso(self._box.clock.now(), 6), **self._facts, **more}
        self._box.audit.append(record, durable, self.reserve or self._promised, self.is_modest)

    def _is_reserved(self, request: Request, command: Command | None) -> bool:
        if command is None or not command.reserve:
            return False
        if command.reserve == MAKERS_OF_ROOM:
            return self._makes_room(request.texts.get("name", ""))
        return self._is_own_work or self._may(command.needs)

    def _may(self, needs: str) -> bool:
        """Whether the caller may run what needs that: whoever may not is refused, and could use the reserve up so."""
        with suppress(Refusal):
            return authorization.may_use_reserve(self._box.store.read(), self._caller.user, needs)
        return False

    def is_modest(self) -> bool:
        """Whether it has no part in the last of the disk: nor has what the box does where guesses locked somebody."""
        return self._caller != SYSTEM and not self._makes_room(self._caller.user) and not (
            self._is_own_work and not self._is_locked())

    def _is_locked(self) -> bool:
        with suppress(Refusal):
            account = self._box.store.read().accounts.get(self._caller.user)
            return account is not None and bool(account.locked_by)
        return False

    def _makes_room(self, name: str) -> bool:
        with suppress(Refusal):
            state = self._box.store.read()
            return not state.installed or authorization.makes_room(state, name, self._caller.console)
        return False


@contextmanager
def unless_guaranteed(box: Box) -> Iterator[None]:
    """Go on where a record cannot be written, unless a change needs its record by the policy (requirement 84)."""
    try:
        yield
    except Refusal:
        if box.store.read().settings.audit.guarantee:
            raise


def _carries_secret(text: str, command: Command) -> bool:
    """Whether wrong quotes made a secret part of another value: `"password=..."`, also one of another command."""
    if "=" not in text:
        return False
    names = ("password", *(one.name for one in command.parameters if one.word.secret))
    return any(f"{name}=" in text for name in names)


def masked(texts: Mapping[str, str], command: Command | None) -> dict[str, str]:
    """`texts` without secrets; of what no declaration knows, only some names that are no misplaced secrets are kept."""
    shown: dict[str, str] = {}
    for name, text in texts.items():
        parameter = command.parameter(name) if command else None
        if parameter is None and len(shown) >= _MOST:
            continue
        secret = parameter is None or parameter.word.secret or (command and _carries_secret(text, command))
        kept = parameter.word.recorded if parameter else str
        shown[name if parameter or is_harmless(name) else MASK] = MASK if secret else kept(text)[:_LONGEST]
    return shown


def frames(error: BaseException) -> list[str]:
    """Where an unexpected `error` happened, outermost first."""
    import traceback  # only needed where something is wrong already

    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
