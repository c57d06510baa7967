"""The process that holds the encoders and answers on a Unix socket that only its own user may open.

Text queries, picture queries and batches have separate threads, and the batches' threads have lower priority, because a
person waits for each query. Picture queries take seconds, text queries hundredths; picture queries run one at a time
for each person. PyTorch and Pillow release Python's lock while they compute. Nothing forks once torch is loaded; a
newly started program decodes huge pictures.
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
import torch  # noqa: TID253 - only the encoder process imports this module
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import translation
from django.utils.translation import gettext as _

from gallery.pictures.images import InvalidImage
from gallery.pictures.memory import return_memory
from search.encoders.client import EncoderUnavailable
from search.encoders.description import EncoderInfo, QueryVector
from search.encoders.models.clip import ClipEncoder
from search.encoders.models.clip_weights import keep_fetching
from search.encoders.models.conse import ConseEncoder
from search.encoders.photo_files import encode_photo_files
from search.encoders.picture_views import open_for_encoder, open_region
from search.encoders.registry import Encoder, EncoderShelf
from search.encoders.turns import TooManyUnderWay, Turns
from search.encoders.watchdog import Watchdog
from search.encoders.wire import receive, send

logger = logging.getLogger(__name__)

# At most so many clients are listened to at once; the others wait for their turn.
MAX_CLIENTS = 64
# A client has connected and says nothing: seconds.
REQUEST_TIMEOUT = 10
# Decoding one picture, or encoding a few views, never takes so many seconds, however busy the machine; it hangs.
STEP_LIMIT = 300
# For batches and picture queries: half of a text query's share of the processor. A much lower one would starve beside a
# worker that reads texts.
LOW_NICENESS = 3

ENCODER_CLASSES: dict[str, type[Encoder]] = {"clip": ClipEncoder, "conse": ConseEncoder}

Reply = tuple[dict[str, Any], list[np.ndarray]]


class SocketInUse(Exception):
    """Another encoder process serves this socket."""


class ClientGone(Exception):
    """The client did not wait for the answer."""


class EncoderServer:
    """Answers requests about the encoders of `shelf` on `socket`."""

    def __init__(self, shelf: EncoderShelf, *, socket: Path, step_limit: float = STEP_LIMIT) -> None:
        self._shelf = shelf
        self._socket = socket
        self._watchdog = Watchdog(step_limit)
        self._queries = ThreadPoolExecutor(2, "queries")
        self._picture_queries = ThreadPoolExecutor(2, "picture queries", initializer=_give_way)
        self._turns = Turns()
        self._batches = ThreadPoolExecutor(1, "batches", initializer=_give_way)
        self._decoders = ThreadPoolExecutor(min(4, available_processors()), "decoders", initializer=_give_way)
        self._clients = ThreadPoolExecutor(MAX_CLIENTS, "clients")

    def serve(self) -> None:
        """Answer until the main thread is interrupted; then finish what was begun.

        Raises:
            SocketInUse: another process serves it.
        """
        with _listening(self._socket) as listener:
            self._shelf.start_loading()
            logger.info("Encoders answer on %s", self._socket)
            try:
                while True:
                    self._clients.submit(self._answer, listener.accept())
            finally:
                for executor in (self._queries, self._picture_queries, self._batches):
                    executor.shutdown(wait=False, cancel_futures=True)
                self._clients.shutdown()

    def _answer(self, connection: Connection) -> None:
        """Read one request and reply to it."""
        with connection:
            try:
                if connection.poll(REQUEST_TIMEOUT):
                    # A picture may be as long as an upload may be.
                    request, arrays = receive(connection, max_bytes=settings.MAX_UPLOAD_BYTES)
                    send(connection, *self._reply(connection, request, arrays))
            except (ClientGone, EOFError, OSError) as error:
                logger.info("A client has gone: %r", error)

    def _reply(self, connection: Connection, request: dict[str, Any], arrays: list[np.ndarray]) -> Reply:
        if request["operation"] == "describe":
            with translation.override(request["language"]):
                return {"encoders": [_info_to_json(info) for info in self._shelf.describe()]}, []
        try:
            return self._work_in_turn(connection, request, arrays)
        except InvalidImage as error:
            return {"error": "invalid image", "message": str(error)}, []
        except EncoderUnavailable as error:
            return {"error": "unavailable", "message": str(error)}, []
        except TooManyUnderWay:
            with translation.override(request["language"]):
                sentence = _("Two of your searches with a picture are still under way; try again in a few seconds.")
            return {"error": "busy", "message": sentence}, []
        except CancelledError:
            return {"error": "unavailable", "message": _("The encoder process is stopping.")}, []
        except ClientGone:
            raise
        except Exception as error:
            logger.exception("%s failed", request["operation"])
            return {"error": "failed", "message": repr(error)}, []

    def _work_in_turn(self, connection: Connection, request: dict[str, Any], arrays: list[np.ndarray]) -> Reply:
        """Run the work in a thread of its kind; waiting for a turn occupies only the client's thread."""
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
                # The threads have already been shut down.
                raise CancelledError from error
            return work.result()

    def _work(self, connection: Connection, request: dict[str, Any], arrays: list[np.ndarray]) -> Reply:
        if connection.poll():
            # A client sends once: all there is to read is that it hung up while it waited.
            raise ClientGone
        with translation.override(request["language"]):
            encoder = self._shelf.get(request["model"])
            if request["operation"] == "encode_photos":
                paths = [Path(path) for path in request["paths"]]
                results = encode_photo_files(encoder, paths, decoders=self._decoders, watchdog=self._watchdog)
                return_memory()
                reasons = [result if isinstance(result, str) else "" for result in results]
                return {"reasons": reasons}, [result for result in results if not isinstance(result, str)]
            with self._watchdog.step():
                query = _encode_query(encoder, request, arrays)
            return {"baseline": query.baseline}, [query.vector]


