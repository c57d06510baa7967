"""Faults beside the pixels refuse no picture and change none; cut-off files show what is there."""

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from gallery.pictures.images import fault_of, open_image, read_header
from gallery.pictures.metadata import read_metadata
from tests.drawing import noise
from tests.picture_files import chunk, dng, png, save

pytestmark = pytest.mark.unit

SIZE = (60, 40)
PICTURE = noise(SIZE, "RGB")
KINDS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "HEIF", "AVIF", "JPEG2000", "PPM", "TGA", "QOI")
LARGE = zlib.compress(b"0" * 3_000_000)
SIDE_CHUNKS = {
    "text": chunk(b"tEXt", b"Comment\0a", checksum=1),
    "compressed text": chunk(b"zTXt", b"Comment\0\0" + LARGE),
    "compressed text by an unknown method": chunk(b"zTXt", b"Comment\0\7abc"),
    "compressed text that is broken": chunk(b"zTXt", b"Comment\0\0abc"),
    "international text": chunk(b"iTXt", b"Comment\0\1\0\0\0" + LARGE),
    "international text cut off": chunk(b"iTXt", b"Comment\0\1"),
    "international text, no UTF-8": chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0\xff\xfe"),
    "profile of 3 MB": chunk(b"iCCP", b"name\0\0" + LARGE),
    "profile that is broken": chunk(b"iCCP", b"name\0\0abc"),
    "profile without a name": chunk(b"iCCP", b"abc"),
    "profile by an unknown method": chunk(b"iCCP", b"name\0\1" + zlib.compress(b"abc")),
    "gamma cut off": chunk(b"gAMA", b"\0"),
    "colours cut off": chunk(b"cHRM", b"\0\0"),
    "sRGB cut off": chunk(b"sRGB", b""),
    "density cut off": chunk(b"pHYs", b"\0"),
    "density with a wrong checksum": chunk(b"pHYs", struct.pack(">IIB", 3000, 3000, 1), checksum=7),
    "EXIF that is none": chunk(b"eXIf", b"no EXIF"),
    "EXIF with a wrong checksum": chunk(b"eXIf", b"MM\0*\0\0\0\x08\0\0", checksum=5),
    "transparency cut off": chunk(b"tRNS", b"\0"),
    "time": chunk(b"tIME", b"\0" * 7, checksum=9),
    "animation cut off": chunk(b"acTL", b"\0"),
    "frame cut off": chunk(b"fcTL", b"\0"),
    "HDR cut off": chunk(b"cICP", b"\x09"),
    "unknown chunk": chunk(b"abCd", b"x", checksum=3),
}


def shown(data: bytes) -> Image.Image:
    assert (read_header(BytesIO(data)).width, read_header(BytesIO(data)).height) == SIZE
    read_metadata(BytesIO(data))
    return open_image(BytesIO(data))


def is_same(image: Image.Image, other: Image.Image, *, by: int = 2) -> bool:
    return image.size == other.size and bool(np.abs(np.asarray(image, int) - np.asarray(other, int)).max() <= by)


@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("fault", SIDE_CHUNKS)
def test_passes_over_faulty_chunks_of_png(fault, place):
    rows = np.asarray(PICTURE).reshape(SIZE[1], -1)
    image = shown(png(rows, depth=8, kind=2, width=SIZE[0], **{place: SIDE_CHUNKS[fault]}))
    assert is_same(image, PICTURE)
    assert fault_of(image) == ""


def test_leaves_out_profile_that_grows_without_end():
    rows = np.asarray(PICTURE).reshape(SIZE[1], -1)
    bomb = chunk(b"iCCP", b"name\0\0" + zlib.compress(bytes(30_000_000), 9))
    assert is_same(shown(png(rows, depth=8, kind=2, width=SIZE[0], before=bomb)), PICTURE)


@pytest.mark.parametrize("marker", [0xE1, 0xE2, 0xEB, 0xED, 0xFE])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Exif\0\0" + b"\xff" * 40,
        b"Exif\0\0MM\0*\0\0\xff\xff",
        b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta",
        b"ICC_PROFILE\0\1\1abc",
        b"ICC_PROFILE\0\2\1" + b"x" * 200,
        b"MPF\0MM\0*\0\0\0\x08" + b"\xff" * 50,
        b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0\xff\xff\xff\xff",
        b"\xff" * 65_533,
    ],
    ids=range(9),
)
def test_passes_over_faulty_segments_of_jpeg(marker, content):
    data = save(PICTURE, "JPEG")
    segment = struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content
    image = shown(data[:2] + segment + data[2:])
    assert is_same(image, open_image(BytesIO(data)))
    assert fault_of(image) == ""


@pytest.mark.parametrize("name", [b"EXIF", b"XMP ", b"ICCP", b"ABCD"])
def test_passes_over_faulty_chunks_of_webp(name):
    data = save(PICTURE, "WEBP", exif=b"Exif\0\0MM\0*", xmp=b"<x", icc_profile=b"abc")
    broken = data.replace(b"EXIF", name, 1).replace(b"MM\0*", b"\xff" * 4)
    assert is_same(shown(broken), PICTURE)


@pytest.mark.parametrize("kind", KINDS)
def test_ignores_bytes_after_the_end(kind):
    data = save(PICTURE, kind)
    image = shown(data + b"\0\xffjunk\n" * 200)
    assert is_same(image, open_image(BytesIO(data)))
    assert fault_of(image) == ""


@pytest.mark.parametrize(
    ("kind", "missing"), [("JPEG", 2), ("JPEG", 1), ("PNG", 12), ("PNG", 5), ("GIF", 1), ("TGA", 26)]
)
def test_shows_all_pixels_when_end_is_missing(kind, missing):
    data = save(PICTURE, kind)
    assert is_same(shown(data[:-missing]), open_image(BytesIO(data)))


@pytest.mark.parametrize("part", [0.5, 0.9])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "PPM"])
def test_shows_what_is_there_of_cut_off_file(kind, part):
    picture = noise((300, 200), "RGB")
    data = save(picture, kind)
    image = open_image(BytesIO(data[: int(len(data) * part)]))
    assert "incomplete" in fault_of(image)
    upper = (0, 0, 300, int(200 * part) - 40)
    difference = np.asarray(image.crop(upper), int) - np.asarray(open_image(BytesIO(data)).crop(upper), int)
    assert np.abs(difference).mean() < 4


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_shows_first_frame_when_later_ones_are_broken(kind):
    frames = [noise(SIZE, "RGB").rotate(90 * turn) for turn in range(4)]
    data = save(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
    half = len(data) * 3 // 8
    broken = data[:half] + bytes(byte ^ 0x5A for byte in data[half : half + 600]) + data[half + 600 :]
    image = shown(broken)
    assert image.size == SIZE


def test_turns_incomplete_picture_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    data = save(PICTURE.transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif)
    assert shown(data[:-2]).size == SIZE


def test_develops_raw_file_cut_off_in_its_directory():
    data = dng(PICTURE)
    assert read_header(BytesIO(data)).extension == "dng"
