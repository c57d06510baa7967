"""The key byte of a disguised picture is found for each format, and never for other data."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gallery.sources.wechat_dat import Undecodable, decode, find_key
from tests.drawing import picture
from tests.gallery.sources.trees import xor

HEADS = {
    "jpg": b"\xff\xd8\xff\xe1\0\x10Exif\0\0MM\0*",
    "png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "gif": b"GIF89a\x10\0\x10\0\xf7\0\0\0\0\0",
    "tiff": b"II*\0\x08\0\0\0\x0c\0\0\1\3\0\1\0",
    "webp": b"RIFF\x24\1\0\0WEBPVP8 ",
    "heic": b"\0\0\0\x24ftypheic\0\0\0\0",
}


@given(st.sampled_from(sorted(HEADS)), st.integers(0, 255), st.binary(max_size=3000))
def test_decodes_each_format_with_any_key(extension: str, key: int, rest: bytes) -> None:
    data = HEADS[extension] + rest
    disguised = xor(data, key)
    assert find_key(disguised[:16], size=len(data)) == (key, extension)
    with decode(BytesIO(disguised), key=key) as file:
        assert file.read() == data


@given(st.integers(0, 255), st.sampled_from(["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF"]))
def test_decodes_real_pictures(key: int, kind: str) -> None:
    data = picture(7, kind=kind)
    found = find_key(xor(data, key)[:16], size=len(data))
    assert isinstance(found, tuple)
    assert found[0] == key
    with decode(BytesIO(xor(data, key)), key=key) as file:
        assert Image.open(file).format == kind


@pytest.mark.parametrize("version", [b"1", b"2"])
def test_reports_encryption_of_wechat_4(version: bytes) -> None:
    assert find_key(b"\x07\x08V" + version + b"\x08\x07" + bytes(10), size=99) == Undecodable.NEEDS_KEY


@pytest.mark.parametrize("head", [b"", b"\xff\xd8\xff", bytes(16), bytes(range(16))])
def test_finds_no_picture_in_short_or_unknown_data(head: bytes) -> None:
    assert find_key(head, size=99) == Undecodable.NO_PICTURE
