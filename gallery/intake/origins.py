"""Keeps the origins of pictures: adds new ones, and refreshes a known one that is found again."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from gallery.albums.stating import Statement, state_albums
from gallery.claims.settling import touch
from gallery.models import Photo, PhotoSource, Witness

SIDECAR = Witness.SIDECAR.value
Key = tuple[int, UUID, str, int | None]
# Fields that a known source takes over when it is met again.
LEARNED = ("is_present", "modified_at", "albums", "sidecar", "sidecar_content", "claims")
# If one of these differs, the same file of another import is another source: undoing this import takes it back.
STATED = ("albums", "sidecar", "sidecar_content", "claims")


def save_sources(sources: Iterable[PhotoSource], *, known: Collection[Photo]) -> set[int]:
    """Add new sources and refresh known ones; return the ids of the photos about which they state something else.

    The caller has locked the rows of `known`, the photos that may have sources.
    """
    stored = {_key(source): source for source in PhotoSource.objects.filter(photo__in=known)}
    by_file: dict[tuple[int, UUID, str], list[PhotoSource]] = {}
    for source in stored.values():
        by_file.setdefault(_key(source)[:3], []).append(source)
    new: dict[Key, PhotoSource] = {}
    refreshed: dict[Key, PhotoSource] = {}
    changed: set[int] = set()
    with_xmp: set[int] = set()
    stated: list[Statement] = []
    for source in sources:
        key = _key(source)
        if key in new:
            _learn(new[key], source)
            stated += [(source.photo_id, name) for name in source.albums]
        elif own := stored.get(key) or _same(by_file.get(key[:3], ()), source):
            before = set(own.albums)
            learned = _learn(own, source)
            stated += [(own.photo_id, name) for name in own.albums if name not in before]
            if learned:
                refreshed[_key(own)] = own
            if learned.intersection(STATED):
                changed.add(own.photo_id)
            if own.sidecar_content and "sidecar_content" in learned:
                with_xmp.add(own.photo_id)
        else:
            new[key] = source
            stated += [(source.photo_id, name) for name in source.albums]
            changed.add(source.photo_id)
            if source.sidecar_content:
                with_xmp.add(source.photo_id)
    PhotoSource.objects.bulk_create(new.values())
    PhotoSource.objects.bulk_update(refreshed.values(), LEARNED)
    state_albums(stated)
    # The keyword index contains the paths of sources.
    touch({photo_id for photo_id, *_rest in new} & {photo.pk for photo in known})
    _read_metadata_again([photo for photo in known if photo.pk in with_xmp])
    return changed


def _read_metadata_again(photos: Collection[Photo]) -> None:
    """Ask for the metadata step, which reads XMP sidecars."""
    for photo in photos:
        photo.metadata_version = 0
    Photo.objects.bulk_update(photos, ["metadata_version"])


def _key(source: PhotoSource) -> Key:
    return source.photo_id, source.identity, source.filename, source.job_id


def _same(candidates: Iterable[PhotoSource], source: PhotoSource) -> PhotoSource | None:
    """Return the source of another import with the same file that states the same."""
    return next((one for one in candidates if not differing_fields(one, source).intersection(STATED)), None)


def differing_fields(known: PhotoSource, source: PhotoSource) -> set[str]:
    """Return which of LEARNED a known source has with other values than `source`, which was just found."""
    values = {name: getattr(source, name) for name in LEARNED} | {"claims": _claims_with_xmp(source, known)}
    return {name for name, value in values.items() if getattr(known, name) != value}


def _claims_with_xmp(source: PhotoSource, known: PhotoSource) -> dict[str, Any]:
    """Return the claims of `source`, and those that the metadata step read from the same XMP sidecar before."""
    claims: dict[str, Any] = source.claims
    if not source.sidecar_content or bytes(known.sidecar_content) != source.sidecar_content:
        return claims
    read = {name: {SIDECAR: values[SIDECAR]} for name, values in known.claims.items() if SIDECAR in values}
    return {name: {**claims.get(name, {}), **read.get(name, {})} for name in {**claims, **read}}


def _learn(known: PhotoSource, source: PhotoSource) -> set[str]:
    """Take over what a source states by now; return the changed fields. Nothing is forgotten with a lost sidecar."""
    before = {name: getattr(known, name) for name in LEARNED}
    known.is_present = True
    known.albums = list(dict.fromkeys([*known.albums, *source.albums]))
    # Of several uploads under one name the earliest time counts: copies are written later.
    if not (known.path == PhotoSource.UPLOAD and _is_later(source.modified_at, known.modified_at)):
        known.modified_at = source.modified_at
        if source.sidecar or not known.sidecar:
            known.claims = _claims_with_xmp(source, known)
            known.sidecar, known.sidecar_content = source.sidecar, source.sidecar_content
    return {name for name, value in before.items() if getattr(known, name) != value}


def _is_later(moment: datetime | None, other: datetime | None) -> bool:
    return other is not None and (moment is None or moment >= other)
