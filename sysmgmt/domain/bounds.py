"""What the numbers of the state may be: each field is declared with its bounds, and commands take theirs from there."""

from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, NamedTuple, get_args

from sysmgmt.domain.records import Records

LONGEST_TEXT = 2 << 20
"""Characters of any value, which is more than a line or a block of a shell has: reading one takes its many times."""


class Bounds(NamedTuple):
    """The numbers of a field are from `least` to `most`."""

    least: int
    most: int


def within(least: int, most: int) -> range:
    """What marks a field whose numbers are from `least` to `most`."""
    return range(least, most + 1)


Count = Annotated[int, within(0, 999_999_999_999)]
"""How often something happened, or the number of a record: never below zero."""
Port = Annotated[int, within(1, 65535)]
Uid = Annotated[int, within(1, 2 ** 32 - 2)]
Moment = Annotated[float, within(0, 7_258_118_400)]
"""A time that the box has noted, from 1970 until 2200."""
Stated = Annotated[float, within(-30_610_224_000, 253_402_300_799)]
"""A time that a certificate or a list states: any that can be shown, as in the year 9999."""


@cache
def of(kind: Any, field: str) -> Bounds:
    """The bounds of the numbers in a field. Raises LookupError where it has none."""
    found = _marked(kind.__annotations__[field])
    if found is None:
        raise LookupError(f"{kind.__name__}.{field} has no bounds")
    return Bounds(found[0], found[-1])


def _marked(shape: Any) -> range | None:
    """The mark in an annotation, also of one that may be None or of each in a tuple."""
    marks = (one for one in getattr(shape, "__metadata__", ()) if isinstance(one, range))
    return next(marks, None) or next(filter(None, map(_marked, get_args(shape))), None)


def overstepped(value: Any) -> Iterator[str]:
    """The fields of a stored value, and of all values in it, with a number that is out of bounds."""
    if isinstance(value, Records) or not hasattr(value, "_fields"):
        for one in value.values() if isinstance(value, Records) else value:
            yield from overstepped(one)
        return
    kind: Any = type(value)
    for name, one in value._asdict().items():
        several = one if isinstance(one, tuple) and not hasattr(one, "_fields") else (one,)
        numbers = [each for each in several if isinstance(each, (int, float)) and not isinstance(each, bool)]
        if any(not of(kind, name).least <= each <= of(kind, name).most for each in numbers):
            yield name
        yield from overstepped([each for each in several if isinstance(each, (tuple, Records))])
