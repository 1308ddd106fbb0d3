"""The rows of the standard list of attacks: what is tried here, at which doors, and what shows that it would be seen.

Each stands in tests/attacks, or beside the other tests of what it attacks.
"""

from typing import NamedTuple

ALL = "every door"
FOLDER, DEPLOYED = "test_folder_doors", "test_deployed_doors"
STORED, ENTRIES, COUNTER, SECOND, SHIPPED = (
    "test_stored_text", "test_entries", "test_one_counter", "test_second_order", "test_shipped_secrets")
ENUMERATION, EXHAUSTION, ITERATIONS, OWN, RECEIVERS = (
    "test_enumeration", "test_exhaustion", "test_iterations", "test_own_password", "test_receivers")


class Row(NamedTuple):
    """One row of the list."""

    number: int
    doors: str
    tried: str
    control: str = ""
    tests: tuple[str, ...] = ()


OPEN = "the same attempts at stock cmd2, at a menu with os.system and at a shell of root are reported"
TABLE = (
    Row(1, ALL, "metacharacters in every field of every command and every question, under a trace of programs", OPEN,
        (FOLDER, DEPLOYED, OWN)),
    Row(2, ALL, "redirections and comments behind values, also where notifications go", OPEN, (FOLDER, DEPLOYED)),
    Row(3, "SSH, console, socket, LDAP", "login names that a shell would run, or a filter would take for its own",
        "a shell that is given one runs it", (SECOND, COUNTER, "test_ldap_syntax")),
    Row(4, "all that is written", "passwords as canaries in every spelling of a mistake", "what is stored is found",
        (STORED, "test_ldap", "test_canaries")),
    Row(6, "SSH, console, shell", "names that exist, are locked, do not exist; paths likewise: text and time",
        "a difference that is planted is noticed", (ENUMERATION, "test_full_disk")),
    Row(7, "socket, pipe, servers, disk",
        "floods, silence, endless messages and answers, long and deep lines, full queues, records without end",
        "a client with a time limit is refused by a full queue; who makes room goes on",
        (EXHAUSTION, RECEIVERS, "test_diagnostics", "test_full_disk")),
    Row(8, "shell, SSH, console, other PAM", "three guesses in every mixture; forty at once", "right ones pass before",
        (COUNTER,)),
    Row(9, "shell", "names of packages, wrong types, unsigned ones", "a signed one is taken", ("test_packages",)),
    Row(10, "package", "hashes, keys, passwords; two installations compared", "planted ones are found", (SHIPPED,)),
    Row(11, "socket", "every call by a stranger", "a user with a session is answered", (ENTRIES,)),
    Row(12, ALL, "odd values in the fields of diagnostics; fifty at once", OPEN,
        (FOLDER, DEPLOYED, EXHAUSTION, "test_diagnostics")),
    Row(13, ALL, "the whole corpus as each role; what a shell holds open", OPEN, (FOLDER, DEPLOYED, SECOND)),
    Row(14, "state, passwd, shadow, LDAP", "users that nobody made", "those that were made are there",
        (SHIPPED, SECOND, "test_ldap_users")),
    Row(16, "socket, PAM, keys", "users without a role, and removed ones", "they come in before",
        (ENTRIES, "test_strangers")),
    Row(17, "su, login, newgrp", "an administrator with his password", "root may", (SECOND,)),
    Row(18, ALL, "hostile values in sshd's, agetty's and NSS's files, read by their own programs",
        "agetty takes undoubled escapes; a shell runs a name", (SECOND, FOLDER, DEPLOYED)),
    Row(19, ALL, "quotes, newlines, options and delimiters in values", OPEN, (SECOND, EXHAUSTION, OWN)),
    Row(20, ALL, "paths in commands and arguments", OPEN, (FOLDER, DEPLOYED, "test_collections")),
    Row(21, ALL, "values that could become lines of configuration, or names of files", "as row 18",
        (SECOND, FOLDER, DEPLOYED)),
    Row(22, "package", "as row 10", "as row 10", (SHIPPED,)),
    Row(23, ALL, "../, absolute paths, /proc/self, @file in every argument", OPEN,
        (FOLDER, DEPLOYED, "test_collections")),
    Row(24, "menu", "as row 1 at every question of the menu", OPEN, (FOLDER, "test_diagnostics")),
    Row(25, ALL, "as row 18", "as row 18", (SECOND, DEPLOYED)),
    Row(26, ALL, "as row 13", OPEN, (FOLDER, DEPLOYED)),
    Row(28, ALL, "each role raises itself, renames itself, makes itself another role",
        "a role raised behind the engine's back is reported", (FOLDER, DEPLOYED, "test_backups")),
    Row(29, "package, login", "texts of our code as passwords", "the right one logs in", (SHIPPED,)),
    Row(30, "package", "names inside archives", "a sound one is unpacked", ("test_releases",)),
    Row(31, "socket, menu", "calls in every odd order, second logins, made-up answers", "a login in order is one",
        (ENTRIES, FOLDER)),
    Row(32, ALL, "control bytes and shell grammar between the parsers", OPEN, (FOLDER, DEPLOYED)),
    Row(33, ALL, "options and names with dashes; pagers", OPEN, (FOLDER, DEPLOYED, SECOND)),
    Row(34, "SSH", "user names with metacharacters and tokens", "the client does ask with them", (SECOND,)),
    Row(35, "launchers", "uid -1, odd argv[0], editors and pagers", "a Python that looks at it runs it",
        (SECOND, FOLDER, DEPLOYED)),
    Row(36, "audit, listings", "control bytes in names and fields; forged outcomes; near passwords",
        "control bytes are seen; the right password passes", (STORED, ENTRIES, COUNTER, SECOND)),
    Row(37, "shell, SSH, console, other PAM", "case, spaces, lookalikes, NULs", "the right name counts", (COUNTER,)),
    Row(39, "shell", "a place for the audit: no command takes one", "commands that take a path are found", (STORED,)),
    Row(40, "audit, listings, messages", "canaries in base64, hex, base32, UTF-16, reversed; said by servers",
        "names are found", (STORED, RECEIVERS, "test_canaries")),
    Row(41, "listings, banner", "every control and bidirectional character in every stored field",
        "they would be seen", (STORED, SECOND)),
    Row(43, "launchers", "variables of Python, the linker, shells, editors, pagers", "they reach a Python without -I",
        (SECOND,)),
    Row(44, "certificates, keys, PKCS#12", "passwords that are hashed for an hour, a million blank lines",
        "ordinary ones open", (ITERATIONS,)),
    Row(45, "shell, SSH, console, other PAM", "empty, blank, NUL-first; accounts without a hash",
        "the right one passes", (COUNTER, OWN, "test_ldap", "test_ldap_users")),
    Row(48, "shell", "unsigned, altered, older packages, and keys that are not trusted", "a signed one is installed",
        ("test_packages", "test_update")),
)


def lines() -> list[str]:
    """The table as text."""
    return [f"{one.number:3}  {one.doors:32}{one.tried}" for one in TABLE]
