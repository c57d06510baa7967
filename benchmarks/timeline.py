"""The timeline with very many photos: `python -m benchmarks.timeline`.

One account has 100,000 synthetic photos, then one has 1,000,000, each in a database of its own that is kept for the
next run. Server: time, queries and bytes of the page and of jumps to any month (the shapes and photos that the browser
requests), without pictures; beside them the outline of earlier versions, which had the shape of every photo. Chromium:
time until photos appear, tasks that block drawing for more than 100 ms while scrolling and dragging the scrubber from
end to end, and the memory of scripts before and after visits of many places. On a busy machine the least time and the
processor time of the longest task are more reliable than the others.
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
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

from gallery.models import Photo
from gallery.photos.timeline import CONSTANTS
from gallery.pictures.images import THUMBNAIL_VERSION
from tests.chromium import chromium

NAME = "photosearch_many"
SIZES = (100_000, 1_000_000)
LONG_TASK = 100  # milliseconds
PLACES = 60
PLAIN_STATIC = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# Twelve years until November 2026: late years get more photos than early ones.
PHOTOS = """
    INSERT INTO gallery_photo (
        owner_id, file, filename, extension, width, height, file_size, sha256, md5, sha1, taken_at, date_source,
        description, labels, metadata, claims, defect, kind, place_source, is_animated, metadata_version, revision,
        wants_embedding, wants_text, importance, thumbnail_version, uploaded_at, placeholder,
        folded_filename, folded_description, folded_camera, folded_lens, folded_labels
    )
    SELECT
        %(owner)s, '', 'IMG_' || number || '.jpg', 'jpg', (ARRAY[4032, 3024, 1080, 1920])[1 + number %% 4],
        (ARRAY[3024, 4032, 2400, 1080, 1080])[1 + number %% 5], 2000000,
        encode(sha256(number::text::bytea), 'hex'), md5(number::text), md5(number::text) || '00000000',
        timestamp '2026-11-01' - power(number::float8 / %(photos)s, 1.3) * interval '4380 days', 'exif',
        '', '{}', '{}', '{}', '', 'photo', '', false, 1, 1,
        false, false, 0, %(version)s, now(), sha256(number::text::bytea) || substr(sha256(number::text::bytea), 1, 16),
        '', '', '', '', ''
    FROM generate_series(0, %(photos)s - 1) AS number
"""
# The outline until November 2026: a character for each photo.
SHAPE_OF_EVERY_PHOTO = """
    WITH own AS NOT MATERIALIZED (
        SELECT dated_at, id, width, height FROM gallery_photo
        WHERE owner_id = %(owner)s AND trashed_at IS NULL AND NOT is_archived
    )
    SELECT
        (SELECT array_agg(ARRAY[
            (extract(year FROM day) * 10000 + extract(month FROM day) * 100 + extract(day FROM day))::int, count
        ] ORDER BY day DESC) FROM (SELECT dated_at::date AS day, count(*)::int FROM own GROUP BY 1) AS days),
        (SELECT string_agg(substr(%(shapes)s, 1 + round(
            (length(%(shapes)s) - 1) * ln(least(%(widest)s, greatest(%(narrowest)s, width::float8 / height))
            / %(narrowest)s) / ln(%(widest)s / %(narrowest)s)
        )::int, 1), '' ORDER BY dated_at DESC, id DESC) FROM own)
"""
OBSERVE = """
    window.longTasks = [];
    new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((entry) => entry.duration)))
        .observe({ type: "longtask", buffered: true });
"""


def main() -> None:
    """Fill the accounts, send requests, scroll in the browser, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, nargs="*", default=SIZES)
    parser.add_argument("--times", type=int, default=15, help="requests of each page (default: 15)")
    arguments = parser.parse_args()
    # Playwright's event loop runs in this thread, and nothing else does.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with override_settings(STORAGES=PLAIN_STATIC, ALLOWED_HOSTS=["*"]):
        for photos in arguments.photos:
            owner = _account(photos)
            print(f"{photos:,} photos")
            client = Client()
            client.force_login(owner)
            _measure_earlier_outline(owner, times=arguments.times)
            _measure_server(client, times=arguments.times)
            with _site() as address:
                _measure_browser(address, client.cookies["sessionid"].value)


