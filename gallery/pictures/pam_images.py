"""Lets Pillow open PAM, the Netpbm format with transparency, which it lacks."""

from typing import IO

from PIL import Image, ImageFile

MAX_HEADER_LINES = 100
# Mode and the mode of the stored bytes, by the number of channels and whether samples take two bytes.
MODES = {
    (1, False): ("L", "L"),
    (2, False): ("LA", "LA"),
    (3, False): ("RGB", "RGB"),
    (4, False): ("RGBA", "RGBA"),
    (1, True): ("I;16", "I;16B"),
    (2, True): ("RGBA", "LA;16B"),
    (3, True): ("RGB", "RGB;16B"),
    (4, True): ("RGBA", "RGBA;16B"),
}


class PamImageFile(ImageFile.ImageFile):
    """A PAM picture with the full range of one or two bytes; black and white becomes grey."""

    format = "PAM"
    format_description = "Portable arbitrary map"

    def _open(self) -> None:
        file: IO[bytes] = self.fp  # type: ignore[assignment]
        fields: dict[bytes, bytes] = {}
        if file.readline(8).strip() != b"P7":
            message = "not a PAM file"
            raise SyntaxError(message)
        for _number in range(MAX_HEADER_LINES):
            name, _space, value = file.readline(1000).strip().partition(b" ")
            if name == b"ENDHDR":
                break
            fields[name] = value.strip()
        self._size = int(fields[b"WIDTH"]), int(fields[b"HEIGHT"])
        largest = int(fields[b"MAXVAL"])
        self._mode, stored = MODES[int(fields[b"DEPTH"]), largest > 255]
        if largest not in (1, 255, 65535):
            message = "unsupported range of values"
            raise OSError(message)
        self.is_bilevel = largest == 1
        self.tile = [ImageFile._Tile("raw", (0, 0, *self.size), file.tell(), stored)]

    def load_end(self) -> None:
        """Stretch black and white, stored as 0 and 1."""
        if self.is_bilevel:
            self.im = self.im.point([min(value * 255, 255) for value in range(256)] * len(self.getbands()), None)


def register() -> None:
    """Let Pillow open PAM by PamImageFile."""
    Image.register_open("PAM", PamImageFile, lambda prefix: prefix.startswith(b"P7"))
