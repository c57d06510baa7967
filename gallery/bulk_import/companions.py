"""Raw files and films that belong to a picture: stored beside its photo, or by themselves if it has none."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from uuid import UUID

from django.db import transaction

from gallery.bulk_import.items import new_item
from gallery.bulk_import.reading import ReadFile, read_file
from gallery.intake.companions import IncomingCompanion, store_companions
from gallery.intake.describing import clean_filename, limited_blocks
from gallery.intake.quota import QuotaExceeded
from gallery.models import ImportItem, ImportJob, PhotoCompanion, PhotoSource
from gallery.sources.companions import CompanionRole
from gallery.sources.source_files import SkipReason, SourceFile
from gallery.storage.identities import storable_path

Verdict = ImportItem.Verdict


def predict_companions(files: Sequence[ReadFile], *, job: ImportJob) -> list[ImportItem]:
    """Return the items that an import would save for files that belong to pictures; nothing is stored."""
    digests = [file.fields["sha256"] for file in files]
    companions = PhotoCompanion.objects.filter(photo__owner_id=job.owner_id, sha256__in=digests)
    known = set(companions.values_list("sha256", flat=True))
    known |= set(job.items.filter(sha256__in=digests, verdict=Verdict.NEW).values_list("sha256", flat=True))
    items = []
    for file in files:
        sha256 = file.fields["sha256"]
        verdict = Verdict.DUPLICATE if sha256 in known else Verdict.NEW
        items.append(new_item(file.source, verdict, reason=file.source.role, sha256=sha256))
        known.add(sha256)
    return items


def without_partner(files: Sequence[ReadFile], photos: dict[UUID, int], *, job: ImportJob) -> list[ReadFile]:
    """Return the files whose picture is no photo: raw files read as pictures of their own, films as skipped.

    A raw file is read again while the batch is stored; this is rare.
    """
    alone = []
    for file in files:
        if file.source.partner in photos:
            continue
        if file.source.role == CompanionRole.RAW:
            source = replace(file.source, role="", partner=None)
            alone.append(read_file(source, job=job, copy=False))
        else:
            alone.append(ReadFile(file.source, verdict=Verdict.SKIPPED, reason=SkipReason.VIDEO))
    return alone


def photos_of_partners(files: Sequence[ReadFile], items: Sequence[ImportItem], *, job: ImportJob) -> dict[UUID, int]:
    """Return the photo ids of the pictures to which the files belong, by identity: stored now or earlier."""
    wanted = {file.source.partner for file in files if file.source.partner}
    sources = PhotoSource.objects.filter(identity__in=wanted, photo__owner_id=job.owner_id).order_by("pk")
    photos = dict(sources.values_list("identity", "photo_id"))
    earlier = job.items.filter(identity__in=wanted, is_preview=False, photo__isnull=False)
    photos |= dict(earlier.values_list("identity", "photo_id"))
    return photos | {item.identity: item.photo_id for item in items if item.photo_id and item.identity in wanted}


def store_beside_photos(files: Sequence[ReadFile], photos: dict[UUID, int], *, job: ImportJob) -> list[ImportItem]:
    """Store files beside the photos of their pictures, and return their items."""
    incoming = [_incoming(file, photos, job) for file in files]
    try:
        with transaction.atomic():
            results: Sequence[bool | str] = store_companions(incoming, owner=job.owner, brought_by=job)
    except QuotaExceeded:
        results = [_store_alone(one, job) for one in incoming]
    items = []
    for file, one, result in zip(files, incoming, results, strict=True):
        if isinstance(result, str):
            items.append(new_item(file.source, Verdict.FAILED, reason=result))
        else:
            verdict = Verdict.NEW if result else Verdict.DUPLICATE
            items.append(
                new_item(
                    file.source, verdict, reason=file.source.role, sha256=one.row.sha256, photo_id=one.row.photo_id
                )
            )
    return items


def _store_alone(companion: IncomingCompanion, job: ImportJob) -> bool | str:
    try:
        with transaction.atomic():
            return store_companions([companion], owner=job.owner, brought_by=job)[0]
    except QuotaExceeded as error:
        return str(error)


def _incoming(file: ReadFile, photos: dict[UUID, int], job: ImportJob) -> IncomingCompanion:
    source = file.source
    is_copy = job.mode == ImportJob.Mode.COPY or not source.is_plain
    row = PhotoCompanion(
        photo_id=photos[source.partner or source.identity],
        role=source.role,
        file="" if is_copy else source.path,
        filename=clean_filename(source.filename, extension=source.role),
        file_size=file.fields["file_size"],
        sha256=file.fields["sha256"],
        path=storable_path(source.path),
        identity=source.identity,
        modified_at=source.modified_at,
        job=job,
    )
    return IncomingCompanion(row, partial(_blocks, source), file.temporary)


def _blocks(source: SourceFile) -> Iterator[bytes]:
    with source.open() as file:
        yield from limited_blocks(file)
