"""Every format, mode and rotation is decoded to upright RGB; damaged files are refused."""

from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import pillow_heif
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageFile

from gallery.pictures.digests import digests_of
from gallery.pictures.formats import FORMAT_OF_PILLOW_NAME
from gallery.pictures.images import (
    PLACEHOLDER_SIZE,
    TRANSPOSES,
    ImageTooLarge,
    InvalidImage,
    UnsupportedImage,
    fault_of,
    fitted_size,
    make_placeholder,
    make_thumbnail,
    open_image,
    read_header,
)
from tests.drawing import noise, png_claiming, save_image

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
FORMATS = {
    "JPEG": "jpg",
    "PNG": "png",
    "GIF": "gif",
    "WEBP": "webp",
    "BMP": "bmp",
    "TIFF": "tiff",
    "HEIF": "heic",
    "AVIF": "avif",
}


def drawn(width: int = 80, height: int = 40) -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image


def is_close(pixel: object, wanted: tuple[int, int, int], *, by: int = 40) -> bool:
    return isinstance(pixel, tuple) and all(abs(one - other) <= by for one, other in zip(pixel, wanted, strict=True))


@pytest.mark.parametrize(("kind", "extension"), FORMATS.items())
def test_decodes_each_format(kind: str, extension: str) -> None:
    file = save_image(drawn(), kind)
    header = read_header(file)
    assert (header.extension, header.width, header.height, header.animated) == (extension, 80, 40, False)
    image = open_image(file)
    assert (image.mode, image.size) == ("RGB", (80, 40))
    assert is_close(image.getpixel((5, 20)), RED)
    assert is_close(image.getpixel((75, 20)), BLUE)


def test_reads_two_jpegs_in_one_file_as_jpeg() -> None:
    file = save_image(drawn(), "MPO", save_all=True, append_images=[Image.new("RGB", (80, 40), GREEN)])
    assert read_header(file).extension == "jpg"
    assert is_close(open_image(file, max_side=20).getpixel((2, 5)), RED)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_rotates_picture_upright(orientation: int, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    upright = drawn()
    back = {6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    stored = upright.transpose(back.get(orientation, TRANSPOSES[orientation])) if orientation in TRANSPOSES else upright
    file = save_image(stored, kind, exif=exif)
    assert (read_header(file).width, read_header(file).height) == (80, 40)
    assert open_image(file).tobytes() == upright.tobytes()
    assert open_image(file, max_side=40).size == (40, 20)


def test_rotates_avif_once() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    file = save_image(drawn().transpose(Image.Transpose.ROTATE_90), "AVIF", exif=exif)
    assert (read_header(file).width, read_header(file).height) == (80, 40)
    image = open_image(file)
    assert image.size == (80, 40)
    assert is_close(image.getpixel((5, 20)), RED)


def test_ignores_exif_rotation_of_heic() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    file = save_image(drawn(), "HEIF", exif=exif)
    assert read_header(file).width == open_image(file).width == 80


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "YCbCr", "I", "I;16", "F"])
def test_converts_each_mode_to_rgb(mode: str) -> None:
    kind = "TIFF" if mode in {"CMYK", "YCbCr", "I", "F"} else "PNG"
    grey = drawn().convert("L")
    if mode in {"I", "I;16", "F"}:
        scale = 256.0 if mode == "I;16" else 1000.0
        deep = grey.convert("I").point(lambda value: value * scale + 0)
        image = deep.convert(mode)
    else:
        image = drawn().convert(mode)
    opened = open_image(save_image(image, kind))
    assert opened.mode == "RGB"
    left, right = opened.getpixel((5, 20)), opened.getpixel((75, 20))
    if mode == "CMYK":
        # Red and blue as printed.
        assert is_close(left, (232, 31, 42), by=3)
        assert is_close(right, (48, 36, 123), by=3)
    elif mode in {"P", "RGBA", "YCbCr"}:
        assert is_close(left, RED)
        assert is_close(right, BLUE)
    elif mode == "I;16":
        assert is_close(left, (76, 76, 76), by=2)
        assert is_close(right, (29, 29, 29), by=2)
    else:
        assert isinstance(left, tuple)
        assert isinstance(right, tuple)
        assert left > right or mode == "1"


@pytest.mark.parametrize(("mode", "kind"), [("RGBA", "PNG"), ("LA", "PNG"), ("RGBA", "GIF"), ("RGBA", "WEBP")])
def test_shows_transparent_pixels_white(mode: str, kind: str) -> None:
    clear = Image.new("RGBA", (10, 10), (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), (5, 0, 10, 10))
    image = open_image(save_image(clear.convert(mode), kind))
    assert is_close(image.getpixel((1, 5)), WHITE)
    assert is_close(image.getpixel((8, 5)), (0, 0, 0))


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF"])
def test_shows_middle_frame_of_animation(kind: str) -> None:
    frames = [Image.new("RGB", (32, 32), colour) for colour in (RED, GREEN, BLUE)]
    file = save_image(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
    assert read_header(file).animated
    assert is_close(open_image(file).getpixel((16, 16)), GREEN)


def test_shows_first_page_of_tiff() -> None:
    file = save_image(
        Image.new("RGB", (32, 32), RED), "TIFF", save_all=True, append_images=[Image.new("RGB", (9, 9))] * 3
    )
    assert not read_header(file).animated
    assert open_image(file).getpixel((16, 16)) == RED


@pytest.mark.parametrize("kind", FORMATS)
def test_reads_header_without_decoding_pixels(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    frames = {"save_all": True, "append_images": [drawn()]} if FORMAT_OF_PILLOW_NAME[kind].is_animated else {}
    file = save_image(drawn().rotate(1), kind, **frames)
    monkeypatch.setattr(type(Image.open(file)), "load", lambda image: pytest.fail(f"decoded {image}"))
    monkeypatch.setattr(pillow_heif.HeifImage, "load", lambda image: pytest.fail(f"decoded {image}"))
    assert read_header(file).animated == (FORMAT_OF_PILLOW_NAME[kind].is_animated)


def test_refuses_too_many_pixels_at_header(settings: Any) -> None:
    with pytest.raises(ImageTooLarge):
        read_header(png_claiming(100_000, 100_000))
    settings.MAX_IMAGE_PIXELS = 1_000_000
    with pytest.raises(ImageTooLarge, match="1001 × 1000 pixels; at most 1 million"):
        read_header(png_claiming(1001, 1000))
    assert read_header(png_claiming(1000, 1000)).width == 1000


@pytest.mark.parametrize("data", [b"", b"just words", b"BM is a word", bytes(1000)])
def test_refuses_other_files(data: bytes) -> None:
    with pytest.raises(UnsupportedImage, match="not a picture"):
        read_header(BytesIO(data))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "TIFF"])
