"""Client of the encoder process.

This module loads no model. It is the only encoder module that the web server and the workers import.
"""

from collections.abc import Sequence
from functools import lru_cache
from multiprocessing.connection import Client
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gallery.pictures.images import InvalidImage
from search.encoders.description import Calibration, EncoderInfo, QueryVector, display_score
from search.encoders.wire import receive, send

__all__ = [
    "Calibration",
    "EncoderBusy",
    "EncoderInfo",
    "EncoderLost",
    "EncoderUnavailable",
    "QueryVector",
    "describe_encoders",
    "display_score",
    "encode_photos",
    "encode_query_image",
    "encode_region",
    "encode_text",
]

# Seconds. A person waits for a query.
QUERY_TIMEOUT = 20
# A picture query may wait for another one of the same person, and both pictures may be huge.
PICTURE_QUERY_TIMEOUT = 40
# A batch may wait behind other batches; the server's watchdog ends work that hangs.
BATCH_TIMEOUT = 1800
# Seconds for which descriptions of the encoders are cached.
DESCRIPTION_LIFETIME = 3


class EncoderUnavailable(Exception):
    """The encoder process does not answer, or has not loaded the model (yet)."""


class EncoderLost(EncoderUnavailable):
    """The connection broke after work had begun: the input may have crashed the encoder process."""


class EncoderBusy(Exception):
    """Other picture queries of the same person are running. The message is a sentence for the user."""

    # Seconds after which a retry makes sense.
    wait = 5


def describe_encoders() -> list[EncoderInfo]:
    """Return the encoders in order of preference, in a state at most DESCRIPTION_LIFETIME seconds old.

    Raises:
        EncoderUnavailable: the process does not answer.
    """
    return list(_describe(str(settings.ENCODER_SOCKET), get_language(), int(monotonic() / DESCRIPTION_LIFETIME)))


@lru_cache(maxsize=8)
def _describe(socket: str, language: str | None, period: int) -> tuple[EncoderInfo, ...]:  # noqa: ARG001 - cache key
    """Return the descriptions; all arguments are part of the cache key. Errors are not cached."""
    header, _arrays = _ask("describe", timeout=QUERY_TIMEOUT)
    return tuple(_info_from_json(fields) for fields in header["encoders"])


def _info_from_json(fields: dict[str, Any]) -> EncoderInfo:
    return EncoderInfo(
        **fields
        | {
            "scripts": frozenset(fields["scripts"]),
            "text_calibration": Calibration(**fields["text_calibration"]),
            "image_calibration": Calibration(**fields["image_calibration"]),
        }
    )


def encode_text(text: str, *, model: str) -> QueryVector:
    """Return the query vector of a text.

    Raises:
        EncoderUnavailable: `model` is not loaded or the process does not answer.
    """
    header, (vector,) = _ask("encode_text", timeout=QUERY_TIMEOUT, model=model, text=text)
    return QueryVector(vector, header["baseline"])


def encode_query_image(data: bytes, *, model: str, asker: int) -> QueryVector:
    """Return the query vector of a picture file's bytes. The encoder process decodes them and stores nothing.

    `asker` identifies a person, whose picture queries run one at a time.

    Raises:
        InvalidImage: the file is not a supported picture; with a sentence for the user.
        EncoderBusy: two queries of `asker` are already running or waiting.
        EncoderUnavailable: `model` is not loaded or the process does not answer.
    """
    picture = np.frombuffer(data, dtype=np.uint8)
    header, (vector,) = _ask("encode_query_image", picture, timeout=PICTURE_QUERY_TIMEOUT, model=model, asker=asker)
    return QueryVector(vector, header["baseline"])


def encode_region(path: Path, region: Sequence[float], *, model: str, asker: int, rotation: int = 0) -> QueryVector:
    """Return the query vector of a part of a picture, which is turned by `rotation` degrees clockwise.

    `region` is left, top, right and bottom in 0–1 of the turned picture's width and height. `asker` identifies a
    person, whose picture queries run one at a time.

    Raises:
        InvalidImage: the picture cannot be decoded; with a sentence for the user.
        EncoderBusy: two queries of `asker` are already running or waiting.
        EncoderUnavailable: `model` is not loaded or the process does not answer.
    """
    header, (vector,) = _ask(
        "encode_region",
        timeout=PICTURE_QUERY_TIMEOUT,
        model=model,
        asker=asker,
        path=str(path.absolute()),
        region=list(region),
        rotation=rotation,
    )
    return QueryVector(vector, header["baseline"])


def encode_photos(paths: list[Path], *, model: str, rotations: list[int] | None = None) -> list[np.ndarray | str]:
    """Return each file's unit vectors, (views, dimensions) float16, view 0 first, or the reason it can't be decoded.

    `rotations` are the degrees clockwise by which each picture is turned; none by default.

    Raises:
        EncoderUnavailable: `model` is not loaded or the process does not answer; EncoderLost if work had begun.
    """
    header, vectors = _ask(
        "encode_photos",
        timeout=BATCH_TIMEOUT,
        model=model,
        paths=[str(path.absolute()) for path in paths],
        rotations=rotations or [0] * len(paths),
    )
    encoded = iter(vectors)
    return [reason or next(encoded) for reason in header["reasons"]]


def _ask(operation: str, *arrays: np.ndarray, timeout: float, **fields: Any) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Send a request on a new connection and return the reply."""
    request = {"operation": operation, "language": get_language(), **fields}
    try:
        connection = Client(str(settings.ENCODER_SOCKET), family="AF_UNIX")
    except OSError as error:
        raise EncoderUnavailable(_("The encoder process does not answer.")) from error
    try:
        with connection:
            send(connection, request, arrays)
            if not connection.poll(timeout):
                raise EncoderLost(_("The encoder process did not answer in time."))
            header, reply = receive(connection)
    except (OSError, EOFError) as error:
        raise EncoderLost(_("The connection to the encoder process broke.")) from error
    match header.get("error"):
        case None:
            return header, reply
        case "invalid image":
            raise InvalidImage(header["message"])
        case "busy":
            raise EncoderBusy(header["message"])
        case "unavailable":
            raise EncoderUnavailable(header["message"])
        case _unexpected:
            raise EncoderLost(header["message"])
