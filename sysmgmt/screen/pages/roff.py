"""Manual pages in the `man` macros: the little of roff that they need."""

import textwrap
from collections.abc import Iterable


def escape(text: str) -> str:
    """`text` as roff shows it, unchanged."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace('"', "\\(dq")
    return "\n".join("\\&" + line if line.startswith(".") else line for line in text.split("\n"))


def title(name: str, section: int, release: str) -> list[str]:
    """The head of a page: no hyphens that are not in a name, lines not stretched."""
    return [f'.TH {name.upper()} {section} "" "boxmgmt {release}" "Appliance administration"', ".nh", ".ad l"]


def heading(text: str) -> list[str]:
    """A section."""
    return [f'.SH "{escape(text)}"']


def subheading(text: str) -> list[str]:
    """A part of a section."""
    return [f'.SS "{escape(text)}"']


def paragraphs(text: str) -> list[str]:
    """Paragraphs, which blank lines separate; lines that begin with blanks stand as they are."""
    found = []
    for part in textwrap.dedent(text).strip().split("\n\n"):
        found += example(part) if part.startswith("    ") else [".PP", escape(" ".join(part.split()))]
    return found


def example(text: str) -> list[str]:
    """Lines that stand as they are."""
    return [".PP", ".RS 4", ".nf", escape(textwrap.dedent(text)), ".fi", ".RE"]


def terms(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Terms with what they mean."""
    return [line for term, text in pairs for line in (".TP", f"\\fB{escape(term)}\\fR", escape(text) or "\\&")]
