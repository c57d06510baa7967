"""Turn files that were read into items with a verdict: predict it in a check, or store the files."""

from collections.abc import Iterator, Sequence
from functools import partial

from django.db import DataError, transaction
from django.utils.translation import gettext as _

from gallery.bulk_import.companions import (
    photos_of_partners,
    predict_companions,
    store_beside_photos,
    without_partner,
)
from gallery.bulk_import.items import count_date, new_item
from gallery.bulk_import.origins import source_of
from gallery.bulk_import.reading import ReadFile
from gallery.claims.settling import settled_fields
from gallery.intake.describing import limited_blocks
from gallery.intake.quota import QuotaExceeded
from gallery.intake.storing import IncomingPicture, StoredPicture, store_pictures
from gallery.models import ImportItem, ImportJob, Photo
from gallery.sources.source_files import SourceFile

Verdict = ImportItem.Verdict


def predict_items(files: Sequence[ReadFile], *, job: ImportJob) -> list[ImportItem]:
    """Return the items that an import would save; nothing is stored."""
    companions = [file for file in files if file.source.role and file.fields]
    files = [file for file in files if not (file.source.role and file.fields)]
    digests = [file.fields["sha256"] for file in files if file.fields]
    known = dict(Photo.objects.filter(owner=job.owner, sha256__in=digests).values_list("sha256", "pk"))
    predicted = set(job.items.filter(sha256__in=digests, verdict=Verdict.NEW).values_list("sha256", flat=True))
    items = []
    for file in files:
        if not file.fields:
            items.append(_unread_item(file))
            continue
        sha256 = file.fields["sha256"]
        is_new = sha256 not in known and sha256 not in predicted
        predicted.add(sha256)
        verdict = Verdict.NEW if is_new else Verdict.DUPLICATE
        items.append(new_item(file.source, verdict, sha256=sha256, photo_id=known.get(sha256)))
        if is_new:
            photo, claims = Photo(**file.fields), [file.fields["claims"], source_of(file.source, job=job).claims]
            count_date(job, settled_fields(claims, photo=photo)["date_source"])
    return [*items, *predict_companions(companions, job=job)]


def store_files(files: Sequence[ReadFile], *, job: ImportJob) -> list[ImportItem]:
    """Store the files, pictures before those that belong to them, and return their items."""
    companions = [file for file in files if file.source.role and file.fields]
    items = _store_pictures([file for file in files if not (file.source.role and file.fields)], job=job)
    if not companions:
        return items
    photos = photos_of_partners(companions, items, job=job)
    items += _store_pictures(without_partner(companions, photos, job=job), job=job)
    beside = [file for file in companions if file.source.partner in photos]
    return items + store_beside_photos(beside, photos, job=job)


def _store_pictures(files: Sequence[ReadFile], *, job: ImportJob) -> list[ImportItem]:
    """Store pictures and return the items; files that cannot be stored get the verdict FAILED."""
    readable = [file for file in files if file.fields]
    pictures = [_incoming(file, job) for file in readable]
    results: Sequence[StoredPicture | str]
    try:
        with transaction.atomic():
            results = store_pictures(pictures, owner=job.owner, brought_by=job)
    except (DataError, QuotaExceeded):
        # One file contains values that the database refuses, or exceeds the quota: store the others.
        results = [_store_alone(picture, job) for picture in pictures]
    items = [_unread_item(file) for file in files if not file.fields]
    for file, result in zip(readable, results, strict=True):
        items.append(_stored_item(file, result, job))
    return items


def _store_alone(picture: IncomingPicture, job: ImportJob) -> StoredPicture | str:
    """Store one picture; return the result, or the reason why it was not stored."""
    try:
        with transaction.atomic():
            return store_pictures([picture], owner=job.owner, brought_by=job)[0]
    except DataError:
        return _("The metadata of this file cannot be stored.")
    except QuotaExceeded as error:
        return str(error)


def _unread_item(file: ReadFile) -> ImportItem:
    return new_item(file.source, file.verdict, reason=file.reason)


def _stored_item(file: ReadFile, result: StoredPicture | str, job: ImportJob) -> ImportItem:
    if isinstance(result, str):
        return new_item(file.source, Verdict.FAILED, reason=result)
    if result.created:
        count_date(job, result.photo.date_source)
    return new_item(
        file.source,
        Verdict.NEW if result.created else Verdict.DUPLICATE,
        photo=result.photo,
        created_photo=result.created,
        sha256=result.photo.sha256,
    )


def _incoming(file: ReadFile, job: ImportJob) -> IncomingPicture:
    return IncomingPicture(
        file.fields, source_of(file.source, job=job), partial(_read_blocks, file.source), file.temporary
    )


def _read_blocks(source: SourceFile) -> Iterator[bytes]:
    with source.open() as file:
        yield from limited_blocks(file)
