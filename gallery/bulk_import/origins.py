"""Sources of files with what they state, and files that are known, but whose sidecar states something new."""

from collections.abc import Iterable
from uuid import UUID

from gallery.albums.stating import key_of
from gallery.bulk_import.album_names import albums_of_options
from gallery.claims.origins import claims_of_origin
from gallery.intake.origins import differing_fields
from gallery.models import ImportJob, PhotoSource
from gallery.sources.source_files import SourceFile
from gallery.storage.identities import storable_path
from gallery.text.cleaning import clean_line

# Fields of a source that follow from the sidecar.
FROM_SIDECAR = ("sidecar", "sidecar_content", "claims")


def source_of(file: SourceFile, *, job: ImportJob) -> PhotoSource:
    """Return the source of a file, not yet saved and without a photo, with its claims."""
    metadata = file.metadata
    return PhotoSource(
        path=storable_path(file.path),
        identity=file.identity,
        is_copy=job.mode == ImportJob.Mode.COPY or not file.is_plain,
        job=job,
        modified_at=file.modified_at,
        albums=list(dict.fromkeys(map(key_of, [*metadata.albums, *albums_of_options(file.path, job=job)]))),
        account=clean_line(metadata.account),
        conversation=clean_line(metadata.conversation),
        sidecar=storable_path(metadata.sidecar),
        sidecar_content=file.read_sidecar(),
        is_archived=metadata.is_archived,
        claims=claims_of_origin(
            metadata,
            filename=file.filename,
            path=file.path,
            modified_at=file.modified_at,
            importance=job.importance,
            archives=job.archives,
        ),
    )


def identities_with_news(files: Iterable[SourceFile], *, job: ImportJob) -> set[UUID]:
    """Return the identities of files of the owner's photos that state something new.

    Their sidecar is new or has changed since, or the options of the import name an album.
    """
    names_albums = job.makes_albums or job.album is not None
    found = {file.identity: file for file in files if file.metadata.sidecar or names_albums}
    if not found:
        return set()
    stored = PhotoSource.objects.filter(identity__in=found, photo__owner_id=job.owner_id)
    with_news: dict[UUID, bool] = {}
    for source in stored:
        now = source_of(found[source.identity], job=job)
        differs = bool(now.sidecar and differing_fields(source, now).intersection(FROM_SIDECAR))
        differs = differs or (names_albums and not set(source.albums).issuperset(now.albums))
        with_news[source.identity] = with_news.get(source.identity, True) and differs
    return {identity for identity, is_news in with_news.items() if is_news}
