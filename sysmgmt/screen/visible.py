"""Stored text made visible: it must never drive the terminal that shows it."""

import re

_DANGEROUS = "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
"""Compiled for the first doubtful text: most programs show none."""


def escaped(text: str) -> str:
    """`text` with every control, bidirectional and invisible character shown as an escape."""
    return text if text.isascii() and text.isprintable() else re.sub(_DANGEROUS, _name, text)


def _name(match: re.Match[str]) -> str:
    point = ord(match.group())
    return {9: "\\t", 10: "\\n", 13: "\\r"}.get(point) or (f"\\x{point:02x}" if point < 256 else f"\\u{point:04x}")
