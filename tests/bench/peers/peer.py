"""What one would use instead: a program of its own, over its own store, that does the same work."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from tests.bench.clock import Work, process, prompt


class Batch(NamedTuple):
    """A program that reads its work from standard input, and what it reads about the user of a number."""

    program: Sequence[str]
    line: Callable[[int], str]


class Peer(NamedTuple):
    """One of them, with its service where it has one.

    `one` shows a single user, `all` shows every user; `fill` gives it that many users at once, whatever way
    is fastest. `prompt` is the last word before a person may type, and `shell` what shows it. Programs find the
    service by `environment`.
    """

    name: str
    one: Sequence[str]
    all: Sequence[str]
    create: Batch
    read: Batch
    fill: Callable[[int], None]
    environment: Mapping[str, str] = {}
    shell: Sequence[str] = ()
    prompt: bytes = b""

    def starting(self, command: Sequence[str] = ()) -> Work:
        """One command, from exec to exit: it shows one user, if no other is given."""
        return Work(self.name, process(command or self.one, environment=self.environment))

    def prompting(self) -> Work:
        """From exec to the prompt."""
        return Work(self.name, prompt(self.shell, self.prompt, environment=self.environment))

    def creating(self, number: int, first: int) -> Work:
        """So many creates in one batch, of users that nobody has created; the next round goes on."""
        count = iter(range(first, 10**9, number))

        def once() -> float:
            begin = next(count)
            return self._batch(self.create, range(begin, begin + number))
        return Work(self.name, once)

    def reading(self, number: int) -> Work:
        """So many reads of one user in one batch."""
        return Work(self.name, lambda: self._batch(self.read, [50] * number))

    def _batch(self, batch: Batch, numbers: Sequence[int]) -> float:
        return process(batch.program, "".join(batch.line(one) for one in numbers).encode(),
                       environment=self.environment)()
