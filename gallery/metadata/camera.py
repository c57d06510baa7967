"""Camera, lens, exposure and the position in the tags of a file, as plain JSON for a photo's page and its filters."""

import math
import re
from collections.abc import Callable
from typing import Any

from gallery.metadata.tags import Tags
from gallery.metadata.texts import one_line

# In order; then the same tag of any other group that is not one of a preview.
TEXTS = {
    "make": ("IFD0:Make", "XMP-tiff:Make"),
    "model": ("IFD0:Model", "XMP-tiff:Model"),
    "software": ("IFD0:Software", "XMP-tiff:Software", "PNG:Software", "XMP-xmp:CreatorTool"),
    "artist": ("IFD0:Artist", "XMP-dc:Creator", "XMP-tiff:Artist", "IFD0:XPAuthor", "PNG:Author"),
    "copyright": ("IFD0:Copyright", "XMP-dc:Rights", "XMP-tiff:Copyright", "PNG:Copyright"),
}
LENSES = ("ExifIFD:LensModel", "XMP-exifEX:LensModel", "Composite:LensID", "XMP-aux:Lens")
UNKNOWN_LENS = re.compile(r"(?:unknown.*|n/?a|none|-+|manual lens.*|[\W\d]*)", re.IGNORECASE)
NUMBERS = {
    "exposure_time": ("ExifIFD:ExposureTime", "XMP-exif:ExposureTime"),
    "aperture": ("ExifIFD:FNumber", "XMP-exif:FNumber"),
    "iso": ("ExifIFD:ISO", "XMP-exif:ISO", "XMP-exifEX:PhotographicSensitivity"),
    "focal_length": ("ExifIFD:FocalLength", "XMP-exif:FocalLength"),
    "focal_length_35mm": ("ExifIFD:FocalLengthIn35mmFormat", "XMP-exif:FocalLengthIn35mmFormat"),
    "orientation": ("IFD0:Orientation", "XMP-tiff:Orientation"),
}
ELSEWHERE = {"make": "Make", "model": "Model"}
OTHER_GROUPS = re.compile(r"(?:IFD\d|SubIFD\d*|Composite|XMP-.*|Track\d*|MIE-.*|Olympus|GoPro|File):")
MAX_ALTITUDE = 100_000
NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?")


def describe_camera(tags: Tags) -> dict[str, Any]:
    """Return the known ones among the keys of TEXTS and NUMBERS, and `lens`."""
    found: dict[str, Any] = {name: _first(tags, keys, one_line) for name, keys in TEXTS.items()}
    for name, tag in ELSEWHERE.items():
        found[name] = found[name] or _in_any_group(tags, tag)
    found["lens"] = _first(tags, LENSES, _lens)
    found |= {name: _first(tags, keys, _positive) for name, keys in NUMBERS.items()}
    return {name: value for name, value in found.items() if value}


def place_of(tags: Tags) -> dict[str, float]:
    """Return `latitude`, `longitude` in degrees, and `altitude` in metres if known; empty without a position."""
    latitude = _degrees(tags, "Latitude", limit=90)
    longitude = _degrees(tags, "Longitude", limit=180)
    # Receivers without a position report zero for both.
    if latitude is None or longitude is None or (latitude, longitude) == (0, 0):
        return {}
    place = {"latitude": latitude, "longitude": longitude}
    altitude = number_of(tags.get("Composite:GPSAltitude") or tags.get("GPS:GPSAltitude"))
    if altitude is not None and abs(altitude) < MAX_ALTITUDE:
        place["altitude"] = round(altitude, 1)
    return place


def number_of(value: Any) -> float | None:
    """Return the first number of a text as a finite number; None without one."""
    match = NUMBER.match(value.strip()) if isinstance(value, str) else None
    number = float(match[0]) if match else math.nan
    return number if math.isfinite(number) else None


def _degrees(tags: Tags, axis: str, *, limit: int) -> float | None:
    for key in (f"Composite:GPS{axis}", f"GPS:GPS{axis}", f"XMP-exif:GPS{axis}"):
        degrees = number_of(tags.get(key))
        if degrees is not None and abs(degrees) <= limit:
            return round(degrees, 7)
    return None


def _first(tags: Tags, keys: tuple[str, ...], clean: Callable[[Any], Any]) -> Any:
    for key in keys:
        value = tags.get(key)
        if isinstance(value, list):
            value = ", ".join(part for part in value if isinstance(part, str))
        if cleaned := clean(value):
            return cleaned
    return None


def _in_any_group(tags: Tags, name: str) -> str:
    values = (value for key, value in tags.items() if key.endswith(f":{name}") and not OTHER_GROUPS.match(key))
    return next(filter(None, map(one_line, values)), "")


def _lens(value: Any) -> str:
    name = one_line(value)
    return "" if UNKNOWN_LENS.fullmatch(name) else name


def _positive(value: Any) -> float | int | None:
    number = number_of(value)
    if number is None or not 0 < number < 1e9:
        return None
    return int(number) if number.is_integer() else round(number, 8)
