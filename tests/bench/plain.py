"""The peer: what one writes in an afternoon with cmd2 and TinyDB, without roles, policy or audit."""

import sys

import cmd2
from tinydb import Query, TinyDB


class Plain(cmd2.Cmd):
    """Adds and lists users in the file named by the first argument."""

    def __init__(self, path: str) -> None:
        super().__init__(allow_cli_args=False)
        self.users = TinyDB(path)

    def do_add_user(self, statement: cmd2.Statement) -> None:
        """Add a user."""
        if not self.users.contains(Query().name == statement.args):
            self.users.insert({"name": statement.args, "role": "monitor"})

    def do_get_users(self, statement: cmd2.Statement) -> None:
        """Show one user, or all."""
        for user in self.users.search(Query().name == statement.args) if statement.args else self.users:
            self.poutput(f"{user['name']} {user['role']}")


if __name__ == "__main__":
    sys.exit(Plain(sys.argv[1]).cmdloop())
