"""Ask the encoder process for vectors.

Nothing here loads a model: web and workers import this module and no other of the encoders.
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

# Seconds. A person waits for a query; a batch may wait behind others, and the server's own watchdog ends endless work.
QUERY_TIMEOUT = 20
# A picture query may wait for another of the same person, and both may be huge.
PICTURE_QUERY_TIMEOUT = 40
BATCH_TIMEOUT = 1800
DESCRIPTION_LIFETIME = 3


class EncoderUnavailable(Exception):
    """No encoder answers: the process is not there, or that model is not loaded. Later it may be."""


class EncoderLost(EncoderUnavailable):
    """The encoder broke off in the middle of the work: what it was given may have killed it."""


class EncoderBusy(Exception):
    """Other picture queries of the same person are running; the message is a sentence for the user."""

    # Seconds after which to try again.
    wait = 5


def describe_encoders() -> list[EncoderInfo]:
    """The encoders in order of preference, as they were at most a few seconds ago.

    Raises:
        EncoderUnavailable: the process does not answer.
    """
    return list(_describe(str(settings.ENCODER_SOCKET), get_language(), int(monotonic() / DESCRIPTION_LIFETIME)))


@lru_cache(maxsize=8)
def _describe(socket: str, language: str | None, period: int) -> tuple[EncoderInfo, ...]:  # noqa: ARG001 - cache key
    """The arguments are what the answer depends on; errors are not kept."""
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
    """The vector of what a person typed.

    Raises:
        EncoderUnavailable: nobody answers for `model`.
    """
    header, (vector,) = _ask("encode_text", timeout=QUERY_TIMEOUT, model=model, text=text)
    return QueryVector(vector, header["baseline"])


def encode_query_image(data: bytes, *, model: str, asker: int) -> QueryVector:
    """Return the vector of a picture file's bytes; the encoder process decodes it and stores nothing.

    The process runs one such query per `asker` (any number) at a time.

    Raises:
        InvalidImage: it is not a supported picture; with a sentence for the user.
        EncoderBusy: two queries of `asker` are already running or waiting.
        EncoderUnavailable: `model` does not answer.
    """
    picture = np.frombuffer(data, dtype=np.uint8)
    header, (vector,) = _ask("encode_query_image", picture, timeout=PICTURE_QUERY_TIMEOUT, model=model, asker=asker)
    return QueryVector(vector, header["baseline"])


def encode_region(path: Path, region: Sequence[float], *, model: str, asker: int) -> QueryVector:
    """Return the vector of a part of a picture: left, top, right and bottom in 0–1 of its upright width and height.

    The process runs one such query per `asker` (any number) at a time.

    Raises:
        InvalidImage: it cannot be decoded; with a sentence for the user.
        EncoderBusy: two queries of `asker` are already running or waiting.
        EncoderUnavailable: `model` does not answer.
    """
    header, (vector,) = _ask(
        "encode_region",
        timeout=PICTURE_QUERY_TIMEOUT,
        model=model,
        asker=asker,
        path=str(path.absolute()),
        region=list(region),
    )
    return QueryVector(vector, header["baseline"])


def encode_photos(paths: list[Path], *, model: str) -> list[np.ndarray | str]:
    """For each picture file its unit vectors, (views, dimensions) float16, view 0 first, or why it can't be decoded.

    Raises:
        EncoderUnavailable: nobody answers for `model`; EncoderLost if the work had begun.
    """
    header, vectors = _ask(
        "encode_photos", timeout=BATCH_TIMEOUT, model=model, paths=[str(path.absolute()) for path in paths]
    )
    encoded = iter(vectors)
    return [reason or next(encoded) for reason in header["reasons"]]


def _ask(operation: str, *arrays: np.ndarray, timeout: float, **fields: Any) -> tuple[dict[str, Any], list[np.ndarray]]:
    """One request, one reply, on a connection of its own: threads share nothing."""
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
        raise EncoderLost(_("The encoder process broke off.")) from error
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
