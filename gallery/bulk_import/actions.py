"""The actions on an import (start, pause, cancel, undo), and the cancellation of neglected ones."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import TextChoices
from django.utils import timezone

from gallery.albums.stating import delete_empty_albums
from gallery.bulk_import.reasons import NOT_CONTINUED, NOT_STARTED
from gallery.bulk_import.uploaded_archives import remove_archives
from gallery.models import ImportJob

State = ImportJob.State
STARTABLE = (State.READY, State.PAUSED, State.FAILED)


class ImportAction(TextChoices):
    """An action that a user may apply to an import; `START` also resumes a paused or failed one."""

    START = "start"
    PAUSE = "pause"
    CANCEL = "cancel"
    UNDO = "undo"


@dataclass(frozen=True)
class Transition:
    """The states in which an action is allowed, and the state that it leads to."""

    allowed_in: tuple[State, ...]
    target: State


TRANSITIONS = {
    ImportAction.START: Transition(STARTABLE, State.RUNNING),
    ImportAction.PAUSE: Transition((State.RUNNING, State.WATCHING), State.PAUSED),
    ImportAction.CANCEL: Transition((State.CHECKING, State.RUNNING, State.WATCHING, *STARTABLE), State.CANCELLED),
    ImportAction.UNDO: Transition(
        (State.WATCHING, State.PAUSED, State.FAILED, State.FINISHED, State.CANCELLED), State.UNDOING
    ),
}


def apply_action(job: ImportJob, action: ImportAction, *, user: AbstractBaseUser) -> bool:
    """Apply `action` and refresh `job`; return False if the import's current state does not allow it.

    The caller enqueues the import if it is busy afterwards. Raises ImportJob.DoesNotExist if `user` may not control
    the import.
    """
    transition = TRANSITIONS[action]
    is_over = action in (ImportAction.CANCEL, ImportAction.UNDO)
    with transaction.atomic():
        # Waits until the batch that is being stored is committed.
        locked = ImportJob.objects.followed_by(user).select_for_update().get(pk=job.pk)
        if locked.state not in transition.allowed_in:
            return False
        changes: dict[str, Any] = {"state": transition.target, "error": ""}
        if is_over:
            changes["watch"] = False
        if action == ImportAction.PAUSE:
            changes["heartbeat"] = timezone.now()
        ImportJob.objects.filter(pk=job.pk).update(**changes)
        if action == ImportAction.CANCEL:
            delete_empty_albums([locked.album_id] if locked.album_id else [])
        if is_over:
            transaction.on_commit(lambda: remove_archives(locked))
    job.refresh_from_db()
    return True


def possible_actions(job: ImportJob) -> list[ImportAction]:
    """Return the actions that the import's state allows."""
    return [action for action, transition in TRANSITIONS.items() if job.state in transition.allowed_in]


def cancel_neglected() -> int:
    """Cancel imports whose archive has waited too long, and remove the archives; return the number of imports."""
    waiting = ImportJob.objects.filter(is_upload=True, state__in=ImportJob.WAITING_LIMITS)
    return sum(_cancel_if_neglected(job_id) for job_id in list(waiting.values_list("pk", flat=True)))


def _cancel_if_neglected(job_id: int) -> bool:
    with transaction.atomic():
        job = ImportJob.objects.select_for_update().filter(pk=job_id).first()
        if job is None or not job.removed_at or job.removed_at > timezone.now():
            return False
        job.error = NOT_STARTED if job.state == State.READY else NOT_CONTINUED
        job.state = State.CANCELLED
        job.save(update_fields=["state", "error"])
        delete_empty_albums([job.album_id] if job.album_id else [])
        transaction.on_commit(lambda: remove_archives(job))
    return True
