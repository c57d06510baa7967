"""Comparison of a user's photos: of their stored vectors, and of the words of those that are nearly the same.

Photos without a comparison are found by a query. Each photo is compared with all photos compared before it, so that
every pair is compared once, in any order and after any interruption. A pass is one transaction; passes over the photos
of one user take turns.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Protocol

import numpy as np
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from gallery.models import Photo
from gallery.storage.locks import Lock, lock_until_commit, try_lock_until_commit
from search.models import ComparedPhoto, NearDuplicatePair, PhotoEmbedding, PhotoText
from search.near_duplicates.likeness import KEEPER_RANK, VERSION, compared_words, words_match
from search.near_duplicates.near_pairs import BLOCK, NeighbourSearch

# Photos that are compared in one pass, for which all vectors of the user are read once.
PHOTOS_PER_PASS = 8192
# Near-duplicates that are kept of one photo: ten thousand blank pictures must not make fifty million pairs.
MAX_PAIRS_PER_PHOTO = 32
# A photo that had more near-duplicates is compared again when fewer are left.
MIN_PAIRS_LEFT = 16
# Pairs whose words are compared in one query.
PAIRS_PER_QUERY = 2000

PHOTO = Photo._meta.db_table
EMBEDDING = PhotoEmbedding._meta.db_table
TEXT = PhotoText._meta.db_table
COMPARED = ComparedPhoto._meta.db_table
PAIR = NearDuplicatePair._meta.db_table

COMPARED_PHOTOS = f"""
    SELECT photo_id FROM {COMPARED} JOIN {PHOTO} AS photo ON photo.id = photo_id
    WHERE {COMPARED}.owner_id = %(owner)s AND model = %(model)s AND version = %(version)s
        AND (%(with_trash)s OR trashed_at IS NULL)
"""  # noqa: S608 - our own names
# In PostgreSQL's binary formats: numbers as text would take a hundred times as long to read.
VECTORS = f"""
    SELECT string_agg(int8send(photo_id) || halfvec_send(vector), '') FROM {EMBEDDING}
    WHERE photo_id = ANY(%s) AND model = %s AND view = 0
"""  # noqa: S608 - our own names

DEPLETED_PHOTOS = f"""
    SELECT photo.id, photo.owner_id FROM {COMPARED} AS compared JOIN {PHOTO} AS photo ON photo.id = compared.photo_id
    WHERE model = %(model)s AND is_full AND version = %(version)s AND trashed_at IS NULL AND defect = ''
        AND (%(owner)s::bigint IS NULL OR compared.owner_id = %(owner)s)
        AND %(min_left)s > (SELECT count(*) FROM (
            SELECT FROM {PAIR} AS pair JOIN {PHOTO} AS alike ON alike.id = other_id
            WHERE one_id = photo.id AND model = %(model)s AND alike.trashed_at IS NULL
            UNION ALL
            SELECT FROM {PAIR} AS pair JOIN {PHOTO} AS alike ON alike.id = one_id
            WHERE other_id = photo.id AND model = %(model)s AND alike.trashed_at IS NULL
            LIMIT %(min_left)s
        ) AS remaining)
"""  # noqa: S608 - our own names and numbers

# The pairs' rows are locked before. If a text changes meanwhile, its pairs are reset after this statement.
COMPARE_WORDS = f"""
    UPDATE {PAIR} AS pair SET reads_alike = {words_match("one_words", "other_words")} FROM (
        SELECT pair.id, {compared_words("one.folded")} AS one_words, {compared_words("other.folded")} AS other_words
        FROM {PAIR} AS pair LEFT JOIN {TEXT} AS one ON one.photo_id = one_id
        LEFT JOIN {TEXT} AS other ON other.photo_id = other_id WHERE pair.id = ANY(%s)
    ) AS found WHERE found.id = pair.id
