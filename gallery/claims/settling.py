"""Settles photos: derives their columns from what all their witnesses state by now.

Adding a source, deleting it, merging, undoing, setting by hand and reading a file again change claims and then settle.
Nothing else writes these columns of existing photos, so the order of arrival never matters.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F

from gallery.claims.archiving import NO_RULES, RuleMatch, matches_of_photos
from gallery.claims.ladder import Claims, photo_fields
from gallery.claims.zones import server_zone, zone_of
from gallery.models import FoldedField, Photo, PhotoMerge, PhotoSource
from gallery.pictures.turning import turned_size
from gallery.sources.kinds import kind_of_picture

PLACE = ("latitude", "longitude")
# The columns that `settle` writes, with their types in PostgreSQL.
COLUMNS = {
    "taken_at": "timestamp",
    "taken_offset": "smallint",
    "date_source": "text",
    "latitude": "double precision",
    "longitude": "double precision",
    "altitude": "double precision",
    "place_source": "text",
    "description": "text",
    "labels": "jsonb",
    "importance": "smallint",
    "kind": "text",
    "is_archived": "boolean",
    "rotation": "smallint",
    "width": "integer",
    "height": "integer",
    "wants_embedding": "boolean",
    "wants_text": "boolean",
    "metadata_version": "smallint",
    "folded_description": "text",
    "folded_labels": "text",
}
UPDATE = f"""
    UPDATE gallery_photo SET revision = revision + 1, {", ".join(f"{name} = given.{name}" for name in COLUMNS)}
    FROM jsonb_to_recordset(%s) AS given (id bigint, {", ".join(map(" ".join, COLUMNS.items()))})
    WHERE gallery_photo.id = given.id
"""  # noqa: S608


def settle(photos: Iterable[Photo]) -> list[Photo]:
    """Update photos, whose rows the caller has locked, and return those that changed.

    Their revision rises, so that the index step takes them; those at another place wait for the metadata step, too.
    """
    by_id = {photo.pk: photo for photo in photos}
    claims = claims_about(by_id.values())
    matches = matches_of_photos(by_id.values())
    wanted = _wanted_steps(by_id)
    changed = []
    for pk, photo in by_id.items():
        values = settled_fields(claims[pk], photo=photo, match=matches.get(pk, NO_RULES))
        if pk in wanted:
            values |= wanted[pk]
        if _take(photo, values):
            changed.append(photo)
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(UPDATE, [json.dumps([_row(photo) for photo in changed])])
    return changed


def claims_about(photos: Iterable[Photo]) -> dict[int, list[Claims]]:
    """Return the claims of photos, of their sources and of their merges, by photo."""
    claims: dict[int, list[Claims]] = {photo.pk: [photo.claims] for photo in photos}
    by_file: dict[tuple[int, UUID, str], Claims] = {}
    sources = PhotoSource.objects.filter(photo__in=list(claims)).order_by("pk")
    for pk, identity, filename, stated in sources.values_list("photo", "identity", "filename", "claims"):
        before = by_file.get((pk, identity, filename), {})
        by_file[pk, identity, filename] = _updated(before, stated)
    for (pk, _identity, _filename), stated in by_file.items():
        claims[pk].append(stated)
    for pk, stated in PhotoMerge.objects.filter(photo__in=list(claims)).values_list("photo", "claims"):
        claims[pk].append(stated)
    return claims


def _updated(before: Claims, after: Claims) -> Claims:
    """Return the claims of a file that was imported twice: its sidecar may have been edited in between, or lost."""
    return {field: {**before.get(field, {}), **after.get(field, {})} for field in {**before, **after}}


def settled_fields(claims: Iterable[Claims], *, photo: Photo, match: RuleMatch = NO_RULES) -> dict[str, Any]:
    """Return the columns of a photo, perhaps not yet stored, that follow from all claims about it and from rules."""
    values = photo_fields(claims, zone=server_zone(), zone_of=zone_of)
    turn = values["rotation"] - photo.rotation
    values["width"], values["height"] = turned_size(photo.width, photo.height, rotation=turn)
    values["kind"] = values["kind"] or kind_of_picture(
        extension=photo.extension,
        width=photo.width,
        height=photo.height,
        make=str(photo.metadata.get("make") or ""),
    )
    if values["is_archived"] is None:
        values["is_archived"] = match.archives(values["kind"])
    return values


def touch(photo_ids: Iterable[int]) -> None:
    """Raise the revision of photos of which something else changed that the index holds, such as their sources."""
    Photo.objects.filter(pk__in=list(photo_ids)).update(revision=F("revision") + 1)


def _wanted_steps(photo_ids: Iterable[int]) -> dict[int, dict[str, bool]]:
    """Return for photos with imported sources which steps at least one source wants; uploads want all."""
    wanted: dict[int, dict[str, bool]] = {}
    imported = PhotoSource.objects.filter(photo__in=list(photo_ids), job__isnull=False).values("photo")
    options = ("job__wants_embedding", "job__wants_text")
    for pk, *steps in PhotoSource.objects.filter(photo__in=imported).values_list("photo", *options):
        before = wanted.setdefault(pk, {"wants_embedding": False, "wants_text": False})
        for name, option in zip(before, steps, strict=True):
            before[name] |= option is not False
    return wanted


def _take(photo: Photo, values: Mapping[str, Any]) -> bool:
    """Give the photo its values; return whether one changed."""
    changed = {name for name, value in values.items() if getattr(photo, name) != value}
    if not changed:
        return False
    for name in changed:
        setattr(photo, name, values[name])
    photo.revision += 1
    if changed.intersection(PLACE):
        photo.metadata_version = 0
    return True


def _row(photo: Photo) -> dict[str, Any]:
    row: dict[str, Any] = {"id": photo.pk}
    for name in COLUMNS:
        field = Photo._meta.get_field(name)
        row[name] = field.pre_save(photo, add=False) if isinstance(field, FoldedField) else getattr(photo, name)
    return row | {"taken_at": photo.taken_at.isoformat() if photo.taken_at else None}
