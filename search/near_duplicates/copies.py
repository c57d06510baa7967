"""Copies among a user's photos: candidates by their fingerprints, decided by the pixels of their thumbnails.

Copies become near-duplicates whatever their dates and words.
"""

import logging
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from PIL import Image

from gallery.models import Photo
from gallery.storage.files import thumbnail_path
from gallery.storage.locks import Lock, lock_until_commit
from search.models import ComparedPhoto, NearDuplicatePair, PhotoFingerprint
from search.near_duplicates.candidates import CandidateSearch
from search.near_duplicates.comparing import MAX_PAIRS_PER_PHOTO, KeeperOrder, depleted_photos, run_pass
from search.near_duplicates.fingerprints import FINGERPRINT_BYTES, make_fingerprint, make_inner_fingerprint
from search.near_duplicates.pixels import copy_distance

logger = logging.getLogger(__name__)

# The "model" of pairs and comparisons by pixels.
PIXELS = "pixels"
# Raise it to compare the pixels of all photos again.
COPIES_VERSION = 1
# At most 2,048 pairs, of about 16 ms each: embeddings of new photos wait for a pass.
PHOTOS_PER_PASS = 64
# Thumbnails in greys that are kept in memory: small ones of about 60 kB, large ones of about 2 MB.
MAX_SMALL = 512
MAX_LARGE = 16


def store_fingerprint(photo: Photo, image: Image.Image) -> None:
    """Store the fingerprint of a photo, whose decoded image is given; have it compared again if it has changed.

    Waits for a running pass then, which may have read the old one.
    """
    made = make_fingerprint(image), make_inner_fingerprint(image)
    known = PhotoFingerprint.objects.filter(photo=photo.pk).values_list("bits", "inner_bits").first()
    if known and tuple(bytes(bits) for bits in known) == made:
        return
    with transaction.atomic():
        # A photo deleted meanwhile gets none.
        if not Photo.objects.filter(pk=photo.pk).select_for_update(no_key=True).exists():
            return
        if known:
            lock_until_commit(Lock.NEAR_DUPLICATES, keys=[photo.owner_id])
            NearDuplicatePair.objects.filter(Q(one=photo.pk) | Q(other=photo.pk), model=PIXELS).delete()
            ComparedPhoto.objects.filter(photo=photo.pk, model=PIXELS).delete()
        PhotoFingerprint.objects.update_or_create(
            photo_id=photo.pk, defaults={"owner_id": photo.owner_id, "bits": made[0], "inner_bits": made[1]}
        )


def unmatched_photos() -> QuerySet[Photo]:
    """Return photos with a fingerprint whose pixels are not compared yet; without broken photos and trash."""
    fingerprint = PhotoFingerprint.objects.filter(photo=OuterRef("pk"))
    compared = ComparedPhoto.objects.filter(photo=OuterRef("pk"), model=PIXELS, version=COPIES_VERSION)
    return Photo.objects.filter(Exists(fingerprint), ~Exists(compared), defect="", trashed_at=None)


def owners_to_match() -> list[int]:
    """Return the ids of users with photos whose pixels are to be compared."""
    owners = set(unmatched_photos().order_by().values_list("owner", flat=True).distinct())
    owners.update(owner_id for _photo_id, owner_id in depleted_photos(PIXELS, version=COPIES_VERSION))
    return sorted(owners)


def match_photos(owner_id: int) -> bool:
    """Compare the pixels of a batch of a user's photos; copies become near-duplicates.

    Returns False if nothing is left to compare, or if another process compares photos of this user.
    """
    return run_pass(
        owner_id,
        model=PIXELS,
        version=COPIES_VERSION,
        uncompared=unmatched_photos(),
        size=PHOTOS_PER_PASS,
        find=partial(CopySearch, owner_id=owner_id),
        reads_alike=True,
    )


