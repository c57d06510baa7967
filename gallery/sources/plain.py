"""Plain folders: pictures by their endings or contents, with the files that belong to them; base of other readers."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial

from gallery.pictures.formats import EXTENSION_OF_SUFFIX
from gallery.sources import contents
from gallery.sources.archives import has_archive_suffix
from gallery.sources.companions import RAWS, CompanionRole, pair_companions
from gallery.sources.contents import HEAD_BYTES
from gallery.sources.json_sidecars import read_json_sidecars
from gallery.sources.kinds import kind_of_folders
from gallery.sources.paired_sidecars import pair_sidecars, read_sidecar
from gallery.sources.skip_rules import SIDECARS, VIDEOS, extension_of
from gallery.sources.source_files import SkipReason, SourceFile, SourceItem, SourceMetadata
from gallery.sources.trees import Folder, TreeFile
from gallery.storage.identities import identity_of

DescribeFile = Callable[[TreeFile], SourceMetadata | SkipReason]


def no_metadata(_file: TreeFile) -> SourceMetadata:
    """Return empty metadata: names in a plain folder have no fixed meaning."""
    return SourceMetadata()


def read_folder(folder: Folder, *, describe: DescribeFile = no_metadata) -> Iterator[SourceItem]:
    """Yield the items in `folder`; `describe` returns each picture's metadata, or a reason to skip it.

    Raw files and films that belong to a picture follow all pictures.
    """
    yield from folder.skipped
    kind = kind_of_folders(folder.parts)
    sidecars = pair_sidecars(folder.files, extension="xmp")
    described_by_json = read_json_sidecars(folder.files)
    sidecar_reasons = {**sidecars.reasons, **described_by_json.reasons}
    reasons = {file.location: _skip_reason(file) for file in folder.files}
    others = [file for file in folder.files if _may_be_companion(file, reasons[file.location])]
    pictures = [file for file in folder.files if not reasons[file.location]]
    companions = pair_companions(pictures, others)
    for file in folder.files:
        if file.location in companions:
            continue
        described = reasons[file.location] or describe(file)
        if isinstance(described, SkipReason):
            yield file.skipped(sidecar_reasons.get(file.name, described))
        else:
            described = described_by_json.add_to(described, name=file.name)
            found = file.as_source_file(described if described.kind else replace(described, kind=kind))
            yield with_xmp(found, sidecars.of_picture.get(file.name))
    for file in others:
        if companion := companions.get(file.location):
            described = describe(companion.picture)
            if isinstance(described, SkipReason):
                is_film = companion.role == CompanionRole.FILM
                yield file.skipped(SkipReason.VIDEO if is_film else described)
            else:
                found = file.as_source_file(described)
                yield replace(found, role=companion.role, partner=identity_of(companion.picture.location))


def with_xmp(file: SourceFile, sidecar: TreeFile | None) -> SourceFile:
    """Return the file with its XMP sidecar, if it has one."""
    if sidecar is None:
        return file
    return replace(
        file, metadata=replace(file.metadata, sidecar=sidecar.path), read_sidecar=partial(read_sidecar, sidecar)
    )


def folders_after(parts: Sequence[str], *markers: str) -> tuple[str, ...]:
    """Return the parts after the last one that is in `markers` (in lower case); empty if there is none."""
    for index in range(len(parts) - 1, -1, -1):
        if parts[index].lower() in markers:
            return tuple(parts[index + 1 :])
    return ()


def folders_below(folder: Folder, markers: Collection[str]) -> set[str]:
    """Return the folders below a program's own, in lower case; folders above it have names chosen by people."""
    return {part.lower() for part in folders_after(folder.parts, *markers) or folder.relative_parts}


def _skip_reason(file: TreeFile) -> SkipReason | None:
    """Return the reason to skip a file; the contents decide unless the ending is that of a picture or a sidecar."""
    extension = extension_of(file.name)
    if extension in EXTENSION_OF_SUFFIX:
        return None
    if extension in SIDECARS:
        return SkipReason.SIDECAR
    try:
        head = file.head(HEAD_BYTES)
    except OSError:
        return SkipReason.UNREADABLE
    if contents.is_picture(head):
        return None
    if extension in VIDEOS or contents.is_film(head):
        return SkipReason.VIDEO
    return SkipReason.ARCHIVE if contents.is_archive(head) or has_archive_suffix(file.name) else SkipReason.UNSUPPORTED


def _may_be_companion(file: TreeFile, reason: SkipReason | None) -> bool:
    """Return whether a file can belong to a picture: a raw file, also of an unsupported format, or a film."""
    return reason is SkipReason.VIDEO or extension_of(file.name) in RAWS
