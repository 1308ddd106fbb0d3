"""How each rule is switched off, for one run of its tests; or why it cannot be. A table of data.

A switch names a public function (a method, a constant) of the product and makes of it what takes its
place. It stands in all modules that use it.
"""

import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from importlib import import_module
from types import FunctionType
from typing import Any, NamedTuple

from sysmgmt.domain.permissions import Permission

Off = Callable[[Any], Any]


class Switch(NamedTuple):
    """`target` is `module:name` or `module:Class.name` below sysmgmt; `off` makes of it what takes its place."""

    target: str
    off: Off


def answers(value: Any) -> Off:
    """A function that answers always the same."""
    return lambda original: lambda *args, **words: value


def being(value: Any) -> Off:
    """A property or a constant that is always the same."""
    return lambda original: property(lambda self: value) if isinstance(original, property) else value


def through(place: int) -> Off:
    """A function that answers with one of its arguments as it is."""
    return lambda original: lambda *args, **words: args[place]


def instead(make: Callable[..., Any]) -> Off:
    """Another function; it is given the original first."""
    return lambda original: lambda *args, **words: make(original, *args, **words)


def beside(original: FunctionType, name: str) -> Any:
    """What stands under `name` in the module of a function."""
    return original.__globals__[name]


def for_everybody(wish: Any, state: Any, user: str, *rest: Any) -> Any:
    """Agree at once, in the name of whoever has to."""
    wished = wish(state, user, *rest)
    return next((wish(wished, other, *rest) for other in beside(wish, "agreeing")(wished)), wished)


@contextmanager
def whatever(box: Any) -> Any:
    """Go on, whatever could not be written."""
    try:
        yield
    except Exception:
        pass


NOTHING, YES, NO, EMPTY = answers(None), answers(True), answers(False), answers(())
TEXT, SAME = answers(""), through(0)

