"""Stores pictures: their bytes once per owner, a Photo, and a PhotoSource for each origin; all or nothing.

Uploads and batches of an import end here. A lock on the digests decides races; the unique constraint backs it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser

from gallery.claims.archiving import match_of_new_photo
from gallery.claims.settling import settle, settled_fields
from gallery.intake.origins import save_sources
from gallery.intake.quota import reserve_room
from gallery.models import ArchiveRule, ImportJob, PartialUpload, Photo, PhotoSource
from gallery.pictures.opening import is_original_there
from gallery.storage.files import digests_locked, original_name, place_files, write_temporary


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
    """A stored photo, and whether it is new."""

    photo: Photo
    created: bool


def store_pictures(
    pictures: Sequence[IncomingPicture], *, owner: AbstractBaseUser, brought_by: PartialUpload | ImportJob | None = None
) -> list[StoredPicture]:
    """Store the pictures in one transaction; known bytes get another source, which may know more about them.

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
            known = _known_photos(digests, owner_id=owner.pk)
            new = _create_photos([picture for picture in pictures if picture.sha256 not in known], owner_id=owner.pk)
            photos = known | new
            for picture in pictures:
                picture.source.photo = photos[picture.sha256]
                if picture.sha256 in known:
                    _repair_if_lost(known[picture.sha256], picture, written=written)
            changed = save_sources([picture.source for picture in pictures], known=known.values())
            settle(photo for photo in known.values() if photo.pk in changed)
            _displace([picture for picture in pictures if not picture.source.is_copy], owner_id=owner.pk)
        except BaseException:
            for path in written:
                path.unlink(missing_ok=True)
            raise
    # The first picture of new bytes creates the photo.
    return [StoredPicture(photos[digest], new.pop(digest, None) is not None) for digest in digests]


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


def _known_photos(digests: Sequence[str], *, owner_id: int) -> dict[str, Photo]:
    """Return the photos with these bytes, locked so that none is deleted before its source is saved."""
    known = Photo.objects.filter(owner_id=owner_id, sha256__in=digests).order_by("pk").select_for_update(no_key=True)
    return {photo.sha256: photo for photo in known}


def _create_photos(pictures: Iterable[IncomingPicture], *, owner_id: int) -> dict[str, Photo]:
    """Create one photo for the pictures with the same bytes, with all that they state."""
    by_digest: dict[str, list[IncomingPicture]] = defaultdict(list)
    for picture in pictures:
        by_digest[picture.sha256].append(picture)
    photos = {}
    rules = list(ArchiveRule.objects.filter(owner=owner_id))
    for digest, same in by_digest.items():
        photo = Photo(owner_id=owner_id, file=_file(same[0], owner_id), **same[0].fields)
        claims = [photo.claims, *(picture.source.claims for picture in same)]
        match = match_of_new_photo(rules, paths=[picture.source.path for picture in same])
        for name, value in settled_fields(claims, photo=photo, match=match).items():
            setattr(photo, name, value)
        photos[digest] = photo
    Photo.objects.bulk_create(photos.values())
    return photos


def _repair_if_lost(photo: Photo, picture: IncomingPicture, *, written: set[Path]) -> None:
    if picture.source.is_copy:
        is_lost = photo.path in written or photo.is_in_place or not photo.file.name
    else:
        is_lost = not is_original_there(photo.path)
    if is_lost:
        _repair(photo, _file(picture, photo.owner_id))


def _repair(photo: Photo, name: str) -> None:
    """Set the file of a photo, and forget failed processing attempts, which may have failed for lack of a file."""
    if photo.is_in_place and photo.file.name != name:
        photo.sources.filter(path=photo.file.name, is_copy=False).update(is_present=is_original_there(photo.path))
    photo.file.name = name
    photo.defect = ""
    photo.save(update_fields=["file", "defect"])
    photo.step_attempts.all().delete()


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
