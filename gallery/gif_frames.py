"""How far the frames of a GIF reach, before any is decoded: Pillow makes room for them whatever the first one says."""

from typing import IO

EXTENSION, FRAME, END = b"!", b",", b";"
APPLICATION = 0xFF


def frames_extent(file: IO[bytes]) -> tuple[int, int] | None:
    """Width and height that hold the picture and all frames; None where another reader may see other frames."""
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
            # Pillow reads on behind the end of such.
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
    """Go on behind a row of parts; how many there were."""
    count = 0
    while length := file.read(1)[0]:
        file.seek(length, 1)
        count += 1
    return count
