"""The program sysmgmt: the command shell."""

from sysmgmt.screen import loading


def main() -> None:
    """Run sysmgmt."""
    loading.begin()
    from sysmgmt.screen.program import Program, run
    from sysmgmt.screen.shells import serve

    run(Program("sysmgmt", serve))


if __name__ == "__main__":
    main()
