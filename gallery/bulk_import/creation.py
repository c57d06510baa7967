"""Create imports: of server folders, of uploaded archives, and of paths that the command line names."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery.albums.stating import album_to_fill, key_of
from gallery.bulk_import.actions import STARTABLE
from gallery.bulk_import.safety import ImportRefused, check_archive, check_patterns, check_readable, confine
from gallery.intake.describing import clean_archive_name
from gallery.intake.quota import admit_upload
from gallery.models import Arrival, ImportJob
from gallery.storage.files import write_file
from gallery.storage.partial_uploads import finish_upload, remove_upload, waiting_archives

State = ImportJob.State

ARCHIVE_GONE = gettext_lazy("This archive is no longer available: it was imported or expired. Upload it again.")
CHECK_NOT_ALLOWED = gettext_lazy(
    "A preview would reveal which files the other user has. Import without a preview (API: `check` is false)."
)


@dataclass(frozen=True, kw_only=True)
class ImportOptions:
    """The fields of an ImportJob that its creator chooses; `album` is the name of an album, perhaps a new one."""

    mode: str = ImportJob.Mode.COPY
    profile: str = "auto"
    importance: int = 0
    album: str = ""
    makes_albums: bool = False
    archives: bool = False
    min_side: int = 0
    ignore: list[str] = field(default_factory=list)
    wants_embedding: bool = True
    wants_text: bool = True
    watch: bool = False
    is_sample: bool = False
    idempotency_key: str = ""
    state: str = State.RUNNING


DEFAULT_OPTIONS = ImportOptions()


def create_job(
    roots: Sequence[Path],
    *,
    owner: AbstractBaseUser,
    started_by: AbstractBaseUser,
    options: ImportOptions = DEFAULT_OPTIONS,
    is_upload: bool = False,
) -> ImportJob:
    """Create an import of one folder, or of one or several archives.

    Users import into their own galleries. Administrators import into any gallery, without a check there, because it
    would reveal which files the owner has. The caller decides whether a folder may be read: see `create_confined_job`.

    Raises:
        ImportRefused: the roots or patterns cannot be imported.
        PermissionDenied: `started_by` may not import into the gallery of `owner`.
    """
    _check_permission(owner, started_by=started_by, is_check=options.state == State.CHECKING)
    resolved = [root.resolve() for root in roots]
    check_readable(resolved)
    check_patterns(options.ignore)
    _check_roots(resolved, options)
    with transaction.atomic():
        album = album_to_fill(options.album, owner_id=owner.pk) if key_of(options.album) else None
        return ImportJob.objects.create(
            owner_id=owner.pk,
            started_by_id=started_by.pk,
            roots=[str(root) for root in resolved],
            is_upload=is_upload,
            **asdict(options) | {"album": album},
        )


def create_confined_job(
    folder: Path, *, owner: AbstractBaseUser, started_by: AbstractBaseUser, options: ImportOptions = DEFAULT_OPTIONS
) -> ImportJob:
    """Create an import of a folder below IMPORT_ROOTS; raises the same as `create_job`."""
    return create_job([confine(folder)], owner=owner, started_by=started_by, options=options)


def create_upload_job(
    archive: Iterable[bytes],
    *,
    filename: str,
    size: int,
    owner: AbstractBaseUser,
    started_by: AbstractBaseUser,
    options: ImportOptions = DEFAULT_OPTIONS,
) -> ImportJob:
    """Store an uploaded archive of `size` bytes until its import is over, and create the import.

    Raises the same as `create_job`, and QuotaExceeded if the archive exceeds the quota of `started_by`.
    """
    # Insert the row before the first byte, so that concurrent uploads count the space it will take.
    upload = admit_upload(owner=started_by, filename=clean_archive_name(filename), size=size, is_archive=True)
    try:
        write_file(upload.path, archive)
        finish_upload(upload, Arrival.WAITING)
        return create_sent_job(upload.pk, owner=owner, started_by=started_by, options=options)
    except BaseException:
        remove_upload(upload)
        raise


def create_sent_job(
    upload_id: UUID, *, owner: AbstractBaseUser, started_by: AbstractBaseUser, options: ImportOptions = DEFAULT_OPTIONS
) -> ImportJob:
    """Create an import of an archive that `started_by` has uploaded; each archive is imported once.

    The archive is not moved: deleting the upload's row hands its file over to the import. Raises the same as
    `create_job`.
    """
    with transaction.atomic():
        upload = waiting_archives(owner=started_by).select_for_update().filter(pk=upload_id).first()
        if upload is None:
            raise ImportRefused(ARCHIVE_GONE)
        job = create_job([upload.path], owner=owner, started_by=started_by, options=options, is_upload=True)
        upload.delete()
    return job


def unfinished_job(roots: Sequence[Path], *, owner: AbstractBaseUser, mode: str) -> ImportJob | None:
    """Return the latest unfinished import of the same paths into the same gallery, to be resumed."""
    states = [*STARTABLE, State.RUNNING, State.WATCHING]
    jobs = ImportJob.objects.filter(owner_id=owner.pk, roots=[str(root.resolve()) for root in roots], mode=mode)
    return jobs.filter(state__in=states, is_upload=False).order_by("-pk").first()


def _check_permission(owner: AbstractBaseUser, *, started_by: AbstractBaseUser, is_check: bool) -> None:
    if owner.pk == started_by.pk:
        return
    if not getattr(started_by, "is_staff", False):
        raise PermissionDenied
    if is_check:
        raise ImportRefused(CHECK_NOT_ALLOWED)


def _check_roots(roots: Sequence[Path], options: ImportOptions) -> None:
    """Raise ImportRefused unless `roots` is one folder outside our own, or archives."""
    archives = [root for root in roots if root.is_file()]
    if not roots or (archives and len(archives) != len(roots)) or (not archives and len(roots) > 1):
        raise ImportRefused(_("Name one folder, or one or several archives."))
    for root in roots:
        if not root.exists():
            raise ImportRefused(_("“%(path)s” does not exist.") % {"path": root.name})
        if not archives:
            _check_outside_media(root)
    for archive in archives:
        check_archive(archive)
    if archives and (options.mode == ImportJob.Mode.IN_PLACE or options.watch):
        raise ImportRefused(_("Archives can only be copied: they cannot be left in place or watched."))


def _check_outside_media(root: Path) -> None:
    media = Path(settings.MEDIA_ROOT).resolve()
    if media.is_relative_to(root):
        raise ImportRefused(_("This folder contains photosearch's own data. Select another folder."))
    if root.is_relative_to(media):
        raise ImportRefused(_("This folder belongs to photosearch itself. Select another folder."))
