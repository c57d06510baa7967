"""Batches of picture files encoded into vectors."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from gallery.pictures.images import InvalidImage
from gallery.pictures.watchdog import watchdog
from search.encoders.interface import Encoder
from search.encoders.picture_views import open_for_encoder, views_along

# Few enough to stay in the processor's cache; larger numbers were slower.
FILES_AT_ONCE = 8
VIEWS_AT_ONCE = 8


def encode_photo_files(
    encoder: Encoder, pictures: Sequence[tuple[Path, int]], *, decoders: ThreadPoolExecutor, step_limit: float
) -> list[np.ndarray | str]:
    """Return each file's unit vectors, (views, dimensions) float16, view 0 first, or the reason it can't be decoded.

    `pictures` are files and the degrees clockwise by which they are turned. A step of decoding or encoding that takes
    longer than `step_limit` seconds ends the process.

    Raises:
        OSError: a file is missing or the disk fails.
    """
    results: list[np.ndarray | str] = []
    for begin in range(0, len(pictures), FILES_AT_ONCE):
        some = pictures[begin : begin + FILES_AT_ONCE]
        prepared = list(decoders.map(partial(_prepare, encoder, step_limit), some))
        views = [view for picture in prepared if not isinstance(picture, str) for view in picture]
        vectors = _encode(encoder, views, step_limit)
        for picture in prepared:
            if isinstance(picture, str):
                results.append(picture)
            else:
                results.append(vectors[: len(picture)])
                vectors = vectors[len(picture) :]
    return results


def _prepare(encoder: Encoder, step_limit: float, picture: tuple[Path, int]) -> list[np.ndarray] | str:
    path, rotation = picture
    try:
        with watchdog(step_limit):
            image = open_for_encoder(path, side=encoder.side, rotation=rotation)
            return [encoder.prepare(view) for view in (image, *views_along(image, side=encoder.side))]
    except InvalidImage as error:
        return str(error)


def _encode(encoder: Encoder, views: Sequence[np.ndarray], step_limit: float) -> np.ndarray:
    vectors = [np.empty((0, 0), dtype=np.float16)]
    for begin in range(0, len(views), VIEWS_AT_ONCE):
        with watchdog(step_limit):
            vectors.append(encoder.encode_images(views[begin : begin + VIEWS_AT_ONCE]).astype(np.float16))
    return np.concatenate(vectors[1:] or vectors)
