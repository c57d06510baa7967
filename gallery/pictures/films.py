"""Finds the films that telephones put into picture files: motion photos of Google, Samsung, Xiaomi and others.

The film is an MP4 (ISO 14496-12) after the picture, at whose place the makers' tags point; these are often wrong after
the file was edited, so that its boxes are looked for instead.
"""

import mmap
import re
from pathlib import Path

from gallery.pictures.opening import open_original

EXTENSIONS = {"jpg", "heic"}
FILM_START = re.compile(rb"\0..[\x08-\xff]ftyp(?:mp4|iso|qt  |avc1|MSNV|3g[p2]|M4V|mmp4)", re.DOTALL)
BOXES = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"uuid", b"moof", b"mfra", b"meta", b"udta", b"pnot"}
# Crafted files may hold any number of starts and boxes.
MOST_STARTS, MOST_BOXES = 8, 1000

Part = tuple[int, int]
"""Position of the first byte, and the number of bytes."""


def find_film(path: Path, *, extension: str) -> Part | None:
    """Return where the original at `path` holds a film; None without one. Raises OSError."""
    if extension not in EXTENSIONS:
        return None
    with open_original(path) as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        # A film at the beginning would be no picture.
        for _attempt, match in zip(range(MOST_STARTS), FILM_START.finditer(data, 1), strict=False):
            if end := _end_of_film(data, match.start()):
                return match.start(), end - match.start()
    return None


def _end_of_film(data: mmap.mmap, start: int) -> int:
    """Return the end of the boxes from `start` on; 0 unless they hold a film."""
    at, found = start, set()
    for _number in range(MOST_BOXES):
        size, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        head = 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16]), 16
        elif size == 0:
            size = len(data) - at
        if kind not in BOXES or size < head or at + size > len(data):
            break
        found.add(kind)
        at += size
    return at if {b"moov", b"mdat"} <= found else 0
