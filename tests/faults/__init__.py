"""Faults, and what must be true after each: kills, calls that fail, full disks, power cuts.

Two modules make calls fail. `by_strace` counts and fails the system calls of any command, but starts it under
strace for each fault; the tests of other packages use it too. `by_preload` (with by_preload.c) stands between
Python and the C library: it forks instead, sees the data and the names, and is quick enough for the whole matrix.

The matrix (`python -m tests.faults`): `lines` has a line for each command that changes something, `scenes` the
boxes where it is about to run, `course` how it goes without a fault, `matrix` all faults at it, `trial` the process
that meets one, `verdict` what must be true then, `powercut` what a disk may hold afterwards, `volume` disks that
are full or read-only, `pair` two writers at once, `served` a boxmgmtd that is killed; `traced` compares
both modules. `kill` ends writers (`writer`) at random moments, `regenerating` is another process to be killed,
`disk` a disk of its own.
"""
