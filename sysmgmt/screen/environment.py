"""The environment that a shell is allowed to see."""

from collections.abc import Mapping

ALLOWED = ("TERM", "LANG", "NO_COLOR", "HOME", "BOXMGMT_STATE")
"""What is kept as it is. EDITOR, VISUAL, PAGER, LESS*, SHELL, PYTHON* and PATH are not: each of
them names a program or code that something could run."""

NO_CPR = {"PROMPT_TOOLKIT_NO_CPR": "1"}
"""Without it, and without an answer to its question for the cursor, prompt_toolkit prints a warning after 2 s."""

FIXED = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **NO_CPR}


def scrub(environ: Mapping[str, str]) -> dict[str, str]:
    """What remains of an environment. Put it in place before cmd2 is imported, which looks for editors.

    Python itself has read PYTHON* long before: the installed program starts it with -I.
    """
    kept = {name: value for name, value in environ.items()
            if (name in ALLOWED or name.startswith("LC_")) and value.isprintable()}
    return kept | FIXED
