"""Lets Pillow open the composites of Photoshop files that it lacks: 16 bits, and large documents (PSB)."""

import struct
from typing import IO, Any

from PIL import Image, ImageFile
from PIL.PsdImagePlugin import PsdImageFile

# By the number of the colour mode in the header.
MODES = {1: "L", 3: "RGB", 4: "CMYK", 9: "LAB"}
RAW, RUN_LENGTHS = 0, 1
ICC_PROFILE = 1039
LARGE_DOCUMENT = 2


class DeepPsdImageFile(ImageFile.ImageFile):
    """The composite of a PSD or PSB with 8 or 16 bits; only the upper eight are kept."""

    format = "PSD"
    format_description = "Adobe Photoshop"

    def _open(self) -> None:
        file: IO[bytes] = self.fp  # type: ignore[assignment]
        version, channels, height, width, self._depth, mode = struct.unpack(">4xH6xHIIHH", file.read(26))
        if self._depth not in (8, 16) or mode not in MODES or not 1 <= version <= LARGE_DOCUMENT:
            message = "unsupported depth or colours"
            raise OSError(message)
        self._is_large = version == LARGE_DOCUMENT
        self._channels = channels
        self._mode = "RGBA" if mode == 3 and channels == 4 else MODES[mode]
        self._size = width, height
        file.seek(self._length(">I"), 1)
        self._read_resources(file.read(self._length(">I")))
        file.seek(self._length(">Q" if self._is_large else ">I"), 1)
        self._place = file.tell()

    def load(self) -> Any:
        """Decode the channels one after another."""
        if self._im is None:
            bands = list(self._bands())
            if self.mode == "CMYK":
                bands = [band.point([255 - value for value in range(256)]) for band in bands]
            self.im = Image.merge(self.mode, bands).im
        return Image.Image.load(self)

    def _length(self, form: str) -> int:
        file: IO[bytes] = self.fp  # type: ignore[assignment]
        (length,) = struct.unpack(form, file.read(struct.calcsize(form)))
        return int(length)

    def _read_resources(self, data: bytes) -> None:
        place = 0
        while data[place : place + 4] == b"8BIM" and place + 12 <= len(data):
            (number,) = struct.unpack_from(">H", data, place + 4)
            name_length = data[place + 6] + 1
            place += 6 + name_length + name_length % 2
            if place + 4 > len(data):
                break
            (length,) = struct.unpack_from(">I", data, place)
            if number == ICC_PROFILE:
                self.info["icc_profile"] = data[place + 4 : place + 4 + length]
            place += 4 + length + length % 2

    def _bands(self) -> list[Image.Image]:
        file: IO[bytes] = self.fp  # type: ignore[assignment]
        file.seek(self._place)
        width, height = self.size
        row = width * self._depth // 8
        compression = self._length(">H")
        lengths = [row * height] * self._channels
        if compression == RUN_LENGTHS:
            letter = "I" if self._is_large else "H"
            form = f">{self._channels * height}{letter}"
            counts = struct.unpack(form, file.read(struct.calcsize(form)))
            lengths = [sum(counts[channel * height : (channel + 1) * height]) for channel in range(self._channels)]
        elif compression != RAW:
            message = "unsupported compression"
            raise OSError(message)
        decoder = "packbits" if compression == RUN_LENGTHS else "raw"
        bands = []
        for length in lengths[: len(self.getbands())]:
            band = Image.frombytes("L", (row, height), file.read(length), decoder, "L")
            bands.append(band if self._depth == 8 else Image.frombytes("L", self.size, band.tobytes()[::2]))
        return bands


def register() -> None:
    """Let Pillow open all Photoshop files."""
    Image.register_open("PSD", _open, lambda prefix: prefix.startswith(b"8BPS"))


def _open(file: IO[bytes], filename: str | bytes) -> ImageFile.ImageFile:
    head = file.read(26)
    file.seek(0)
    is_known = head[5:6] == b"\1" and head[22:24] != b"\0\x10"
    return PsdImageFile(file, filename) if is_known else DeepPsdImageFile(file, filename)
