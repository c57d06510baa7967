"""Refused requests write one log line each, and few of them; our own errors keep their traceback."""

import logging
from collections.abc import Callable, Iterator
from io import StringIO

import pytest
from django.conf import settings
from django.test import Client

from photosearch.monitoring import request_log
from photosearch.monitoring.request_log import LINES_PER_MINUTE, RefusedRequests


class Clock:
    """A clock that stands still until a test sets it."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Replace the filter's clock by one that the test sets."""
    clock = Clock()
    monkeypatch.setattr(request_log, "time", clock)
    return clock


@pytest.fixture
def written(clock: Clock) -> Iterator[StringIO]:
    """Return the lines that the handler of the settings would write."""
    handler = logging.StreamHandler(StringIO())
    handler.addFilter(RefusedRequests())
    handler.setFormatter(logging.Formatter(settings.LOGGING["formatters"]["plain"]["format"], style="{"))
    logging.getLogger().addHandler(handler)
    yield handler.stream
    logging.getLogger().removeHandler(handler)


REFUSED: dict[str, Callable[[Client], object]] = {
    "foreign host": lambda client: client.get("/", headers={"Host": "evil.example"}),
    "host that is none": lambda client: client.get("/", headers={"Host": "a\x1b[2J\r\nb"}),
    "very long host": lambda client: client.get("/", headers={"Host": "a" * 60_000}),
    "no CSRF token": lambda client: client.post("/login/", {"username": "a"}),
    "foreign origin": lambda client: client.post("/login/", headers={"Origin": "https://evil.example"}),
    "scan": lambda client: client.get("/wp-login.php%0A%1B[2J"),
    "API without a key": lambda client: client.get("/api/v1/photos/"),
    "wrong method": lambda client: client.put("/health"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", REFUSED)
def test_writes_one_short_line_for_refused_request(written, name):
    client = Client(enforce_csrf_checks=True)
    REFUSED[name](client)
    lines = written.getvalue().splitlines()
    assert len(lines) <= 1
    assert all(len(line) < 400 and line.isprintable() for line in lines)


@pytest.mark.django_db
def test_names_foreign_host(written):
    Client().get("/", headers={"Host": "evil.example"})
    assert "ERROR django.security.DisallowedHost: Invalid HTTP_HOST header: 'evil.example'." in written.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["foreign host", "scan"])
def test_drops_lines_beyond_the_first_of_a_minute(written, clock, name):
    for _ in range(LINES_PER_MINUTE + 7):
        REFUSED[name](Client())
    assert len(written.getvalue().splitlines()) == LINES_PER_MINUTE
    clock.now = 61
    for _ in range(2):
        REFUSED[name](Client())
    *_, first, second = written.getvalue().splitlines()
    assert first.endswith("(and 7 like this that were not logged)")
    assert "not logged" not in second


@pytest.mark.django_db
def test_counts_each_kind_separately(written):
    for _ in range(LINES_PER_MINUTE + 1):
        REFUSED["scan"](Client())
    REFUSED["foreign host"](Client())
    assert "evil.example" in written.getvalue()


def test_keeps_traceback_of_our_own_errors(written):
    for _ in range(LINES_PER_MINUTE + 1):
        try:
            1 / 0  # noqa: B018
        except ZeroDivisionError as error:
            extra = {"status_code": 500}
            logging.getLogger("django.request").error("Internal Server Error: /", exc_info=error, extra=extra)
    assert written.getvalue().count("Traceback") == LINES_PER_MINUTE + 1


def test_leaves_other_loggers_alone(written):
    for _ in range(LINES_PER_MINUTE + 1):
        logging.getLogger("gallery.clock").warning("two\nlines")
    assert len(written.getvalue().splitlines()) == 2 * (LINES_PER_MINUTE + 1)


def test_covers_every_handler_of_the_settings():
    assert all(handler["filters"] == ["refused_requests"] for handler in settings.LOGGING["handlers"].values())
    loggers = settings.LOGGING["loggers"]
    assert loggers["uvicorn.error"]["filters"] == ["refused_requests"]
    assert loggers["uvicorn.access"]["level"] == "WARNING"
