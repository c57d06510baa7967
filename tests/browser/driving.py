"""Drives the pages of a site in Chromium: follow links, drop files, wait."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Locator, Page, expect

from gallery.models import Photo
from search.models import PhotoText

DESK = {"width": 1280, "height": 860}
SMALL_TELEPHONE = {"width": 320, "height": 640}
LINES = [
    {"text": "放假通知", "confidence": 1, "box": [[0.1, 0.1], [0.5, 0.1], [0.5, 0.2], [0.1, 0.2]]},
    {"text": "五一调休", "confidence": 1, "box": [[0.1, 0.6], [0.5, 0.6], [0.5, 0.7], [0.1, 0.7]]},
    {"text": "调休再调休", "confidence": 1, "box": [[0.1, 0.8], [0.6, 0.8], [0.6, 0.9], [0.1, 0.9]]},
]
# Milliseconds for actions and `expect`: not a property of the site, but room for a busy machine.
PATIENCE = 60_000


def follow(page: Page, locator: Locator) -> None:
    """Click a link to another page, and wait until its scripts have run.

    A page that is left may still replace its own state: a navigation, but without a load event.
    """
    with page.expect_event("load"):
        locator.click()


def settle(page: Page) -> None:
    """Wait until htmx has finished its requests."""
    expect(page.locator(".htmx-request")).to_have_count(0)


def wait_for(page: Page, expression: str, argument: Any = None) -> None:
    """Wait until `expression` is true in the page; Playwright's `wait_for_function` violates the CSP."""
    wait_until(page, lambda: page.evaluate(expression, argument), otherwise=f"never true: {expression}")


def wait_until(page: Page, condition: Callable[[], Any], *, otherwise: str = "never true") -> None:
    """Wait until `condition()` is true, while handling events of the page."""
    for _ in range(PATIENCE // 50):
        if condition():
            return
        page.wait_for_timeout(50)
    raise AssertionError(otherwise)


def session_of(user: User) -> str:
    """Return the id of a session of `user`."""
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


def drop_files(page: Page, files: dict[str, bytes], *, target: str = "body", event: str = "drop") -> None:
    """Drop files on `target`, or paste them if `event` is "paste"."""
    transfer = page.evaluate_handle(
        """files => {
            const transfer = new DataTransfer();
            for (const [name, bytes] of files) transfer.items.add(new File([new Uint8Array(bytes)], name));
            return transfer;
        }""",
        [[name, list(data)] for name, data in files.items()],
    )
    if event == "paste":
        page.evaluate(
            """([transfer, target]) => document.querySelector(target).dispatchEvent(
                new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true }))""",
            [transfer, target],
        )
        return
    page.dispatch_event(target, "dragenter", {"dataTransfer": transfer})
    page.dispatch_event(target, "drop", {"dataTransfer": transfer})


def read_lines(photo: Photo, lines: list[dict]) -> Photo:
    text = "\n".join(line["text"] for line in lines)
    PhotoText.objects.create(photo=photo, owner_id=photo.owner_id, engine="x", text=text, lines=lines)
    return photo
