"""Read one file of an import, in one pass: digests while it is copied, what its beginning and its surroundings tell."""

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
from gallery.intake.describing import combine_metadata, describe_header, limited_blocks, refuse_size
from gallery.models import ImportItem, ImportJob
from gallery.pictures.digests import RunningDigests
from gallery.pictures.images import InvalidImage
from gallery.pictures.metadata import Metadata
from gallery.pictures.watchdog import watchdog
from gallery.sources.source_files import SkipReason, SourceFile
from gallery.storage.files import path_of, write_temporary

# Seconds after which reading the beginning of a picture is taken for an endless loop.
HEADER_PATIENCE = 120
# A file changed so few seconds ago may still be growing.
SECONDS_TO_SETTLE = 5
# Our own reasons to pass a file over, beside those of the sources.
TOO_SMALL = "too_small"
OUTSIDE = "outside"
GROWING = "growing"
# Errors of ours and not of the file.
DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE}
# What broken or encrypted archives raise.
ARCHIVE_ERRORS = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, NotImplementedError)


@dataclass(frozen=True)
class ReadFile:
    """A file that was read: the fields of its Photo, or a verdict and a reason why there are none."""

    found: SourceFile
    fields: dict[str, Any] = field(default_factory=dict)
    temporary: Path | None = None
    verdict: str = ""
    reason: str = ""


class _PassOver(Exception):
    """The file is not taken in; the message is the reason, a word."""


def read_file(
    found: SourceFile, *, job: ImportJob, copies: bool, on_progress: Callable[[], None] = lambda: None
) -> ReadFile:
    """Read a file; with `copies`, write its bytes to a temporary file. OSError if our own disk fails.

    `on_progress` is called for each block.
    """
    try:
        refuse_size(found.size)
        _refuse_path(found)
        if job.watch and found.modified_at and _is_fresh(found.modified_at):
            raise _PassOver(GROWING)
        with found.open() as file:
            return _read(found, file, job=job, copies=copies, on_progress=on_progress)
    except _PassOver as reason:
        return ReadFile(found, verdict=ImportItem.Verdict.SKIPPED, reason=str(reason))
    except InvalidImage as error:
        return ReadFile(found, verdict=ImportItem.Verdict.FAILED, reason=str(error))
    except (OSError, *ARCHIVE_ERRORS) as error:
        if isinstance(error, OSError) and error.errno in DISK_ERRORS:
            raise
        return ReadFile(found, verdict=ImportItem.Verdict.FAILED, reason=_("The file cannot be read."))


def storable_path(path: str) -> str:
    """`path` as the database takes it: bytes that are no UTF-8 written out."""
    return path.replace("\0", "\\0").encode(errors="surrogateescape").decode(errors="backslashreplace")


def _read(
    found: SourceFile, file: IO[bytes], *, job: ImportJob, copies: bool, on_progress: Callable[[], None]
) -> ReadFile:
    digests, temporary = RunningDigests(), None
    before = _state_of(file) if found.is_plain else None
    if found.is_plain:
        _confine(found, file, job)
        fields, metadata = _head(file, found, job)
        file.seek(0)
    blocks = _passing(limited_blocks(file), digests, on_progress)
    try:
        if copies:
            temporary = write_temporary(blocks)
        else:
            for _block in blocks:
                pass
        if not found.is_plain:
            # Going back in an archive's member would unpack it anew.
            with temporary.open("rb") if temporary else found.open() as copy:
                fields, metadata = _head(copy, found, job)
        elif _state_of(file) != before:
            raise _PassOver(GROWING)
    except BaseException:
        if temporary:
            temporary.unlink(missing_ok=True)
        raise
    size = before[0] if before else found.size
    fields |= _said(found, fields, metadata) | asdict(digests.result()) | {"file_size": size}
    fields |= {name: getattr(job, name) for name in ("importance", "wants_embedding", "wants_text")}
    return ReadFile(found, fields, temporary)


def _head(file: IO[bytes], found: SourceFile, job: ImportJob) -> tuple[dict[str, Any], Metadata]:
    with watchdog(HEADER_PATIENCE):
        fields, metadata = describe_header(file, filename=found.filename)
    if min(fields["width"], fields["height"]) < job.min_side:
        raise _PassOver(TOO_SMALL)
    return fields, metadata


def _said(found: SourceFile, header: dict[str, Any], metadata: Metadata) -> dict[str, Any]:
    """What the file itself says, and else what lies around it."""
    return combine_metadata(
        header,
        metadata,
        found.metadata,
        filename=found.filename,
        path=found.path,
        modified_at=found.modified_at,
    )


def _refuse_path(found: SourceFile) -> None:
    if len(storable_path(found.path).encode()) > MAX_PATH_BYTES:
        raise InvalidImage(_("The path of this file is too long."))


def _confine(found: SourceFile, file: IO[bytes], job: ImportJob) -> None:
    """Ask the open file where it lies: a link cannot be exchanged after that."""
    real = path_of(file)
    if not any(real.is_relative_to(root) for root in job.roots):
        raise _PassOver(OUTSIDE)
    if job.mode == ImportJob.Mode.IN_PLACE and str(real) != found.path:
        raise _PassOver(SkipReason.LINK)


def _state_of(file: IO[bytes]) -> tuple[int, int]:
    stat = os.fstat(file.fileno())
    return stat.st_size, stat.st_mtime_ns


def _is_fresh(modified_at: datetime) -> bool:
    # A clock that is ahead, as those of network shares may be, does not keep a file waiting.
    return 0 <= (datetime.now(UTC) - modified_at).total_seconds() < SECONDS_TO_SETTLE


def _passing(blocks: Iterable[bytes], digests: RunningDigests, on_progress: Callable[[], None]) -> Iterator[bytes]:
    for block in blocks:
        on_progress()
        digests.update(block)
        yield block
