"""The tags of a file as exiftool reads them, by group and name such as `IFD0:Make`, in the encoding of the file."""

import atexit
import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import IO, Any

from gallery.metadata.process import ExifToolProcess, ReadingFailed
from gallery.metadata.texts import decode, decode_again

# Names in all groups; "#" asks for numbers instead of descriptions.
NAMES = (
    *("DateTimeOriginal", "SubSecTimeOriginal", "OffsetTimeOriginal", "DateCreated", "TimeCreated"),
    *("CreateDate", "SubSecTimeDigitized", "OffsetTimeDigitized", "DateTimeDigitized"),
    *("DigitalCreationDate", "DigitalCreationTime", "CreationTime", "CreationDate"),
    *("ModifyDate", "SubSecTime", "OffsetTime", "XMP-tiff:DateTime"),
    *("GPSDateStamp", "GPSTimeStamp", "GPSDateTime", "GPSLatitude#", "GPSLongitude#", "GPSAltitude#"),
    *("GPSLatitudeRef#", "GPSLongitudeRef#", "GPSAltitudeRef#"),
    *("Make", "Model", "LensModel", "Lens", "LensID", "ExposureTime#", "FNumber#", "ISO#", "FocalLength#"),
    *("FocalLengthIn35mmFormat#", "Orientation#", "Software", "CreatorTool", "Artist", "Copyright"),
    *("ImageDescription", "Caption-Abstract", "UserComment", "Comment", "PNG:Description"),
    *("XPTitle", "XPComment", "XPKeywords", "PNG:Title", "PNG:Author", "ObjectName", "Headline"),
    *("XMP-dc:all", "Keywords", "HierarchicalSubject", "TagsList", "LastKeywordXMP", "CatalogSets"),
    *("RegionInfo", "RegionInfoMP", "PersonInImage", "Rating#", "RatingPercent#"),
    *("IPTCDigest", "CurrentIPTCDigest"),
)
ARGUMENTS = (
    *("-q", "-json", "-G1", "-a", "-struct"),
    # Texts that are not UTF-8 come in base64, and undeclared texts of IPTC as they are.
    *("-b", "-charset", "iptc=UTF8"),
    *(f"-{name}" for name in NAMES),
)
BASE64 = "base64:"
Value = Any
"""A text, or a list or mapping of values: numbers are texts too, so that `007` stays what it is."""


Tags = Mapping[str, Value]


def read_tags(file: IO[bytes]) -> dict[str, Value]:
    """Return the tags of an opened file; empty for a file of an unknown kind.

    Raises ReadingFailed or ExifToolUnavailable.
    """
    answer = running_exiftool().read(file)
    if not answer.strip():
        return {}
    try:
        rows = json.loads(answer, parse_int=str, parse_float=str)
    except (ValueError, RecursionError) as error:
        raise ReadingFailed("exiftool printed no JSON") from error
    return dict(_decoded(rows[0])) if rows else {}


@cache
def running_exiftool() -> ExifToolProcess:
    """Return the exiftool of this process, which starts with its first file."""
    process = ExifToolProcess(ARGUMENTS)
    atexit.register(process.stop)
    return process


def _decoded(row: Mapping[str, Value]) -> Iterator[tuple[str, Value]]:
    for key, value in row.items():
        decoded = _text(value)
        # exiftool reads these as Latin-1, as the specification demands and many programs do not.
        yield key, decode_again(decoded) if key.startswith("PNG:") and isinstance(decoded, str) else decoded


def _text(value: Value) -> Value:
    match value:
        case str():
            return _from_base64(value) if value.startswith(BASE64) else value.partition("\0")[0]
        case list():
            return [_text(part) for part in value]
        case dict():
            return {key: _text(part) for key, part in value.items()}
        case _:
            return str(value)


def _from_base64(value: str) -> str:
    try:
        return decode(base64.b64decode(value.removeprefix(BASE64), validate=True).partition(b"\0")[0])
    except binascii.Error:
        return value
