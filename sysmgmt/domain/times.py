"""Points in time as text: ISO 8601 in UTC with Z."""

import time


def iso(seconds: float | None, digits: int = 0) -> str | None:
    """`seconds` since 1970 as text with `digits` decimals; None stays None."""
    if seconds is None:
        return None
    whole = int(seconds // 1)
    fraction = f"{seconds - whole:.{digits}f}"[1:] if digits else ""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole)) + fraction + "Z"


def minutes(seconds: float) -> str:
    """`seconds` in words, in minutes where that is exact."""
    whole, rest = divmod(int(seconds), 60)
    if rest or not whole:
        return f"{seconds:g} seconds"
    return f"{whole} minute{'' if whole == 1 else 's'}"