def _account(photos: int) -> User:
    """Return the owner of so many photos in a database of its own, made first if missing; late years have more."""
    connection.settings_dict["TEST"]["NAME"] = f"{NAME}_{photos}"
    connection.close()
    connection.creation.create_test_db(verbosity=0, serialize=False, keepdb=True)
    owner, _created = User.objects.get_or_create(username="owner of many")
    if Photo.objects.filter(owner=owner).count() != photos:
        print(f"making {photos:,} synthetic photos …")
        Photo.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(PHOTOS, {"owner": owner.pk, "photos": photos, "version": THUMBNAIL_VERSION})
            cursor.execute("VACUUM ANALYZE gallery_photo")
    return owner


def _measure_earlier_outline(owner: User, *, times: int) -> None:
    milliseconds, size = [], 0
    for _ in range(times):
        started = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(SHAPE_OF_EVERY_PHOTO, {"owner": owner.pk, **CONSTANTS})
            size = len(json.dumps(cursor.fetchone()))
        milliseconds.append((time.perf_counter() - started) * 1000)
    print(f"  baseline, outline with every shape: {_spread(milliseconds)}, {size / 1000:.0f} kB")


def _measure_server(client: Client, *, times: int) -> None:
    months = [key for key, *_counts in client.get("/timeline").json()["months"]]
    jumps = months[:: max(1, len(months) // times)]
    requests = {
        "first page": ["/"] * times,
        "outline alone": ["/timeline"] * times,
        "page of any month": [f"/?month={key}" for key in jumps],
        "shapes of any month": [f"/timeline/{key}/shapes?size=1000" for key in jumps],
        "photos of any month": [f"/timeline/{key}" for key in jumps],
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
        print(f"  {title}: {_spread(milliseconds)}, queries {sorted(queries)}, at most {max(sizes) / 1000:.0f} kB")


def _spread(milliseconds: list[float]) -> str:
    return (
        f"median {statistics.median(milliseconds):.0f} ms, least {min(milliseconds):.0f} ms, "
        f"worst {max(milliseconds):.0f} ms"
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
        print(f"  photos appear after {(time.perf_counter() - started) * 1000:.0f} ms, {_long_tasks(page)}")
        before = _heap(page)
        browser.start_tracing(page=page, categories=["toplevel"])
        page.mouse.move(500, 500)
        for _ in range(60):
            page.mouse.wheel(0, 900)
            page.wait_for_timeout(50)
        print(f"  scrolling by wheel: {_long_tasks(page)}, {_tiles(page)}")
        box: Any = page.locator("#scrubber").bounding_box()
        page.mouse.move(box["x"] + 20, box["y"] + 5)
        page.mouse.down()
        for number in range(100):
            page.mouse.move(box["x"] + 20, box["y"] + box["height"] * number / 100)
            page.wait_for_timeout(30)
        page.mouse.up()
        print(f"  dragging the scrubber: {_long_tasks(page)}, {_tiles(page)}")
        print(f"  processor time of the longest task: {_longest_task(browser.stop_tracing()):.0f} ms")
        _visit_places(page)
        print(f"  visits of {PLACES} places: {_long_tasks(page)}, {_tiles(page)}")
        print(f"  memory of scripts: {before:.1f} MB at first, {_heap(page):.1f} MB after the visits")


def _visit_places(page: Page) -> None:
    """Jump to places all over the timeline, and wait for the photos of each."""
    for number in range(PLACES):
        share = (number * 0.618) % 1
        page.evaluate("share => scrollTo(0, share * (document.documentElement.scrollHeight - innerHeight))", share)
        page.wait_for_timeout(100)
        page.wait_for_function("() => !document.querySelector('#photos .tile:not([data-photo])')")


def _heap(page: Page) -> float:
    """Return the megabytes that scripts use after garbage collection."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")["usedSize"]
    session.detach()
    return float(used) / 1e6


def _tiles(page: Page) -> str:
    return f"{page.locator('#photos .tile').count()} tiles in the page"


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
    longest = f" (longest task {max(durations):.0f} ms)" if durations else ""
    return f"{sum(duration > LONG_TASK for duration in durations)} tasks over {LONG_TASK} ms{longest}"


if __name__ == "__main__":
    main()
