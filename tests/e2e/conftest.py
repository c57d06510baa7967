"""One site and one browser for all tests of this folder; both end with the last of them.

Playwright keeps an event loop running in this thread, in which Django refuses to use the database: these tests use the
database only inside the site (`Site.inside`), and the browser is gone before other tests begin.
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
# Of a test with the fixtures that it is the first to need: a start of everything is among them.
LONGEST_TEST = 1200


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give these tests more time than others get."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(LONGEST_TEST))


@pytest.fixture(scope="package")
def site(elasticsearch: str) -> Iterator[Site]:
    """A site with its samples processed. Its servers' programs are those that the other tests use, its data are not."""
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
    """Headless Chromium."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def person(site: Site, browser: Browser) -> Iterator[Person]:
    """The first person, who owns the samples, logged in."""
    with Person.logged_in(browser, site, site.username, site.password) as person:
        yield person


@pytest.fixture
def stranger(site: Site, browser: Browser) -> Iterator[Person]:
    """Somebody else, who owns nothing, logged in."""
    site.inside("add_user", "stranger", "quite another password", False)
    with Person.logged_in(browser, site, "stranger", "quite another password") as person:
        yield person


@pytest.fixture
def administrator(site: Site, browser: Browser) -> Iterator[Person]:
    """A second administrator, who owns nothing, logged in."""
    site.inside("add_user", "chief", "the password of a chief", True)
    with Person.logged_in(browser, site, "chief", "the password of a chief") as person:
        yield person


@pytest.fixture(scope="package")
def near_misses(site: Site) -> int:
    """500 photos beside the samples whose texts nearly say what is searched for."""
    site.inside("add_near_misses", site.username, 500)
    wait_until(lambda: not site.inside("waiting_for_index"), "the index holds the near misses", seconds=120)
    return 500
