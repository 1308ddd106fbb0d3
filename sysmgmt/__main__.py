"""The program sysmgmt: the command shell."""

from sysmgmt.screen.program import Program, run
from sysmgmt.screen.shells import serve


def main() -> None:
    """Run sysmgmt."""
    run(Program("sysmgmt", serve))


if __name__ == "__main__":
    main()