class CopySearch:
    """The copies of the photos of a batch, among them and others of the same owner."""

    def __init__(self, batch: list[int], others: list[int], *, owner_id: int) -> None:
        self.ids = np.array(batch, dtype=np.int64)
        self.is_cut = np.zeros(len(batch), dtype=bool)
        self._owner_id = owner_id
        ids, fingerprints = self._read(sorted({*batch, *others}))
        is_own = np.isin(ids, self.ids)
        self._search = CandidateSearch(ids[is_own], fingerprints[is_own], most=MAX_PAIRS_PER_PHOTO)
        self._search.compare(ids, fingerprints, positions=KeeperOrder(owner_id).positions(ids))

    def pairs(self) -> Iterator[tuple[int, int, float]]:
        """Yield each pair of copies once, with 1 − the correlation of their pixels."""
        for cached in (_read_small, _read_large):
            cached.cache_clear()
        candidates: dict[int, dict[int, None]] = defaultdict(dict)
        for photo_id, nearest in self._search.nearest():
            candidates[photo_id].update(dict.fromkeys(nearest.tolist()))
        pictures = self._pictures({*candidates, *(other for others in candidates.values() for other in others)})
        counts = dict.fromkeys(self.ids.tolist(), 0)
        seen = set()
        for photo_id, others in candidates.items():
            for other in others:
                pair = min(photo_id, other), max(photo_id, other)
                if pair in seen or not {photo_id, other} <= pictures.keys():
                    continue
                seen.add(pair)
                distance = _distance(pictures[photo_id], pictures[other])
                if distance is not None:
                    for one in pair:
                        counts[one] = counts.get(one, 0) + 1
                    yield photo_id, other, distance
        # All candidates are copies: there may be more.
        self.is_cut = np.array([counts[photo_id] >= MAX_PAIRS_PER_PHOTO for photo_id in self.ids.tolist()])

    def _read(self, photo_ids: list[int]) -> tuple[np.ndarray, np.ndarray]:
        """Return ids, (n,), and fingerprints, (n, 32); without plain pictures, and those with a frame twice."""
        rows = PhotoFingerprint.objects.filter(owner=self._owner_id, photo__in=photo_ids).exclude(bits=b"")
        stored = rows.order_by("photo").values_list("photo", "bits", "inner_bits")
        found = [(photo_id, bits) for photo_id, *both in stored for bits in both if bits]
        ids = np.array([photo_id for photo_id, _bits in found], dtype=np.int64)
        fingerprints = np.frombuffer(b"".join(bits for _photo_id, bits in found), dtype=np.uint8)
        return ids, fingerprints.reshape(-1, FINGERPRINT_BYTES)

    def _pictures(self, photo_ids: set[int]) -> dict[int, "_Thumbnails"]:
        photos = Photo.objects.filter(owner=self._owner_id, pk__in=photo_ids)
        rows = photos.values_list("pk", "sha256", "thumbnail_rotation")
        return {
            photo_id: _Thumbnails(sha256, owner_id=self._owner_id, rotation=rotation)
            for photo_id, sha256, rotation in rows
        }


class _Thumbnails:
    """The thumbnails of a photo in greys."""

    def __init__(self, sha256: str, *, owner_id: int, rotation: int) -> None:
        self._path = partial(thumbnail_path, owner_id=owner_id, sha256=sha256, rotation=rotation)

    @property
    def small(self) -> Image.Image:
        return _read_small(self._path("small"))

    @property
    def large(self) -> Image.Image:
        return _read_large(self._path("large"))


@lru_cache(MAX_SMALL)
def _read_small(path: Path) -> Image.Image:
    return _grey(path)


@lru_cache(MAX_LARGE)
def _read_large(path: Path) -> Image.Image:
    return _grey(path)


def _grey(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("L")


def _distance(one: _Thumbnails, other: _Thumbnails) -> float | None:
    try:
        return copy_distance(one, other)
    except OSError as error:
        logger.warning("Two photos are not compared: a thumbnail cannot be read: %s", type(error).__name__)
        return None
