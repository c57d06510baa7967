"""One site and one browser for all tests of this folder.

Playwright runs an event loop in this thread, in which Django refuses database access. These tests therefore use the
database only in a process of the site (`Site.inside`), and close the browser before other tests start.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from photosearch.embedded.provision import free_port
from tests.chromium import chromium
from tests.e2e.person import Person
from tests.e2e.site import Site, wait_until
from tests.servers import PROGRAMS

SECONDS_FOR_SAMPLES = 600
# Includes the fixtures that a test sets up first, such as the start of the whole site.
LONGEST_TEST = 1200


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give these tests a longer time limit."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(LONGEST_TEST))


@pytest.fixture(scope="package")
def site(elasticsearch: str) -> Iterator[Site]:
    """A site with processed samples: the server programs are shared with other tests, its data are its own."""
    with tempfile.TemporaryDirectory(prefix="ps-", dir="/tmp") as name:
        folder = Path(name)
        (folder / "servers").symlink_to(PROGRAMS)
        site = Site(folder, port=free_port())
        try:
            site.start()
            site.wait_until_settled(seconds=SECONDS_FOR_SAMPLES)
            yield site
        finally:
            site.stop()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Headless Chromium for all tests of the folder."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def person(site: Site, browser: Browser) -> Iterator[Person]:
    """The owner of the samples, logged in."""
    with Person.logged_in(browser, site, site.username, site.password) as person:
        yield person


@pytest.fixture
def stranger(site: Site, browser: Browser) -> Iterator[Person]:
    """Another user without photos, logged in."""
    site.inside("add_user", "stranger", "quite another password", False)
    with Person.logged_in(browser, site, "stranger", "quite another password") as person:
        yield person


@pytest.fixture
def administrator(site: Site, browser: Browser) -> Iterator[Person]:
    """A second administrator without photos, logged in."""
    site.inside("add_user", "chief", "the password of a chief", True)
    with Person.logged_in(browser, site, "chief", "the password of a chief") as person:
        yield person


@pytest.fixture(scope="package")
def near_misses(site: Site) -> int:
    """500 photos whose texts nearly match the words of the searches."""
    site.inside("add_near_misses", site.username, 500)
    wait_until(lambda: not site.inside("waiting_for_index"), "the index holds the near misses", seconds=120)
    return 500
