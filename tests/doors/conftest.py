"""One deployed box for each file of tests."""

from collections.abc import Iterator

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
