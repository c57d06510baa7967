"""Films inside picture files: found by their boxes, whatever surrounds them."""

import pytest

from gallery.pictures.films import find_film
from tests.drawing import picture


def box(kind: bytes, body: bytes = b"", *, size: int | None = None) -> bytes:
    return (len(body) + 8 if size is None else size).to_bytes(4) + kind + body


def large_box(kind: bytes, body: bytes) -> bytes:
    return (1).to_bytes(4) + kind + (len(body) + 16).to_bytes(8) + body


JPEG = picture(3, kind="JPEG")
FTYP = box(b"ftyp", b"mp42\0\0\0\0isommp42")
MOOV, MDAT = box(b"moov", b"m" * 40), box(b"mdat", b"d" * 500)
FILM = FTYP + MOOV + MDAT
HEIC = box(b"ftyp", b"heic\0\0\0\0mif1heic") + box(b"meta", b"h" * 30)


@pytest.mark.parametrize(
    ("before", "film", "after"),
    [
        pytest.param(JPEG, FILM, b"", id="after a JPEG"),
        pytest.param(JPEG + b"MotionPhoto_Data", FILM, b"\0\0\x01\x0aSEFT", id="with Samsung's trailer"),
        pytest.param(JPEG + b"padding" * 9, FTYP + MDAT + MOOV, b"", id="index last"),
        pytest.param(JPEG, FTYP + box(b"free") + MOOV + large_box(b"mdat", b"d" * 300), b"", id="long size"),
        pytest.param(JPEG, FTYP + MOOV + box(b"mdat", b"d" * 90, size=0), b"", id="box to the end"),
        pytest.param(JPEG, box(b"ftyp", b"qt  \0\0\0\0qt  ") + box(b"wide") + MDAT + MOOV, b"", id="QuickTime"),
        pytest.param(HEIC + b"\0\0\2\x5cmpvd", FILM, b"", id="in a HEIC"),
    ],
)
def test_finds_film(tmp_path, settings, before, film, after):
    settings.MEDIA_ROOT = tmp_path
    path = tmp_path / "picture"
    path.write_bytes(before + film + after)
    extension = "heic" if before.startswith(HEIC) else "jpg"
    assert find_film(path, extension=extension) == (len(before), len(film))
    assert find_film(path, extension="png") is None


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(JPEG, id="JPEG alone"),
        pytest.param(HEIC, id="HEIC alone"),
        pytest.param(FILM, id="film alone"),
        pytest.param(JPEG + FTYP + MOOV, id="no frames"),
        pytest.param(JPEG + (FTYP + MOOV + MDAT)[:-200], id="cut off"),
        pytest.param(JPEG + b"the letters ftypmp42 in a text", id="letters"),
        pytest.param(JPEG + FTYP * 50_000, id="many starts"),
    ],
)
def test_finds_no_film(tmp_path, settings, data):
    settings.MEDIA_ROOT = tmp_path
    path = tmp_path / "picture"
    path.write_bytes(data)
    assert find_film(path, extension="jpg") is None
