"""Begin an import, and what a person can tell one that is there: start, pause, go on, stop, undo."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery.bulk_import.reasons import NOT_CONTINUED, NOT_STARTED
from gallery.bulk_import.safety import ImportRefused, check_archive, check_patterns, check_readable, confined
from gallery.bulk_import.uploaded_archives import archive_name, remove_archives
from gallery.intake.quota import admit_upload
from gallery.models import ImportJob
from gallery.storage.files import write_file
from gallery.storage.partial_uploads import ARRIVED, finish_upload, remove_upload, waiting_archives

State = ImportJob.State
STOPPED = (State.READY, State.PAUSED, State.FAILED)
# From which states each action leads to which.
ACTIONS: dict[str, tuple[tuple[State, ...], State]] = {
    "start": (STOPPED, State.RUNNING),
    "pause": ((State.RUNNING, State.WATCHING), State.PAUSED),
    "cancel": ((State.CHECKING, State.RUNNING, State.WATCHING, *STOPPED), State.CANCELLED),
    "undo": ((State.WATCHING, State.PAUSED, State.FAILED, State.FINISHED, State.CANCELLED), State.UNDOING),
}

NOT_WAITING = gettext_lazy("This archive is not here any more: an import took it, or a day has passed. Send it again.")

NOT_YOURS_TO_CHECK = gettext_lazy(
    "A check would tell which files the other person has. Import into their gallery at once (API: `check` is false)."
)


def create_job(
    roots: Sequence[Path], *, owner: AbstractBaseUser, started_by: AbstractBaseUser, **options: Any
) -> ImportJob:
    """Create an import; `options` are fields of ImportJob. ImportRefused, PermissionDenied.

    Users import into their own galleries. Administrators import into any gallery, without a check there, because it
    would reveal which files the owner has. The caller decides whether a folder may be read: see `create_confined_job`.
    """
    _refuse_to_import_for(owner, started_by=started_by, is_check=options.get("state") == State.CHECKING)
    real = [root.resolve() for root in roots]
    check_readable(real)
    archives = [root for root in real if root.is_file()]
    check_patterns(options.get("ignore", []))
    if not real or (archives and len(archives) != len(real)) or (not archives and len(real) > 1):
        raise ImportRefused(_("Name one folder, or one or several zip archives."))
    for root in real:
        if not root.exists():
            raise ImportRefused(_("There is no “%(path)s”.") % {"path": root.name})
        if not archives and Path(settings.MEDIA_ROOT).resolve().is_relative_to(root):
            raise ImportRefused(_("The pictures of photosearch itself lie below that folder."))
        if not archives and root.is_relative_to(Path(settings.MEDIA_ROOT).resolve()):
            raise ImportRefused(_("That folder is photosearch's own."))
    for archive in archives:
        check_archive(archive)
    if archives and (options.get("mode") == ImportJob.Mode.IN_PLACE or options.get("watch")):
        raise ImportRefused(_("What lies in an archive can only be copied, once."))
    with transaction.atomic():
        return ImportJob.objects.create(
            owner_id=owner.pk, started_by_id=started_by.pk, roots=[str(root) for root in real], **options
        )


def _refuse_to_import_for(owner: AbstractBaseUser, *, started_by: AbstractBaseUser, is_check: bool) -> None:
    if owner.pk == started_by.pk:
        return
    if not getattr(started_by, "is_staff", False):
        raise PermissionDenied
    if is_check:
        raise ImportRefused(NOT_YOURS_TO_CHECK)


def create_confined_job(
    folder: Path, *, owner: AbstractBaseUser, started_by: AbstractBaseUser, **options: Any
) -> ImportJob:
    """The same for somebody who may only name a folder below IMPORT_ROOTS. ImportRefused, PermissionDenied."""
    return create_job([confined(folder)], owner=owner, started_by=started_by, **options)


def create_upload_job(
    archive: Iterable[bytes],
    *,
    filename: str,
    size: int,
    owner: AbstractBaseUser,
    started_by: AbstractBaseUser,
    **options: Any,
) -> ImportJob:
    """Keep an uploaded archive of `size` bytes until its import is over.

    ImportRefused, PermissionDenied; QuotaExceeded if there is no room for it.
    """
    # Insert the row before the first byte, so that others see the space it will take.
    sent = admit_upload(owner=started_by, filename=archive_name(filename), size=size, is_archive=True)
    try:
        write_file(sent.path, archive)
        finish_upload(sent, status=ARRIVED, photo_id=None, detail="")
        return create_sent_job(sent.pk, owner=owner, started_by=started_by, **options)
    except BaseException:
        remove_upload(sent)
        raise


def create_sent_job(
    upload_id: UUID, *, owner: AbstractBaseUser, started_by: AbstractBaseUser, **options: Any
) -> ImportJob:
    """Import an archive that `started_by` has sent in pieces; no two imports take the same. As create_upload_job.

    Its bytes lie where they are read: they become the import's when the row that names them does.
    """
    with transaction.atomic():
        sent = waiting_archives(owner=started_by).select_for_update().filter(pk=upload_id).first()
        if sent is None:
            raise ImportRefused(NOT_WAITING)
        job = create_job([sent.path], owner=owner, started_by=started_by, is_upload=True, **options)
        sent.delete()
    return job


def unfinished_job(roots: Sequence[Path], *, owner: AbstractBaseUser, mode: str) -> ImportJob | None:
    """The import of the same places into the same gallery that has not come to its end: it is to go on."""
    states = [*STOPPED, State.RUNNING, State.WATCHING]
    jobs = ImportJob.objects.filter(owner_id=owner.pk, roots=[str(root.resolve()) for root in roots], mode=mode)
    return jobs.filter(state__in=states, is_upload=False).order_by("-pk").first()


def tell(job: ImportJob, action: str) -> bool:
    """Do one of ACTIONS; False if the import's state does not allow it (any more)."""
    before, after = ACTIONS[action]
    with transaction.atomic():
        # A batch that is being stored ends first.
        locked = ImportJob.objects.select_for_update().get(pk=job.pk)
        if locked.state not in before:
            return False
        changes: dict[str, Any] = {"state": after, "error": ""}
        if action in ("cancel", "undo"):
            changes["watch"] = False
        if action == "pause":
            changes["heartbeat"] = timezone.now()
        ImportJob.objects.filter(pk=job.pk).update(**changes)
        if action in ("cancel", "undo"):
            transaction.on_commit(lambda: remove_archives(locked))
    job.refresh_from_db()
    return True


def cancel_neglected() -> int:
    """Cancel imports whose archive waits too long, and remove the archives; return their number."""
    waiting = ImportJob.objects.filter(is_upload=True, state__in=ImportJob.PATIENCE)
    return sum(_cancel_if_neglected(job_id) for job_id in list(waiting.values_list("pk", flat=True)))


def _cancel_if_neglected(job_id: int) -> bool:
    with transaction.atomic():
        job = ImportJob.objects.select_for_update().filter(pk=job_id).first()
        if job is None or not job.removed_at or job.removed_at > timezone.now():
            return False
        job.error = NOT_STARTED if job.state == State.READY else NOT_CONTINUED
        job.state = State.CANCELLED
        job.save(update_fields=["state", "error"])
        transaction.on_commit(lambda: remove_archives(job))
    return True


def possible_actions(job: ImportJob) -> list[str]:
    """What the import can be told now."""
    return [action for action, (before, _after) in ACTIONS.items() if job.state in before]
