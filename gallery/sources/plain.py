"""Plain folders: pictures by their extensions, videos apart from those of live photos; base of the other readers."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial

from gallery.pictures.formats import EXTENSION_OF_SUFFIX, looks_like_picture
from gallery.sources.json_sidecars import read_json_sidecars
from gallery.sources.kinds import kind_of_folders
from gallery.sources.paired_sidecars import pair_sidecars, read_sidecar
from gallery.sources.skip_rules import SIDECARS, VIDEOS, extension_of
from gallery.sources.source_files import SkipReason, SourceFile, SourceItem, SourceMetadata
from gallery.sources.trees import Folder, TreeFile

DescribeFile = Callable[[TreeFile], SourceMetadata | SkipReason]


def no_metadata(_file: TreeFile) -> SourceMetadata:
    """Return empty metadata: names in a plain folder have no fixed meaning."""
    return SourceMetadata()


def read_folder(folder: Folder, *, describe: DescribeFile = no_metadata) -> Iterator[SourceItem]:
    """Yield the items in `folder`; `describe` returns each picture's metadata, or a reason to skip it."""
    yield from folder.skipped
    kind = kind_of_folders(folder.parts)
    sidecars = pair_sidecars(folder.files, extension="xmp")
    described_by_json = read_json_sidecars(folder.files)
    reasons = {**sidecars.reasons, **described_by_json.reasons}
    stems = {_stem(file.name) for file in folder.files if extension_of(file.name) in EXTENSION_OF_SUFFIX}
    for file in folder.files:
        described = _skip_reason(file, picture_stems=stems) or describe(file)
        if isinstance(described, SkipReason):
            yield file.skipped(reasons.get(file.name, described))
        else:
            described = described_by_json.add_to(described, name=file.name)
            found = file.as_source_file(described if described.kind else replace(described, kind=kind))
            yield with_xmp(found, sidecars.of_picture.get(file.name))


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


def _skip_reason(file: TreeFile, *, picture_stems: set[str]) -> SkipReason | None:
    extension = extension_of(file.name)
    if extension in EXTENSION_OF_SUFFIX:
        return None
    if extension in VIDEOS:
        return SkipReason.MOTION if _stem(file.name) in picture_stems else SkipReason.VIDEO
    if extension in SIDECARS:
        return SkipReason.SIDECAR
    if extension:
        return SkipReason.UNSUPPORTED
    try:
        head = file.head(16)
    except OSError:
        return SkipReason.UNREADABLE
    return None if looks_like_picture(head) else SkipReason.UNSUPPORTED


def _stem(name: str) -> str:
    return name.rpartition(".")[0].lower()
