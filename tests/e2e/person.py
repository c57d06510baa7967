"""A person at the browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self
from urllib.parse import quote

from playwright.sync_api import Browser, Page

from tests.e2e.site import Site, wait_until


class Person:
    """Does what people do, and sees what they see; `page` is their browser tab."""

    def __init__(self, page: Page, site: Site) -> None:
        self.page = page
        self.site = site

    @classmethod
    @contextmanager
    def logged_in(cls, browser: Browser, site: Site, username: str, password: str) -> Iterator[Self]:
        """Log in, the first time through the form. What the page's scripts complain of fails the test at its end."""
        session = site.sessions.get(username)
        with browser.new_context(base_url=site.url, locale="en-GB", storage_state=session) as context:
            page = context.new_page()
            complaints: list[str] = []
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}") or dialog.dismiss())
            if not session:
                page.goto("/")
                page.get_by_label("Username").fill(username)
                page.get_by_label("Password").fill(password)
                page.get_by_role("button", name="Log in").click()
                page.wait_for_url(f"{site.url}/")
                site.sessions[username] = context.storage_state()
            yield cls(page, site)
            assert complaints == []

    def search(self, words: str) -> list[str]:
        """Type into the search box; the file names of the hits, best first."""
        self.page.goto("/")
        box = self.page.get_by_role("searchbox").first
        box.fill(words)
        box.press("Enter")
        self.page.wait_for_url("**/search?*")
        return self.hits()

    def look_for(self, words: str) -> list[str]:
        """Go to the address of a search, as a reload does; the file names of the hits, best first."""
        self.page.goto(f"/search?q={quote(words)}")
        return self.hits()

    def hits(self) -> list[str]:
        """The file names of the hits on this page, in order."""
        return self.page.locator("#results .tile").evaluate_all(
            "tiles => tiles.map(tile => tile.querySelector('img')?.alt ?? tile.querySelector('small').textContent)"
        )

    def notices(self) -> str:
        """What the search page says beside its hits."""
        return " ".join(self.page.locator("#results .notice").all_inner_texts())

    def search_with_picture(self, filename: str, data: bytes) -> list[str]:
        """Choose a picture on the search page; the file names of the hits, best first."""
        self.page.goto("/search")
        files: Any = [{"name": filename, "mimeType": "image/png", "buffer": data}]
        self.page.locator("input[type=file][name=picture]").set_input_files(files)
        self.page.locator(".example-chip").wait_for()
        return self.hits()

    def upload(self, filename: str, data: bytes) -> None:
        """Choose a file on the upload page and wait until it is added."""
        self.page.goto("/upload")
        files: Any = [{"name": filename, "mimeType": "image/png", "buffer": data}]
        self.page.locator("input[type=file][name=files]").set_input_files(files)
        self.page.locator("#uploads li[data-state=added]").get_by_text(filename).wait_for()

    def finds(self, words: str, filename: str, *, seconds: float) -> None:
        """Search again and again until `filename` comes first."""
        wait_until(
            lambda: self.look_for(words)[:1] == [filename],
            f"{words!r} brings {filename} first",
            seconds=seconds,
            otherwise=lambda: f"It brings {self.look_for(words)[:5]}; unfinished: {self.site.inside('unfinished')}",
        )

    def open_photo(self, filename: str) -> None:
        """Go to the page of the photo of that name."""
        self.page.goto(f"/photos/{self.site.inside('photo_id', filename)}")
