"""The port of what the self-test looks at outside the state."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple


class Soundness(NamedTuple):
    """Known answers that the cryptography does not give; files that are not as installed, and who says so; versions."""

    wrong_answers: Callable[[], Sequence[str]]
    altered: Callable[[], Sequence[str]]
    source: Callable[[], str]
    versions: Callable[[], Mapping[str, str | None]]
