"""The table of formats agrees with Pillow and with real files."""

from io import BytesIO

import pytest
from PIL import Image

from gallery.pictures.formats import ACCEPT, FORMAT_OF_PILLOW_NAME, FORMATS, Format, has_suffix, looks_like_picture
from gallery.pictures.images import read_header
from tests.drawing import save_image


def drawn(kind: str) -> BytesIO:
    return save_image(Image.new("RGB", (64, 48)), kind)


@pytest.mark.parametrize("name", [name for name in FORMAT_OF_PILLOW_NAME if name not in ("MPO", "BMP")])
def test_recognises_first_bytes_of_each_format(name: str) -> None:
    assert looks_like_picture(drawn(name).getvalue()[:16])


@pytest.mark.parametrize("head", [b"", b"BM is a word", b"RIFF\x24\0\0\0AVI LIST", b"%PDF-1.7 and more"])
def test_recognises_no_other_files(head: bytes) -> None:
    assert not looks_like_picture(head)


def test_no_suffix_belongs_to_two_formats() -> None:
    suffixes = [suffix for row in FORMATS for suffix in row.suffixes]
    assert len(suffixes) == len(set(suffixes))
    assert all(has_suffix(f"a.{row.extension.upper()}", extension=row.extension) for row in FORMATS)


@pytest.mark.parametrize("row", FORMATS, ids=lambda row: row.name)
def test_reads_each_format(row: Format) -> None:
    for name in row.pillow_names:
        assert read_header(drawn(name)).extension == row.extension


def test_file_inputs_accept_formats_unknown_to_browsers() -> None:
    assert ACCEPT.split(",") == ["image/*", ".heic", ".heif", ".hif", ".avif"]
