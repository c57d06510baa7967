"""Work on an import: check, import or undo its files for a while; interrupted at any point, it can be resumed."""

import time
from collections.abc import Callable

from django.utils import timezone

from gallery.albums.stating import delete_empty_albums
from gallery.bulk_import.heartbeat import PassStopped, is_stopping
from gallery.bulk_import.import_pass import ImportPass, OnBatch
from gallery.bulk_import.presence import mark_presence
from gallery.bulk_import.read_attempts import ListingHangs
from gallery.bulk_import.reading import ARCHIVE_ERRORS
from gallery.bulk_import.safety import ImportRefused
from gallery.bulk_import.scheduling import Turn
from gallery.bulk_import.undo import undo_batch
from gallery.bulk_import.uploaded_archives import remove_archives
from gallery.models import ImportJob, PhotoCompanion
from gallery.photos.deletion import delete_companions
from gallery.sources.archives import ArchiveRefused
from gallery.storage.locks import Lock, try_locked

State = ImportJob.State


def run_job(
    job_id: int,
    *,
    seconds: float | None = None,
    others_wait: Callable[[], bool] = lambda: False,
    on_batch: OnBatch = lambda _job: None,
) -> bool:
    """Work on an import for about `seconds`; return False if the work must be continued later.

    Returns earlier if `others_wait`, or when this process stops. Does nothing while another process works on the
    import. `on_batch` is called with the import after each batch.
    """
    with try_locked(Lock.RUNNING_IMPORT, job_id) as is_ours:
        job = ImportJob.objects.select_related("owner", "album").filter(pk=job_id).first()
        if not is_ours or job is None or not job.is_busy:
            return True
        turn = Turn(time.monotonic() + seconds if seconds else float("inf"), others_wait)
        try:
            if job.state == State.UNDOING:
                return _undo(job, turn=turn, on_batch=on_batch)
            return _go_through(job, turn=turn, on_batch=on_batch)
        except PassStopped:
            return not is_stopping()
        except ListingHangs as error:
            _end(job, State.FAILED, only_from=job.state, error=str(error))
            return True
        except (ImportRefused, ArchiveRefused, OSError, *ARCHIVE_ERRORS) as error:
            # A watched network share may come back. `only_from` keeps the state of an import cancelled meanwhile.
            target = State.WATCHING if job.watch else State.FAILED
            _end(job, target, only_from=job.state, error=str(error) or type(error).__name__)
            return True


def _go_through(job: ImportJob, *, turn: Turn, on_batch: OnBatch) -> bool:
    import_pass = ImportPass(job, turn=turn, on_batch=on_batch)
    if not import_pass.run():
        return False
    _finish(import_pass.job, state=job.state, error=import_pass.error)
    return True


def _finish(job: ImportJob, *, state: str, error: str) -> None:
    """End an import, or a check, whose files are all done."""
    if state == State.CHECKING:
        _end(job, State.READY, only_from=state, error=error)
        return
    job.items.filter(is_preview=True).delete()  # files that have vanished since the check
    if job.mode == ImportJob.Mode.IN_PLACE:
        mark_presence(job)
    if _end(job, State.WATCHING if job.watch else State.FINISHED, only_from=state, error=error):
        remove_archives(job)


def _undo(job: ImportJob, *, turn: Turn, on_batch: OnBatch) -> bool:
    delete_companions(PhotoCompanion.objects.filter(job=job), owner_id=job.owner_id)
    while undo_batch(job):
        ImportJob.objects.filter(pk=job.pk).update(heartbeat=timezone.now())
        on_batch(job)
        if turn.is_time_up() or is_stopping():
            return False
    delete_empty_albums([job.album_id] if job.album_id else [])
    _end(job, State.UNDONE, only_from=State.UNDOING)
    return True


def _end(job: ImportJob, state: str, *, only_from: str, error: str = "") -> bool:
    """Set the import's final state unless it has changed meanwhile; return whether it was set."""
    jobs = ImportJob.objects.filter(pk=job.pk, state=only_from)
    return bool(jobs.update(state=state, error=error, heartbeat=timezone.now(), finished_at=timezone.now()))
