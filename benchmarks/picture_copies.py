"""The copies that people have of a picture: smaller, recompressed, brighter, turned, in other formats, marked."""

from collections.abc import Callable, Iterator
from io import BytesIO
from random import Random

import pillow_heif
from PIL import ExifTags, Image, ImageDraw, ImageEnhance, ImageFont, ImageOps

Copy = tuple[Image.Image, str, dict[str, object]]
# EXIF orientations, and the turn of the pixels that each of them undoes.
TURNED_FILES = {6: Image.Transpose.ROTATE_90, 3: Image.Transpose.ROTATE_180, 8: Image.Transpose.ROTATE_270}
FORMATS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "heic": "HEIF"}


def copies_of(image: Image.Image, *, random: Random, turn: int, copies: int) -> Iterator[tuple[str, str, bytes, bool]]:
    """Yield the change, extension and bytes of some copies, and whether the copy keeps the camera's date.

    `turn` is the number of the picture: the changes take turns, so that all are as frequent.
    """
    names = list(CHANGES)
    for number in range(copies):
        name = names[(turn * copies + number) % len(names)]
        changed, extension, options = CHANGES[name](image, random)
        yield name, extension, saved(changed, extension, **options), random.random() < 0.5


def saved(image: Image.Image, extension: str, **options: object) -> bytes:
    """Return the image as a file."""
    if extension == "heic":
        pillow_heif.register_heif_opener()
    file = BytesIO()
    image.save(file, FORMATS[extension], **({"compress_level": 1} if extension == "png" else options))
    return file.getvalue()


def _smaller(image: Image.Image, random: Random) -> Copy:
    scale = random.uniform(0.3, 0.8)
    size = round(image.width * scale), round(image.height * scale)
    return image.resize(size, Image.Resampling.LANCZOS), "jpg", {"quality": 85}


def _tiny(image: Image.Image, random: Random) -> Copy:
    return ImageOps.contain(image, (random.randint(280, 400),) * 2), "jpg", {"quality": 75}


def _recompressed(image: Image.Image, random: Random) -> Copy:
    return image, "jpg", {"quality": random.randint(30, 90)}


def _recompressed_strongly(image: Image.Image, random: Random) -> Copy:
    return image, "jpg", {"quality": random.randint(30, 40)}


def _brighter(image: Image.Image, random: Random) -> Copy:
    return ImageEnhance.Brightness(image).enhance(random.uniform(1.15, 1.4)), "jpg", {"quality": 88}


def _darker(image: Image.Image, random: Random) -> Copy:
    return ImageEnhance.Brightness(image).enhance(random.uniform(0.6, 0.85)), "jpg", {"quality": 88}


def _contrasted(image: Image.Image, random: Random) -> Copy:
    changed = ImageEnhance.Contrast(image).enhance(random.uniform(1.15, 1.4))
    return ImageEnhance.Color(changed).enhance(random.uniform(0.4, 1.5)), "jpg", {"quality": 88}


def _turned(image: Image.Image, random: Random) -> Copy:
    return image.transpose(random.choice(list(TURNED_FILES.values()))), "jpg", {"quality": 88}


def _turned_by_exif(image: Image.Image, random: Random) -> Copy:
    orientation = random.choice(list(TURNED_FILES))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    return image.transpose(TURNED_FILES[orientation]), "jpg", {"quality": 88, "exif": exif}


def _in_format(extension: str) -> Callable[[Image.Image, Random], Copy]:
    return lambda image, random: (image, extension, {"quality": random.randint(55, 90)})


def _grey(image: Image.Image, random: Random) -> Copy:
    return image.convert("L").convert("RGB"), "jpg", {"quality": random.randint(70, 90)}


def _marked(image: Image.Image, random: Random) -> Copy:
    """Write a small half-transparent mark near the lower right corner."""
    layer = Image.new("RGBA", image.size)
    size = max(14, image.width // 45)
    ImageDraw.Draw(layer).text(
        (image.width - size, image.height - size),
        f"@gallery{random.randint(10, 99)}",
        (255, 255, 255, 170),
        ImageFont.load_default(size),
        "rs",
    )
    return Image.alpha_composite(image.convert("RGBA"), layer).convert("RGB"), "jpg", {"quality": 88}


def _cropped(image: Image.Image, random: Random) -> Copy:
    """Cut up to 3 % from each side."""
    width, height = image.size
    left, top, right, bottom = (random.uniform(0.005, 0.03) for _side in range(4))
    box = (left * width, top * height, (1 - right) * width, (1 - bottom) * height)
    return image.crop(tuple(round(edge) for edge in box)), "jpg", {"quality": 88}


def _framed(image: Image.Image, random: Random) -> Copy:
    border = round(image.width * random.uniform(0.02, 0.06))
    return ImageOps.expand(image, border, random.choice(("white", "black"))), "jpg", {"quality": 88}


def _forwarded(image: Image.Image, random: Random) -> Copy:
    """Shrink and recompress as messengers do."""
    scale = min(1.0, 1080 / max(image.size))
    size = round(image.width * scale), round(image.height * scale)
    return image.resize(size, Image.Resampling.BILINEAR), "jpg", {"quality": random.randint(40, 60)}


CHANGES: dict[str, Callable[[Image.Image, Random], Copy]] = {
    "smaller": _smaller,
    "tiny": _tiny,
    "recompressed": _recompressed,
    "recompressed strongly": _recompressed_strongly,
    "brighter": _brighter,
    "darker": _darker,
    "contrast": _contrasted,
    "turned": _turned,
    "turned by EXIF": _turned_by_exif,
    "PNG": _in_format("png"),
    "WebP": _in_format("webp"),
    "HEIC": _in_format("heic"),
    "grey": _grey,
    "marked": _marked,
    "cropped": _cropped,
    "framed": _framed,
    "forwarded": _forwarded,
}
