"""Reads the chunks of PNG files so that a fault beside the pixels does not refuse the picture.

Pillow checks the checksums of all chunks before the pixels, and refuses texts and colour profiles of more than one
MiB, or in an unknown compression. Neither touches the pixels.
"""

# ruff: noqa: N802 - Pillow names methods after chunks
import struct
import zlib
from typing import IO

from PIL import PngImagePlugin
from PIL.ImageFile import _safe_read

# Profiles of printers have up to four megabytes.
MAX_PROFILE_BYTES = 16 << 20
# A lower-case first letter marks chunks that a reader may ignore.
ANCILLARY_BIT = 0x20
ANIMATION_CHUNKS = (b"acTL", b"fcTL", b"fdAT")
GREY, TRUE_COLOUR = 0, 2


class TolerantPngStream(PngImagePlugin.PngStream):
    """Chunks of a PNG; those that pixels do not need are passed over if anything is wrong with them."""

    def call(self, cid: bytes, pos: int, length: int) -> bytes:
        """Handle a chunk, and return its data."""
        try:
            return super().call(cid, pos, length)
        except EOFError:
            raise
        except (LookupError, SyntaxError, ValueError, struct.error, zlib.error):
            if not cid[0] & ANCILLARY_BIT:
                raise
            if cid in ANIMATION_CHUNKS:
                self._end_animation()
        except OSError as error:
            if error.errno is not None or not self.im_tile:
                raise
            # The file ends within a chunk after the pixels.
            return b""
        return self._data(pos, length)

    def crc(self, cid: bytes, data: bytes) -> None:
        """Check the checksum of a chunk that pixels need."""
        if cid[0] & ANCILLARY_BIT:
            self.crc_skip(cid, data)
        else:
            super().crc(cid, data)

    def chunk_IHDR(self, pos: int, length: int) -> bytes:
        """Read size and mode, and remember the depth."""
        data = super().chunk_IHDR(pos, length)
        self.depth, self.colour_type = data[8], data[9]
        return data

    def chunk_tRNS(self, pos: int, length: int) -> bytes:
        """Read the transparent value, and scale it as Pillow scales the pixels."""
        data = super().chunk_tRNS(pos, length)
        clear = self.im_info.get("transparency")
        if self.colour_type == TRUE_COLOUR and self.depth == 16 and isinstance(clear, tuple):
            self.im_info["transparency"] = tuple(value >> 8 for value in clear)
        elif self.colour_type == GREY and self.depth in (2, 4) and isinstance(clear, int):
            self.im_info["transparency"] = clear * 255 // ((1 << self.depth) - 1)
        return data

    def chunk_iCCP(self, pos: int, length: int) -> bytes:
        """Read the colour profile; one that would be too large or is broken is left out."""
        data = self._data(pos, length)
        name_end = data.index(b"\0")
        reader = zlib.decompressobj()
        profile = reader.decompress(data[name_end + 2 :], MAX_PROFILE_BYTES)
        if not reader.unconsumed_tail and data[name_end + 1] == 0:
            self.im_info["icc_profile"] = profile
        return data

    def chunk_cICP(self, pos: int, length: int) -> bytes:
        """Read the numbers of primaries and transfer function (H.273)."""
        data = self._data(pos, length)
        self.im_info["cicp"] = struct.unpack_from("4B", data)
        return data

    def _data(self, pos: int, length: int) -> bytes:
        file: IO[bytes] = self.fp  # type: ignore[assignment]
        file.seek(pos)
        return bytes(_safe_read(file, length))

    def _end_animation(self) -> None:
        """Show the default picture alone; not after the first pixels of an animation, whose frames would be missed."""
        if self.im_tile and self.im_n_frames:
            message = "broken animation"
            raise SyntaxError(message)
        self.im_n_frames = None


def register() -> None:
    """Let Pillow open PNGs by TolerantPngStream."""
    PngImagePlugin.PngStream = TolerantPngStream  # type: ignore[misc]
