"""The table of formats agrees with Pillow and with real files."""

from io import BytesIO

import pytest
from PIL import Image

from gallery.pictures.formats import (
    ACCEPT,
    FORMAT_OF_PILLOW_NAME,
    FORMATS,
    format_named_by,
    has_suffix,
    looks_like_picture,
)
from gallery.pictures.images import UnsupportedImage, read_header
from gallery.pictures.refusals import DamagedImage
from tests.drawing import save_image


def drawn(kind: str) -> BytesIO:
    modes = {"XBM": "1", "MSP": "1", "BLP": "P"}
    return save_image(Image.new(modes.get(kind, "RGB"), (64, 48)), kind)


Image.init()
SAVED = sorted(name for name in FORMAT_OF_PILLOW_NAME if name in Image.SAVE or name == "HEIF")


@pytest.mark.parametrize("name", [name for name in SAVED if FORMAT_OF_PILLOW_NAME[name].start])
def test_recognises_first_bytes_of_each_format(name: str) -> None:
    assert format_named_by(drawn(name).getvalue()[:512]) in FORMATS


@pytest.mark.parametrize("head", [b"", b"BM is a word", b"RIFF\x24\0\0\0AVI LIST", b"%PDF-1.7 and more"])
def test_recognises_no_other_files(head: bytes) -> None:
    assert not looks_like_picture(head)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"%PDF-1.7", "PDF"),
        (b'<?xml version="1.0"?>\n<svg xmlns="x"/>', "SVG"),
        (b"\0\0\0\x20ftypisom" + bytes(20), "MP4"),
        (b"\0\0\0\x14ftypqt  " + bytes(20), "MOV"),
        (b"PK\3\4" + bytes(20), "ZIP"),
        (b"II\xbc\1" + bytes(20), "JPEG XR"),
    ],
)
def test_refuses_other_formats_by_their_name(head: bytes, name: str) -> None:
    with pytest.raises(UnsupportedImage, match=f"Files in the format {name} are not supported"):
        read_header(BytesIO(head))


@pytest.mark.parametrize("head", [b"GIF89a", b"\x89PNG\r\n\x1a\n", b"II*\0" + bytes(20)])
def test_calls_broken_pictures_damaged_and_not_unsupported(head: bytes) -> None:
    with pytest.raises(DamagedImage, match="damaged"):
        read_header(BytesIO(head))


def test_no_suffix_belongs_to_two_formats() -> None:
    suffixes = [suffix for row in FORMATS for suffix in row.suffixes]
    assert len(suffixes) == len(set(suffixes))
    assert all(has_suffix(f"a.{row.extension.upper()}", extension=row.extension) for row in FORMATS)


@pytest.mark.parametrize("name", SAVED)
def test_reads_each_format(name: str) -> None:
    assert read_header(drawn(name)).extension == FORMAT_OF_PILLOW_NAME[name].extension


def test_file_inputs_accept_formats_unknown_to_browsers() -> None:
    accepted = ACCEPT.split(",")
    assert accepted[0] == "image/*"
    assert {".heic", ".avif", ".jxl", ".dng", ".cr3", ".psd"} <= set(accepted)
    assert ".jpg" not in accepted
