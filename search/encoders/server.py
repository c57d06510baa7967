"""The encoder process: holds the encoders and answers on a Unix socket that only its own user may open.

Text queries, picture queries and batches run in separate threads; those of batches have lower priority, because a
person waits for each query. Text queries take hundredths of a second, picture queries seconds, so each person's picture
queries run one at a time. PyTorch and Pillow release Python's lock while they compute. This process never forks after
torch is loaded; a separate program decodes huge pictures.
"""

import fcntl
import logging
import os
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict
from io import BytesIO
from multiprocessing.connection import Connection, Listener
from pathlib import Path
from typing import Any

import numpy as np
import torch
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from gallery.pictures.images import InvalidImage
from gallery.pictures.memory import return_memory
from gallery.pictures.watchdog import watchdog
from search.encoders.client import EncoderUnavailable
from search.encoders.description import EncoderInfo, QueryVector
from search.encoders.interface import Encoder
from search.encoders.models import find_encoder_classes
from search.encoders.photo_files import encode_photo_files
from search.encoders.picture_views import open_for_encoder, open_region
from search.encoders.registry import EncoderRegistry
from search.encoders.turns import TooManyQueries, Turns
from search.encoders.wire import receive, send

logger = logging.getLogger(__name__)

# Clients that are served at the same time; further ones wait.
MAX_CLIENTS = 64
# Seconds that a connected client may take to send its request.
REQUEST_TIMEOUT = 10
# Seconds after which decoding one picture, or encoding a few views, hangs; even a busy machine needs less.
STEP_LIMIT = 300
# For batches and picture queries: half of a text query's share of the processor. With a much higher niceness they would
# starve beside a worker that recognises text.
LOW_PRIORITY_NICENESS = 3

Reply = tuple[dict[str, Any], list[np.ndarray]]


class SocketInUse(Exception):
    """Another encoder process serves the socket."""


class ClientGone(Exception):
    """The client hung up before the answer was ready."""


