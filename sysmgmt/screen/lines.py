"""Lines from a descriptor that is no terminal: bounded, strict, and not waited for without end."""

import os
import re
import select
import time
from collections import deque
from collections.abc import Callable

from sysmgmt.domain.errors import InvalidValue
from sysmgmt.screen.ended import LOOK, Ended, Standing, always_standing, idle

LONGEST = 64 * 1024
"""Bytes that a line may have, without its end."""
ENDLESS = 16 * 1024 * 1024
"""Bytes without the end of a line after which there is none to wait for."""
LARGEST = 1 << 20
"""Characters of the lines of one block."""
BEGIN = re.compile(r"\s*-----BEGIN [A-Z0-9 ]{1,40}-----\s*$")
ENDING = re.compile(r"\s*-----END [A-Z0-9 ]{1,40}-----\s*$")

_CONTROL, _BYTE = r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]", r"[\ud800-\udfff]"
"""Compiled for the first doubtful line: most programs see none."""


def check(text: str, what: str) -> str:
    """Return `text`, or raise InvalidValue if it holds a control character other than a tab, or
    what a terminal sent that is not UTF-8."""
    if not text.isprintable():
        if re.search(_CONTROL, text):
            raise InvalidValue(what=f"{what} contains a control character")
        if re.search(_BYTE, text):
            raise InvalidValue(what=f"{what} is not valid UTF-8")
    return text


class Lines:
    """Reads a descriptor line by line; `number` is the line last read, the first is 1, `size` the bytes read.

    `limit` gives the seconds to wait for the next byte, read anew for each line; None waits for
    ever. `standing` is asked every LOOK while waiting; a refusal ends the session.
    """

    def __init__(self, descriptor: int, limit: Callable[[], float] | None = None,
                 standing: Standing = always_standing, clock: Callable[[], float] = time.monotonic) -> None:
        self.number = 0
        self.size = 0
        self._dropped = 0
        self._descriptor = descriptor
        self._limit = limit
        self._standing = standing
        self._clock = clock
        self._ready: deque[bytes] = deque()
        self._rest = b""
        self._over = False

    def next(self) -> str | None:
        """The next line without its end, None where there is none.

        Raises Ended after the idle limit or when the session was ended, and InvalidValue for a
        line that cannot be used; the reading can go on behind that line.
        """
        limit = self._limit() if self._limit and not self._ready else None
        while not self._ready:
            if self._over:
                return None
            self._fill(limit)
        self.number += 1
        return self._text(self._ready.popleft())

    def value(self) -> str | None:
        """The next line, or the block that it begins: to its `-----END`, and on with each that follows at once.

        Raises like `next`, and InvalidValue for a block that is too large; it is read to its end all the same.
        """
        text = self.next()
        if text is None or not BEGIN.match(text):
            return text
        block, size, wrong = [text], len(text), None
        while True:
            try:
                line = self.next()
            except InvalidValue as refusal:  # what follows is still the block, and no commands
                wrong = wrong or refusal
                continue
            if line is None or (ENDING.match(block[-1]) and not BEGIN.match(line)):
                self._take_back(line or "")
                break
            size += len(line)
            if size > LARGEST:
                block.clear()  # too large anyway
            block.append(line)
        if wrong or size > LARGEST:
            raise wrong or InvalidValue(what=f"The lines before line {self.number} are more than a block may have")
        return "\n".join(block)

    def _take_back(self, line: str) -> None:
        """Give `line` again as the next one; a blank one has done what it was for."""
        if line.strip():
            self._ready.appendleft(line.encode())
            self.number -= 1

    def readline(self) -> str:
        """The next line as cmd2 wants it: with its end, nothing where there is none."""
        line = self.next()
        return "" if line is None else line + "\n"

    def isatty(self) -> bool:
        """Whether there is a keyboard: never, whatever the descriptor is."""
        return False

    def fileno(self) -> int:
        """The descriptor."""
        return self._descriptor

    def _fill(self, limit: float | None) -> None:
        if limit is not None:
            self._wait(limit)
        chunk = self._read()
        self.size += len(chunk)
        *whole, rest = (self._rest + chunk).split(b"\n")
        self._ready.extend(whole)
        self._dropped = 0 if whole else self._dropped + len(chunk)
        if self._dropped > ENDLESS:
            self._over = True  # a line that never ends: what is shown of it is too long anyway
            self._ready.append(rest[:LONGEST + 2])
            return
        # One byte too many is enough to know that a line is too long; the others are dropped.
        self._rest = rest[:LONGEST + 2]
        if not chunk:
            self._over = True
            if rest:
                self._ready.append(self._rest)

    def _read(self) -> bytes:
        try:
            return os.read(self._descriptor, LONGEST)
        except OSError as problem:
            self._over = True
            raise InvalidValue(what=f"The input cannot be read ({os.strerror(problem.errno or 0)})") from None

    def _wait(self, limit: float) -> None:
        deadline = self._clock() + limit
        while not select.select([self._descriptor], [], [], max(0.0, min(LOOK, deadline - self._clock())))[0]:
            if refusal := self._standing():
                raise Ended(refusal)
            if self._clock() >= deadline:
                raise idle(limit)

    def _text(self, raw: bytes) -> str:
        name = f"Line {self.number}"
        raw = raw.removesuffix(b"\r")
        if len(raw) > LONGEST:
            raise InvalidValue(what=f"{name} is longer than {LONGEST // 1024} KiB")
        if self.number == 1:
            raw = raw.removeprefix(b"\xef\xbb\xbf")  # the byte order mark of some editors
        try:
            return check(raw.decode(), name)
        except UnicodeDecodeError:
            raise InvalidValue(what=f"{name} is not valid UTF-8") from None
