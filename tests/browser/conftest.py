"""Fixtures for tests of pages: a browser, and the site inside this process, without workers.

Playwright keeps an event loop running in this thread, in which Django refuses to use the database. Nothing else runs in
that loop, so an environment variable allows it while the tests of this folder run.
"""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.signals import request_finished, request_started
from playwright.sync_api import Browser, BrowserContext, Page

from gallery.models import Photo
from gallery.processing.tasks import make_thumbnails
from tests.browser.driving import DESK, PATIENCE, session_of
from tests.chromium import chromium


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Headless Chromium."""
    with pytest.MonkeyPatch.context() as environment, chromium() as browser:
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield browser


@pytest.fixture
def owner(transactional_db: None) -> User:
    """A user with a gallery."""
    return User.objects.create_user("anna", password="x")


@pytest.fixture(autouse=True)
def words_from_database(settings: Any) -> None:
    """Search words in PostgreSQL, because these tests fill no index."""
    settings.ELASTICSEARCH_URL = ""


class OpenRequests:
    """Counts the requests that the site is answering."""

    def __init__(self) -> None:
        self._count = 0
        self._changed = threading.Condition()

    def begin(self, **_signal: Any) -> None:
        with self._changed:
            self._count += 1

    def end(self, **_signal: Any) -> None:
        with self._changed:
            self._count -= 1
            self._changed.notify_all()

    def wait_for_end(self) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self._count == 0, PATIENCE / 1000), f"{self._count} requests hang"


@pytest.fixture
def open_requests() -> Iterator[OpenRequests]:
    """Wait for requests in progress, which would deadlock with emptying the database."""
    requests = OpenRequests()
    request_started.connect(requests.begin)
    request_finished.connect(requests.end)
    yield requests
    request_started.disconnect(requests.begin)
    request_finished.disconnect(requests.end)


@pytest.fixture
def provoked() -> list[str]:
    """Parts of the console errors that a test provokes on purpose."""
    # Browsers and htmx report rejected requests, and requests aborted by leaving a page, as errors.
    return [
        "the server responded with a status of 4",
        "Failed to load resource: net::ERR_",
        "htmx:afterRequest",
        "htmx:sendError",
        "htmx:sendAbort",
    ]


@pytest.fixture
def open_page(
    browser: Browser,
    live_server: Any,
    media_root: Any,
    owner: User,
    provoked: list[str],
    open_requests: OpenRequests,
) -> Iterator[Callable[..., Page]]:
    """Open a tab in which `owner` is logged in; fail on errors of scripts and of the CSP."""
    complaints: list[str] = []
    contexts: list[BrowserContext] = []

    def open_tab(path: str = "/", *, user: User | None = owner, **options: Any) -> Page:
        # Wait for the end of animations before measuring.
        standard = {"viewport": DESK, "locale": "en-GB", "base_url": live_server.url, "reduced_motion": "reduce"}
        options = standard | options
        context = browser.new_context(**options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        if user:
            context.add_cookies([{"name": "sessionid", "value": session_of(user), "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.goto(path)
        return page

    yield open_tab
    for context in contexts:
        context.close()
    open_requests.wait_for_end()
    assert [complaint for complaint in complaints if not any(words in complaint for words in provoked)] == []


@pytest.fixture
def show(store: Callable[..., Photo]) -> Callable[..., Photo]:
    """Store a picture and make its thumbnails."""

    def store_with_thumbnails(data: bytes | None = None, **options: Any) -> Photo:
        photo = store(data, **options)
        make_thumbnails([photo.pk])
        return Photo.objects.get(pk=photo.pk)

    return store_with_thumbnails
