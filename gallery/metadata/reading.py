"""Reads a picture's file, or an XMP file beside it: claims, and the fields of `Photo.metadata`."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from gallery.metadata.camera import describe_camera, number_of, place_of
from gallery.metadata.dates import exposure_of, gps_instant_of, last_change_of, offset_between
from gallery.metadata.labels import labels_of, text_of
from gallery.metadata.tags import Tags, read_tags
from gallery.metadata.texts import is_junk, lines

# Increase it whenever other values are read: the clock then reads the files of the whole library again.
METADATA_VERSION = 1

DESCRIPTIONS = (
    *("IFD0:ImageDescription", "XMP-dc:Description", "IPTC:Caption-Abstract", "IFD0:XPComment", "PNG:Description"),
    *("ExifIFD:UserComment", "PNG:Comment", "File:Comment"),
)
RATINGS = ("XMP-xmp:Rating", "IFD0:Rating")
PERCENTAGES = ("XMP-microsoft:RatingPercent", "IFD0:RatingPercent")
MAX_RATING = 5
SCREENSHOT_NOTES = ("XMP-exif:UserComment", "ExifIFD:UserComment")

Claims = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class FileMetadata:
    """The claims of a file by field and witness (`gallery.claims.ladder`), and `data` for `Photo.metadata`."""

    claims: Claims = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)


def read_file(file: IO[bytes]) -> FileMetadata:
    """Read an opened picture. Raises ReadingFailed or ExifToolUnavailable."""
    tags = read_tags(file)
    data = describe_camera(tags)
    stated = dict(_stated(tags, make=data.get("make", "")))
    claims: Claims = {name: {"exif": value} for name, value in stated.items()}
    for witness, moment in (("changed", last_change_of(tags)), ("gps", gps_instant_of(tags))):
        if moment:
            claims.setdefault("date", {})[witness] = moment.claim()
    if (offset := _offset_by_satellites(tags)) is not None:
        claims["offset"] = {"gps": offset}
    if any(tags.get(key) == "Screenshot" for key in SCREENSHOT_NOTES):
        claims["kind"] = {"exif": "screenshot"}
    if "description" in stated:
        data["description"] = stated["description"]
    return FileMetadata(claims, data | stated.get("place", {}))


def read_sidecar(content: bytes) -> Claims:
    """Return the claims of the XMP file beside a picture. Raises ReadingFailed or ExifToolUnavailable."""
    with os.fdopen(os.memfd_create("sidecar"), "w+b") as file:
        file.write(content)
        file.flush()
        tags = read_tags(file)
    return {name: {"sidecar": value} for name, value in _stated(tags, make="")}


def _stated(tags: Tags, *, make: str) -> Iterator[tuple[str, Any]]:
    """Yield date, place, description, labels and importance."""
    if exposure := exposure_of(tags):
        yield "date", exposure.claim()
    if place := place_of(tags):
        yield "place", place
    if description := _description(tags, make=make):
        yield "description", description
    if labels := labels_of(tags):
        yield "labels", labels
    if importance := _importance(tags):
        yield "importance", importance


def _offset_by_satellites(tags: Tags) -> int | None:
    exposure, instant = exposure_of(tags), gps_instant_of(tags)
    if exposure is None or instant is None or exposure.is_instant or exposure.days:
        return None
    return offset_between(exposure.at, instant.at)


def _description(tags: Tags, *, make: str) -> str:
    texts = (lines(text_of(tags, key)) for key in DESCRIPTIONS)
    return next((text for text in texts if text and not is_junk(text, make=make)), "")


def _importance(tags: Mapping[str, Any]) -> int:
    """Return the rating of 1 to 5 stars; 0 without one, and for pictures marked as rejected."""
    for key in RATINGS:
        rating = number_of(tags.get(key))
        if rating is not None:
            return min(max(0, round(rating)), MAX_RATING)
    for key in PERCENTAGES:
        percent = number_of(tags.get(key))
        if percent is not None:
            # Windows writes 1, 25, 50, 75 and 99.
            return 0 if percent <= 0 else min(round(percent / 25) + 1, MAX_RATING)
    return 0
