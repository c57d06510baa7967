"""The items of an import: which files of a source still have to be read, and the counts of verdicts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from gallery.bulk_import.origins import identities_with_news
from gallery.bulk_import.reading import GROWING
from gallery.models import ImportItem, ImportJob, Photo, PhotoCompanion, PhotoSource
from gallery.sources.source_files import SkippedFile, SkipReason, SourceFile, SourceItem
from gallery.storage.identities import identity_of, storable_path

Counts = dict[str, Any]
Verdict = ImportItem.Verdict


@dataclass(frozen=True)
class Batch:
    """`listed` files of a source: those to be read, and the items of files that need no reading.

    `earlier_items` are the import's existing items by identity; `known_sizes` are the sizes in bytes of files to be
    read that photos of the owner have too.
    """

    listed: int
    to_read: list[SourceFile]
    finished_items: list[ImportItem]
    earlier_items: dict[UUID, ImportItem]
    known_sizes: set[int]


def plan_batch(found: Sequence[SourceItem], *, job: ImportJob) -> Batch:
    """Leave out files whose items are up to date; files imported from the same place before need no reading.

    Files whose sidecar states something new are read in any case.
    """
    is_check = job.state == ImportJob.State.CHECKING
    earlier = _earlier_items(found, job)
    news = identities_with_news([item for item in found if isinstance(item, SourceFile)], job=job)
    pending = [
        item
        for item in found
        if not _is_up_to_date(earlier.get(item.identity), item, is_check=is_check)
        or (item.identity in news and not is_check)
    ]
    known = _known_sources(
        [item for item in pending if isinstance(item, SourceFile) and item.identity not in news], job
    )
    companions = _known_companions([item for item in pending if isinstance(item, SourceFile) and item.role], job)
    to_read, finished = [], []
    for item in pending:
        if isinstance(item, SkippedFile):
            finished.append(_skipped_item(item))
        elif source := known.get(item.identity):
            finished.append(new_item(item, Verdict.KNOWN, photo_id=source.photo_id, sha256=source.photo.sha256))
        elif companion := companions.get(item.identity):
            photo_id, sha256 = companion.photo_id, companion.sha256
            finished.append(new_item(item, Verdict.KNOWN, reason=item.role, photo_id=photo_id, sha256=sha256))
        else:
            to_read.append(item)
    sizes = Photo.objects.filter(owner_id=job.owner_id, file_size__in={file.size for file in to_read})
    return Batch(len(found), to_read, finished, earlier, set(sizes.values_list("file_size", flat=True)))


def save_items(job: ImportJob, items: Sequence[ImportItem], earlier_items: dict[UUID, ImportItem]) -> None:
    """Insert or replace items and update the job's counts; the caller has locked the job and saves it."""
    is_check = job.state == ImportJob.State.CHECKING
    counts = counts_of(job)
    for item in items:
        item.job, item.is_preview = job, is_check
        earlier = earlier_items.get(item.identity)
        if earlier and earlier.is_preview == is_check:
            _count(counts, earlier, -1)
        _count(counts, item, 1)
    ImportItem.objects.bulk_create(
        items,
        update_conflicts=True,
        unique_fields=["job", "identity"],
        update_fields=[
            *("path", "verdict", "reason", "is_preview", "photo", "created_photo"),
            *("sha256", "size", "modified_at"),
        ],
    )


def count_date(job: ImportJob, date_source: str) -> None:
    """Count the source of a new photo's date; "" if the photo has none."""
    dates = counts_of(job).setdefault("dates", {})
    dates[date_source] = dates.get(date_source, 0) + 1


def new_item(file: SourceFile, verdict: str, **fields: Any) -> ImportItem:
    """Return an item, not yet saved, for a file of the source."""
    return ImportItem(
        path=storable_path(file.path),
        identity=file.identity,
        verdict=verdict,
        size=file.size,
        modified_at=file.modified_at,
        **fields,
    )


def _skipped_item(file: SkippedFile) -> ImportItem:
    return ImportItem(
        path=storable_path(file.path),
        identity=file.identity,
        verdict=Verdict.SKIPPED,
        reason=file.reason,
        size=file.size,
    )


def _earlier_items(found: Sequence[SourceItem], job: ImportJob) -> dict[UUID, ImportItem]:
    """Return the import's items of these files, by identity; items of an earlier version take the new one."""
    places = {item.identity: item for item in found}
    former = _former_identities(found)
    items = {item.identity: item for item in job.items.filter(identity__in=[*places, *former])}
    adopted = []
    for old, new in former.items():
        if old in items and new not in items and old not in places:
            items[new] = items.pop(old)
            items[new].identity = new
            adopted.append(items[new])
    ImportItem.objects.bulk_update(adopted, ["identity"])
    return items


def _former_identities(found: Iterable[SourceItem]) -> dict[UUID, UUID]:
    """Return by the identity that earlier versions stored, which was that of the readable path, the present one."""
    renamed = [item for item in found if item.earlier_location not in (b"", item.location)]
    return {identity_of(item.earlier_location): item.identity for item in renamed}


def _is_up_to_date(item: ImportItem | None, found: SourceItem, *, is_check: bool) -> bool:
    """Return whether `item` describes the file as it was found; files that were incomplete are read again."""
    if item is None or item.reason in (SkipReason.PARTIAL, GROWING) or item.is_preview != is_check:
        return False
    if isinstance(found, SkippedFile):
        return item.reason == found.reason
    return item.size == found.size and item.modified_at == found.modified_at


def _known_sources(files: Sequence[SourceFile], job: ImportJob) -> dict[UUID, PhotoSource]:
    """Return by identity the sources of the owner's photos with the same place, size and modification time."""
    timed = [file for file in files if file.modified_at]
    found = {file.identity: file for file in timed}
    former = {old: new for old, new in _former_identities(timed).items() if old not in found}
    sources = PhotoSource.objects.filter(identity__in=[*former, *found], photo__owner_id=job.owner_id)
    is_copy = job.mode == ImportJob.Mode.COPY
    return {
        identity: source
        for source in sources.select_related("photo")
        if (file := found[(identity := former.get(source.identity, source.identity))])
        and source.is_copy == is_copy
        and source.is_present
        and source.photo.file_size == file.size
        and source.modified_at == file.modified_at
    }


def _known_companions(files: Sequence[SourceFile], job: ImportJob) -> dict[UUID, PhotoCompanion]:
    """Return by identity the files that belong to the owner's photos, with the same size and modification time."""
    found = {file.identity: file for file in files if file.modified_at}
    if not found:
        return {}
    companions = PhotoCompanion.objects.filter(identity__in=found, photo__owner_id=job.owner_id)
    return {
        companion.identity: companion
        for companion in companions
        if companion.is_copy == (job.mode == ImportJob.Mode.COPY)
        and companion.file_size == found[companion.identity].size
        and companion.modified_at == found[companion.identity].modified_at
    }


def counts_of(job: ImportJob) -> Counts:
    """Return the counts that belong to the state of the import."""
    return job.preview_counts if job.state == ImportJob.State.CHECKING else job.import_counts


def _count(counts: Counts, item: ImportItem, step: int) -> None:
    counts[item.verdict] = counts.get(item.verdict, 0) + step
    if item.verdict == Verdict.NEW:
        counts["bytes"] = counts.get("bytes", 0) + step * item.size
    if item.verdict == Verdict.SKIPPED:
        reasons = counts.setdefault("reasons", {})
        reasons[item.reason] = reasons.get(item.reason, 0) + step
