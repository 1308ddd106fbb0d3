"""What goes to the engine and what comes back: values that serialise."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sysmgmt.domain.errors import AccountLocked, Refusal
from sysmgmt.domain.names import is_harmless


class Caller(NamedTuple):
    """Who asks, and from where. `due`: a new password must be chosen before anything else.

    `console` says that the asker stands at the local console of the box.
    """

    user: str = ""
    session: str = ""
    origin: str = ""
    endpoint: str = ""
    console: bool = False
    due: bool = False
    advanced: bool = False


LOGIN = "log_in"
"""What a login is called in the audit."""
SYSTEM = Caller(user="system", origin="local", endpoint="box")
"""Who the audit names for what the box does by itself."""


class Request(NamedTuple):
    """A command's name, its parameters as texts, and how it is to run.

    `confirmed` says yes to whatever is asked, `answered` is the question to which a person has said yes.
    """

    command: str
    texts: Mapping[str, str] = {}
    dry_run: bool = False
    confirmed: bool = False
    answered: str = ""

    def confirms(self, question: str) -> bool:
        """Whether that is confirmed: of a question that has changed since, nobody knows."""
        return self.confirmed or question in self.answered


class Answer(NamedTuple):
    """What became of a request. `code` is Done, Unchanged or the name of a refusal.

    `fatal` says that the session that asked is over; `confirms` are texts that a request which a
    person has confirmed must carry besides, so that what was shown is what happens. `download` is written as it stands,
    in the place of what is shown; with --json it is a field of its own. `confirmed`: a person was asked before.
    """

    command: str | None
    code: str = "Done"
    status: int = 0
    result: Mapping[str, Any] | None = None
    message: str | None = None
    hint: str | None = None
    warnings: tuple[str, ...] = ()
    dry_run: bool = False
    changes: bool = False
    fatal: bool = False
    confirms: Mapping[str, str] = {}
    download: str = ""
    confirmed: bool = False

    @property
    def is_carried_out(self) -> bool:
        """Whether it tells of something that was done and stays done."""
        return self.changes and self.code == "Done" and not self.dry_run


def refused(command: str | None, refusal: Refusal) -> Answer:
    """The answer that a refusal is; it does not repeat a command that may be a misplaced secret."""
    told = command if command and is_harmless(command) else None
    return Answer(told, refusal.code, refusal.status, message=str(refusal), hint=refusal.advice,
                  fatal=refusal.status == 5 or isinstance(refusal, AccountLocked), confirms=refusal.confirms)
