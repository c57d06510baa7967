"""Stores the files that belong to photos: raw files and films, once per owner."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser

from gallery.intake.quota import reserve_room
from gallery.models import ImportJob, PhotoCompanion
from gallery.storage.files import companion_name, digests_locked, place_files, write_temporary


@dataclass(frozen=True)
class IncomingCompanion:
    """A file to keep beside a photo. Its row is not saved yet, and without a `file` the bytes are copied."""

    row: PhotoCompanion
    blocks: Callable[[], Iterable[bytes]]
    temporary: Path | None = None


def store_companions(
    companions: Iterable[IncomingCompanion], *, owner: AbstractBaseUser, brought_by: ImportJob | None = None
) -> list[bool]:
    """Store the files in one transaction; return for each whether its photo did not have it before.

    Raises:
        QuotaExceeded: there is no room.
    """
    incoming = list(companions)
    digests = [companion.row.sha256 for companion in incoming]
    copied = {one.row.sha256: one.row.file_size for one in incoming if not one.row.file}
    with reserve_room(copied, owner=owner, but=brought_by), digests_locked(owner_id=owner.pk, digests=digests):
        known = set(
            PhotoCompanion.objects.filter(photo__owner_id=owner.pk, sha256__in=digests).values_list("photo", "sha256")
        )
        moves: dict[Path, Path] = {}
        rows: dict[tuple[Any, str], PhotoCompanion] = {}
        results = []
        for companion in incoming:
            row = companion.row
            key: tuple[Any, str] = (row.photo_id, row.sha256)
            results.append(key not in known)
            known.add(key)
            rows[key] = row
            if not row.file:
                row.file = companion_name(owner_id=owner.pk, sha256=row.sha256, filename=row.filename)
                path = Path(settings.MEDIA_ROOT, row.file)
                if path not in moves and not path.is_file():
                    ready = companion.temporary if companion.temporary and companion.temporary.exists() else None
                    moves[path] = ready or write_temporary(companion.blocks())
        place_files(moves)
        try:
            PhotoCompanion.objects.bulk_create(
                rows.values(),
                update_conflicts=True,
                unique_fields=["photo", "sha256"],
                update_fields=["path", "identity", "modified_at"],
            )
        except BaseException:
            for path in moves:
                path.unlink(missing_ok=True)
            raise
    return results