def test_shows_what_is_there_of_half_a_file(kind: str) -> None:
    image = drawn(300, 200)
    image.paste(Image.effect_noise((280, 180), 80), (10, 10))
    data = save_image(image, kind).getvalue()
    half = BytesIO(data[: len(data) // 2])
    assert (read_header(half).width, read_header(half).height) == (300, 200)
    shown = open_image(half)
    assert "incomplete" in fault_of(shown)
    # BMP begins at the bottom.
    row = 197 if kind == "BMP" else 3
    assert is_close(shown.getpixel((20, row)), RED)
    assert is_close(shown.getpixel((280, row)), BLUE)
    assert fault_of(open_image(BytesIO(data))) == ""


def test_refuses_file_without_pixels() -> None:
    heic = save_image(noise((64, 48), "RGB"), "HEIF").getvalue()
    for data in (png_claiming(64, 48).getvalue(), heic[: len(heic) // 2]):
        with pytest.raises(InvalidImage, match="damaged"):
            open_image(BytesIO(data))


@given(place=st.integers(0, 10_000), junk=st.binary(min_size=1, max_size=20), kind=st.sampled_from(sorted(FORMATS)))
def test_reads_or_refuses_damaged_file(place: int, junk: bytes, kind: str) -> None:
    data = bytearray(save_image(drawn(), kind).getvalue())
    place %= len(data)
    data[place : place + len(junk)] = junk
    with suppress(InvalidImage):
        assert open_image(BytesIO(data)).mode == "RGB"


def test_reports_missing_file_as_such(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_image(tmp_path / "gone.jpg")


def test_decodes_jpeg_at_sufficient_fraction(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    load = ImageFile.ImageFile.load
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: (load(self), sizes.append(self.size))[0])
    assert open_image(save_image(drawn(1600, 800), "JPEG"), max_side=300).size == (300, 150)
    assert sizes[0] == (400, 200)


@given(width=st.integers(1, 20_000), height=st.integers(1, 20_000), side=st.integers(1, 4000))
def test_fits_size_without_enlarging(width: int, height: int, side: int) -> None:
    fitted = fitted_size((width, height), side=side)
    assert fitted[0] <= width
    assert fitted[1] <= height
    assert min(fitted) >= 1
    if max(width, height) <= 2 * min(width, height):
        assert max(fitted) <= side
    else:
        assert min(fitted) <= max(side / 2, 1) + 0.5
    assert abs(fitted[0] * height - fitted[1] * width) <= max(width, height)


def test_keeps_thumbnails_of_long_screenshots_readable() -> None:
    def size_of(width: int, height: int, side: int) -> tuple[int, int]:
        return Image.open(BytesIO(make_thumbnail(Image.new("RGB", (width, height)), side))).size

    assert size_of(4000, 3000, 320) == (320, 240)
    assert size_of(100, 50, 320) == (100, 50)
    assert size_of(1080, 20_000, 320) == (160, 2963)
    assert size_of(100, 60_000, 1600) == (27, 16383)


def test_thumbnail_keeps_no_metadata() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[0x010F] = "Camera"
    image = open_image(save_image(drawn(), "JPEG", icc_profile=profile, exif=exif))
    thumbnail = Image.open(BytesIO(make_thumbnail(image, 320)))
    assert thumbnail.format == "WEBP"
    assert "icc_profile" not in thumbnail.info
    assert not thumbnail.getexif()


def test_makes_placeholder_as_body_of_bmp() -> None:
    image = Image.new("RGB", (400, 300), "blue")
    image.paste("red", (0, 0, 200, 150))
    placeholder = make_placeholder(image)
    bmp = BytesIO()
    Image.new("RGB", PLACEHOLDER_SIZE).save(bmp, "BMP")
    shown = Image.open(BytesIO(bmp.getvalue()[: -len(placeholder)] + placeholder))
    assert [shown.getpixel(place) for place in ((0, 0), (3, 0), (0, 3))] == [RED, BLUE, BLUE]


def test_computes_digests_of_all_bytes() -> None:
    file = BytesIO(b"abc")
    file.read()
    digests = digests_of(file)
    assert digests.sha256.startswith("ba7816bf")
    assert digests.md5 == "900150983cd24fb0d6963f7d28e17f72"
    assert digests.sha1 == "a9993e364706816aba3e25717850c26c9cd0d89d"
