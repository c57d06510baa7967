"""Seconds to find near-duplicates and to show them: `python -m benchmarks.near_duplicates`.

One account has 100,000 synthetic photos and embeddings of 512 dimensions, in the database
`photosearch_near_duplicates`. One photo in ten is a copy of another, in another size. All are compared from scratch,
then 1,000 new ones. As a baseline, PostgreSQL compares some photos with all, in as many processes as it chooses; both
must find the same pairs.
"""

import argparse
import resource
import statistics
import time
from hashlib import sha256
from multiprocessing import get_context

import numpy as np
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from benchmarks.library import Library, query_vectors, store_vectors
from gallery.models import Photo, Witness
from gallery.pictures.images import THUMBNAIL_VERSION
from search.models import ComparedPhoto, NearDuplicatePair, PhotoEmbedding
from search.near_duplicates.comparing import compare_photos, compare_words
from search.near_duplicates.groups import find_groups

NAME = "photosearch_near_duplicates"
LIMIT = 0.04  # CLIP's same_picture_distance
MODEL = "synthetic@000000000000.1"
DIMENSIONS = 512
BATCH = 10_000
PHOTOS_PER_COPY = 10
PLAIN_STATIC = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


def main() -> None:
    """Fill the account, compare, request the page, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--new", type=int, default=1_000)
    parser.add_argument("--baseline", type=int, default=500, help="photos that PostgreSQL compares with all")
    parser.add_argument("--times", type=int, default=15, help="requests of the page (default: 15)")
    arguments = parser.parse_args()
    owner = _open()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE gallery_photo CASCADE")
    print(f"making {arguments.photos + arguments.new:,} synthetic photos and vectors …")
    _fill_apart(arguments.photos, seed=0)
    _measure("from scratch", owner)
    _fill_apart(arguments.new, seed=1)
    _measure(f"{arguments.new:,} new ones", owner)
    _measure_baseline(owner, arguments.baseline)
    _measure_page(owner, times=arguments.times)


def _open() -> User:
    connection.settings_dict["TEST"]["NAME"] = NAME
    connection.creation.create_test_db(verbosity=0, serialize=False, keepdb=True)
    return User.objects.get_or_create(username="owner of many")[0]


def _fill_apart(photos: int, *, seed: int) -> None:
    """Fill the account in another process, so that the memory measured later is that of comparing alone."""
    process = get_context("spawn").Process(target=_fill, args=(photos, seed))
    process.start()
    process.join()
    assert process.exitcode == 0, "the account could not be filled"  # noqa: S101


def _fill(photos: int, seed: int) -> None:
    owner = _open()
    generator = np.random.default_rng(seed)
    for begin in range(0, photos, BATCH):
        count = min(BATCH, photos - begin)
        vectors = query_vectors(Library(photos, MODEL, DIMENSIONS), count=count, seed=1000 * seed + begin)
        copies = generator.choice(count, count // PHOTOS_PER_COPY, replace=False)
        noise = generator.normal(size=(len(copies), DIMENSIONS)) * 0.1 / DIMENSIONS**0.5
        vectors[copies] = vectors[generator.integers(count, size=len(copies))] + noise
        rows = Photo.objects.bulk_create(_photo(f"{seed} {begin} {number}", number, owner) for number in range(count))
        ids = np.array([photo.pk for photo in rows])
        store_vectors(vectors, model=MODEL, photos=ids, owners=np.full(count, owner.pk))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE gallery_photo, search_photoembedding, search_comparedphoto")


def _photo(seed: str, number: int, owner: User) -> Photo:
    return Photo(
        owner=owner,
        filename=f"IMG_{number}.jpg",
        extension="jpg",
        width=(4032, 1080, 1920)[number % 3],
        height=3024,
        file_size=2_000_000,
        sha256=sha256(seed.encode()).hexdigest(),
        date_source=Witness.EXIF,
        thumbnail_version=THUMBNAIL_VERSION,
        wants_text=False,
    )


def _measure(title: str, owner: User) -> None:
    before, started, passes = NearDuplicatePair.objects.count(), time.perf_counter(), 0
    while compare_photos(owner.pk, model=MODEL, dimensions=DIMENSIONS, limit=LIMIT):
        passes += 1
    seconds = time.perf_counter() - started
    while compare_words(owner.pk, model=MODEL):
        pass
    words = time.perf_counter() - started - seconds
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    pairs, compared = NearDuplicatePair.objects.count() - before, ComparedPhoto.objects.count()
    print(
        f"{title}: {seconds:.1f} s in {passes} passes, {compared:,} photos are compared, {pairs:,} pairs found, "
        f"their texts in {words:.1f} s; at most {peak} MB"
    )


def _measure_baseline(owner: User, photos: int) -> None:
    rows = PhotoEmbedding.objects.filter(owner=owner).order_by("photo")
    sampled = list(rows.values_list("photo", flat=True)[:photos])
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM search_photoembedding one JOIN search_photoembedding other"
            " ON one.photo_id < other.photo_id AND one.vector <=> other.vector < %s"
            " WHERE one.owner_id = %s AND other.owner_id = %s AND one.photo_id = ANY(%s)",
            [LIMIT, owner.pk, owner.pk, sampled],
        )
        pairs = cursor.fetchone()[0]
    seconds = time.perf_counter() - started
    found = NearDuplicatePair.objects.filter(one__in=sampled).count()
    whole = seconds * rows.count() / max(len(sampled), 1) / 2
    print(
        f"PostgreSQL, {len(sampled):,} photos with all: {seconds:.1f} s, {pairs:,} pairs (stored: {found:,}); "
        f"estimate for all photos: {whole:,.0f} s"
    )


def _measure_page(owner: User, *, times: int) -> None:
    with override_settings(STORAGES=PLAIN_STATIC, ALLOWED_HOSTS=["*"]):
        client = Client()
        client.force_login(owner)
        milliseconds, queries = [], set()
        for _time in range(times):
            with CaptureQueriesContext(connection) as captured:
                started = time.perf_counter()
                response = client.get("/near-duplicates")
                milliseconds.append((time.perf_counter() - started) * 1000)
            queries.add(len(captured))
    groups = find_groups(user=owner, limit=1).groups
    print(
        f"page: {groups:,} groups, median {statistics.median(milliseconds):.0f} ms, worst {max(milliseconds):.0f} ms, "
        f"queries {sorted(queries)}, {len(response.content) / 1000:.0f} kB"
    )


if __name__ == "__main__":
    main()
