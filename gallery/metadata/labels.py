"""Title, keywords and names of people in the tags of a file, as cataloguing programs write them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gallery.metadata.tags import Tags
from gallery.metadata.texts import one_line

# Beyond these, a file would fill the page and the index instead of describing the picture.
MAX_KEYWORDS = 500
MAX_PEOPLE = 200
MAX_NAME = 200

TITLES = ("XMP-dc:Title", "IPTC:ObjectName", "IFD0:XPTitle", "PNG:Title", "XMP-photoshop:Headline", "IPTC:Headline")
FLAT_KEYWORDS = ("XMP-dc:Subject", "IPTC:Keywords", "XMP-microsoft:LastKeywordXMP", "XMP-pdf:Keywords", "PNG:Keywords")
# Lightroom, darktable and Capture One separate levels with bars, digiKam with slashes, Expression Media with colons.
KEYWORD_PATHS = (
    ("XMP-lr:HierarchicalSubject", "|"),
    ("XMP-digiKam:TagsList", "/"),
    ("XMP-mediapro:CatalogSets", "|"),
)
# darktable's own marks, such as `darktable|format|jpeg`.
OWN_MARKS = re.compile(r"darktable(?:\||$)")
UNKNOWN_PEOPLE = {"", "unknown", "unconfirmed", "face", "_name_", "_digikam_root_tag_"}


def labels_of(tags: Tags) -> dict[str, Any]:
    """Return `title`, `keywords` and `people`; empty without any of them."""
    title = next(filter(None, (one_line(text_of(tags, key)) for key in TITLES)), "")
    people = _unique(_people(tags), limit=MAX_PEOPLE)
    keywords = _unique(_keywords(tags), limit=MAX_KEYWORDS)
    if not (title or people or keywords):
        return {}
    return {"title": title, "keywords": keywords, "people": people}


def text_of(tags: Tags, key: str) -> Any:
    """Return the value of a tag, or of the same tag in another language (`XMP-dc:Title-de`)."""
    if key in tags:
        return tags[key]
    return next((value for name, value in tags.items() if name.startswith(f"{key}-")), None)


def _keywords(tags: Tags) -> Iterator[str]:
    for key in FLAT_KEYWORDS:
        yield from _listed(tags.get(key))
    for written in _listed(tags.get("IFD0:XPKeywords")):
        yield from written.split(";")
    for key, separator in KEYWORD_PATHS:
        for path in _listed(tags.get(key)):
            if not OWN_MARKS.match(path):
                yield from path.split(separator)


def _people(tags: Tags) -> Iterator[str]:
    """Yield the names of people in regions, by the Metadata Working Group or by Microsoft, and in IPTC's list."""
    for region in _parts(tags.get("XMP-mwg-rs:RegionInfo"), "RegionList"):
        if str(region.get("Type", "Face")).lower() in {"face", "pet", ""}:
            yield from _listed(region.get("Name"))
    for region in _parts(tags.get("XMP-MP:RegionInfoMP"), "Regions"):
        yield from _listed(region.get("PersonDisplayName"))
    yield from _listed(tags.get("XMP-iptcExt:PersonInImage"))


def _parts(value: Any, name: str) -> Iterator[Mapping[str, Any]]:
    """Yield the mappings in the list `name` of a mapping."""
    if isinstance(value, Mapping):
        parts = value.get(name)
        yield from (part for part in (parts if isinstance(parts, list) else [parts]) if isinstance(part, Mapping))


def _listed(value: Any) -> Iterator[str]:
    for part in value if isinstance(value, list) else [value]:
        if isinstance(part, str):
            yield part


def _unique(names: Iterable[str], *, limit: int) -> list[str]:
    """Return up to `limit` cleaned names without repetitions, which may differ in case."""
    found: dict[str, str] = {}
    for name in map(one_line, names):
        if name and name.casefold() not in UNKNOWN_PEOPLE and len(found) < limit:
            found.setdefault(name.casefold(), name[:MAX_NAME])
    return list(found.values())
