"""Quality and seconds of finding near-duplicates: `python -m benchmarks.near_duplicates`.

Quality: precision and recall on about 900 labelled pictures and copies of them (`benchmarks/picture_pairs.py`), by
pixels and, as a baseline, by the vectors of ConSE, words and dates, the method before.

Size: one account has 100,000 synthetic photos with embeddings of 512 dimensions and fingerprints, in the database
`photosearch_near_duplicates`. One photo in ten is a copy of another, in another size. All are compared from scratch,
then 1,000 new ones. As a baseline, PostgreSQL compares some photos with all, in as many processes as it chooses; both
must find the same pairs. Fingerprints are compared without a database, and without the pixels, which synthetic photos
do not have.
"""

import argparse
import resource
import statistics
import time
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from benchmarks.encoder_process import encoder_process
from benchmarks.library import Library, query_vectors, store_vectors
from benchmarks.near_duplicate_quality import compared, measure, pairs_by_pixels, pairs_by_vectors, report
from benchmarks.picture_pairs import labelled_files
from gallery.models import Photo, Witness
from gallery.pictures.images import THUMBNAIL_VERSION
from search.encoders.client import encode_photos
from search.models import ComparedPhoto, NearDuplicatePair, PhotoEmbedding
from search.near_duplicates.candidates import CandidateSearch
from search.near_duplicates.comparing import MAX_PAIRS_PER_PHOTO, compare_photos, compare_words
from search.near_duplicates.copies import PHOTOS_PER_PASS
from search.near_duplicates.fingerprints import FINGERPRINT_BYTES
from search.near_duplicates.groups import find_groups

NAME = "photosearch_near_duplicates"
LIMIT = 0.04  # CLIP's same_picture_distance
MODEL = "synthetic@000000000000.1"
DIMENSIONS = 512
BATCH = 10_000
PHOTOS_PER_COPY = 10
CHANGED_BITS = 0.08  # twice as many as brighter copies have
PLAIN_STATIC = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


def main() -> None:
    """Measure quality and size, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("quality", "size"), help="measure one of them (default: both)")
    parser.add_argument("--share", type=float, default=1.0, help="share of the labelled pictures (default: 1)")
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--new", type=int, default=1_000)
    parser.add_argument("--baseline", type=int, default=500, help="photos that PostgreSQL compares with all")
    parser.add_argument("--times", type=int, default=15, help="requests of the page (default: 15)")
    arguments = parser.parse_args()
    if arguments.only != "size":
        _measure_quality(arguments.share)
    if arguments.only != "quality":
        _measure_fingerprints(arguments.photos)
        _measure_size(arguments)


def _measure_quality(share: float) -> None:
    files = list(labelled_files(share=share))
    pictures = compared(files)
    started = time.perf_counter()
    pairs, candidates = pairs_by_pixels(pictures)
    print(f"{candidates:,} candidates compared in {time.perf_counter() - started:.1f} s")
    report("by pixels", measure(files, pairs), files)
    with TemporaryDirectory() as name:
        # The encoder's process may run as another user.
        Path(name).chmod(0o777)
        paths = [Path(name, f"{number}.{file.extension}") for number, file in enumerate(files)]
        for path, file in zip(paths, files, strict=True):
            path.write_bytes(file.data)
        with encoder_process("conse", Path(name)) as (_process, info):
            batches = [encode_photos(paths[begin : begin + 16], model=info.model) for begin in range(0, len(paths), 16)]
        vectors = np.array([views[0] for batch in batches for views in batch], dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    before = pairs_by_vectors(files, vectors, limit=info.same_picture_distance)
    report("before, by ConSE's vectors, words and dates", measure(files, before), files)


def _measure_fingerprints(photos: int) -> None:
    generator = np.random.default_rng(0)
    fingerprints = generator.integers(0, 256, (photos, FINGERPRINT_BYTES), dtype=np.uint8)
    copies = photos // PHOTOS_PER_COPY
    changed = np.packbits(generator.random((copies, 8 * FINGERPRINT_BYTES)) < CHANGED_BITS, axis=1)
    fingerprints[-copies:] = fingerprints[:copies] ^ changed
    ids, found = np.arange(photos), 0
    started = time.perf_counter()
    for begin in range(0, photos, PHOTOS_PER_PASS):
        batch = slice(begin, begin + PHOTOS_PER_PASS)
        search = CandidateSearch(ids[batch], fingerprints[batch], most=MAX_PAIRS_PER_PHOTO)
        search.compare(ids, fingerprints, positions=ids)
        found += sum(
            photo + copies - photos in others for photo, others in search.nearest() if photo >= photos - copies
        )
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{photos:,} fingerprints compared in {seconds:.1f} s, {1000 * seconds / photos:.2f} ms each; "
        f"{found / copies:.1%} of copies with {CHANGED_BITS:.0%} of bits changed are candidates; at most {peak} MB"
    )


def _measure_size(arguments: argparse.Namespace) -> None:
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
