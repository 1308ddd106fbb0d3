"""Stock cmd2, for the tests to show that they would notice an open hole."""

import os
import sys
import time

import cmd2


class Stock(cmd2.Cmd):
    """One harmless command."""

    DEFAULT_PROMPT = "stock> "

    def do_hi(self, _: cmd2.Statement) -> None:
        self.poutput("hi")

    def do_sleep(self, statement: cmd2.Statement) -> None:
        time.sleep(float(statement))

    def do_fail(self, _: cmd2.Statement) -> None:
        hunter2 = "a secret of the frame"
        raise ValueError(hunter2)

    def do_password(self, _: cmd2.Statement) -> None:
        self.poutput(f"got {self.read_secret('? ')}")


if __name__ == "__main__":
    os.environ["PROMPT_TOOLKIT_NO_CPR"] = "1"
    sys.exit(Stock().cmdloop())
