"""The known answers of the cryptography (FPT_TST.1)."""

import pytest

from sysmgmt.vault.knownanswers import ANSWERS, wrong


def fail() -> str:
    """What a library does that cannot be loaded."""
    raise ImportError("no such library")


def test_everything_that_the_box_uses_gives_the_known_answer() -> None:
    assert wrong() == []
    assert set(ANSWERS) == {"SHA-256", "HMAC-SHA-256", "AES-256-GCM", "ECDSA P-256", "Ed25519", "argon2id"}


@pytest.mark.parametrize("name", ANSWERS)
def test_another_answer_or_none_is_noticed(name: str) -> None:
    compute, known = ANSWERS[name]
    assert wrong({**ANSWERS, name: (compute, known[:-1] + ("0" if known[-1] != "0" else "1"))}) == [name]
    assert wrong({**ANSWERS, name: (fail, known)}) == [name]
