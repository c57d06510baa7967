"""Picture files of every format, with metadata, and damaged copies of them: the same ones for the same seed."""

import gzip
import io
import random
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO

import pillow_heif

from tests.drawing import noise
from tests.picture_files import dng, pam, psd, save
from tests.tagged_pictures import iptc_block, position, tagged_jpeg, tagged_png, xmp_packet

EXTREMES = (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\xff\xff\xff\x7f")


def healthy_files() -> dict[str, bytes]:
    """Return a small file of each format by name."""
    pillow_heif.register_heif_opener()
    rgb, rgba = noise((24, 16), "RGB"), noise((24, 16), "RGBA")
    frames = [noise((24, 16), "RGB") for _number in range(3)]
    kinds = {
        "b.webp": "WEBP",
        "c.bmp": "BMP",
        "d.tiff": "TIFF",
        "e.heic": "HEIF",
        "f.avif": "AVIF",
        "g.jp2": "JPEG2000",
        "h.ico": "ICO",
        "i.tga": "TGA",
        "j.sgi": "SGI",
        "k.pcx": "PCX",
        "l.dds": "DDS",
        "m.ppm": "PPM",
    }
    files = {name: save(rgba if kind == "ICO" else rgb, kind) for name, kind in kinds.items()}
    animated = {"n.gif": "GIF", "o.webp": "WEBP", "p.png": "PNG", "q.tif": "TIFF", "r.avif": "AVIF", "s.mpo": "MPO"}
    for name, kind in animated.items():
        target = BytesIO()
        frames[0].save(target, kind, save_all=True, append_images=frames[1:])
        files[name] = target.getvalue()
    properties = xmp_packet(**{"xmp:CreateDate": "2021-03-04T05:06:07+08:00"})
    tags = {271: "Maker", 306: "2021:03:04 05:06:07", 274: 6}
    return files | {
        "t.dng": dng(rgb),
        "u.psd": psd(rgb),
        "v.pam": pam(rgba),
        "w.jpg": tagged_jpeg(tags=tags, exif={36867: "2021:03:04 05:06:07"}, gps=position(30.2, 120.1), xmp=properties),
        "x.jpg": tagged_jpeg(tags=tags, iptc=iptc_block((5, b"title"), (120, b"words")), comment=b"comment"),
        "y.png": tagged_png(texts={"Creation Time": b"2021:03:04 05:06:07"}, xmp=properties),
        "z.jpg": save(noise((24, 16), "CMYK"), "JPEG"),
    }


def damaged_files(count: int, *, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield `count` damaged files with names, each format as often as the others."""
    chance = random.Random(seed)
    healthy = list(healthy_files().items())
    for number in range(count):
        name, content = healthy[number % len(healthy)]
        for _time in range(chance.choice((1, 1, 2, 3))):
            content = chance.choice(DAMAGES)(content, chance)
        yield f"{number:05}-{name}", content


def archives_of(files: dict[str, bytes], *, seed: int) -> dict[str, bytes]:
    """Return archives with the files, damaged."""
    chance = random.Random(seed)
    packed, tar = BytesIO(), BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive, tarfile.open(fileobj=tar, mode="w") as tape:
        for name, content in files.items():
            archive.writestr(name, content)
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tape.addfile(info, io.BytesIO(content))
    whole = {"a.zip": packed.getvalue(), "b.tar": tar.getvalue(), "c.tgz": gzip.compress(tar.getvalue())}
    return {name: chance.choice(DAMAGES)(content, chance) for name, content in whole.items()}


def _flip_bits(content: bytes, chance: random.Random) -> bytes:
    data = bytearray(content)
    for _time in range(chance.choice((1, 2, 8, 64))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: max(1, chance.randrange(len(content)))]


def _swap_chunks(content: bytes, chance: random.Random) -> bytes:
    length = max(1, len(content) // chance.choice((4, 16, 64)))
    first, second = sorted(chance.randrange(len(content)) for _end in range(2))
    one, other = content[first : first + length], content[second : second + length]
    if first + length > second:
        return content[:first] + other + content[first:]
    return content[:first] + other + content[first + length : second] + one + content[second + length :]


def _remove_chunk(content: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(content))
    return content[:start] + content[start + chance.choice((1, 4, 100)) :] or b"\0"


def _write_extreme(content: bytes, chance: random.Random) -> bytes:
    start, value = chance.randrange(len(content)), chance.choice(EXTREMES)
    return content[:start] + value + content[start + len(value) :]


def _damage_head(content: bytes, chance: random.Random) -> bytes:
    head = bytearray(content[:200])
    head[chance.randrange(len(head))] = chance.randrange(256)
    return bytes(head) + content[200:]


Damage = Callable[[bytes, random.Random], bytes]
DAMAGES: tuple[Damage, ...] = (_flip_bits, _cut, _swap_chunks, _remove_chunk, _write_extreme, _damage_head)
