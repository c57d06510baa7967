"""Thumbnails per second from 12-megapixel JPEGs, with and without `draft`: `python -m benchmarks.thumbnails`."""

import time
from collections.abc import Callable
from io import BytesIO
from itertools import islice

from PIL import Image

from benchmarks.pictures import pictures
from gallery.pictures.images import make_thumbnail, open_image
from gallery.storage.files import THUMBNAIL_SIDES

PICTURES = 8
ROUNDS = 3


def with_draft(data: bytes) -> Image.Image:
    """Decode at a fraction of the size, like the worker."""
    return open_image(BytesIO(data), max_side=max(THUMBNAIL_SIDES.values()))


def without_draft(data: bytes) -> Image.Image:
    """Decode the picture in full size."""
    return open_image(BytesIO(data))


def cpu_seconds(decode: Callable[[bytes], Image.Image], data: bytes) -> tuple[float, float]:
    """Return the seconds for decoding and for making all thumbnails."""
    started = time.process_time()
    image = decode(data)
    decoded = time.process_time()
    for side in THUMBNAIL_SIDES.values():
        make_thumbnail(image, side)
    return decoded - started, time.process_time() - decoded


def main() -> None:
    """Measure both ways in turn, so that both meet the same load; print the processor time per picture."""
    photographs = [data for name, data in islice(pictures(), 2 * PICTURES) if name.endswith(".jpg")]
    for decode in (with_draft, without_draft):
        cpu_seconds(decode, photographs[0])
    figures: dict[str, list[tuple[float, float]]] = {}
    for _round in range(ROUNDS):
        for data in photographs:
            for decode in (with_draft, without_draft):
                figures.setdefault(decode.__name__, []).append(cpu_seconds(decode, data))
    print(f"{len(photographs)} JPEGs of 4000 × 3000, {sum(map(len, photographs)) / len(photographs) / 1e6:.1f} MB each")
    for name, seconds in figures.items():
        decoding, making = (1000 * sum(part) / len(seconds) for part in zip(*seconds, strict=True))
        print(
            f"{name:14} {1000 / (decoding + making):5.1f} pictures per CPU second"
            f" (decode and shrink {decoding:.0f} ms, resize and encode {making:.0f} ms)"
        )


if __name__ == "__main__":
    main()