def _encode_query(encoder: Encoder, request: dict[str, Any], arrays: list[np.ndarray]) -> QueryVector:
    if request["operation"] == "encode_text":
        return encoder.encode_text(request["text"])
    if request["operation"] == "encode_region":
        image = open_region(Path(request["path"]), request["region"], side=encoder.side)
    else:
        image = open_for_encoder(BytesIO(arrays[0].tobytes()), side=encoder.side, is_urgent=True)
    return QueryVector(encoder.encode_images([encoder.prepare(image)])[0])


def _info_to_json(info: EncoderInfo) -> dict[str, Any]:
    return asdict(info) | {"scripts": sorted(info.scripts)}


def serve_configured_encoders() -> None:
    """Serve the encoders that the settings name, until the main thread is interrupted.

    Raises:
        SocketInUse: another process serves them.
        ImproperlyConfigured: ENCODERS names one that does not exist.
    """
    if unknown := set(settings.ENCODERS) - set(ENCODER_CLASSES):
        raise ImproperlyConfigured(
            _("ENCODERS may name %(known)s, not %(unknown)s.")
            % {"known": ", ".join(ENCODER_CLASSES), "unknown": ", ".join(sorted(unknown))}
        )
    torch.set_num_threads(available_processors())
    shelf = EncoderShelf({name: ENCODER_CLASSES[name] for name in settings.ENCODERS})
    if ClipEncoder.name in settings.ENCODERS and not settings.CLIP_WEIGHTS:
        threading.Thread(target=keep_fetching, name="download", daemon=True).start()
    EncoderServer(shelf, socket=settings.ENCODER_SOCKET).serve()


def available_processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0))


def _give_way() -> None:
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOW_NICENESS)


@contextmanager
def _listening(socket: Path) -> Iterator[Listener]:
    """The socket, open for its owner alone; one that a dead process left behind is replaced."""
    socket.parent.mkdir(parents=True, exist_ok=True)
    # The lock goes with the process, however it ends.
    with socket.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SocketInUse(_("Another encoder process serves %(socket)s.") % {"socket": socket}) from None
        socket.unlink(missing_ok=True)
        umask = os.umask(0o177)
        try:
            listener = Listener(str(socket), family="AF_UNIX", backlog=MAX_CLIENTS)
        finally:
            os.umask(umask)
        with listener:
            yield listener
