"""What a refusal is, and the kinds that have an exit status of their own."""

from collections.abc import Iterator, Mapping


class Refusal(Exception):
    """The request was refused."""

    status = 1
    hint = ""
    askable = False
    """Whether a person may have mistyped an answer, which is then asked for again."""
    confirms: Mapping[str, str] = {}
    """Texts that the request has to carry once a person has confirmed it."""

    def __init__(self, *own: str, **facts: object) -> None:
        """`own` is a message, and a hint, that say more here than those of the class."""
        super().__init__(*own)
        self.facts = facts

    @property
    def code(self) -> str:
        """The name that scripts see."""
        return type(self).__name__

    def __str__(self) -> str:
        return self.args[0] if self.args else (self.__doc__ or "").format(**self.facts)

    @property
    def advice(self) -> str | None:
        """What to do about it, or None."""
        return self.args[1] if len(self.args) > 1 else self.hint.format(**self.facts) or None


def refusals(of: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    """Every refusal there is, as far as its module has been imported; those of one kind together."""
    for one in of.__subclasses__():
        if one.__module__ != __name__:
            yield one
        yield from refusals(one)


class Usage(Refusal):
    """The line cannot be understood."""

    status = 2


class NoLogin(Refusal):
    """Nobody was logged in."""

    status = 4


class Ended(Refusal):
    """The session is over."""

    status = 5


class Unable(Refusal):
    """The box cannot do it now."""

    status = 6
