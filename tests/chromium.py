"""Starts the system's Chromium without a window, for tests and benchmarks."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

PROGRAM = "/usr/bin/chromium"
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Scroll without animation.
    "--disable-smooth-scrolling",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a browser and close it at the end; meanwhile Playwright runs an event loop in this thread."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=OPTIONS)
        yield browser
        browser.close()
