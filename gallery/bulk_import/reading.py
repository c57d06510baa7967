"""Read one file of an import in one pass: metadata from its header and its source, digests while it is copied."""

import errno
import lzma
import os
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _

from gallery.bulk_import.safety import MAX_PATH_BYTES
from gallery.intake.describing import describe_header, limited_blocks, refuse_size
from gallery.models import ImportItem, ImportJob
from gallery.pictures.digests import RunningDigests
from gallery.pictures.images import InvalidImage, UnsupportedImage
from gallery.pictures.watchdog import watchdog
from gallery.sources.contents import HEAD_BYTES, is_film, is_page
from gallery.sources.source_files import SkipReason, SourceFile
from gallery.storage.files import path_of, write_temporary

# Reading the header of a picture for longer than this counts as an endless loop.
MAX_HEADER_SECONDS = 120
# A file modified more recently than this may still be growing.
SECONDS_TO_SETTLE = 5
# Reasons of our own to skip a file, beside those of the sources (SkipReason).
TOO_SMALL = "too_small"
OUTSIDE = "outside"
GROWING = "growing"
# Errors of our own disk or process, not of the file.
DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE}
# Exceptions raised by damaged or encrypted archives.
ARCHIVE_ERRORS = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, NotImplementedError)


@dataclass(frozen=True)
class ReadFile:
    """A file that was read: the fields of its Photo, or a verdict and the reason why it has none."""

    source: SourceFile
    fields: dict[str, Any] = field(default_factory=dict)
    temporary: Path | None = None
    verdict: str = ""
    reason: str = ""


class _FileSkipped(Exception):
    """The file is not imported; the message is the reason, a word."""


def read_file(
    source: SourceFile, *, job: ImportJob, copy: bool, on_progress: Callable[[], None] = lambda: None
) -> ReadFile:
    """Read a file; with `copy`, write its bytes to a temporary file.

    `on_progress` is called for each block. Raises OSError if our own disk fails.
    """
    try:
        refuse_size(source.size)
        _refuse_long_path(source)
        if job.watch and source.modified_at and _is_fresh(source.modified_at):
            raise _FileSkipped(GROWING)
        with source.open() as file:
            if source.role:
                return _read_companion(source, file, job=job, copy=copy, on_progress=on_progress)
            return _read(source, file, job=job, copy=copy, on_progress=on_progress)
    except _FileSkipped as reason:
        return ReadFile(source, verdict=ImportItem.Verdict.SKIPPED, reason=str(reason))
    except UnsupportedImage as error:
        return _unsupported(source, error)
    except InvalidImage as error:
        return ReadFile(source, verdict=ImportItem.Verdict.FAILED, reason=str(error))
    except (OSError, *ARCHIVE_ERRORS) as error:
        if isinstance(error, OSError) and error.errno in DISK_ERRORS:
            raise
        return ReadFile(source, verdict=ImportItem.Verdict.FAILED, reason=_("This file cannot be read."))


def _read(
    source: SourceFile, file: IO[bytes], *, job: ImportJob, copy: bool, on_progress: Callable[[], None]
) -> ReadFile:
    digests, temporary = RunningDigests(), None
    before = _size_and_time(file) if source.is_plain else None
    if source.is_plain:
        _check_location(source, file, job)
        header = _read_header(file, source, job)
        file.seek(0)
    blocks = _digested(limited_blocks(file), digests, on_progress)
    try:
        if copy:
            temporary = write_temporary(blocks)
        else:
            for _block in blocks:
                pass
        if not source.is_plain:
            # Read the header of the copy: seeking backwards in an archive's member would unpack it again.
            with temporary.open("rb") if temporary else source.open() as readable:
                header = _read_header(readable, source, job)
        elif _size_and_time(file) != before:
            raise _FileSkipped(GROWING)
    except BaseException:
        if temporary:
            temporary.unlink(missing_ok=True)
        raise
    fields = header | asdict(digests.result()) | {"file_size": before[0] if before else source.size}
    fields |= {name: getattr(job, name) for name in ("wants_embedding", "wants_text")}
    return ReadFile(source, fields, temporary)


def _read_companion(
    source: SourceFile, file: IO[bytes], *, job: ImportJob, copy: bool, on_progress: Callable[[], None]
) -> ReadFile:
    """Read a raw file or film that belongs to a picture: only its bytes count."""
    digests, temporary = RunningDigests(), None
    before = _size_and_time(file) if source.is_plain else None
    if source.is_plain:
        _check_location(source, file, job)
    blocks = _digested(limited_blocks(file), digests, on_progress)
    if copy:
        temporary = write_temporary(blocks)
    else:
        for _block in blocks:
            pass
    if before and _size_and_time(file) != before:
        if temporary:
            temporary.unlink(missing_ok=True)
        raise _FileSkipped(GROWING)
    size = before[0] if before else source.size
    return ReadFile(source, {"sha256": digests.result().sha256, "file_size": size}, temporary)


def _unsupported(source: SourceFile, error: UnsupportedImage) -> ReadFile:
    """Return the verdict on a file with the ending of a picture, by its contents."""
    try:
        with source.open() as file:
            head = file.read(HEAD_BYTES)
    except OSError:
        head = b""
    if is_film(head):
        return ReadFile(source, verdict=ImportItem.Verdict.SKIPPED, reason=SkipReason.VIDEO)
    reason = _("This is not a picture, but a web page (HTML).") if is_page(head) else str(error)
    return ReadFile(source, verdict=ImportItem.Verdict.FAILED, reason=reason)


def _read_header(file: IO[bytes], source: SourceFile, job: ImportJob) -> dict[str, Any]:
    with watchdog(MAX_HEADER_SECONDS):
        fields = describe_header(file, filename=source.filename)
    if min(fields["width"], fields["height"]) < job.min_side:
        raise _FileSkipped(TOO_SMALL)
    return fields


def _refuse_long_path(source: SourceFile) -> None:
    if len(source.path.encode(errors="replace")) > MAX_PATH_BYTES:
        raise InvalidImage(_("The path of this file is too long."))


def _check_location(source: SourceFile, file: IO[bytes], job: ImportJob) -> None:
    """Check the path of the open file: a symbolic link cannot be swapped after that."""
    real = path_of(file)
    if not any(real.is_relative_to(root) for root in job.roots):
        raise _FileSkipped(OUTSIDE)
    if job.mode == ImportJob.Mode.IN_PLACE and str(real) != source.path:
        raise _FileSkipped(SkipReason.LINK)


def _size_and_time(file: IO[bytes]) -> tuple[int, int]:
    stat = os.fstat(file.fileno())
    return stat.st_size, stat.st_mtime_ns


def _is_fresh(modified_at: datetime) -> bool:
    # Times in the future (network shares may have a fast clock) do not keep a file waiting.
    return 0 <= (datetime.now(UTC) - modified_at).total_seconds() < SECONDS_TO_SETTLE


def _digested(blocks: Iterable[bytes], digests: RunningDigests, on_progress: Callable[[], None]) -> Iterator[bytes]:
    for block in blocks:
        on_progress()
        digests.update(block)
        yield block
