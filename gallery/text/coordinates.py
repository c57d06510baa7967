"""Coordinates as people write and copy them: decimal degrees, degrees with minutes and seconds, addresses of maps."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

NUMBER = r"[+\-−]?\d{1,3}(?:\.\d+)?"
# The number of characters after which no coordinates are looked for.
MAX_LENGTH = 2000
DECIMAL = re.compile(rf"\s*({NUMBER})\s*°?\s*(?:[,;]\s*|\s+)({NUMBER})\s*°?\s*", re.ASCII)
ANGLE = (
    r"([+\-−]?\d{1,3}(?:\.\d+)?)\s*°?\s*"
    r"(?:(\d{1,2}(?:\.\d+)?)\s*['′’]\s*(?:(\d{1,2}(?:\.\d+)?)\s*(?:\"|″|”|''|′′)\s*)?)?"
)
LETTER = r"([NSEWO]|北纬|南纬|东经|西经)"
# N 30° 15.04', 北纬30.25°; 30°15'02.5"N, 30.25
BEFORE = re.compile(rf"\s*{LETTER}\s*{ANGLE}\s*[,;]?", re.IGNORECASE)
AFTER = re.compile(rf"\s*()?{ANGLE}([NSEWO])?\s*[,;]?", re.IGNORECASE)
# Places in addresses of maps, the marked point before the centre of the map.
IN_ADDRESSES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"!3d({NUMBER})!4d({NUMBER})",  # Google Maps, a marked place
        rf"[?&#](?:mlat)=({NUMBER})&mlon=({NUMBER})",  # OpenStreetMap, a marker
        rf"[?&](?:ll|q|query|center|coordinate|destination|daddr|sll|cp)=(?:loc:)?({NUMBER})[,~]\s*({NUMBER})",
        rf"@({NUMBER}),({NUMBER})",  # Google Maps, the map's centre
        rf"#map=[\d.]+/({NUMBER})/({NUMBER})",  # OpenStreetMap, the map's centre
        rf"^geo:({NUMBER}),({NUMBER})",
    )
)
# The end of a suggestion: Hangzhou, Zhejiang, China (30.2936, 120.1614)
AT_END = re.compile(rf"\(({NUMBER}), ({NUMBER})\)$")
SOUTH_WEST = {"S", "W", "南纬", "西经"}
EAST_WEST = {"E", "W", "O", "东经", "西经"}
WIDE = str.maketrans("，；（）：＋－．０１２３４５６７８９　", ",;():+-.0123456789 ")


@dataclass(frozen=True)
class Coordinates:
    """A latitude and a longitude in degrees."""

    latitude: float
    longitude: float

    @property
    def are_valid(self) -> bool:
        """True if they lie on the globe."""
        return abs(self.latitude) <= 90 and abs(self.longitude) <= 180


def parse_coordinates(text: str) -> Coordinates | None:
    """Return the coordinates that `text` states; None if it states none, or impossible ones."""
    written = text[:MAX_LENGTH].strip().translate(WIDE)
    return next((found for found in _readings(written) if found.are_valid), None)


def _readings(text: str) -> Iterator[Coordinates]:
    if "://" in text or text.startswith("geo:"):
        for pattern in IN_ADDRESSES:
            if match := pattern.search(unquote(text)):
                yield _decimal(match)
        return
    if match := DECIMAL.fullmatch(text) or AT_END.search(text):
        yield _decimal(match)
    for part in (BEFORE, AFTER):
        if (first := part.match(text)) and (second := part.fullmatch(text, first.end())):
            yield from _with_hemispheres(first, second)


def _decimal(match: re.Match[str]) -> Coordinates:
    return Coordinates(_number(match[1]), _number(match[2]))


def _with_hemispheres(first: re.Match[str], second: re.Match[str]) -> Iterator[Coordinates]:
    letters = [(part[1] or (part.re is AFTER and part[5]) or "").upper() for part in (first, second)]
    values = [value for part in (first, second) if (value := _degrees(part)) is not None]
    is_east_west = [letter in EAST_WEST for letter in letters]
    has_letters = bool(letters[0])
    if len(values) < 2 or has_letters != bool(letters[1]) or (has_letters and is_east_west[0] == is_east_west[1]):
        return
    signed = [-abs(value) if letter in SOUTH_WEST else value for value, letter in zip(values, letters, strict=True)]
    yield Coordinates(*(reversed(signed) if is_east_west[0] else signed))


def _degrees(part: re.Match[str]) -> float | None:
    """Return degrees with minutes and seconds as a number; None if the minutes or seconds are 60 or more."""
    degrees, minutes, seconds = _number(part[2]), float(part[3] or 0), float(part[4] or 0)
    if minutes >= 60 or seconds >= 60:
        return None
    fraction = minutes / 60 + seconds / 3600
    return degrees - fraction if part[2].startswith(("-", "−")) else degrees + fraction


def _number(text: str) -> float:
    return float(text.replace("−", "-"))
