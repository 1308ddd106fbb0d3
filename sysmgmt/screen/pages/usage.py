"""What each program is started with: its --help and its page of the manual say the same. A table of texts."""

import textwrap

from sysmgmt.screen.pages import roff

WIDTH, COLUMN = 78, 22
SHELL = """{program} [--state DIR | --socket PATH]
        [--user NAME [--password-file FILE]] [--json]
        [--keep-going | --atomic] [--no-shortcut] [-c COMMAND]"""
SYNOPSES = {
    "sysmgmt": SHELL.format(program="sysmgmt"),
    "boxmgmt": SHELL.format(program="boxmgmt") + "\nboxmgmt --recover [--state DIR]",
    "boxmgmtd": """boxmgmtd [--state DIR] [--socket PATH]
boxmgmtd --deploy [--dry-run] [--now] [--uids FIRST-LAST]
         [--state DIR]
boxmgmtd --deploy --remove [--dry-run]
boxmgmtd --update FILE [--downgrade]
boxmgmtd --self-test"""}
SECTIONS = {"sysmgmt": 1, "boxmgmt": 1, "boxmgmtd": 8}

WHO = (
    ("--state DIR", "The folder of the state; unless named BOXMGMT_STATE, else /var/lib/boxmgmt for root, else "
                    "~/.local/state/boxmgmt."),
    ("--socket PATH", "The socket of a boxmgmtd(8); by default that of the box."),
    ("--user NAME", "Who logs in. At a terminal the password is asked for."),
    ("--password-file FILE", "A file whose first line is the password (chmod 600)."),
    ("--json", "Print every answer as one line of JSON."),
)
HOW = (
    ("--no-shortcut", "Run a batch through the shell of terminals; the same, but slower."),
    ("-c COMMAND", "Run one command, as sshd does with a login shell."),
)
TOLD = (("-h, --help", "Show the options."), ("--version", "Show the release."))
OPTIONS = {
    "sysmgmt": (
        *WHO,
        ("--keep-going", "Go on after a command of a batch has failed."),
        ("--atomic", "Carry out all commands of a batch, or none."),
        *HOW, *TOLD),
    "boxmgmt": (
        *WHO,
        ("--keep-going", "Go on after a command of a batch has failed. It is for users whose role opens sysmgmt "
                         "instead of the menu; the menu refuses it."),
        ("--atomic", "Carry out all commands of a batch, or none; for the same users."),
        *HOW,
        ("--recover", "Give admin a new password, at a terminal, as the owner of the state; "
                      "see LOCKED OUT in boxmgmt(1)."),
        *TOLD),
    "boxmgmtd": (
        ("--state DIR", "The folder of the state; /var/lib/boxmgmt unless named. A deployed machine keeps the one that "
                        "it was deployed with; to move it, take the deployment back first."),
        ("--socket PATH", "Where to listen; a deployed boxmgmtd listens at /run/boxmgmt/box.sock."),
        ("--deploy", "Make the machine ask boxmgmtd at its doors, SSH and the console, or go over to the release that "
                     "this program came with."),
        ("--dry-run", "With --deploy: show every file with its difference, who could not come in any more, and change "
                      "nothing. With --remove: name what would be restored and what would be removed."),
        ("--now", "With --deploy: end root's own login at once, at SSH and at the console."),
        ("--uids FIRST-LAST", "With --deploy: the numbers that users of the box get; 70000-99999 unless named."),
        ("--remove", "With --deploy: put back what was there."),
        ("--update FILE", "Go over to a signed release in the import folder; see UPDATES in boxmgmtd(8)."),
        ("--downgrade", "With --update: also to an older or the same release."),
        ("--self-test", "Test this release: the known answers of its cryptography, and its files."),
        *TOLD)}
ONCE = "An option with a value is given once at most."


def usage(program: str) -> str:
    """What --help shows."""
    synopsis = textwrap.indent(SYNOPSES[program], " " * 7).replace(" " * 7, "usage: ", 1)
    options = "\n".join(_option(*one) for one in OPTIONS[program])
    page = f"See the manual page {program}({SECTIONS[program]}), in a clone: man man/{program}.{SECTIONS[program]}"
    return f"{synopsis}\n\n{options}\n\n{ONCE}\n{page}"


def terms(program: str) -> list[str]:
    """What its page says of the options."""
    return [*roff.terms(OPTIONS[program]), *roff.paragraphs(ONCE)]


def others(program: str) -> str:
    """The pages of the others, for SEE ALSO."""
    return ", ".join(f"\\fB{name}\\fR({section})" for name, section in SECTIONS.items() if name != program)


def _option(name: str, meaning: str) -> str:
    return textwrap.fill(meaning, WIDTH, initial_indent=f"{name:{COLUMN}}", subsequent_indent=" " * COLUMN)
