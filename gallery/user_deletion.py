"""Deletes a user's data: rows, files, archives, sessions and documents of the keyword index."""

import shutil
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from axes.utils import reset
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.signals import pre_delete
from django.dispatch import receiver

from gallery.access.sessions import end_sessions
from gallery.bulk_import.uploaded_archives import remove_archive, remove_archives
from gallery.models import ImportJob, PartialUpload, Photo
from gallery.photos.deletion import delete_photos
from gallery.storage.files import COMPANIONS, ORIGINALS, THUMBNAILS


def delete_user(user: User) -> None:
    """Delete `user`, photos first, so that Django does not load their related rows."""
    with transaction.atomic():
        _delete_belongings(user)
        user.delete()


@receiver(pre_delete, sender=User)
def delete_belongings(instance: User, **_kwargs: Any) -> None:
    """Delete data outside the user's rows, however the user is deleted; runs in Django's transaction."""
    _delete_belongings(instance)


def _delete_belongings(user: User) -> None:
    delete_photos(Photo.objects.all(), user=user)
    end_sessions(user=user)
    reset(username=user.get_username())
    uploads = list(PartialUpload.objects.filter(owner=user))
    jobs = list(ImportJob.objects.filter(owner=user, is_upload=True))
    transaction.on_commit(partial(_remove_files, user.pk, uploads, jobs), robust=True)


def _remove_files(user_id: int, uploads: Iterable[PartialUpload], jobs: Iterable[ImportJob]) -> None:
    """Delete files; after a crash the clock deletes the rest."""
    for upload in uploads:
        if upload.is_archive:
            remove_archive(upload.path)
        else:
            upload.path.unlink(missing_ok=True)
    for job in jobs:
        remove_archives(job)
    for top in (ORIGINALS, THUMBNAILS, COMPANIONS):
        shutil.rmtree(Path(settings.MEDIA_ROOT, top, str(user_id)), ignore_errors=True)
