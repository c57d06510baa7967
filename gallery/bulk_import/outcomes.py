"""Determines the outcomes of files that were read: predicted in a check, or stored."""

from collections.abc import Iterator, Sequence
from functools import partial

from django.db import DataError, transaction
from django.utils.translation import gettext as _

from gallery.bulk_import.items import count_date, item_of
from gallery.bulk_import.reading import ReadFile, storable_path
from gallery.intake.describing import limited_blocks
from gallery.intake.quota import QuotaExceeded
from gallery.intake.storing import IncomingPicture, StoredPicture, store_pictures
from gallery.models import ImportItem, ImportJob, Photo, PhotoSource
from gallery.sources.source_files import SourceFile
from gallery.text.cleaning import clean_line


def foresee(files: Sequence[ReadFile], *, job: ImportJob) -> list[ImportItem]:
    """Predict the outcomes of files; nothing is stored."""
    digests = [file.fields["sha256"] for file in files if file.fields]
    known = dict(Photo.objects.filter(owner=job.owner, sha256__in=digests).values_list("sha256", "pk"))
    seen = set(job.items.filter(sha256__in=digests, verdict="new").values_list("sha256", flat=True))
    items = []
    for file in files:
        if not file.fields:
            items.append(item_of(file.found, file.verdict, reason=file.reason))
            continue
        sha256 = file.fields["sha256"]
        is_new = sha256 not in known and sha256 not in seen
        seen.add(sha256)
        verdict = ImportItem.Verdict.NEW if is_new else ImportItem.Verdict.DUPLICATE
        items.append(item_of(file.found, verdict, sha256=sha256, photo_id=known.get(sha256)))
        if is_new:
            count_date(job, file.fields["date_source"])
    return items


def store(files: Sequence[ReadFile], *, job: ImportJob) -> list[ImportItem]:
    pictures = [(file, _incoming(file, job)) for file in files if file.fields]
    try:
        with transaction.atomic():
            brought = [picture for _file, picture in pictures]
            outcomes: list[StoredPicture | str] = [*store_pictures(brought, owner=job.owner, brought_by=job)]
    except (DataError, QuotaExceeded):
        # One file may contain values that the database refuses, or exceed the quota; the others are stored anyway.
        outcomes = [_store_alone(picture, job) for _file, picture in pictures]
    items = [item_of(file.found, file.verdict, reason=file.reason) for file in files if not file.fields]
    for (file, _picture), outcome in zip(pictures, outcomes, strict=True):
        items.append(_outcome(file, outcome, job))
    return items


def _store_alone(picture: IncomingPicture, job: ImportJob) -> StoredPicture | str:
    """Store one file; return the result, or the reason why it was not stored."""
    try:
        with transaction.atomic():
            return store_pictures([picture], owner=job.owner, brought_by=job)[0]
    except DataError:
        return _("The metadata of this file cannot be stored.")
    except QuotaExceeded as error:
        return str(error)


def _outcome(file: ReadFile, stored: StoredPicture | str, job: ImportJob) -> ImportItem:
    if isinstance(stored, str):
        return item_of(file.found, "failed", reason=stored)
    if stored.created:
        count_date(job, stored.photo.date_source)
    return item_of(
        file.found,
        ImportItem.Verdict.NEW if stored.created else ImportItem.Verdict.DUPLICATE,
        photo=stored.photo,
        created_photo=stored.created,
        filled_fields=stored.filled,
        sha256=stored.photo.sha256,
    )


def _incoming(file: ReadFile, job: ImportJob) -> IncomingPicture:
    found, metadata = file.found, file.found.metadata
    source = PhotoSource(
        path=storable_path(found.path),
        is_copy=job.mode == ImportJob.Mode.COPY or not found.is_plain,
        job=job,
        modified_at=found.modified_at,
        albums=list(map(clean_line, metadata.albums)),
        account=clean_line(metadata.account),
        conversation=clean_line(metadata.conversation),
        sidecar=storable_path(metadata.sidecar),
        is_archived=metadata.is_archived,
    )
    return IncomingPicture(file.fields, source, partial(_blocks, found), file.temporary)


def _blocks(found: SourceFile) -> Iterator[bytes]:
    with found.open() as file:
        yield from limited_blocks(file)
