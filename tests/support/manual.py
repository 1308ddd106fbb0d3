"""The manual as somebody follows it."""


def commands(text: str) -> list[str]:
    """The commands that a text of the manual shows, each as one line, but for those that need a network."""
    lines = text.replace("\\\n", "").splitlines()
    return [line[4:] for line in lines if line.startswith("    ") and "ssh " not in line]
