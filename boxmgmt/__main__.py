"""The program boxmgmt: the menu login program."""

from sysmgmt.screen import loading


def main() -> None:
    """Run boxmgmt."""
    loading.begin()
    from boxmgmt.program import BOXMGMT
    from sysmgmt.screen.program import run

    run(BOXMGMT)


if __name__ == "__main__":
    main()
