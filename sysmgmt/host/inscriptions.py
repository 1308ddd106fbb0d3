"""What is written into the files of other programs, as it is stored: never more than one line of it."""

from collections.abc import Iterable

from sysmgmt.domain.errors import ServiceRefused


def check(service: str, texts: Iterable[str], apart: str = "") -> None:
    """Raise ServiceRefused for a text with something unprintable, or with one of the characters `apart`."""
    for text in texts:
        if not text.isprintable() or any(one in text for one in apart):
            raise ServiceRefused(service=service, words=f"{ascii(text[:64])} cannot be written into its files")
