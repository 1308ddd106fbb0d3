"""Positive control: a reader with a fault that no luck finds, only what watches its branches."""


def faulty(data: bytes) -> None:
    """Fails for what begins with five letters, of which each one is looked at by itself."""
    for place, letter in enumerate(b"fault"):
        if len(data) <= place:
            return
        if data[place] != letter:
            return
    raise AssertionError("the planted fault")
