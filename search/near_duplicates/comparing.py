"""Compares the stored vectors of a person's photos with each other, and keeps the pairs that are nearly the same.

What is not compared yet is a query. A photo is compared with all those that were compared before it, so that each pair
is met once, whatever the order and however often it breaks off; one pass is one transaction, and passes over the photos
of one person take turns.
"""

from collections.abc import Iterator
from itertools import islice

import numpy as np
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from gallery.models import Photo
from gallery.storage.locks import Lock, lock_until_commit, try_lock_until_commit
from search.models import ComparedPhoto, NearDuplicatePair, PhotoEmbedding, PhotoText
from search.near_duplicates.likeness import VERSION, are_alike, keeper_rank, words_of
from search.near_duplicates.near_pairs import BLOCK, Neighbours

# So many photos are compared in one pass, for which all vectors of the person are read once.
PASS = 8192
# So many look-alikes are kept of a photo: ten thousand blank pictures must not make fifty million pairs.
MOST = 32
# A photo that had more than that is compared anew when it has fewer than so many left.
FEWEST = 16
# So many pairs are compared by their words at once.
PAIRS_AT_ONCE = 2000
# Any number, as long as it is always the same: advisory locks of those who compare.
COMPARING_LOCK = 7_264_302

PHOTO = Photo._meta.db_table
EMBEDDING = PhotoEmbedding._meta.db_table
TEXT = PhotoText._meta.db_table
COMPARED = ComparedPhoto._meta.db_table
PAIR = NearDuplicatePair._meta.db_table

OTHERS = f"""
    SELECT photo_id FROM {COMPARED} JOIN {PHOTO} AS photo ON photo.id = photo_id
    WHERE {COMPARED}.owner_id = %(owner)s AND model = %(model)s AND version = %(version)s
        AND (%(bin_too)s OR trashed_at IS NULL)
"""  # noqa: S608 - our own names
# As the types' binary formats have it, many at once: numbers in text would take a hundred times as long to read.
VECTORS = f"""
    SELECT string_agg(int8send(photo_id) || halfvec_send(vector), '') FROM {EMBEDDING}
    WHERE photo_id = ANY(%s) AND model = %s AND view = 0
"""  # noqa: S608 - our own names

DRAINED = f"""
    SELECT photo.id, photo.owner_id FROM {COMPARED} AS compared JOIN {PHOTO} AS photo ON photo.id = compared.photo_id
    WHERE model = %(model)s AND is_full AND version = %(version)s AND trashed_at IS NULL AND defect = ''
        AND (%(owner)s::bigint IS NULL OR compared.owner_id = %(owner)s)
        AND %(fewest)s > (SELECT count(*) FROM (
            SELECT FROM {PAIR} AS pair JOIN {PHOTO} AS alike ON alike.id = other_id
            WHERE one_id = photo.id AND model = %(model)s AND alike.trashed_at IS NULL
            UNION ALL
            SELECT FROM {PAIR} AS pair JOIN {PHOTO} AS alike ON alike.id = one_id
            WHERE other_id = photo.id AND model = %(model)s AND alike.trashed_at IS NULL
            LIMIT %(fewest)s
        ) AS remaining)
"""  # noqa: S608 - our own names and numbers

# With the rows locked before, whoever stores a text meanwhile resets them after us.
READ = f"""
    UPDATE {PAIR} AS pair SET reads_alike = {are_alike("one_words", "other_words")} FROM (
        SELECT pair.id, {words_of("one.folded")} AS one_words, {words_of("other.folded")} AS other_words
        FROM {PAIR} AS pair LEFT JOIN {TEXT} AS one ON one.photo_id = one_id
        LEFT JOIN {TEXT} AS other ON other.photo_id = other_id WHERE pair.id = ANY(%s)
    ) AS found WHERE found.id = pair.id
"""  # noqa: S608 - our own names and numbers


def uncompared_photos(model: str) -> QuerySet[Photo]:
    """Photos with a vector of `model` that no current comparison has met; whole ones that are not in the bin."""
    embedding = PhotoEmbedding.objects.filter(photo=OuterRef("pk"), model=model, view=0)
    compared = ComparedPhoto.objects.filter(photo=OuterRef("pk"), model=model, version=VERSION)
    return Photo.objects.filter(Exists(embedding), ~Exists(compared), defect="", trashed_at=None)


def owners_to_compare(model: str) -> list[int]:
    """The people for whom something is left to be done with vectors of `model`."""
    owners = set(uncompared_photos(model).order_by().values_list("owner", flat=True).distinct())
    owners.update(
        NearDuplicatePair.objects.filter(model=model, reads_alike=None).values_list("owner", flat=True).distinct()
    )
    owners.update(owner_id for _photo_id, owner_id in _drained(model))
    return sorted(owners)


