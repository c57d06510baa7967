"""The items of an import: which files of a source still have to be read, and the counts of verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gallery.bulk_import.reading import GROWING, storable_path
from gallery.models import ImportItem, ImportJob, Photo, PhotoSource
from gallery.sources.source_files import SkippedFile, SkipReason, SourceFile, SourceItem

Counts = dict[str, Any]
Verdict = ImportItem.Verdict


@dataclass(frozen=True)
class Batch:
    """Some files of a source: those to be read, and the items of files that need no reading.

    `earlier_items` are the import's existing items by path; `known_sizes` are the sizes in bytes of files to be read
    that photos of the owner have too.
    """

    to_read: list[SourceFile]
    finished_items: list[ImportItem]
    earlier_items: dict[str, ImportItem]
    known_sizes: set[int]


def plan_batch(found: Sequence[SourceItem], *, job: ImportJob) -> Batch:
    """Leave out files whose items are up to date; files imported from the same path before need no reading."""
    is_check = job.state == ImportJob.State.CHECKING
    paths = [storable_path(item.path) for item in found]
    earlier = {item.path: item for item in job.items.filter(path__in=paths)}
    pending: dict[str, SourceItem] = {}
    for path, item in zip(paths, found, strict=True):
        if not _is_up_to_date(earlier.get(path), item, is_check=is_check):
            # Keep the first of several members with one name in an archive.
            pending.setdefault(path, item)
    known = _known_sources([item for item in pending.values() if isinstance(item, SourceFile)], job)
    to_read, finished = [], []
    for path, item in pending.items():
        if isinstance(item, SkippedFile):
            finished.append(ImportItem(path=path, verdict=Verdict.SKIPPED, reason=item.reason, size=item.size))
        elif source := known.get(path):
            finished.append(new_item(item, Verdict.KNOWN, photo_id=source.photo_id, sha256=source.photo.sha256))
        else:
            to_read.append(item)
    sizes = Photo.objects.filter(owner_id=job.owner_id, file_size__in={file.size for file in to_read})
    return Batch(to_read, finished, earlier, set(sizes.values_list("file_size", flat=True)))


def save_items(job: ImportJob, items: Sequence[ImportItem], earlier_items: dict[str, ImportItem]) -> None:
    """Insert or replace items and update the job's counts; the caller has locked the job and saves it."""
    is_check = job.state == ImportJob.State.CHECKING
    counts = _counts(job)
    for item in items:
        item.job, item.is_preview = job, is_check
        earlier = earlier_items.get(item.path)
        if earlier and earlier.is_preview == is_check:
            _count(counts, earlier, -1)
        _count(counts, item, 1)
    ImportItem.objects.bulk_create(
        items,
        update_conflicts=True,
        unique_fields=["job", "path"],
        update_fields=[
            *("verdict", "reason", "is_preview", "photo", "created_photo", "filled_fields"),
            *("sha256", "size", "modified_at"),
        ],
    )


def count_date(job: ImportJob, date_source: str) -> None:
    """Count the source of a new photo's date; "" if the photo has none."""
    dates = _counts(job).setdefault("dates", {})
    dates[date_source] = dates.get(date_source, 0) + 1


def new_item(file: SourceFile, verdict: str, **fields: Any) -> ImportItem:
    """Return an item, not yet saved, for a file of the source."""
    return ImportItem(
        path=storable_path(file.path), verdict=verdict, size=file.size, modified_at=file.modified_at, **fields
    )


def _is_up_to_date(item: ImportItem | None, found: SourceItem, *, is_check: bool) -> bool:
    """Return whether `item` describes the file as it was found; files that were incomplete are read again."""
    if item is None or item.reason in (SkipReason.PARTIAL, GROWING) or item.is_preview != is_check:
        return False
    if isinstance(found, SkippedFile):
        return item.reason == found.reason
    return item.size == found.size and item.modified_at == found.modified_at


def _known_sources(files: Sequence[SourceFile], job: ImportJob) -> dict[str, PhotoSource]:
    """Return by path the sources of the owner's photos with the same path, size and modification time."""
    by_path = {storable_path(file.path): file for file in files if file.modified_at}
    sources = PhotoSource.objects.filter(path__in=list(by_path), photo__owner_id=job.owner_id)
    is_copy = job.mode == ImportJob.Mode.COPY
    return {
        source.path: source
        for source in sources.select_related("photo")
        if source.is_copy == is_copy
        and source.is_present
        and source.photo.file_size == by_path[source.path].size
        and source.modified_at == by_path[source.path].modified_at
    }


def _counts(job: ImportJob) -> Counts:
    return job.preview_counts if job.state == ImportJob.State.CHECKING else job.import_counts


def _count(counts: Counts, item: ImportItem, step: int) -> None:
    counts[item.verdict] = counts.get(item.verdict, 0) + step
    if item.verdict == Verdict.NEW:
        counts["bytes"] = counts.get("bytes", 0) + step * item.size
    if item.verdict == Verdict.SKIPPED:
        reasons = counts.setdefault("reasons", {})
        reasons[item.reason] = reasons.get(item.reason, 0) + step
