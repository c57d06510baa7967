"""A plain folder: pictures by their endings, films told apart from those of live photos, the rest listed."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

from gallery.sources.kinds import kind_of_folders
from gallery.sources.skip_rules import PICTURES, SIDECARS, VIDEOS, extension_of
from gallery.sources.source_files import Claims, Found, FoundFile, PassedOverBecause
from gallery.sources.trees import Entry, Folder

# How files begin that have no ending: chat programs leave theirs nameless.
MAGICS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"RIFF", b"II*\0", b"MM\0*")

Tell = Callable[[Entry], Claims | PassedOverBecause]


def read_folder(folder: Folder, *, tell: Tell | None = None) -> Iterator[Found]:
    """What lies in `folder`; `tell` says what is claimed of each picture, or why it is passed over."""
    yield from folder.passed_over
    kind = kind_of_folders(folder.parts)
    pictures = {_stem(entry.name) for entry in folder.entries if extension_of(entry.name) in PICTURES}
    for entry in folder.entries:
        if because := _because(entry, pictures):
            yield entry.passed_over(because)
            continue
        told = tell(entry) if tell else Claims()
        if isinstance(told, PassedOverBecause):
            yield entry.passed_over(told)
        else:
            yield with_claims(entry, told if told.kind else replace(told, kind=kind))


def with_claims(entry: Entry, claims: Claims) -> FoundFile:
    """The entry as a file that may be a picture, with what is claimed of it."""
    return replace(entry.found(), claims=claims)


def after(parts: Sequence[str], *markers: str) -> tuple[str, ...]:
    """The folders below the last of `parts` that is one of `markers` (in lower case); none without such a one."""
    for index in range(len(parts) - 1, -1, -1):
        if parts[index].lower() in markers:
            return tuple(parts[index + 1 :])
    return ()


def below(folder: Folder, markers: Collection[str]) -> set[str]:
    """The folders below a program's own, in lower case: what lies above is called as its owner likes."""
    return {part.lower() for part in after(folder.parts, *markers) or folder.way}


def _because(entry: Entry, pictures: set[str]) -> PassedOverBecause | None:
    extension = extension_of(entry.name)
    if extension in PICTURES:
        return None
    if extension in VIDEOS:
        return PassedOverBecause.MOTION if _stem(entry.name) in pictures else PassedOverBecause.VIDEO
    if extension in SIDECARS:
        return PassedOverBecause.SIDECAR
    if extension:
        return PassedOverBecause.UNSUPPORTED
    try:
        head = entry.head(16)
    except OSError:
        return PassedOverBecause.UNREADABLE
    return None if head.startswith(MAGICS) or head[4:8] == b"ftyp" else PassedOverBecause.UNSUPPORTED


def _stem(name: str) -> str:
    return name.rpartition(".")[0].lower()
