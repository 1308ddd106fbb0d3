"""One deployed box for each file of tests."""

from collections.abc import Generator, Iterator

import pytest

from tests.doors.site import Site


@pytest.fixture(scope="module")
def bare() -> Iterator[Site]:
    """A machine on which nothing has been deployed."""
    site = Site()
    yield site
    site.stop()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """A deployed and installed box with the users admin, carol and bob."""
    site = Site()
    try:
        site.begin()
        yield site
    finally:
        site.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Function) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell with a failure what ran in the machine at that time: it is gone afterwards."""
    report = yield
    site = item.funcargs.get("site")
    if report.failed and isinstance(site, Site):
        shown = site.machine.run("/bin/ps", "-e", "-o", "pid,ppid,etime,stat,wchan:20,args", "--forest")
        report.sections.append(("Processes of the machine", shown.stdout.decode(errors="replace")))
    return report
