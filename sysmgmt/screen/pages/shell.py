"""The manual page of sysmgmt, made from the declarations. `boxmgmt.pages` writes the files."""

from collections.abc import Iterable, Iterator

from sysmgmt import __version__
from sysmgmt.commands.catalog import CHAPTERS, COMMANDS
from sysmgmt.domain import event_kinds, passwords, permissions, roles
from sysmgmt.domain.errors import refusals
from sysmgmt.domain.levels import LEVELS, Rules
from sysmgmt.domain.times import DAY, words
from sysmgmt.engine import explain
from sysmgmt.engine.declaration import Command, Parameter
from sysmgmt.screen import help
from sysmgmt.screen.pages import ldap, prose, roff, usage


def sysmgmt() -> str:
    """sysmgmt(1)."""
    return "\n".join([
        *roff.title("sysmgmt", 1, __version__),
        *roff.heading("NAME"), roff.escape("sysmgmt - the command shell of an appliance"),
        *roff.heading("SYNOPSIS"), *roff.example(usage.SYNOPSES["sysmgmt"]),
        *roff.heading("DESCRIPTION"), *roff.paragraphs(prose.DESCRIPTION),
        *roff.heading("OPTIONS"), *usage.terms("sysmgmt"),
        *roff.heading("LANGUAGE"), *roff.paragraphs(prose.LANGUAGE),
        *roff.heading("BATCHES"), *roff.paragraphs(prose.BATCH),
        *roff.heading("COMMANDS"), *chapters(),
        *roff.heading("PERMISSIONS"), *roff.terms((one.value, text) for one, text in permissions.MEANING.items()),
        *roff.heading("PREDEFINED ROLES"), *roff.terms(predefined_roles()),
        *roff.heading("SECURITY LEVELS"), *roff.terms(levels()), *roff.paragraphs(prose.RESET),
        *roff.heading("LDAP"), *roff.paragraphs(ldap.LDAP),
        *roff.heading("ANSWERS"), *roff.paragraphs(prose.ANSWERS),
        *roff.heading("EVENTS"), *roff.paragraphs(prose.EVENTS), *roff.terms(events()),
        *ending("sysmgmt"),
    ]) + "\n"


def ending(program: str) -> list[str]:
    """What the pages of both shells end with."""
    return [
        *roff.heading("EXIT STATUS"), *roff.terms(prose.STATUSES),
        *roff.heading("CODES"), *roff.terms(codes()),
        *roff.heading("LOCKED OUT"), *roff.paragraphs(prose.LOCKOUT),
        *roff.heading("VERIFYING AN EXPORT"), *roff.paragraphs(prose.EXPORT),
        *roff.heading("VERIFYING COLLECTED SYSTEM INFO"), *roff.paragraphs(prose.COLLECTED),
        *roff.heading("SETTINGS BACKUP"), *roff.paragraphs(prose.BACKUP),
        *roff.heading("SAFE STATE"), *roff.paragraphs(prose.SAFE),
        *roff.heading("DAMAGED STATE"), *roff.paragraphs(prose.DAMAGE),
        *roff.heading("FILES"), *roff.terms(prose.FILES),
        *roff.heading("ENVIRONMENT"), *roff.terms(prose.ENVIRONMENT),
        *roff.heading("SEE ALSO"), usage.others(program),
    ]


def chapters() -> Iterator[str]:
    """Every command, chapter by chapter."""
    for title, names in CHAPTERS:
        yield from roff.subheading(title)
        for name in names:
            yield from _command(COMMANDS[name])


def _command(command: Command) -> Iterable[str]:
    needs = help.NEEDS.get(str(command.needs)) or f"the permission {command.needs}"
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
    for name, rules in LEVELS.items():
        age = f"; expires after {words(rules.max_age_days * DAY)}" if rules.max_age_days else ""
        young = f"; an own change once in {rules.min_age_hours} hours" if rules.min_age_hours else ""
        history = f"; {_not_again(rules.history)} in an own change" if rules.history else ""
        yield name, f"{passwords.wanted(rules)}{age}{young}{history}.{_beyond(rules)}"


def _not_again(history: int) -> str:
    return "not the present password again" if history == 1 else f"none of the last {history} passwords"


def _beyond(rules: Rules) -> str:
    """What a level asks that goes beyond the guide, in sentences."""
    told = (
        (rules.free_choice, "Neither composition nor expiry may be asked for."),
        (rules.changed_positions, f"A new password differs in {rules.changed_positions} positions."),
        (rules.refuses_common, "Common passwords and names are refused."),
        (rules.unlock_minutes, f"A lock by wrong passwords ends after {rules.unlock_minutes} minutes, but not after "
                               f"{rules.most_failures} in a row."),
        (rules.origin_threshold, f"After {rules.origin_threshold} failed logins from one address within 15 minutes no "
                                 "password from there is looked at until these are over."),
        (rules.session_hours, f"Logout after {rules.idle_minutes} minutes without a keystroke at the latest, and "
                              f"after {rules.session_hours} hours in any case."),
        (rules.unused_days, f"An account that nobody used for {rules.unused_days} days is locked; admin's is not."),
        (rules.acknowledged, "Whoever logs in at a terminal agrees to the banner."),
        (rules.least_rsa > 2048, f"RSA keys have at least {rules.least_rsa} bits."),
        (rules.rsa_until, f"Certificates with shorter RSA keys than 3072 bits end by {rules.rsa_until}."),
        (rules.strict_trust, "Servers are trusted only by an authority, and each needs a revocation list."),
        (not rules.clear_text, "Nothing is sent in clear text; TLS begins with 1.2."),
        (rules.guarantee, "Nothing is changed without its record."))
    return "".join(f" {sentence}" for holds, sentence in told if holds)


def events() -> Iterator[tuple[str, str]]:
    """All kinds of events: number, name and level; scope, topic, what happened, and what to do about it."""
    for one in sorted(event_kinds.KINDS, key=lambda one: one.id):
        lasting = f" Event {one.cleared} follows when it is over." if one.cleared else ""
        action = one.action or event_kinds.NO_ACTION
        yield (f"{one.id} {one.name} ({one.level})",
               f"{one.summary}{lasting} Scope {one.scope}, topic {one.topic}. User action: {action}".format(
                   subject="SUBJECT", details="DETAILS"))


def codes() -> Iterator[tuple[str, str]]:
    """The codes of all refusals with status and meaning."""
    yield "Done, Unchanged (0)", "It was done; nothing had to be changed."
    for one in sorted(refusals(), key=lambda one: one.status):
        yield f"{one.__name__} ({one.status})", " ".join((one.__doc__ or "").split())
