"""Files of a folder that belong to a picture beside them: its camera raw, and the film of a live or motion photo."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from gallery.pictures.formats import EXTENSION_OF_SUFFIX
from gallery.sources.skip_rules import extension_of
from gallery.sources.takeout_names import RAW_ENDINGS, comparable_name
from gallery.sources.trees import TreeFile

# The endings of pictures that cameras write together with a raw file or a film, likeliest first.
JPEG, HEIC = ("jpg", "jpeg", "jpe"), ("heic", "heif", "hif")
FILMS = {"mov", "mp4", "m4v", "mp", "mp~2", "mv"}
RAWS = {*RAW_ENDINGS, *(suffix for suffix, extension in EXTENSION_OF_SUFFIX.items() if extension in ("raw", "dng"))}
# The film of a live photo takes a few seconds; longer ones were filmed for themselves.
MAX_FILM_BYTES = 100_000_000


class CompanionRole(StrEnum):
    """The part that a file plays beside a picture."""

    RAW = "raw"
    FILM = "film"


class Companion(NamedTuple):
    """The role of a file, and the picture to which it belongs."""

    role: CompanionRole
    picture: TreeFile


def pair_companions(pictures: Iterable[TreeFile], others: Sequence[TreeFile]) -> Mapping[bytes, Companion]:
    """Give raw files and films among `others` to the pictures of the same name; return them by their location.

    Names are compared without case and Unicode normal form, after those that are exactly the same.
    """
    stems: dict[str, list[TreeFile]] = defaultdict(list)
    for picture in pictures:
        if extension_of(picture.name) in (*JPEG, *HEIC):
            stems[comparable_name(_stem(picture.name))].append(picture)
    companions = {}
    for file in others if stems else ():
        extension = extension_of(file.name)
        if extension in RAWS:
            role, order = CompanionRole.RAW, (*JPEG, *HEIC)
        elif extension in FILMS and file.size <= MAX_FILM_BYTES:
            role, order = CompanionRole.FILM, (*HEIC, *JPEG)
        else:
            continue
        # PXL_1.MP is the film of PXL_1.MP.jpg.
        found = stems.get(comparable_name(_stem(file.name))) or stems.get(comparable_name(file.name), [])
        if found:
            best = min(found, key=lambda picture: _rank(picture, file=file, order=order))
            companions[file.location] = Companion(role, best)
    return companions


def _rank(picture: TreeFile, *, file: TreeFile, order: Sequence[str]) -> tuple[bool, int]:
    return _stem(picture.name) not in (_stem(file.name), file.name), order.index(extension_of(picture.name))


def _stem(name: str) -> str:
    return name.rpartition(".")[0]
