"""Actions on a page and readings of it for tests of uploads."""

from playwright.sync_api import Page


def large_picture(seed: int = 1) -> bytes:
    """Return a picture of several pieces of 4 MiB; noise does not compress."""
    import random
    from io import BytesIO

    from PIL import Image

    file = BytesIO()
    noise = random.Random(seed).randbytes(2000 * 1600 * 3)
    Image.frombytes("RGB", (2000, 1600), noise).save(file, "BMP")
    return file.getvalue()


def summary(page: Page):
    return page.locator("#uploads [data-summary]")


def posts(page: Page) -> list[str]:
    """Return a list that fills with the addresses of POST and PATCH requests of `page`."""
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method in {"POST", "PATCH"} else None)
    return sent


def select_file(page: Page, name: str, data: bytes) -> None:
    """Select a file that is too large for Playwright's usual way."""
    page.locator("form[data-upload] input[name=files]").set_input_files(
        {"name": name, "mimeType": "image/bmp", "buffer": data}
    )
