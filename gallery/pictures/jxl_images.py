"""Lets Pillow open JPEG XL files, by libjxl (through pylibjxl), which turns them upright itself."""

from typing import IO, Any

from PIL import Image, ImageFile

CODESTREAM = b"\xff\x0a"
CONTAINER = b"\x00\x00\x00\x0cJXL \r\n\x87\n"
# The header, after boxes of EXIF and XMP in front of it, is rarely longer.
HEADER_BYTES = 256 << 10


class JxlImageFile(ImageFile.ImageFile):
    """A JPEG XL picture, upright, with 8 bits; of an animation the first frame. EXIF's orientation does not count."""

    format = "JXL"
    format_description = "JPEG XL"

    def _open(self) -> None:
        import pylibjxl

        file: IO[bytes] = self.fp  # type: ignore[assignment]
        head = file.read(HEADER_BYTES)
        try:
            header = pylibjxl.probe(head)
        except RuntimeError:
            header = pylibjxl.probe(head + file.read())
        self._size = header["width"], header["height"]
        self._mode = ("L", "LA", "RGB", "RGBA")[header["channels"] - 1]

    def load(self) -> Any:
        """Decode all of the picture."""
        if self._im is None:
            import pylibjxl

            file: IO[bytes] = self.fp  # type: ignore[assignment]
            file.seek(0)
            with pylibjxl.JXL(threads=1) as decoder:
                pixels, metadata = decoder.decode(file.read(), metadata=True)
            image = Image.fromarray(pixels)
            self.im, self._mode, self._size = image.im, image.mode, image.size
            self.info["icc_profile"] = metadata.get("icc")
        return Image.Image.load(self)


def register() -> None:
    """Let Pillow open JPEG XL."""
    Image.register_open("JXL", JxlImageFile, lambda prefix: prefix.startswith((CODESTREAM, CONTAINER)))
