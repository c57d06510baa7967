"""Decode `.dat` pictures of WeChat for PC: XOR with one key byte, derived from the picture's magic number."""

from enum import Enum
from tempfile import SpooledTemporaryFile
from typing import IO, cast

from gallery.storage.files import temporary_folder

HEAD_BYTES = 16
MAX_BYTES_IN_MEMORY = 8 << 20
# WeChat 4 encrypts the beginning of a file with a key that only the program has.
NEEDS_KEY = (b"\x07\x08V1\x08\x07", b"\x07\x08V2\x08\x07")

# Extension, offset, bytes at that offset.
MAGICS = (
    ("jpg", 0, b"\xff\xd8\xff"),
    ("png", 0, b"\x89PNG\r\n\x1a\n"),
    ("gif", 0, b"GIF8"),
    ("tiff", 0, b"II*\0"),
    ("tiff", 0, b"MM\0*"),
    ("webp", 8, b"WEBP"),
    ("heic", 4, b"ftyp"),
    ("bmp", 0, b"BM"),
)
# The byte after a JPEG's magic number: the marker of its first segment.
JPEG_SEGMENTS = {*range(0xE0, 0xF0), 0xC0, 0xC2, 0xC4, 0xDB, 0xFE}


class Undecodable(Enum):
    """The reason why no key was found."""

    NEEDS_KEY = "needs a key"
    NO_PICTURE = "no picture"


def find_key(head: bytes, *, size: int) -> tuple[int, str] | Undecodable:
    """Return the key byte and the picture's extension, from the first 16 bytes of a file of `size` bytes."""
    if head.startswith(NEEDS_KEY):
        return Undecodable.NEEDS_KEY
    for extension, offset, magic in MAGICS:
        if len(head) < HEAD_BYTES:
            break
        key = head[offset] ^ magic[0]
        plain = bytes(byte ^ key for byte in head)
        if plain[offset : offset + len(magic)] == magic and _is_plausible(extension, plain, size):
            return key, extension
    return Undecodable.NO_PICTURE


def decode(file: IO[bytes], *, key: int) -> IO[bytes]:
    """Return a file with the decoded picture, and close `file`."""
    table = bytes(byte ^ key for byte in range(256))
    target = SpooledTemporaryFile(MAX_BYTES_IN_MEMORY, dir=str(temporary_folder()))  # noqa: SIM115  (the caller closes it)
    with file:
        while block := file.read(1 << 20):
            target.write(block.translate(table))
    target.seek(0)
    return cast(IO[bytes], target)


def _is_plausible(extension: str, plain: bytes, size: int) -> bool:
    """Check the bytes beside a magic number: short ones match by chance."""
    if extension == "jpg":
        return plain[3] in JPEG_SEGMENTS
    if extension == "bmp":
        return int.from_bytes(plain[2:6], "little") == size
    if extension == "webp":
        return plain.startswith(b"RIFF")
    return extension != "heic" or plain[:3] == b"\0\0\0"