SWITCHES = {
    1: Switch("engine.audit_record:Record.outcome", NOTHING),
    2: Switch("domain.events:of", EMPTY),
    3: Switch("domain.lockout:settled", SAME),
    4: Switch("domain.lockout:settled", SAME),
    5: Switch("domain.lockout:own_counter", NO),
    6: Switch("domain.model:State.installed", being(True)),
    8: Switch("engine.audit_record:Record.outcome", NOTHING),
    9: Switch("domain.events:of", EMPTY),
    10: Switch("domain.sessions:enter",
               instead(lambda of, state, new: state._replace(sessions=state.sessions.put(new.id, new)))),
    11: Switch("domain.ldap_users:is_meant", YES),
    12: Switch("domain.names:canonical", SAME),
    13: Switch("domain.passwords:check_text", NOTHING),
    14: Switch("domain.passwords:check_text", NOTHING),
    15: Switch("domain.passwords:check_text", NOTHING),
    16: Switch("domain.compliance:check", NOTHING),
    17: Switch("domain.passwords:check_age", NOTHING),
    18: Switch("domain.passwords:change_due", instead(lambda of, account, *rest: account.must_change_password)),
    19: Switch("domain.passwords:change_due", NO),
    20: Switch("domain.passwords:remembered", EMPTY),
    21: Switch("domain.passwords:check_difference", NOTHING),
    22: Switch("domain.passwords:is_common", NO),
    23: Switch("domain.blocklist:blocked", EMPTY),
    24: Switch("domain.passwords:check_text", NOTHING),
    25: Switch("vault.hashing:Argon2Hasher.matches", instead(lambda of, self, known, text: of(self, known, text[:72]))),
    26: Switch("engine.audit_record:masked", instead(lambda of, texts, command: dict(texts))),
    27: Switch("domain.ldap:check_protocol", NOTHING),
    29: Switch("engine.attempt:verify", NOTHING),
    30: Switch("engine.authorization:holds", YES),
    31: Switch("domain.passwords:change_due", NO),
    32: Switch("domain.passwords:change_due", NO),
    33: Switch("engine.login:LEAST", being(0.0)),
    36: Switch("domain.directory:DirectorySettings.servers", lambda of: property(lambda self: (self.server,))),
    37: Switch("domain.lockout:turn", instead(lambda of, *args: beside(of, "Turn").TRY)),
    38: Switch("domain.lockout:settled", SAME),
    39: Switch("domain.lockout:settled", instead(lambda of, account, *rest: account._replace(locked_by="", strikes=0))),
    40: Switch("domain.levels:rules_of", instead(lambda of, settings: beside(of, "LEVELS")[settings.level])),
    41: Switch("domain.origins:counted_as", TEXT),
    42: Switch("domain.lockout:turn", instead(lambda of, *args: beside(of, "Turn").TRY)),
    43: Switch("domain.lockout:turn", instead(lambda of, *args: beside(of, "Turn").TRY)),
    44: Switch("domain.lockout:bury", SAME),
    45: Switch("screen.entrance:PAUSE", being(0.0)),
    46: Switch("service.allowance:Allowance.spend", NOTHING),
    47: Switch("screen.idle:Countdown.due", instead(lambda of, self: beside(of, "Due").NOTHING)),
    48: Switch("domain.compliance:check", NOTHING),
    50: Switch("domain.sessions:overdue", TEXT),
    51: Switch("screen.output:Output.tell", NOTHING),
    52: Switch("engine.authorization:check_open", instead(lambda of, state, session: state.sessions.get(session))),
    53: Switch("domain.sessions:check_room", NOTHING),
    55: Switch("engine.authorization:standing",
               instead(lambda of, state, caller: state.accounts.get(caller.user) or state.accounts.get("admin"))),
    56: Switch("domain.sessions:seen_by", instead(lambda of, state, user: list(state.sessions.values()))),
    57: Switch("engine.authorization:holds", YES),
    59: Switch("domain.levels:rules_of", instead(lambda of, settings: beside(of, "LEVELS")[settings.level])),
    62: Switch("engine.authorization:authorise", NOTHING),
    63: Switch("engine.explain:may_run", YES),
    64: Switch("domain.roles:changeable", instead(lambda of, state, name: beside(of, "find")(state, name))),
    65: Switch("engine.authorization:authorise", NOTHING),
    66: Switch("engine.authorization:authorise", NOTHING),
    67: Switch("domain.erasure:wish", instead(for_everybody)),
    69: Switch("engine.authorization:authorise", NOTHING),
    70: Switch("domain.facts:ENTITLED", being(frozenset(Permission))),
    71: Switch("store.files:open_private",
               instead(lambda of, path, flags: beside(of, "os").open(path, flags | 0o100, 0o644))),
    72: Switch("service.duties.audit:begin", NOTHING),
    73: Switch("engine.audit_record:Record.outcome", NOTHING),
    74: Switch("engine.audit_record:masked", instead(lambda of, texts, command: dict(texts))),
    75: Switch("domain.changes:lasting", EMPTY),
    76: Switch("domain.times:iso", instead(lambda of, seconds, *rest: time.ctime(seconds))),
    77: Switch("engine.audit_record:Record.outcome", NOTHING),
    78: Switch("engine.catalog:declared", instead(lambda of, catalog, name: catalog.get(name))),
    79: Switch("store.verification:Verifier.read", NOTHING),
    80: Switch("host.installed:Installed.altered", answers([])),
    81: Switch("store.space:keep", YES),
    82: Switch("store.losses:Losses.add", NOTHING),
    83: Switch("domain.retention:of_space", EMPTY),
    84: Switch("engine.audit_record:unless_guaranteed", lambda original: whatever),
    85: Switch("domain.compliance:check", NOTHING),
    86: Switch("domain.logs:Wanted.matches", YES),
    87: Switch("engine.arguments:read", instead(lambda of, command, reading: of(command, reading._replace(texts={
        name: "".join(filter(str.isprintable, text)) for name, text in reading.texts.items()})))),
    88: Switch("service.duties.health:ClockWatch.look", NOTHING),
    90: Switch("vault.x509:Certifier.sign", TEXT),
    91: Switch("engine.certification:seal", instead(lambda of, call, table, use, key: key)),
    92: Switch("domain.certificates:KEY_TYPES", being(("rsa1024", "rsa2048", "ec_p384", "rsa3072", "rsa4096"))),
    93: Switch("domain.compliance:check", NOTHING),
    94: Switch("domain.sealed:replaced", SAME),
    95: Switch("domain.cryptoperiods:due", EMPTY),
    96: Switch("vault.sealing:MasterKeys.heal", NOTHING),
    97: Switch("vault.paths:verify", NOTHING),
    98: Switch("vault.revocations:objection", TEXT),
    99: Switch("domain.truststore:check_acceptable", NOTHING),
    100: Switch("vault.bundles:fits", YES),
    101: Switch("domain.certificates:authority_faults", EMPTY),
    102: Switch("engine.certification:seal", instead(lambda of, call, table, use, key: key)),
    103: Switch("domain.compliance:check", NOTHING),
    104: Switch("vault.paths:verify", NOTHING),
    105: Switch("domain.certificates:signature_faults", EMPTY),
    107: Switch("domain.ssh_keys:read", instead(lambda of, text: (text, ""))),
    108: Switch("engine.self_test:run", answers({"self_test": "passed"})),
    109: Switch("host.packages:Packages.signer", instead(lambda of, *args: beside(of, "Signature")("anybody", 0.0))),
    110: Switch("store.snapshot:read", instead(lambda of, text, *rest: beside(of, "Snapshot")(1, 1, {}))),
    111: Switch("engine.audit_record:Record.reported", TEXT),
    112: Switch("engine.together:Course.failed", being(False)),
    113: Switch("vault.backups:BackupSeal.facts", answers({})),
    114: Switch("commands.words:whole", instead(lambda of, *bounds: lambda text, reading: int(text))),
    117: Switch("host.imports:ImportFolder.read",
                instead(lambda of, self, name, most: open(name, "rb").read(most))),
    118: Switch("engine.arguments:read", instead(lambda of, command, reading: of(command, reading._replace(texts={
        name: text for name, text in reading.texts.items() if command.parameter(name)})))),
    119: Switch("domain.ldap_syntax:escaped", instead(lambda of, value: value if isinstance(value, str) else "*")),
    120: Switch("host.directory:LdapLink.check", answers("right")),
    121: Switch("screen.visible:escaped", SAME),
    122: Switch("host.imports:ImportFolder.read",
                instead(lambda of, self, name, most: open(name, "rb").read(most))),
    123: Switch("store.lines:parse", instead(lambda of, text: beside(of, "json").loads(text))),
    125: Switch("screen.environment:scrub", instead(lambda of, environ: dict(environ))),
}

