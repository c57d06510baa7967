"""Store pictures that were read: their bytes once per owner, a row for each place they came from; all or nothing.

Both an upload and every batch of an import end here. `files.exclusive` decides races, the unique constraint holds.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import F

from gallery.intake.quota import room_for
from gallery.models import ImportJob, PartialUpload, Photo, PhotoSource
from gallery.models.json_values import as_json
from gallery.pictures.opening import is_original_there
from gallery.storage.files import exclusive, original_name, place_files, write_temporary

# What another copy of the same bytes may add to a photo, where that has nothing.
FILLABLE = ("kind", "description", "importance", "wants_embedding", "wants_text")


@dataclass(frozen=True)
class Incoming:
    """A picture to be stored: the fields of its Photo, and its PhotoSource, as yet without a photo.

    If that is `managed` the bytes are copied, from the file `temporary` (which then is gone) or as `blocks` gives them;
    else they stay where they are, at the source's path.
    """

    fields: dict[str, Any]
    source: PhotoSource
    blocks: Callable[[], Iterable[bytes]]
    temporary: Path | None = None

    @property
    def sha256(self) -> str:
        """The digest by which bytes are told apart."""
        return str(self.fields["sha256"])


@dataclass(frozen=True)
class Stored:
    """The photo, whether it is new, and what an older one was given: field → (before, after) as JSON knows them."""

    photo: Photo
    created: bool
    filled: dict[str, tuple[Any, Any]] = field(default_factory=dict)


def store_pictures(
    pictures: Sequence[Incoming], *, owner: AbstractBaseUser, brought_by: PartialUpload | ImportJob | None = None
) -> list[Stored]:
    """Store the pictures in one transaction; known bytes get another source, and missing fields are filled.

    A photo whose file was lost is repaired. On failure no file is left behind. QuotaExceeded if there is no room; the
    bytes of `brought_by` are already counted.
    """
    digests = [picture.sha256 for picture in pictures]
    copied = {picture.sha256: picture.fields["file_size"] for picture in pictures if picture.source.is_copy}
    # In this order: who waits for a lock on these bytes holds that on the quota already, never the other way round.
    with room_for(copied, owner=owner, but=brought_by), exclusive(owner_id=owner.pk, digests=digests):
        written = _place(pictures, owner_id=owner.pk)
        try:
            photos, created = _photos(pictures, owner_id=owner.pk)
            stored = []
            for picture in pictures:
                photo = photos[picture.sha256]
                if created.pop(picture.sha256, None):
                    stored.append(Stored(photo, True))
                else:
                    stored.append(Stored(photo, False, _complete(photo, picture, is_written=photo.path in written)))
                picture.source.photo = photo
            _save_sources([picture.source for picture in pictures])
            _displace([picture for picture in pictures if not picture.source.is_copy], owner_id=owner.pk)
        except BaseException:
            for path in written:
                path.unlink(missing_ok=True)
            raise
    return stored


def _place(pictures: Sequence[Incoming], *, owner_id: int) -> set[Path]:
    """Give those that are to be copied their file, where it is not there; the files that were written."""
    moves: dict[Path, Path] = {}
    for picture in pictures:
        path = Path(settings.MEDIA_ROOT, _name(picture, owner_id))
        if picture.source.is_copy and path not in moves and not path.is_file():
            # An attempt that failed may have used the temporary file up.
            ready = picture.temporary if picture.temporary and picture.temporary.exists() else None
            moves[path] = ready or write_temporary(picture.blocks())
    place_files(moves)
    return set(moves)


def _photos(pictures: Sequence[Incoming], *, owner_id: int) -> tuple[dict[str, Photo], dict[str, bool]]:
    """The photo of each SHA-256, and those that are new."""
    # Locked, so that nobody deletes them before this is done.
    known = Photo.objects.filter(owner_id=owner_id, sha256__in=[picture.sha256 for picture in pictures])
    photos = {photo.sha256: photo for photo in known.order_by("pk").select_for_update(no_key=True)}
    new: dict[str, Photo] = {}
    for picture in pictures:
        if picture.sha256 not in photos and picture.sha256 not in new:
            new[picture.sha256] = Photo(owner_id=owner_id, file=_file(picture, owner_id), **picture.fields)
    Photo.objects.bulk_create(new.values())
    return photos | new, dict.fromkeys(new, True)


def _complete(photo: Photo, picture: Incoming, *, is_written: bool) -> dict[str, tuple[Any, Any]]:
    """Repair the photo if its file was lost, and fill what is empty from another copy of its bytes."""
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
    names = [name for name in FILLABLE if not getattr(photo, name)]
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
    """Its file was missing and now is there, or there is a better one: what failed for that may be tried again."""
    if photo.is_in_place and photo.file.name != name:
        photo.sources.filter(path=photo.file.name, is_copy=False).update(is_present=is_original_there(photo.path))
    photo.file.name = name
    photo.defect = ""
    photo.save(update_fields=["file", "defect"])
    photo.step_attempts.all().delete()


def _save_sources(sources: list[PhotoSource]) -> None:
    """Insert those that are not known; of those that are, say that they were there."""
    unique = {(source.photo_id, source.path): source for source in sources}
    known = set(PhotoSource.objects.filter(photo__in={pk for pk, _path in unique}).values_list("photo", "path"))
    # The keyword index knows where photos came from.
    came_again = {pk for pk, _path in unique.keys() - known} & {pk for pk, _path in known}
    Photo.objects.filter(pk__in=came_again).update(revision=F("revision") + 1)
    PhotoSource.objects.bulk_create(
        unique.values(),
        update_conflicts=True,
        unique_fields=["photo", "path"],
        update_fields=["is_present", "modified_at"],
    )


def _displace(pictures: list[Incoming], *, owner_id: int) -> None:
    """Other photos had their file where these lie now: it was changed in its place, and theirs is lost."""
    if not pictures:
        return
    by_path = {picture.source.path: picture.source.photo_id for picture in pictures}
    lost = PhotoSource.objects.filter(photo__owner_id=owner_id, path__in=by_path, is_copy=False, is_present=True)
    for source in lost.select_related("photo"):
        if source.photo_id != by_path[source.path]:
            source.is_present = False
            source.save(update_fields=["is_present"])
            if source.photo.file.name == source.path:
                Photo.objects.filter(pk=source.photo_id).update(file=other_file(source.photo) or "")


def other_file(photo: Photo) -> str:
    """Where else the bytes of a photo left in its place lie, or nothing."""
    paths = photo.sources.filter(is_copy=False, is_present=True).values_list("path", flat=True)
    return next((path for path in paths if path != photo.file.name and is_original_there(Path(path))), "")


def _name(picture: Incoming, owner_id: int) -> str:
    return original_name(owner_id=owner_id, sha256=picture.sha256, extension=picture.fields["extension"])


def _file(picture: Incoming, owner_id: int) -> str:
    return _name(picture, owner_id) if picture.source.is_copy else picture.source.path
