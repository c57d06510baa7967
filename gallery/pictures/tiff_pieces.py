"""Lets Pillow open TIFFs whose strips or tiles are pictures themselves: WebP, JPEG XL, JPEG 2000."""

from io import BytesIO
from typing import IO, Any

from PIL import Image, TiffImagePlugin
from PIL.TiffImagePlugin import TiffImageFile

# Pillow's name of the format of the pieces, by the number of the compression.
FORMAT_OF_COMPRESSION = {50001: "WEBP", 50002: "JXL", 52546: "JXL", 34712: "JPEG2000"}
COMPRESSION, STRIP_PLACES, STRIP_LENGTHS, ROWS_PER_STRIP = 259, 273, 279, 278
TILE_WIDTH, TILE_HEIGHT, TILE_PLACES, TILE_LENGTHS, PLANES = 322, 323, 324, 325, 284


class TiffOfPieces(TiffImageFile):
    """A TIFF, assembled from pieces if it has any."""

    def load(self) -> Any:
        """Decode all pieces, or the picture as Pillow does."""
        kind = FORMAT_OF_COMPRESSION.get(self.tag_v2.get(COMPRESSION, 1))
        if kind is None:
            return super().load()
        if self._im is None:
            self.im = self._assembled(kind).im
            self._mode = Image.Image()._new(self.im).mode
            self.tile = []
            self.load_end()
        return Image.Image.load(self)

    def _assembled(self, kind: str) -> Image.Image:
        tags, file = self.tag_v2, self.fp
        stored: IO[bytes] = file  # type: ignore[assignment]
        if tags.get(PLANES, 1) != 1:
            message = "unsupported order of planes"
            raise OSError(message)
        width, height = int(tags[256]), int(tags[257])
        if TILE_WIDTH in tags:
            across, down = int(tags[TILE_WIDTH]), int(tags[TILE_HEIGHT])
            places, lengths = tags[TILE_PLACES], tags[TILE_LENGTHS]
        else:
            across, down = width, int(tags.get(ROWS_PER_STRIP, height))
            places, lengths = tags[STRIP_PLACES], tags[STRIP_LENGTHS]
        result = None
        columns = -(-width // across)
        for number, (place, length) in enumerate(zip(places, lengths, strict=False)):
            stored.seek(place)
            with Image.open(BytesIO(stored.read(length)), formats=[kind]) as piece:
                piece.load()
                result = result or Image.new(piece.mode, (width, height))
                result.paste(piece, (number % columns * across, number // columns * down))
        if result is None:
            message = "no pieces"
            raise OSError(message)
        return result


def register() -> None:
    """Let Pillow open TIFFs by TiffOfPieces."""
    for number, name in FORMAT_OF_COMPRESSION.items():
        TiffImagePlugin.COMPRESSION_INFO.setdefault(number, name.lower())
    Image.register_open("TIFF", TiffOfPieces, TiffImagePlugin._accept)