"""  # noqa: S608 - our own names and numbers

KEEPERS = f"SELECT id FROM {PHOTO} AS photo WHERE owner_id = %s ORDER BY {KEEPER_RANK} DESC"  # noqa: S608
# Until the end of the transaction these photos can be changed, but not deleted.
LOCK_PHOTOS = f"SELECT id FROM {PHOTO} WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE"  # noqa: S608


def uncompared_photos(model: str) -> QuerySet[Photo]:
    """Return photos with a vector of `model` but no current comparison; without broken photos and trash."""
    embedding = PhotoEmbedding.objects.filter(photo=OuterRef("pk"), model=model, view=0)
    compared = ComparedPhoto.objects.filter(photo=OuterRef("pk"), model=model, version=VERSION)
    return Photo.objects.filter(Exists(embedding), ~Exists(compared), defect="", trashed_at=None)


def owners_to_compare(model: str) -> list[int]:
    """Return the ids of users with photos or pairs to compare by `model`."""
    owners = set(uncompared_photos(model).order_by().values_list("owner", flat=True).distinct())
    pairs = NearDuplicatePair.objects.filter(model=model, reads_alike=None)
    owners.update(pairs.values_list("owner", flat=True).distinct())
    owners.update(owner_id for _photo_id, owner_id in depleted_photos(model, version=VERSION))
    return sorted(owners)


class Found(Protocol):
    """The photos of a pass, which of them have more near-duplicates than are kept, and the pairs with distances."""

    ids: np.ndarray
    is_cut: np.ndarray

    def pairs(self) -> Iterator[tuple[int, int, float]]:
        """Yield a photo of the pass, another photo, and their distance."""


def compare_photos(owner_id: int, *, model: str, dimensions: int, limit: float) -> bool:
    """Compare a batch of a user's photos; pairs nearer than `limit` (1 − cosine) become near-duplicates.

    Returns False if nothing is left to compare, or if another process compares photos of this user.
    """

    def find(batch: list[int], others: list[int]) -> Found:
        return _find_neighbours(batch, others, owner_id=owner_id, model=model, dimensions=dimensions, limit=limit)

    uncompared = uncompared_photos(model)
    return run_pass(owner_id, model=model, version=VERSION, uncompared=uncompared, size=PHOTOS_PER_PASS, find=find)


def run_pass(
    owner_id: int,
    *,
    model: str,
    version: int,
    uncompared: QuerySet[Photo],
    size: int,
    find: Callable[[list[int], list[int]], Found],
    reads_alike: bool | None = None,
) -> bool:
    """Let `find` compare up to `size` uncompared photos with each other and with those compared before; store pairs.

    Returns False if nothing is left to compare, or if another process compares photos of this user.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        if not try_lock_until_commit(Lock.NEAR_DUPLICATES, key=owner_id):
            return False
        batch = list(uncompared.filter(owner=owner_id).order_by("-pk").values_list("pk", flat=True)[:size])
        with_trash = bool(batch)
        depleted = depleted_photos(model, version=version, owner_id=owner_id)
        batch = batch or [photo_id for photo_id, _ in islice(depleted, size)]
        if not batch:
            return False
        cursor.execute(
            COMPARED_PHOTOS, {"owner": owner_id, "model": model, "version": version, "with_trash": with_trash}
        )
        found = find(batch, [photo_id for (photo_id,) in cursor.fetchall()])
        outdated = ComparedPhoto.objects.filter(photo__in=batch, model=model).exclude(version=version).values("photo")
        NearDuplicatePair.objects.filter(Q(one__in=outdated) | Q(other__in=outdated), model=model).delete()
        _store(found, owner_id=owner_id, model=model, version=version, reads_alike=reads_alike)
    return True


def compare_words(owner_id: int, *, model: str) -> bool:
    """Compare the words of some pairs that have no result yet; return False if there are none."""
    with transaction.atomic(), connection.cursor() as cursor:
        pairs = NearDuplicatePair.objects.filter(owner=owner_id, model=model, reads_alike=None)
        ids = list(pairs.select_for_update(skip_locked=True).values_list("pk", flat=True)[:PAIRS_PER_QUERY])
        if ids:
            cursor.execute(COMPARE_WORDS, [ids])
    return bool(ids)


def reset_words(photo_id: int) -> None:
    """Have the words of a photo compared again, because its text has changed."""
    for side in ("one", "other"):
        NearDuplicatePair.objects.filter(**{side: photo_id}).update(reads_alike=None)


def reset_vectors(photo_ids: list[int], *, model: str) -> None:
    """Have these photos compared again after this transaction, which replaces their vectors.

    Waits for running passes, which may have read the old vectors and would store pairs found by them.
    """
    replaced = PhotoEmbedding.objects.filter(photo__in=photo_ids, model=model)
    lock_until_commit(Lock.NEAR_DUPLICATES, keys=list(replaced.order_by().values_list("owner", flat=True).distinct()))
    NearDuplicatePair.objects.filter(Q(one__in=photo_ids) | Q(other__in=photo_ids), model=model).delete()
    ComparedPhoto.objects.filter(photo__in=photo_ids, model=model).delete()


