"""The timeline with very many photos: `python -m benchmarks.timeline`.

One account has 100,000 synthetic photos in the database `photosearch_many`, which is kept for the next run. Server:
time, queries and bytes of the page and of a jump to any month (the portion of photos that the browser requests),
without pictures. Chromium: time until photos appear, and tasks that block drawing for more than 50 ms (long tasks)
while scrolling and dragging the scrubber from end to end. On a busy machine the processor time of the longest task is
more reliable than its duration.
"""

import argparse
import hashlib
import json
import os
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from django.contrib.auth.models import User
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connection
from django.test import Client, override_settings
from django.test.testcases import LiveServerThread
from django.test.utils import CaptureQueriesContext
from PIL import Image
from playwright.sync_api import Page, Route

from gallery.models import Photo, Witness
from gallery.pictures.images import THUMBNAIL_VERSION
from tests.chromium import chromium

NAME = "photosearch_many"
BATCH = 5_000
PLAIN_STATIC = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WIDTHS, HEIGHTS = (4032, 3024, 1080, 1920), (3024, 4032, 2400, 1080, 1080)
LATEST = datetime(2026, 11, 1)  # noqa: DTZ001 - local time
YEARS = 12
OBSERVE = """
    window.longTasks = [];
    new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((entry) => entry.duration)))
        .observe({ type: "longtask", buffered: true });
"""


def main() -> None:
    """Fill the account, send requests, scroll in the browser, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=15, help="requests of each page (default: 15)")
    arguments = parser.parse_args()
    # Playwright's event loop runs in this thread, and nothing else does.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with override_settings(STORAGES=PLAIN_STATIC, ALLOWED_HOSTS=["*"]):
        owner = _account(arguments.photos)
        client = Client()
        client.force_login(owner)
        _measure_server(client, times=arguments.times)
        with _site() as address:
            _measure_browser(address, client.cookies["sessionid"].value)


def _account(photos: int) -> User:
    connection.settings_dict["TEST"]["NAME"] = NAME
    connection.creation.create_test_db(verbosity=0, serialize=False, keepdb=True)
    owner, _created = User.objects.get_or_create(username="owner of many")
    if owner.photos.count() != photos:  # type: ignore[attr-defined]
        print(f"making {photos:,} synthetic photos …")
        Photo.objects.all().delete()
        for begin in range(0, photos, BATCH):
            Photo.objects.bulk_create(
                _photo(number, photos, owner) for number in range(begin, min(begin + BATCH, photos))
            )
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE gallery_photo")
    return owner


def _photo(number: int, photos: int, owner: User) -> Photo:
    """Return a photo; late years get more photos than early ones."""
    digest = hashlib.sha256(str(number).encode())
    return Photo(
        owner=owner,
        filename=f"IMG_{number}.jpg",
        extension="jpg",
        width=WIDTHS[number % 4],
        height=HEIGHTS[number % 5],
        file_size=2_000_000,
        sha256=digest.hexdigest(),
        taken_at=LATEST - timedelta(days=365 * YEARS * (number / photos) ** 1.3),
        date_source=Witness.EXIF,
        thumbnail_version=THUMBNAIL_VERSION,
        placeholder=digest.digest() + digest.digest()[:16],
    )


def _measure_server(client: Client, *, times: int) -> None:
    months = [key for key, _count in client.get("/timeline").json()["months"]]
    step = max(1, len(months) // times)
    requests = {
        "first page": ["/"] * times,
        "outline alone": ["/timeline"] * times,
        "page of any month": [f"/?month={key}" for key in months[::step]],
        "portion of any month": [f"/timeline/{key}" for key in months[::step]],
    }
    for title, paths in requests.items():
        milliseconds, queries, sizes = [], set(), []
        for path in paths:
            with CaptureQueriesContext(connection) as captured:
                started = time.perf_counter()
                response = client.get(path)
                milliseconds.append((time.perf_counter() - started) * 1000)
            queries.add(len(captured))
            sizes.append(len(response.content))
        print(
            f"{title}: median {statistics.median(milliseconds):.0f} ms, worst {max(milliseconds):.0f} ms, "
            f"queries {sorted(queries)}, at most {max(sizes) / 1000:.0f} kB"
        )


@contextmanager
def _site() -> Iterator[str]:
    server = LiveServerThread("127.0.0.1", StaticFilesHandler)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    yield f"http://127.0.0.1:{server.port}"
    server.terminate()


def _measure_browser(address: str, session: str) -> None:
    thumbnail = BytesIO()
    Image.effect_noise((320, 240), 60).convert("RGB").save(thumbnail, "WEBP", quality=80)

    def answer_thumbnail(route: Route) -> None:
        route.fulfill(body=thumbnail.getvalue(), content_type="image/webp")

    with chromium() as browser:
        context = browser.new_context(viewport={"width": 1280, "height": 860})
        context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
        context.add_init_script(OBSERVE)
        page = context.new_page()
        page.route("**/thumbnail?*", answer_thumbnail)
        started = time.perf_counter()
        page.goto(address)
        page.locator("#photos .tile[data-photo]").first.wait_for()
        print(f"photos appear after {(time.perf_counter() - started) * 1000:.0f} ms, {_long_tasks(page)}")
        browser.start_tracing(page=page, categories=["toplevel"])
        page.mouse.move(500, 500)
        for _ in range(60):
            page.mouse.wheel(0, 900)
            page.wait_for_timeout(50)
        print(f"scrolling by wheel: {_long_tasks(page)}; {page.locator('#photos .tile').count()} tiles in the page")
        box: Any = page.locator("#scrubber").bounding_box()
        page.mouse.move(box["x"] + 20, box["y"] + 5)
        page.mouse.down()
        for number in range(100):
            page.mouse.move(box["x"] + 20, box["y"] + box["height"] * number / 100)
            page.wait_for_timeout(30)
        page.mouse.up()
        print(f"dragging the scrubber: {_long_tasks(page)}; {page.locator('#photos .tile').count()} tiles in the page")
        print(f"processor time of the longest task: {_longest_task(browser.stop_tracing()):.0f} ms")


def _longest_task(trace: bytes) -> float:
    """Return the milliseconds of processor time of the longest task in the page's main thread."""
    events = json.loads(trace)["traceEvents"]
    main = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    return max(event.get("tdur", 0) for event in events if (event["pid"], event["tid"]) in main) / 1000


def _long_tasks(page: Page) -> str:
    """Describe the long tasks since the last call."""
    durations = page.evaluate("longTasks.splice(0)")
    longest = f", the longest {max(durations):.0f} ms" if durations else ""
    return f"{len(durations)} long tasks{longest}"


if __name__ == "__main__":
    main()