def compare_photos(owner_id: int, *, model: str, dimensions: int, limit: float) -> bool:
    """One pass: compare some photos that are not compared yet; False if there were none, or somebody else is at it."""
    with transaction.atomic(), connection.cursor() as cursor:
        if not try_lock_until_commit(Lock.NEAR_DUPLICATES, key=owner_id):
            return False
        fresh = uncompared_photos(model).filter(owner=owner_id).order_by("-pk").values_list("pk", flat=True)
        batch = list(fresh[:PASS])
        bin_too = bool(batch)
        batch = batch or [photo_id for photo_id, _owner_id in islice(_drained(model, owner_id), PASS)]
        if not batch:
            return False
        blocks = list(_read_vectors(batch, model=model, dimensions=dimensions))
        ids, vectors = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
        neighbours = Neighbours(ids, vectors, limit=limit, most=MOST)
        places = _Places(owner_id)
        cursor.execute(OTHERS, {"owner": owner_id, "model": model, "version": VERSION, "bin_too": bin_too})
        all_ids = sorted({*batch, *(row[0] for row in cursor.fetchall())})
        for other_ids, others in _read_vectors(all_ids, model=model, dimensions=dimensions):
            neighbours.meet(other_ids, others, places=places.of(other_ids))
        older = ComparedPhoto.objects.filter(photo__in=batch, model=model).exclude(version=VERSION).values("photo")
        NearDuplicatePair.objects.filter(Q(one__in=older) | Q(other__in=older), model=model).delete()
        _keep(neighbours, owner_id=owner_id, model=model)
    return True


def compare_words(owner_id: int, *, model: str) -> bool:
    """Say of some pairs whether their words are alike too; False if there were none."""
    with transaction.atomic(), connection.cursor() as cursor:
        unread = NearDuplicatePair.objects.filter(owner=owner_id, model=model, reads_alike=None)
        ids = list(unread.select_for_update(skip_locked=True).values_list("pk", flat=True)[:PAIRS_AT_ONCE])
        if ids:
            cursor.execute(READ, [ids])
    return bool(ids)


def reset_words(photo_id: int) -> None:
    """The text of a photo has changed: its words are to be compared anew."""
    for side in ("one", "other"):
        NearDuplicatePair.objects.filter(**{side: photo_id}).update(reads_alike=None)


def reset_vectors(photo_ids: list[int], *, model: str) -> None:
    """The vectors of these photos are about to be replaced: they are to be compared anew after this transaction.

    A pass that has read those that are there must be over first, or it would keep what it found by them.
    """
    replaced = PhotoEmbedding.objects.filter(photo__in=photo_ids, model=model)
    lock_until_commit(Lock.NEAR_DUPLICATES, keys=list(replaced.order_by().values_list("owner", flat=True).distinct()))
    NearDuplicatePair.objects.filter(Q(one__in=photo_ids) | Q(other__in=photo_ids), model=model).delete()
    ComparedPhoto.objects.filter(photo__in=photo_ids, model=model).delete()


class _Places:
    """How good a keeper each photo of a person is among the others, the best in the first place."""

    def __init__(self, owner_id: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id FROM {PHOTO} AS photo WHERE owner_id = %s ORDER BY {keeper_rank('photo')} DESC",  # noqa: S608
                [owner_id],
            )
            ids = np.array([row[0] for row in cursor.fetchall()], dtype=np.int64)
        self._order = np.argsort(ids)
        self._sorted = ids[self._order]

    def of(self, ids: np.ndarray) -> np.ndarray:
        """Of photos that are there; of one just uploaded it may be anybody's."""
        at = np.searchsorted(self._sorted, ids).clip(max=len(self._sorted) - 1)
        places: np.ndarray = self._order[at]
        return places


def _drained(model: str, owner_id: int | None = None) -> Iterator[tuple[int, int]]:
    """Photos (and their owners) that have lost most of the many look-alikes they had."""
    with connection.cursor() as cursor:
        cursor.execute(DRAINED, {"model": model, "owner": owner_id, "version": VERSION, "fewest": FEWEST})
        yield from cursor.fetchall()


def _read_vectors(photo_ids: list[int], *, model: str, dimensions: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Photos and their unit vectors (float32), in blocks."""
    row = np.dtype([("id", ">i8"), ("dimensions", ">i2"), ("unused", ">i2"), ("numbers", ">f2", dimensions)])
    for begin in range(0, len(photo_ids), BLOCK):
        with connection.cursor() as cursor:
            cursor.execute(VECTORS, [photo_ids[begin : begin + BLOCK], model])
            (data,) = cursor.fetchone()
        rows = np.frombuffer(data or b"", row)
        vectors = rows["numbers"].astype(np.float32)
        # Stored with half the digits they are unit vectors only roughly.
        yield rows["id"].astype(np.int64), vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(min=1e-6)


def _keep(neighbours: Neighbours, *, owner_id: int, model: str) -> None:
    """Store the pairs, and that these photos are compared; but for photos that were deleted meanwhile."""
    pairs = list(neighbours.pairs())
    involved = {*neighbours.ids.tolist(), *(other for _photo_id, other, _distance in pairs)}
    with connection.cursor() as cursor:
        # Until the end of the transaction they can be changed, but not deleted.
        cursor.execute(f"SELECT id FROM {PHOTO} WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE", [list(involved)])  # noqa: S608
        there = {row[0] for row in cursor.fetchall()}
    NearDuplicatePair.objects.bulk_create(
        (
            NearDuplicatePair(
                one_id=min(one, other), other_id=max(one, other), owner_id=owner_id, model=model, distance=distance
            )
            for one, other, distance in pairs
            if one in there and other in there
        ),
        batch_size=5000,
        ignore_conflicts=True,
    )
    ComparedPhoto.objects.bulk_create(
        (
            ComparedPhoto(photo_id=photo_id, owner_id=owner_id, model=model, version=VERSION, is_full=is_full)
            for photo_id, is_full in zip(neighbours.ids.tolist(), neighbours.is_cut.tolist(), strict=True)
            if photo_id in there
        ),
        batch_size=5000,
        update_conflicts=True,
        unique_fields=["photo", "model"],
        update_fields=["version", "is_full"],
    )