def remove_vectors(photo_ids: list[int]) -> None:
    """Remove the vectors of photos whose pictures have changed, and what was found by them."""
    stored = PhotoEmbedding.objects.filter(photo__in=photo_ids)
    for model in stored.order_by().values_list("model", flat=True).distinct():
        reset_vectors(photo_ids, model=model)
    stored.delete()


class KeeperOrder:
    """The order of a user's photos by how good they are to keep, best first."""

    def __init__(self, owner_id: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(KEEPERS, [owner_id])
            ids = np.array([row[0] for row in cursor.fetchall()], dtype=np.int64)
        self._positions = np.argsort(ids)
        self._sorted_ids = ids[self._positions]

    def positions(self, ids: np.ndarray) -> np.ndarray:
        """Return the photos' positions in the order; a photo uploaded since gets an arbitrary one."""
        indexes = np.searchsorted(self._sorted_ids, ids).clip(max=len(self._sorted_ids) - 1)
        positions: np.ndarray = self._positions[indexes]
        return positions


def _find_neighbours(
    batch: list[int], others: list[int], *, owner_id: int, model: str, dimensions: int, limit: float
) -> NeighbourSearch:
    """Compare the photos of `batch` with each other and with `others`."""
    blocks = list(_read_vectors(batch, model=model, dimensions=dimensions))
    ids, vectors = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    search = NeighbourSearch(ids, vectors, limit=limit, max_neighbours=MAX_PAIRS_PER_PHOTO)
    order = KeeperOrder(owner_id)
    for other_ids, other_vectors in _read_vectors(sorted({*batch, *others}), model=model, dimensions=dimensions):
        search.compare(other_ids, other_vectors, positions=order.positions(other_ids))
    return search


def depleted_photos(model: str, *, version: int, owner_id: int | None = None) -> Iterator[tuple[int, int]]:
    """Yield photos and owners that had too many near-duplicates to keep, and have lost most of the kept ones."""
    with connection.cursor() as cursor:
        cursor.execute(
            DEPLETED_PHOTOS, {"model": model, "owner": owner_id, "version": version, "min_left": MIN_PAIRS_LEFT}
        )
        yield from cursor.fetchall()


def _read_vectors(photo_ids: list[int], *, model: str, dimensions: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield blocks of photo ids, (n,), and unit vectors, (n, dimensions) float32."""
    row = np.dtype([("id", ">i8"), ("dimensions", ">i2"), ("unused", ">i2"), ("numbers", ">f2", dimensions)])
    for begin in range(0, len(photo_ids), BLOCK):
        with connection.cursor() as cursor:
            cursor.execute(VECTORS, [photo_ids[begin : begin + BLOCK], model])
            (data,) = cursor.fetchone()
        rows = np.frombuffer(data or b"", row)
        vectors = rows["numbers"].astype(np.float32)
        # Vectors stored in half precision have lengths of only about one.
        yield rows["id"].astype(np.int64), vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(min=1e-6)


def _store(search: Found, *, owner_id: int, model: str, version: int, reads_alike: bool | None) -> None:
    """Store the pairs and mark the photos as compared, except for photos deleted meanwhile."""
    pairs = list(search.pairs())
    involved = {*search.ids.tolist(), *(other for _photo_id, other, _distance in pairs)}
    with connection.cursor() as cursor:
        cursor.execute(LOCK_PHOTOS, [list(involved)])
        existing = {row[0] for row in cursor.fetchall()}
    NearDuplicatePair.objects.bulk_create(
        (
            NearDuplicatePair(
                one_id=min(pair),
                other_id=max(pair),
                owner_id=owner_id,
                model=model,
                distance=distance,
                reads_alike=reads_alike,
            )
            for *pair, distance in pairs
            if existing.issuperset(pair)
        ),
        batch_size=5000,
        ignore_conflicts=True,
    )
    ComparedPhoto.objects.bulk_create(
        (
            ComparedPhoto(photo_id=photo_id, owner_id=owner_id, model=model, version=version, is_full=is_full)
            for photo_id, is_full in zip(search.ids.tolist(), search.is_cut.tolist(), strict=True)
            if photo_id in existing
        ),
        batch_size=5000,
        update_conflicts=True,
        unique_fields=["photo", "model"],
        update_fields=["version", "is_full"],
    )
