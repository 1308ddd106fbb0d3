"""The manual page of sysmgmt, made from the declarations. `boxmgmt.pages` writes the files."""

from collections.abc import Iterable, Iterator

from sysmgmt import __version__
from sysmgmt.commands.catalog import CHAPTERS
from sysmgmt.domain import passwords, permissions, roles
from sysmgmt.domain.errors import refusals
from sysmgmt.domain.times import words
from sysmgmt.engine import explain
from sysmgmt.engine.declaration import Command, Parameter
from sysmgmt.screen import manual, prose, roff


def sysmgmt() -> str:
    """sysmgmt(1)."""
    return "\n".join([
        *roff.title("sysmgmt", 1, __version__),
        *roff.heading("NAME"), roff.escape("sysmgmt - the command shell of an appliance"),
        *roff.heading("SYNOPSIS"), *roff.example(
            "sysmgmt [--state DIR | --socket PATH] [--user NAME [--password-file FILE]]\n"
            "        [--json] [--keep-going | --atomic] [--no-shortcut] [-c COMMAND]"),
        *roff.heading("DESCRIPTION"), *roff.paragraphs(prose.DESCRIPTION),
        *roff.heading("OPTIONS"), *roff.terms(prose.OPTIONS),
        *roff.heading("LANGUAGE"), *roff.paragraphs(prose.LANGUAGE),
        *roff.heading("BATCHES"), *roff.paragraphs(prose.BATCH),
        *roff.heading("COMMANDS"), *chapters(),
        *roff.heading("PERMISSIONS"), *roff.terms((one.value, text) for one, text in permissions.MEANING.items()),
        *roff.heading("PREDEFINED ROLES"), *roff.terms(predefined_roles()),
        *roff.heading("SECURITY LEVELS"), *roff.terms(levels()),
        *roff.heading("ANSWERS"), *roff.paragraphs(prose.ANSWERS),
        *ending(),
    ]) + "\n"


def ending() -> list[str]:
    """What the pages of both programs end with."""
    return [
        *roff.heading("EXIT STATUS"), *roff.terms(prose.STATUSES),
        *roff.heading("CODES"), *roff.terms(codes()),
        *roff.heading("LOCKED OUT"), *roff.paragraphs(prose.LOCKOUT),
        *roff.heading("VERIFYING AN EXPORT"), *roff.paragraphs(prose.EXPORT),
        *roff.heading("VERIFYING COLLECTED SYSTEM INFO"), *roff.paragraphs(prose.COLLECTED),
        *roff.heading("SETTINGS BACKUP"), *roff.paragraphs(prose.BACKUP),
        *roff.heading("DAMAGED STATE"), *roff.paragraphs(prose.DAMAGE),
        *roff.heading("FILES"), *roff.terms(prose.FILES),
        *roff.heading("ENVIRONMENT"), *roff.terms(prose.ENVIRONMENT),
        *roff.heading("SEE ALSO"), r"\fBboxmgmt\fR(1), \fBsysmgmt\fR(1)",
    ]


def chapters() -> Iterator[str]:
    """Every command, chapter by chapter."""
    for name, commands in CHAPTERS:
        yield from roff.subheading(name)
        for one in commands:
            yield from _command(one)


def _command(command: Command) -> Iterable[str]:
    needs = manual.NEEDS.get(str(command.needs)) or f"the permission {command.needs}"
    notes = f"Needs {needs}." + (" Hidden until the advanced support commands are enabled." if command.advanced else "")
    yield from roff.terms([(explain.synopsis(command), command.summary)])
    yield from (".RS 7", *(roff.paragraphs(command.details) if command.details else []), *roff.paragraphs(notes))
    yield from (*roff.terms(_parameter(one) for one in command.parameters), ".RE")


def _parameter(one: Parameter) -> tuple[str, str]:
    secret = " It is a secret." if one.word.secret else ""
    return f"{one.name}={one.word.syntax}", f"{one.word.about}.{secret}"


def predefined_roles() -> Iterator[tuple[str, str]]:
    """The predefined roles with their permissions."""
    for name, contained in roles.PREDEFINED.items():
        missing = sorted(set(permissions.Permission) - contained)
        few = ", ".join(sorted(contained))
        yield name, few if len(contained) < 5 else "everything" + (f" but {' and '.join(missing)}" if missing else "")


def levels() -> Iterator[tuple[str, str]]:
    """The security levels with their rules."""
    for name, rules in passwords.LEVELS.items():
        age = f"; expires after {words(rules.max_age_days * passwords.DAY)}" if rules.max_age_days else ""
        young = f"; an own change once in {rules.min_age_hours} hours" if rules.min_age_hours else ""
        history = f"; none of the last {rules.history} passwords" if rules.history else ""
        yield name, f"{passwords.wanted(rules)}{age}{young}{history}."


def codes() -> Iterator[tuple[str, str]]:
    """The codes of all refusals with status and meaning."""
    yield "Done, Unchanged (0)", "It was done; nothing had to be changed."
    for one in sorted(refusals(), key=lambda one: one.status):
        yield f"{one.__name__} ({one.status})", " ".join((one.__doc__ or "").split())