MACHINE = "The operating system does it, with files that the deployment writes: shown on a machine with a copy of us."
FIXED = {
    35: "Nothing is kept of a login at a directory that could be switched on.",
    7: "No code of ours joins the secrets of the box and of the machine, so there is nothing to switch off.",
    28: "A program of its own hides what is typed; the control types the same where it is not hidden.",
    54: MACHINE, 60: "Before a login no command is read; there is no rule that refuses one.",
    61: MACHINE, 68: MACHINE, 126: MACHINE,
    89: "The list in the manual is made from the registry itself.",
    106: "A test reads the source: nothing runs that could be switched off.",
    115: "It is the absence of failures under any input.",
    116: "A test reads the source: no code of ours runs a shell; a control shows that one would be seen.",
    124: "No regular expression is slow; none is guarded by a rule.",
    127: "Each way out is closed by several barriers: where one is switched off, the others still close it.",
}


def flip(row: int) -> None:
    """Switch the rule of a row off in this process."""
    module, _, path = SWITCHES[row].target.partition(":")
    home: Any = import_module(f"sysmgmt.{module}")
    *owners, name = path.split(".")
    for one in owners:
        home = getattr(home, one)
    original = vars(home)[name]
    changed = SWITCHES[row].off(original)
    setattr(home, name, changed)
    for known in [one for key, one in sys.modules.items() if key.startswith(("sysmgmt", "boxmgmt"))]:
        for called in [key for key, value in vars(known).items() if value is original]:
            setattr(known, called, changed)
