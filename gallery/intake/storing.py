"""Stores pictures: their bytes once per owner, a Photo, and a PhotoSource for each place of origin; all or nothing.

Uploads and batches of an import end here. A lock on the digests decides races; the unique constraint backs it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import F

from gallery.intake.quota import reserve_room
from gallery.models import ImportJob, PartialUpload, Photo, PhotoSource
from gallery.models.json_values import as_json
from gallery.pictures.opening import is_original_there
from gallery.storage.files import digests_locked, original_name, place_files, write_temporary

# Fields that a further copy of the same bytes may fill if they are empty.
FILLABLE_FIELDS = ("kind", "description", "importance", "wants_embedding", "wants_text")


@dataclass(frozen=True)
class IncomingPicture:
    """A picture to store: the fields of its Photo, and its PhotoSource, which has no photo yet.

    With `is_copy` of the source, the file `temporary` is moved into the gallery, or without one `blocks` are written;
    otherwise the bytes stay at the source's path.
    """

    fields: dict[str, Any]
    source: PhotoSource
    blocks: Callable[[], Iterable[bytes]]
    temporary: Path | None = None

    @property
    def sha256(self) -> str:
        """The digest that identifies the bytes."""
        return str(self.fields["sha256"])


@dataclass(frozen=True)
class StoredPicture:
    """A stored photo, whether it is new, and the filled fields of an older one: name → (before, after) as JSON."""

    photo: Photo
    created: bool
    filled: dict[str, tuple[Any, Any]] = field(default_factory=dict)


def store_pictures(
    pictures: Sequence[IncomingPicture], *, owner: AbstractBaseUser, brought_by: PartialUpload | ImportJob | None = None
) -> list[StoredPicture]:
    """Store the pictures in one transaction; known bytes get another source, and empty fields are filled.

    A photo whose file was lost is repaired. On failure no file is left behind. The quota already counts the bytes of
    `brought_by`.

    Raises:
        QuotaExceeded: there is no room.
    """
    digests = [picture.sha256 for picture in pictures]
    copied = {picture.sha256: picture.fields["file_size"] for picture in pictures if picture.source.is_copy}
    # Always lock the quota before the digests, so that two transactions never wait for each other.
    with reserve_room(copied, owner=owner, but=brought_by), digests_locked(owner_id=owner.pk, digests=digests):
        written = _place(pictures, owner_id=owner.pk)
        try:
            photos, created = _photos(pictures, owner_id=owner.pk)
            stored = []
            for picture in pictures:
                photo = photos[picture.sha256]
                if created.pop(picture.sha256, None):
                    stored.append(StoredPicture(photo, True))
                else:
                    stored.append(
                        StoredPicture(photo, False, _complete(photo, picture, is_written=photo.path in written))
                    )
                picture.source.photo = photo
            _save_sources([picture.source for picture in pictures])
            _displace([picture for picture in pictures if not picture.source.is_copy], owner_id=owner.pk)
        except BaseException:
            for path in written:
                path.unlink(missing_ok=True)
            raise
    return stored


def _place(pictures: Sequence[IncomingPicture], *, owner_id: int) -> set[Path]:
    """Write missing files of is_copy sources; return the written paths."""
    moves: dict[Path, Path] = {}
    for picture in pictures:
        path = Path(settings.MEDIA_ROOT, _name(picture, owner_id))
        if picture.source.is_copy and path not in moves and not path.is_file():
            # A failed attempt may have moved the temporary file.
            ready = picture.temporary if picture.temporary and picture.temporary.exists() else None
            moves[path] = ready or write_temporary(picture.blocks())
    place_files(moves)
    return set(moves)


def _photos(pictures: Sequence[IncomingPicture], *, owner_id: int) -> tuple[dict[str, Photo], dict[str, bool]]:
    """Return the photo of each SHA-256, created if necessary, and the SHA-256 of new photos."""
    # Lock the rows, so that no photo is deleted before its source is saved.
    known = Photo.objects.filter(owner_id=owner_id, sha256__in=[picture.sha256 for picture in pictures])
    photos = {photo.sha256: photo for photo in known.order_by("pk").select_for_update(no_key=True)}
    new: dict[str, Photo] = {}
    for picture in pictures:
        if picture.sha256 not in photos and picture.sha256 not in new:
            new[picture.sha256] = Photo(owner_id=owner_id, file=_file(picture, owner_id), **picture.fields)
    Photo.objects.bulk_create(new.values())
    return photos | new, dict.fromkeys(new, True)


def _complete(photo: Photo, picture: IncomingPicture, *, is_written: bool) -> dict[str, tuple[Any, Any]]:
    """Repair a photo whose file was lost, and fill its empty fields; return these as `StoredPicture.filled`."""
    if picture.source.is_copy:
        is_repaired = is_written or photo.is_in_place or not photo.file.name
    else:
        is_repaired = not is_original_there(photo.path)
    if is_repaired:
        _repair(photo, _file(picture, photo.owner_id))
    filled = _fill(photo, picture.fields)
    if filled:
        photo.revision += 1
        photo.save(update_fields=["revision", *filled])
    return {name: (as_json(before), as_json(after)) for name, (before, after) in filled.items()}


def _fill(photo: Photo, fields: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    names = [name for name in FILLABLE_FIELDS if not getattr(photo, name)]
    if photo.taken_at is None and fields.get("taken_at"):
        names += ["taken_at", "taken_offset", "date_source"]
    wanted = {name: fields[name] for name in names if name in fields}
    wanted["metadata"] = fields.get("metadata", {}) | photo.metadata
    filled = {}
    for name, after in wanted.items():
        before = getattr(photo, name)
        if after != before:
            filled[name] = (before, after)
            setattr(photo, name, after)
    return filled


def _repair(photo: Photo, name: str) -> None:
    """Set the file of a photo, and forget failed processing attempts, which may have failed for lack of a file."""
    if photo.is_in_place and photo.file.name != name:
        photo.sources.filter(path=photo.file.name, is_copy=False).update(is_present=is_original_there(photo.path))
    photo.file.name = name
    photo.defect = ""
    photo.save(update_fields=["file", "defect"])
    photo.step_attempts.all().delete()


def _save_sources(sources: list[PhotoSource]) -> None:
    """Insert new sources, and mark known ones as present."""
    unique = {(source.photo_id, source.identity): source for source in sources}
    photo_ids = {pk for pk, _identity in unique}
    known = set(PhotoSource.objects.filter(photo__in=photo_ids).values_list("photo", "identity"))
    # The keyword index contains the sources.
    with_new_source = {pk for pk, _identity in unique.keys() - known} & {pk for pk, _identity in known}
    Photo.objects.filter(pk__in=with_new_source).update(revision=F("revision") + 1)
    PhotoSource.objects.bulk_create(
        unique.values(),
        update_conflicts=True,
        unique_fields=["photo", "identity"],
        update_fields=["is_present", "modified_at"],
    )


def _displace(pictures: list[IncomingPicture], *, owner_id: int) -> None:
    """Mark sources of other photos at these paths as lost: their files were changed in place."""
    if not pictures:
        return
    by_identity = {picture.source.identity: picture.source.photo_id for picture in pictures}
    lost = PhotoSource.objects.filter(
        photo__owner_id=owner_id, identity__in=by_identity, is_copy=False, is_present=True
    )
    for source in lost.select_related("photo"):
        if source.photo_id != by_identity[source.identity]:
            source.is_present = False
            source.save(update_fields=["is_present"])
            if source.photo.file.name == source.path:
                Photo.objects.filter(pk=source.photo_id).update(file=remaining_path(source.photo) or "")


def remaining_path(photo: Photo) -> str:
    """Return another path with the bytes of a photo that was left in place; empty without one."""
    paths = photo.sources.filter(is_copy=False, is_present=True).values_list("path", flat=True)
    return next((path for path in paths if path != photo.file.name and is_original_there(Path(path))), "")


def _name(picture: IncomingPicture, owner_id: int) -> str:
    return original_name(owner_id=owner_id, sha256=picture.sha256, extension=picture.fields["extension"])


def _file(picture: IncomingPicture, owner_id: int) -> str:
    return _name(picture, owner_id) if picture.source.is_copy else picture.source.path
