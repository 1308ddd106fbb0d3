"""The program sysmgmt: the command shell."""

from sysmgmt.screen import loading


def main() -> None:
    """Run sysmgmt."""
    loading.begin()
    from sysmgmt.screen.program import run
    from sysmgmt.screen.shells import SYSMGMT

    run(SYSMGMT)


if __name__ == "__main__":
    main()
