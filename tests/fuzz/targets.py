"""What can be fuzzed, by name. A target takes any bytes, and returns; whatever it raises is a finding."""

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.fuzz import control, imported, stored, typed, wire

Target = Callable[[bytes], None]
TARGETS: Mapping[str, Target] = {
    "language": typed.language, "batch": typed.piped, "menu": typed.menu, "words": typed.words,
    "journal": stored.state_journal, "state": stored.state_file, "audit": stored.audit, "backup": stored.backup,
    "certificates": imported.certificates, "pkcs12": imported.pkcs12, "private_keys": imported.private_keys,
    "public_keys": imported.public_keys, "package": imported.package,
    "wire": wire.service, "partner": wire.partner,
}
CONTROL = "control"
"""A target with a fault in it, which has to be found: it is no part of a run over all."""
EVERY = {**TARGETS, CONTROL: control.faulty}
SEEDS = Path(__file__).parent / "seeds"


def seeds(name: str) -> list[Path]:
    """The inputs that are kept for a target."""
    return sorted((SEEDS / name).iterdir())
