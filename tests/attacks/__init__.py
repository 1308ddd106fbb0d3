"""Attacks on the doors of the box, and what they came to.

`table.py` has a row for each row of the standard list of attacks: what is tried, where, and which
test proves it. `corpus/` holds what is typed; `corpus.py` makes attempts of it; `roles.py` says who
types it, `doors.py` at which doors; `bait.py` is what an attempt that succeeds touches, `trace.py`
which programs were started; `campaign.py` brings them together and counts. `open_doors.py` are doors
left open on purpose: the same harness must report them.

`python -m tests.attacks` tries everything at every door as each role and prints the figures; the
tests try a sample of it.
"""
