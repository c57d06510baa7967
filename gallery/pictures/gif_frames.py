"""Reads the extent of a GIF's frames before decoding, because Pillow allocates memory for all of them."""

from typing import IO

EXTENSION, FRAME, END = b"!", b",", b";"
APPLICATION = 0xFF


def frames_extent(file: IO[bytes]) -> tuple[int, int] | None:
    """Return the size that contains the picture and all frames; None if other readers may see other frames."""
    place = file.tell()
    try:
        return _extent(file)
    except IndexError:
        return None
    finally:
        file.seek(place)


def _extent(file: IO[bytes]) -> tuple[int, int] | None:
    file.seek(6)
    head = file.read(7)
    width, height = _number(head, 0), _number(head, 2)
    _skip_palette(file, head[4])
    while (mark := file.read(1)) not in (END, b""):
        if mark == EXTENSION:
            label = file.read(1)[0]
            parts = _skip_parts(file)
            # Pillow reads on after the end of these.
            if parts < (2 if label == APPLICATION else 1):
                return None
        elif mark == FRAME:
            frame = file.read(9)
            width = max(width, _number(frame, 0) + _number(frame, 4))
            height = max(height, _number(frame, 2) + _number(frame, 6))
            _skip_palette(file, frame[8])
            file.read(1)
            _skip_parts(file)
        else:
            return None
    return width, height


def _number(data: bytes, place: int) -> int:
    return data[place] + (data[place + 1] << 8)


def _skip_palette(file: IO[bytes], flags: int) -> None:
    if flags & 0x80:
        file.seek(3 << ((flags & 7) + 1), 1)


def _skip_parts(file: IO[bytes]) -> int:
    """Skip a sequence of sub-blocks; return their number."""
    count = 0
    while length := file.read(1)[0]:
        file.seek(length, 1)
        count += 1
    return count
