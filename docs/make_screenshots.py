"""Takes the screenshots of README.md from a running `make run` with its sample pictures.

    .venv/bin/python docs/make_screenshots.py --password PASSWORD

Start it with ENCODERS=conse, and wait until the status page shows that all samples are processed. Needs Chromium.
"""

import argparse
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from tests.chromium import chromium  # noqa: E402 - needs the path

FOLDER = ROOT / "docs" / "images"
WINDOW = {"width": 1280, "height": 800}
WIDTH = 800
MAX_BYTES = 60_000


def main() -> None:
    """Log in, open three pages, and save a small picture of each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="http://localhost:8000")
    parser.add_argument("--username", default="admin")
    parser.add_argument("--password", required=True)
    arguments = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    with chromium() as browser:
        page = browser.new_page(viewport=WINDOW, locale="en", color_scheme="light", reduced_motion="reduce")
        page.goto(f"{arguments.url}/login/")
        page.get_by_label("Username").fill(arguments.username)
        page.get_by_label("Password").fill(arguments.password)
        page.get_by_role("button", name="Log in", exact=True).click()
        page.wait_for_url(f"{arguments.url}/")
        save(page, "timeline")
        page.goto(f"{arguments.url}/search?q=station")
        save(page, "search")
        page.goto(f"{arguments.url}/search?q=NH961")
        page.locator(".hit a").first.click()
        save(page, "photo")


def save(page: Page, name: str) -> None:
    """Save the visible part of the page as a WebP file, once all of its pictures are loaded."""
    page.wait_for_load_state("networkidle")
    page.wait_for_function("[...document.images].every((image) => image.complete)")
    image = Image.open(BytesIO(page.screenshot()))
    image.thumbnail((WIDTH, WIDTH), Image.Resampling.LANCZOS)
    path = FOLDER / f"{name}.webp"
    image.save(path, "WEBP", quality=75, method=6)
    if path.stat().st_size > MAX_BYTES:
        raise SystemExit(f"{path} has {path.stat().st_size} bytes; at most {MAX_BYTES} are allowed.")


if __name__ == "__main__":
    main()
