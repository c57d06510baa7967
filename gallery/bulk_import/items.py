"""What an import knows already of the files that it finds, so that nothing is done twice, and how it counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from gallery.bulk_import.reading import GROWING, storable_path
from gallery.models import ImportItem, ImportJob, Photo, PhotoSource
from gallery.sources.source_files import SkippedFile, SkipReason, SourceFile, SourceItem

Numbers = dict[str, Any]


@dataclass(frozen=True)
class Sifted:
    """Some files of a source: those to be read, and what is to be written down of others without reading them.

    `earlier` holds the rows that are replaced, by path; `likely` the sizes that photos of the owner have.
    """

    to_read: list[SourceFile]
    items: list[ImportItem]
    earlier: dict[str, ImportItem]
    likely: set[int]


def sift(found: Sequence[SourceItem], *, job: ImportJob) -> Sifted:
    """Leave out what the ledger has; files that were imported from this very path before need no reading."""
    is_check = job.state == ImportJob.State.CHECKING
    paths = [storable_path(one.path) for one in found]
    rows = {item.path: item for item in job.items.filter(path__in=paths)}
    open_ones = [one for path, one in zip(paths, found, strict=True) if not _is_settled(one, rows.get(path), is_check)]
    known = _known([one for one in open_ones if isinstance(one, SourceFile)], job)
    to_read, items, seen = [], [], set()
    for one in open_ones:
        path = storable_path(one.path)
        if path in seen:
            continue  # the same member twice in an archive, or a root inside another
        seen.add(path)
        if isinstance(one, SkippedFile):
            items.append(ImportItem(path=path, verdict="skipped", reason=one.reason, size=one.size))
        elif source := known.get(path):
            items.append(item_of(one, "known", photo_id=source.photo_id, sha256=source.photo.sha256))
        else:
            to_read.append(one)
    sizes = {one.size for one in to_read}
    likely = Photo.objects.filter(owner_id=job.owner_id, file_size__in=sizes).values_list("file_size", flat=True)
    return Sifted(to_read, items, rows, set(likely))


def write_down(job: ImportJob, items: Sequence[ImportItem], earlier: dict[str, ImportItem]) -> None:
    """Enter the rows in the ledger and their verdicts in the job's numbers; the caller holds the job's row."""
    is_check = job.state == ImportJob.State.CHECKING
    numbers: Numbers = job.preview_counts if is_check else job.import_counts
    for item in items:
        item.job, item.is_preview = job, is_check
        old = earlier.get(item.path)
        if old and old.is_preview == is_check:
            _count(numbers, old, -1)
        _count(numbers, item, 1)
    ImportItem.objects.bulk_create(
        items,
        update_conflicts=True,
        unique_fields=["job", "path"],
        update_fields=[
            *(
                "verdict",
                "reason",
                "is_preview",
                "photo",
                "created_photo",
                "filled_fields",
                "sha256",
                "size",
                "modified_at",
            ),
        ],
    )


def count_date(job: ImportJob, date_source: str) -> None:
    """How the date of a new photo is known, by kind; "" where it has none."""
    numbers: Numbers = job.preview_counts if job.state == ImportJob.State.CHECKING else job.import_counts
    dates = numbers.setdefault("dates", {})
    dates[date_source] = dates.get(date_source, 0) + 1


def _is_settled(one: SourceItem, row: ImportItem | None, is_check: bool) -> bool:
    """The ledger has the file in the state in which it was found. What was growing is looked at anew."""
    if row is None or row.reason in (SkipReason.PARTIAL, GROWING) or row.is_preview != is_check:
        return False
    if isinstance(one, SkippedFile):
        return row.reason == one.reason
    return row.size == one.size and row.modified_at == one.modified_at


def _known(found: Sequence[SourceFile], job: ImportJob) -> dict[str, PhotoSource]:
    """The sources of the owner's photos that name these paths, sizes and times."""
    files = {storable_path(one.path): one for one in found if one.modified_at}
    sources = PhotoSource.objects.filter(Q(path__in=list(files)), photo__owner_id=job.owner_id).select_related("photo")
    is_copy = job.mode == ImportJob.Mode.COPY
    return {
        source.path: source
        for source in sources
        if source.is_copy == is_copy
        and source.is_present
        and (source.photo.file_size, source.modified_at) == (files[source.path].size, files[source.path].modified_at)
    }


def item_of(found: SourceFile, verdict: str, **fields: Any) -> ImportItem:
    path = storable_path(found.path)
    return ImportItem(path=path, verdict=verdict, size=found.size, modified_at=found.modified_at, **fields)


def _count(numbers: Numbers, item: ImportItem, step: int) -> None:
    numbers[item.verdict] = numbers.get(item.verdict, 0) + step
    if item.verdict == ImportItem.Verdict.NEW:
        numbers["bytes"] = numbers.get("bytes", 0) + step * item.size
    if item.verdict == ImportItem.Verdict.SKIPPED:
        reasons = numbers.setdefault("reasons", {})
        reasons[item.reason] = reasons.get(item.reason, 0) + step
