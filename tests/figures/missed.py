"""Why goals are missed. A table of data: how the claim of a figure begins, and the reason."""

_PARTS = "the language, the permissions, the audit, the state and the screen"
_THREADS = ("the writers are threads of one Python program, of which one at a time computes; those of PostgreSQL are "
            "processes, which have both cores")
WHY = {
    "W1 one command, exec to exit: sysmgmt -c":
        "importing TinyDB, argon2 and OpenSSL takes three of the four by itself, and a caller, his permissions, the "
        "lock, the audit and the state are some 170 modules of our own, which every start finds, reads and makes "
        "anew. Over boxmgmtd, where they are there already, the goal is reached",
    "W1 exec to prompt: ":
        "importing cmd2 and TinyDB takes more than that by itself. Over boxmgmtd the goal is reached",
    "W2 creates in one batch: sysmgmt beside":
        "each syncs twice, its intent in the audit and then the change, and shares neither, as the next line is not "
        f"read before it is answered; {_PARTS} take the rest. With --atomic the goal is reached",
    "W3 reads in one batch, 100 users: sysmgmt":
        f"the record of the audit takes most of it by itself; {_PARTS} are some 440 calls of Python",
    "W6 durable audit records: 1 writer beside PostgreSQL":
        "the disk takes most of that by itself, and leaves less than a record and its MAC take",
    "W6 durable audit records: 8 writers beside PostgreSQL": _THREADS,
    "W6 durable audit records: 50 writers beside PostgreSQL": _THREADS,
}


def why(claim: str) -> str:
    """The reason of a figure, as a sentence; "" where there is none."""
    found = next((reason for begins, reason in WHY.items() if claim.startswith(begins)), "")
    return found and f" {found[0].upper()}{found[1:]}."
