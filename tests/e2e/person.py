"""A user of the site in a browser tab."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self
from urllib.parse import quote

from playwright.sync_api import Browser, Page

from tests.e2e.site import Site, wait_until


class Person:
    """Uses the pages as a person does, in the browser tab `page`."""

    def __init__(self, page: Page, site: Site) -> None:
        self.page = page
        self.site = site

    @classmethod
    @contextmanager
    def logged_in(cls, browser: Browser, site: Site, username: str, password: str) -> Iterator[Self]:
        """Log in, the first time through the form. Script errors on the page fail the test at its end."""
        session = site.sessions.get(username)
        with browser.new_context(base_url=site.url, locale="en-GB", storage_state=session) as context:
            page = context.new_page()
            errors: list[str] = []
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.on("dialog", lambda dialog: errors.append(f"dialog: {dialog.message}") or dialog.dismiss())
            if not session:
                page.goto("/")
                page.get_by_label("Username").fill(username)
                page.get_by_label("Password").fill(password)
                page.get_by_role("button", name="Log in", exact=True).click()
                page.wait_for_url(f"{site.url}/")
                site.sessions[username] = context.storage_state()
            yield cls(page, site)
            assert errors == []

    def search(self, words: str) -> list[str]:
        """Search through the search box and return the file names of the hits, best first."""
        self.page.goto("/")
        box = self.page.locator("#search [name=q]")
        box.fill(words)
        box.press("Enter")
        self.page.wait_for_url("**/search?*")
        return self.hits()

    def look_for(self, words: str) -> list[str]:
        """Open the address of a search and return the file names of the hits, best first."""
        self.page.goto(f"/search?q={quote(words)}")
        return self.hits()

    def hits(self) -> list[str]:
        """Return the file names of the hits on this page, in order."""
        # Check marks name the file; pictures are named by their description, if they have one.
        return self.page.locator("#results .tile .check input").evaluate_all(
            "boxes => boxes.map(box => box.getAttribute('aria-label').replace(/^Select /, ''))"
        )

    def notices(self) -> str:
        """Return the notices of the search page."""
        return " ".join(self.page.locator("#results .notice").all_inner_texts())

    def search_with_picture(self, filename: str, data: bytes) -> list[str]:
        """Search with a picture and return the file names of the hits, best first."""
        self.page.goto("/search")
        files: Any = [{"name": filename, "mimeType": "image/png", "buffer": data}]
        self.page.locator("input[type=file][name=picture]").set_input_files(files)
        self.page.locator(".example-chip").wait_for()
        return self.hits()

    def upload(self, filename: str, data: bytes) -> None:
        """Upload a file through the upload page and wait until it is added."""
        self.page.goto("/upload")
        files: Any = [{"name": filename, "mimeType": "image/png", "buffer": data}]
        self.page.locator("input[type=file][name=files]").set_input_files(files)
        self.page.locator("#uploads li[data-state=added]").get_by_text(filename).wait_for()

    def finds(self, words: str, filename: str, *, seconds: float) -> None:
        """Repeat the search until `filename` is the first hit."""
        wait_until(
            lambda: self.look_for(words)[:1] == [filename],
            f"{words!r} brings {filename} first",
            seconds=seconds,
            otherwise=lambda: f"It brings {self.look_for(words)[:5]}; unfinished: {self.site.inside('unfinished')}",
        )

    def open_photo(self, filename: str) -> None:
        """Open the page of the photo with this file name."""
        self.page.goto(f"/photos/{self.site.inside('photo_id', filename)}")