class EncoderServer:
    """Answers requests for the encoders of a registry on a Unix socket."""

    def __init__(self, registry: EncoderRegistry, *, socket: Path, step_limit: float = STEP_LIMIT) -> None:
        self._registry = registry
        self._socket = socket
        self._step_limit = step_limit
        self._queries = ThreadPoolExecutor(2, "queries")
        self._picture_queries = ThreadPoolExecutor(2, "picture queries", initializer=_lower_priority)
        self._turns = Turns()
        self._batches = ThreadPoolExecutor(1, "batches", initializer=_lower_priority)
        self._decoders = ThreadPoolExecutor(min(4, available_processors()), "decoders", initializer=_lower_priority)
        self._clients = ThreadPoolExecutor(MAX_CLIENTS, "clients")

    def serve(self) -> None:
        """Answer until the main thread is interrupted, then finish running requests.

        Raises:
            SocketInUse: another process serves the socket.
        """
        with _listening(self._socket) as listener:
            self._registry.start_loading()
            logger.info("Encoders answer on %s", self._socket)
            try:
                while True:
                    self._clients.submit(self._answer, listener.accept())
            finally:
                for executor in (self._queries, self._picture_queries, self._batches):
                    executor.shutdown(wait=False, cancel_futures=True)
                self._clients.shutdown()

    def _answer(self, connection: Connection) -> None:
        with connection:
            try:
                if connection.poll(REQUEST_TIMEOUT):
                    request, arrays = receive(connection, max_bytes=settings.MAX_UPLOAD_BYTES)
                    send(connection, *self._reply(connection, request, arrays))
            except (ClientGone, EOFError, OSError) as error:
                logger.info("A client disconnected: %r", error)

    def _reply(self, connection: Connection, request: dict[str, Any], arrays: list[np.ndarray]) -> Reply:
        if request["operation"] == "describe":
            with translation.override(request["language"]):
                return {"encoders": [_info_to_json(info) for info in self._registry.describe()]}, []
        try:
            return self._work_in_turn(connection, request, arrays)
        except InvalidImage as error:
            return {"error": "invalid image", "message": str(error)}, []
        except EncoderUnavailable as error:
            return {"error": "unavailable", "message": str(error)}, []
        except TooManyQueries:
            with translation.override(request["language"]):
                sentence = _("Your other picture searches are still running. Try again in a few seconds.")
            return {"error": "busy", "message": sentence}, []
        except CancelledError:
            return {"error": "unavailable", "message": _("The encoder process is stopping.")}, []
        except ClientGone:
            raise
        except Exception as error:
            logger.exception("%s failed", request["operation"])
            return {"error": "failed", "message": repr(error)}, []

    def _work_in_turn(self, connection: Connection, request: dict[str, Any], arrays: list[np.ndarray]) -> Reply:
        """Run the request in a thread for its kind; waiting for a turn occupies only the client's thread."""
        turn: AbstractContextManager[None] = nullcontext()
        match request["operation"]:
            case "encode_photos":
                executor = self._batches
            case "encode_text":
                executor = self._queries
            case _:
                executor, turn = self._picture_queries, self._turns.turn_of(request["asker"])
        with turn:
            try:
                work = executor.submit(self._work, connection, request, arrays)
            except RuntimeError as error:
                # The executors are already shut down.
                raise CancelledError from error
            return work.result()

    def _work(self, connection: Connection, request: dict[str, Any], arrays: list[np.ndarray]) -> Reply:
        if connection.poll():
            # A client sends only one request, so this is the end of the connection.
            raise ClientGone
        with translation.override(request["language"]):
            encoder = self._registry.get(request["model"])
            if request["operation"] == "encode_photos":
                pictures = [*zip(map(Path, request["paths"]), request["rotations"], strict=True)]
                results = encode_photo_files(encoder, pictures, decoders=self._decoders, step_limit=self._step_limit)
                return_memory()
                reasons = [result if isinstance(result, str) else "" for result in results]
                return {"reasons": reasons}, [result for result in results if not isinstance(result, str)]
            with watchdog(self._step_limit):
                query = _encode_query(encoder, request, arrays)
            return {"baseline": query.baseline}, [query.vector]


def _encode_query(encoder: Encoder, request: dict[str, Any], arrays: list[np.ndarray]) -> QueryVector:
    if request["operation"] == "encode_text":
        return encoder.encode_text(request["text"])
    if request["operation"] == "encode_region":
        image = open_region(Path(request["path"]), request["region"], side=encoder.side, rotation=request["rotation"])
    else:
        image = open_for_encoder(BytesIO(arrays[0].tobytes()), side=encoder.side, is_urgent=True)
    return QueryVector(encoder.encode_images([encoder.prepare(image)])[0])


def _info_to_json(info: EncoderInfo) -> dict[str, Any]:
    return asdict(info) | {"scripts": sorted(info.scripts)}


def serve_configured_encoders() -> None:
    """Serve the encoders in the setting ENCODERS until the main thread is interrupted.

    Raises:
        SocketInUse: another process serves the socket.
        ImproperlyConfigured: ENCODERS names an unknown encoder.
    """
    torch.set_num_threads(available_processors())
    registry = EncoderRegistry(find_encoder_classes(settings.ENCODERS))
    registry.start_fetching()
    EncoderServer(registry, socket=settings.ENCODER_SOCKET).serve()


def available_processors() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0))


def _lower_priority() -> None:
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOW_PRIORITY_NICENESS)


@contextmanager
def _listening(socket: Path) -> Iterator[Listener]:
    """Listen on the socket, which only its owner may open; replace one left by a dead process."""
    socket.parent.mkdir(parents=True, exist_ok=True)
    # The lock ends with the process, even if it is killed.
    with socket.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SocketInUse(_("Another encoder process already serves %(socket)s.") % {"socket": socket}) from None
        socket.unlink(missing_ok=True)
        umask = os.umask(0o177)
        try:
            listener = Listener(str(socket), family="AF_UNIX", backlog=MAX_CLIENTS)
        finally:
            os.umask(umask)
        with listener:
            yield listener
