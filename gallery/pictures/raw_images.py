"""Lets Pillow open cameras' RAW files and DNGs: the embedded preview if it is large enough, else developed.

LibRaw reads them (through rawpy). Most of these formats are TIFFs whose pixels have no colours yet.
"""

import struct
from io import BytesIO
from typing import IO, Any, BinaryIO, cast

from PIL import Image, ImageFile

# Previews of this size or of half the sensor's serve: they show the colours that the camera chose.
ENOUGH_PREVIEW = 1600
# Previews of another shape are cut, or have black edges.
SAME_SHAPE = 0.03
# TIFFs have few directories; broken ones may be linked in circles.
MAX_DIRECTORIES = 20
MAX_ENTRIES = 500
SUB_DIRECTORIES, PHOTOMETRIC, DNG_VERSION, COMPRESSION = 330, 262, 50706, 259
MOSAIC, LINEAR = 32803, 34892
RAW_COMPRESSIONS = {32767, 32769, 32770, 34713, 65000, 65535}
OTHER_STARTS = (b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"\0MRM", b"FOVb")
# The EXIF orientation of each of LibRaw's turns: 1 mirrors left and right, 2 top and bottom, 4 along the diagonal.
ORIENTATION_OF_FLIP = (1, 2, 4, 3, 5, 8, 6, 7)


class RawImageFile(ImageFile.ImageFile):
    """A RAW picture; its size becomes that of the preview or the developed picture when it is loaded."""

    format = "RAW"
    format_description = "Camera RAW"
    orientation = 1

    def _open(self) -> None:
        file: IO[bytes] = self.fp  # type: ignore[assignment]
        kind = _kind(file)
        if kind is None:
            message = "not a RAW file"
            raise SyntaxError(message)
        import rawpy

        try:
            self._raw: Any = rawpy.imread(_place(file))
        except rawpy.LibRawError as error:
            raise SyntaxError(str(error)) from error
        self.format = kind
        sizes = self._raw.sizes
        self._size = sizes.width, sizes.height
        self._mode = "RGB"
        self.orientation = ORIENTATION_OF_FLIP[sizes.flip & 7]

    def load(self) -> Any:
        """Decode the preview, or develop the picture."""
        if self._im is None:
            image = self._preview() or self._developed()
            image.load()
            self.im, self._mode, self._size = image.im, image.mode, image.size
            self.info |= {"icc_profile": image.info.get("icc_profile")}
            self._raw.close()
        return Image.Image.load(self)

    def _preview(self) -> Image.Image | None:
        import rawpy

        try:
            preview = self._raw.extract_thumb()
            if preview.format != rawpy.ThumbFormat.JPEG:
                return None
            image: Image.Image = Image.open(BytesIO(preview.data), formats=["JPEG"])
            if max(image.size) < min(ENOUGH_PREVIEW, max(self.size) // 2):
                return None
            image.load()
        except (rawpy.LibRawError, OSError, SyntaxError, ValueError):
            return None
        if self.orientation > 4 and (image.width > image.height) != (self.width > self.height):
            turned = Image.Transpose.ROTATE_270 if self.orientation == 8 else Image.Transpose.ROTATE_90
            image = image.transpose(turned)
        shape = image.width * self.height / (image.height * self.width)
        return image if abs(shape - 1) <= SAME_SHAPE else None

    def _developed(self) -> Image.Image:
        import rawpy

        try:
            pixels = self._raw.postprocess(
                half_size=max(self.size) >= 2 * ENOUGH_PREVIEW,
                use_camera_wb=True,
                output_bps=8,
                gamma=(2.4, 12.92),
                user_flip=0,
            )
        except rawpy.LibRawError as error:
            raise OSError(str(error)) from error
        return Image.fromarray(pixels)


def register() -> None:
    """Let Pillow open RAW files as "RAW", and DNGs under either name."""
    for name in ("RAW", "DNG"):
        Image.register_open(name, RawImageFile, _accept)


def _accept(prefix: bytes) -> bool:
    return (
        prefix[:4] in (b"II*\0", b"MM\0*")
        or prefix[4:12] == b"ftypcrx "
        or prefix[6:14] == b"HEAPCCDR"
        or prefix.startswith(OTHER_STARTS)
    )


def _place(file: IO[bytes]) -> str | BinaryIO:
    """Return a path for LibRaw, which then reads only what it needs; files in memory are copied."""
    file.seek(0)
    try:
        return f"/proc/self/fd/{file.fileno()}"
    except (AttributeError, OSError):
        return cast(BinaryIO, file)


def _kind(file: IO[bytes]) -> str | None:
    """Return "RAW", "DNG", or None for other files."""
    head = file.read(16)
    if head[:4] not in (b"II*\0", b"MM\0*"):
        return "RAW" if _accept(head) else None
    try:
        return _kind_of_tiff(file, "<" if head[:2] == b"II" else ">")
    except struct.error:
        return None


def _kind_of_tiff(file: IO[bytes], order: str) -> str | None:
    file.seek(4)
    places = list(struct.unpack(order + "I", file.read(4)))
    seen: set[int] = set()
    kind = None
    while places and len(seen) < MAX_DIRECTORIES:
        place = places.pop(0)
        if place in seen or not place:
            continue
        seen.add(place)
        tags, following = _directory(file, place, order)
        if DNG_VERSION in tags:
            return "DNG"
        if tags.get(PHOTOMETRIC, [0])[0] in (MOSAIC, LINEAR) or tags.get(COMPRESSION, [0])[0] in RAW_COMPRESSIONS:
            kind = "RAW"
        places += [*tags.get(SUB_DIRECTORIES, []), following]
    return kind


def _directory(file: IO[bytes], place: int, order: str) -> tuple[dict[int, list[int]], int]:
    """Return the tags that tell RAW files apart, and where the next directory stands."""
    file.seek(place)
    (count,) = struct.unpack(order + "H", file.read(2))
    entries = file.read(12 * min(count, MAX_ENTRIES))
    following = file.read(4)
    tags: dict[int, list[int]] = {}
    for start in range(0, len(entries) - 11, 12):
        tag, kind, number = struct.unpack_from(order + "HHI", entries, start)
        if tag == SUB_DIRECTORIES and number > 1:
            file.seek(struct.unpack_from(order + "I", entries, start + 8)[0])
            number = min(number, MAX_DIRECTORIES)
            tags[tag] = list(struct.unpack(f"{order}{number}I", file.read(4 * number)))
        elif tag in (SUB_DIRECTORIES, PHOTOMETRIC, COMPRESSION, DNG_VERSION):
            tags[tag] = list(struct.unpack_from(order + ("H" if kind == 3 else "I"), entries, start + 8))
    return tags, struct.unpack(order + "I", following)[0] if len(following) == 4 else 0
